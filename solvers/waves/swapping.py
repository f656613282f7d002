"""Single moves and swaps of two units, as long as they split less: cheap, before models look further."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from solvers.waves.instance import Instance
from solvers.waves.work import Work

# What trying one move or swap takes, in seconds of an ordinary machine.
_PER_TRY = 0.00002


@dataclass(slots=True)
class Swapping:
    """Descends in split weight; what is lawful stays lawful, and no wave is emptied."""

    instance: Instance
    numbers: list[int]
    contents: dict[int, list[int]] = field(default_factory=dict)
    tries: int = 0

    def __post_init__(self) -> None:
        self.numbers = list(self.numbers)
        self.contents = {wave: [] for wave in sorted(set(self.numbers))}
        for unit, wave in enumerate(self.numbers):
            self.contents[wave].append(unit)

    def run(self, work: Work, share: float) -> list[int]:
        """Round after round over all units, until none finds a better place."""
        better = True
        while better:
            better = False
            for unit in range(len(self.numbers)):
                if work.left(share) <= 0:
                    return self.numbers
                before = self.tries
                better |= self._movable(unit) and self._mend(unit)
                work.done += _PER_TRY * (self.tries - before)
        return self.numbers

    def _mend(self, unit: int) -> bool:
        """Bring it to units that it is tied to, in exchange for another where there is no room."""
        here = self.numbers[unit]
        for wave in self._pulling(unit):
            if not self._lawful(unit, wave):
                continue
            if len(self.contents[here]) > 1 and self._try({unit: wave}):
                return True
            for other in self.contents[wave]:
                if self._movable(other) and self._try({unit: wave, other: here}):
                    return True
        return False

    def _pulling(self, unit: int) -> list[int]:
        """Other open waves in which it has ties, the most tied first."""
        pull: dict[int, int] = {}
        for number in self.instance.ties_of[unit]:
            tie = self.instance.ties[number]
            for wave in {self.numbers[other] for other in tie.units} - {self.numbers[unit]}:
                pull[wave] = pull.get(wave, 0) + tie.weight
        open_waves = [wave for wave in pull if not self.instance.room_of(wave).closed]
        return sorted(open_waves, key=lambda wave: (-pull[wave], wave))

    def _movable(self, unit: int) -> bool:
        return unit not in self.instance.pins and not self.instance.units[unit].alone

    def _lawful(self, unit: int, wave: int) -> bool:
        """Whether its other providers and consumers bear it there."""
        first = max((self.numbers[provider] for provider in self.instance.providers[unit]), default=0)
        last = min((self.numbers[consumer] for consumer in self.instance.consumers[unit]), default=wave)
        return first <= wave <= last

    def _try(self, change: dict[int, int]) -> bool:
        """Make the change if it splits less and is lawful."""
        self.tries += 1
        before = {unit: self.numbers[unit] for unit in change}
        was = self._split(change)
        self._set(change)
        if self._split(change) < was and all(self._lawful(*each) for each in change.items()) and self._fits(change):
            for unit, wave in change.items():
                self.contents[before[unit]].remove(unit)
                self.contents[wave].append(unit)
            return True
        self._set(before)
        return False

    def _set(self, change: dict[int, int]) -> None:
        for unit, wave in change.items():
            self.numbers[unit] = wave

    def _split(self, change: dict[int, int]) -> int:
        numbers, ties = self.numbers, self.instance.ties
        touched = {number for unit in change for number in self.instance.ties_of[unit]}
        return sum(ties[number].weight * len({numbers[unit] for unit in ties[number].units}) for number in touched)

    def _fits(self, change: dict[int, int]) -> bool:
        """Whether the waves that change have room for what is in them after it."""
        return all(self._holds(wave, list(self._members(wave, change))) for wave in set(change.values()))

    def _members(self, wave: int, change: dict[int, int]) -> Iterator[int]:
        yield from (unit for unit in self.contents[wave] if unit not in change)
        yield from (unit for unit, new in change.items() if new == wave)

    def _holds(self, wave: int, members: list[int]) -> bool:
        room, units = self.instance.room_of(wave), [self.instance.units[unit] for unit in members]
        if any(unit.alone for unit in units) or sum(unit.size for unit in units) > room.size:
            return False
        return all(sum(unit.loads[pool] for unit in units) <= most for pool, most in enumerate(room.loads))
