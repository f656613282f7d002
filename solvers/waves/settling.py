"""Whether what is settled can be: units that must be early are placed, so that the greedy start cannot miss them."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import TopologicalSorter

from domain.planning.waves.placing import SearchBudget
from solvers.waves.condensing import Contradiction
from solvers.waves.instance import Instance
from solvers.waves.model import Model, Part
from solvers.waves.work import Work

_WORK = 20.0


class Undecided(Exception):
    """The search for a placement of what is settled ended without an answer."""


def settle(instance: Instance, work: float = _WORK) -> dict[int, int]:
    """The waves of all units that cannot be put off; Contradiction when there are none.

    A unit that nothing settled waits for, and that an ordinary wave takes, can always follow later.
    """
    last = _latest(instance)
    if not last:
        return {}
    numbers = [instance.pins.get(unit, 0) for unit in range(len(instance.units))]
    if any(numbers[unit] > number for unit, number in last.items()):
        raise Contradiction
    if any(numbers[provider] > last[unit] for unit in last for provider in instance.providers[unit]):
        raise Contradiction
    part = Part(tuple(unit for unit in sorted(last) if unit not in instance.pins), _waves(instance, last))
    solved = Work(SearchBudget(work)).solve(Model(instance, part, numbers), work)
    if solved.numbers is None:
        raise Contradiction if solved.finished else Undecided
    return {unit: solved.numbers[unit] for unit in sorted(last)}


def _waves(instance: Instance, last: Mapping[int, int]) -> tuple[int, ...]:
    """Those that are not like others, and before each deadline as many as there are units: more are of no use."""
    found = {wave for wave in instance.rooms if wave <= max(last.values())}
    for deadline in set(last.values()):
        found.update(range(max(1, deadline - len(last) - len(instance.rooms)), deadline + 1))
    return tuple(sorted(found))


def _latest(instance: Instance) -> dict[int, int]:
    """The last wave of each unit that has one: settled, awaited by a settled one, or fitting only so early."""
    latest: dict[int, int] = {}
    for unit in _consumers_first(instance):
        waves = [latest[consumer] for consumer in instance.consumers[unit] if consumer in latest]
        if unit in instance.pins:
            waves.append(instance.pins[unit])
        elif instance.units[unit].size > instance.room.size:
            waves.append(max(wave for wave in instance.rooms if instance.fits(unit, wave)))
        if waves:
            latest[unit] = min(waves)
    return latest


def _consumers_first(instance: Instance) -> list[int]:
    return list(TopologicalSorter(dict(enumerate(instance.consumers))).static_order())
