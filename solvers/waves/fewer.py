"""One wave less: whole where the problem is small, else by emptying the last wave bit by bit."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from solvers.waves.instance import Instance, Unit
from solvers.waves.model import Model, Part
from solvers.waves.work import Solved, Work

_WHOLE = 20_000
_PER_PART = 0.2
_OPENED = 2
_SEED = 2


def fewer_waves(instance: Instance, numbers: Sequence[int], work: Work, share: float) -> Solved:
    """A placement with a lower last wave, or none; finished without one says that there is none."""
    last = max(numbers)
    if len(numbers) * last <= _WHOLE:
        part = Part(tuple(unit for unit in range(len(numbers)) if unit not in instance.pins), tuple(range(1, last)))
        solved = work.solve(Model(instance, part, numbers), work.left(share) / 2, thorough=True)
        if solved.finished or solved.numbers is not None:
            return solved
    return _Emptying(instance, list(numbers), last, _scarcest(instance)).run(work, share)


def _scarcest(instance: Instance) -> int:
    """What fills the waves most: 0 for the number of applications, or a pool by its number from 1 on."""
    rooms = [instance.room.size, *instance.room.loads]
    shares = [sum(_takes(unit, part) for unit in instance.units) / max(1, room) for part, room in enumerate(rooms)]
    return shares.index(max(shares))


def _takes(unit: Unit, part: int) -> int:
    return unit.loads[part - 1] if part else unit.size


@dataclass(slots=True)
class _Emptying:
    """Pushes units out of the last wave, into waves that are opened with it."""

    instance: Instance
    numbers: list[int]
    last: int
    scarcest: int

    def run(self, work: Work, share: float) -> Solved:
        draw = random.Random(_SEED)  # noqa: S311 - it must be repeatable
        while self.last in self.numbers and work.left(share) > 0:
            model = Model(self.instance, self._part(draw), self.numbers)
            model.hint()
            units = self.instance.units
            late = [(literal, wave * _takes(units[unit], self.scarcest)) for (unit, wave), literal in model.x.items()]
            model.cp.minimize(sum(amount * literal for literal, amount in late))
            self.numbers = work.solve(model, min(_PER_PART, work.left(share))).numbers or self.numbers
        return Solved(None if self.last in self.numbers else self.numbers, 0, finished=False)

    def _part(self, draw: random.Random) -> Part:
        """The last wave, one of those with room left, and others at random."""
        left = {
            wave: (room.loads[self.scarcest - 1] if self.scarcest else room.size)
            for wave in range(1, self.last)
            if not (room := self.instance.room_of(wave)).closed
        }
        for unit, wave in enumerate(self.numbers):
            if wave in left:
                left[wave] -= _takes(self.instance.units[unit], self.scarcest)
        roomy = [wave for wave, room in left.items() if room > 0]
        waves = {self.last, *([draw.choice(roomy)] if roomy else [])}
        waves.update(draw.sample(sorted(left), min(_OPENED, len(left))))
        units = (unit for unit, wave in enumerate(self.numbers) if wave in waves and unit not in self.instance.pins)
        return Part(tuple(units), tuple(sorted(waves)))
