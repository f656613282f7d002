"""What no placement can come below, by counting: every level has a bound, however weak."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType

from domain.planning.waves.placing import Level
from solvers.waves.instance import Instance, Tie


def fewest_waves(instance: Instance) -> int:
    """The waves whose rooms hold all, beside one for each unit that is alone; at least to the last that is settled."""
    free = [unit for number, unit in enumerate(instance.units) if not unit.alone and number not in instance.pins]
    alone = sum(unit.alone for unit in instance.units)
    needed = [
        sum(unit.size for unit in free),
        *(sum(load) for load in zip(*(unit.loads for unit in free), strict=True)),
    ]
    waves = max(instance.pins.values(), default=0)
    rooms = [_left(instance, wave) for wave in range(1, waves + 1)]
    while len(rooms) < alone or any(
        need > sum(sorted((room[part] for room in rooms), reverse=True)[: len(rooms) - alone])
        for part, need in enumerate(needed)
    ):
        rooms.append(_left(instance, len(rooms) + 1))
    return len(rooms)


def lower_bound(instance: Instance, level: Level, waves: int) -> int:
    """Of a level with that many waves."""
    return max(0, _BOUNDS[level](instance, waves))


def _left(instance: Instance, wave: int) -> list[int]:
    """What fits beside those that are settled there: applications, then hours of each pool."""
    room = instance.room_of(wave)
    if room.closed:
        return [0] * (1 + len(room.loads))
    held = [instance.units[unit] for unit, number in instance.pins.items() if number == wave]
    loads = [most - sum(unit.loads[pool] for unit in held) for pool, most in enumerate(room.loads)]
    return [max(0, each) for each in (room.size - sum(unit.size for unit in held), *loads)]


def _widest(instance: Instance) -> int:
    return max([instance.room.size, *(room.size for room in instance.rooms.values())])


def _split(instance: Instance, _waves: int) -> int:
    return max(_by_neighbours(instance), _by_components(instance), _spread(instance, instance.ties))


def _by_neighbours(instance: Instance) -> int:
    """Beside each unit only so many fit; the weight of all further ties is split, and each tie has two ends."""
    most = _widest(instance)
    weights: list[list[int]] = [[] for _ in instance.units]
    for one, other, weight in _pairs(instance):
        weights[one].append(weight)
        weights[other].append(weight)
    beside = (max(0, most - unit.size) for unit in instance.units)
    twice = sum(sum(sorted(own, reverse=True)[room:]) for own, room in zip(weights, beside, strict=True))
    return math.ceil(twice / 2)


def _by_components(instance: Instance) -> int:
    """Tied units that need k waves split at least k - 1 ties: no less than the lightest of a lightest spanning tree."""
    trees = _Trees(len(instance.units))
    for weight, one, other in sorted((weight, one, other) for one, other, weight in _pairs(instance)):
        trees.join(one, other, weight)
    sizes: dict[int, int] = {}
    for number, unit in enumerate(instance.units):
        root = trees.root(number)
        sizes[root] = sizes.get(root, 0) + unit.size
    most = _widest(instance)
    return sum(sum(trees.weights[root][: math.ceil(size / most) - 1]) for root, size in sizes.items())


def _pairs(instance: Instance) -> Iterator[tuple[int, int, int]]:
    return ((*tie.units, tie.weight) for tie in instance.ties if len(tie.units) == 2)  # noqa: PLR2004


class _Trees:
    """Joined lightest first, the weights of each tree stay in order."""

    def __init__(self, size: int) -> None:
        self._above = list(range(size))
        self.weights: list[list[int]] = [[] for _ in range(size)]

    def root(self, number: int) -> int:
        while self._above[number] != number:
            self._above[number] = self._above[self._above[number]]
            number = self._above[number]
        return number

    def join(self, one: int, other: int, weight: int) -> None:
        first, second = sorted((self.root(one), self.root(other)))
        if first != second:
            self._above[second] = first
            self.weights[first] = [*sorted(self.weights[first] + self.weights[second]), weight]


def _spread(instance: Instance, ties: Sequence[Tie]) -> int:
    """A tie of more than fits into one wave is split."""
    most = _widest(instance)
    return sum(
        tie.weight * (math.ceil(sum(instance.units[unit].size for unit in tie.units) / most) - 1) for tie in ties
    )


def _pilot(instance: Instance, waves: int) -> int:
    """How many too many there are when all other waves are full."""
    if instance.pilot is None:
        return 0
    others = sum(instance.room_of(wave).size for wave in range(2, waves + 1))
    return sum(unit.size for unit in instance.units) - others - instance.pilot[1]


def _highest(instance: Instance, _waves: int) -> int:
    """The riskiest wave is no less risky than all together."""
    hours = sum(unit.hours for unit in instance.units)
    return sum(unit.risk for unit in instance.units) // hours if hours else 0


def _priority(instance: Instance, waves: int) -> int:
    """The sum if each wave were filled by priority alone."""
    rest = sorted((unit.priority / unit.size for unit in instance.units for _ in unit.ids), reverse=True)
    total, wave, place = 0.0, 1, 0
    while place < len(rest):
        size = instance.room_of(wave).size if wave <= waves else len(rest)
        total += wave * sum(rest[place : place + size])
        place, wave = place + size, wave + 1
    return math.floor(total + 1e-6)


_BOUNDS: Mapping[Level, Callable[[Instance, int], int]] = MappingProxyType(
    {
        Level.WAVES: lambda instance, _: fewest_waves(instance),
        Level.SPLIT: _split,
        Level.PILOT: _pilot,
        Level.RISING: lambda *_: 0,
        Level.SPREAD: _highest,
        Level.DEPARTMENTS: lambda instance, _: _spread(instance, instance.departments),
        Level.PRIORITY: _priority,
    }
)
