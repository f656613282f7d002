"""What each level of a placement comes to, in whole numbers: `numbers` holds the wave of each unit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType

from domain.planning.waves.placing import Level
from solvers.waves.instance import Instance, Tie

Numbers = Sequence[int]


def score(instance: Instance, numbers: Numbers, level: Level) -> int:
    return _SCORES[level](instance, numbers)


def spread(ties: Iterable[Tie], numbers: Numbers) -> int:
    """Weight of the ties, once for each further wave they are in."""
    return sum(tie.weight * (len({numbers[unit] for unit in tie.units}) - 1) for tie in ties)


def wave_risks(instance: Instance, numbers: Numbers) -> dict[int, int]:
    """The risk of each wave that is not empty, in thousandths, rounded down."""
    risk: dict[int, int] = {}
    hours: dict[int, int] = {}
    for unit, wave in zip(instance.units, numbers, strict=True):
        risk[wave] = risk.get(wave, 0) + unit.risk
        hours[wave] = hours.get(wave, 0) + unit.hours
    return {wave: risk[wave] // hours[wave] for wave in sorted(risk)}


def pilot_misses(instance: Instance, size: int, misfits: int) -> int:
    """How many applications too few, too many or unsuited."""
    if instance.pilot is None:
        return 0
    least, most = instance.pilot
    return max(0, least - size) + max(0, size - most) + misfits


def _pilot(instance: Instance, numbers: Numbers) -> int:
    there = [unit for unit, wave in zip(instance.units, numbers, strict=True) if wave == 1]
    return pilot_misses(instance, sum(unit.size for unit in there), sum(unit.misfits for unit in there))


def _rising(instance: Instance, numbers: Numbers) -> int:
    risks = list(wave_risks(instance, numbers).values())
    return sum(max(0, before - after) for before, after in pairwise(risks))


_SCORES: Mapping[Level, Callable[[Instance, Numbers], int]] = MappingProxyType(
    {
        Level.WAVES: lambda _, numbers: max(numbers, default=0),
        Level.SPLIT: lambda instance, numbers: spread(instance.ties, numbers),
        Level.PILOT: _pilot,
        Level.RISING: _rising,
        Level.SPREAD: lambda instance, numbers: max(wave_risks(instance, numbers).values(), default=0),
        Level.DEPARTMENTS: lambda instance, numbers: spread(instance.departments, numbers),
        Level.PRIORITY: lambda instance, numbers: sum(
            unit.priority * wave for unit, wave in zip(instance.units, numbers, strict=True)
        ),
    }
)
