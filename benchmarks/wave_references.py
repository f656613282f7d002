"""What wave placement is measured against: topological first-fit, and a greedy that follows affinity."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from solvers.waves.instance import Instance


def first_fit(instance: Instance) -> list[int]:
    """Units in a topological order, each in the first wave from its providers' on that has room."""
    numbers = [0] * len(instance.units)
    waves: list[_Wave] = []
    for unit in topological(instance):
        wave = max((numbers[provider] for provider in instance.providers[unit]), default=1)
        while not _wave(waves, wave, instance).takes(unit):
            wave += 1
        waves[wave - 1].add(unit)
        numbers[unit] = wave
    return numbers


def affinity(instance: Instance) -> list[int]:
    """Fills one wave after the other with the ready unit that shares most soft weight with what is in it."""
    numbers = [0] * len(instance.units)
    waiting = [len(providers) for providers in instance.providers]
    ready = {unit for unit, count in enumerate(waiting) if not count}
    current = 0
    while ready:
        current += 1
        wave = _Wave(instance)
        while (unit := _nearest(instance, numbers, current, wave, ready)) is not None:
            wave.add(unit)
            numbers[unit] = current
            ready.remove(unit)
            for consumer in instance.consumers[unit]:
                waiting[consumer] -= 1
                if not waiting[consumer]:
                    ready.add(consumer)
    return numbers


def topological(instance: Instance) -> list[int]:
    """Providers first; among those that are ready, the first by number."""
    order: list[int] = []
    done: set[int] = set()
    rest = list(range(len(instance.units)))
    while rest:
        ready = [unit for unit in rest if done.issuperset(instance.providers[unit])]
        order.extend(ready)
        done.update(ready)
        rest = [unit for unit in rest if unit not in done]
    return order


class _Wave:
    """A wave being filled."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance
        self.units: list[int] = []

    def takes(self, unit: int) -> bool:
        if self.instance.units[unit].alone:
            return not self.units
        held = [self.instance.units[each] for each in [*self.units, unit]]
        if any(each.alone for each in held) or sum(each.size for each in held) > self.instance.room.size:
            return False
        loads = zip(*(each.loads for each in held), strict=True)
        return all(sum(load) <= most for load, most in zip(loads, self.instance.room.loads, strict=True))

    def add(self, unit: int) -> None:
        self.units.append(unit)


def _wave(waves: list[_Wave], number: int, instance: Instance) -> _Wave:
    while len(waves) < number:
        waves.append(_Wave(instance))
    return waves[number - 1]


def _nearest(instance: Instance, numbers: list[int], current: int, wave: _Wave, ready: Iterable[int]) -> int | None:
    fitting = [unit for unit in ready if wave.takes(unit)]
    return min(fitting, key=lambda unit: (-_shared(instance, numbers, current, unit), unit), default=None)


def _shared(instance: Instance, numbers: list[int], current: int, unit: int) -> int:
    found = (instance.ties[number] for number in instance.ties_of[unit])
    return sum(tie.weight for tie in found if _any_in(numbers, current, tie.units))


def _any_in(numbers: list[int], current: int, units: Iterable[int]) -> bool:
    return any(numbers[unit] == current for unit in units)


REFERENCES: dict[str, Callable[[Instance], list[int]]] = {"first fit": first_fit, "affinity": affinity}
