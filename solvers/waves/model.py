"""The constraint model of a part of a placement: which of the free units goes into which of the open waves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from solvers.waves.instance import Instance, Unit

# What a level comes to in a model: an expression, or a number where the model does not change it.
Value = cp_model.LinearExpr | int


@dataclass(frozen=True, slots=True)
class Part:
    """The units that may move, and the waves they may be in; all others stay at their numbers (0 is nowhere yet)."""

    units: tuple[int, ...]
    waves: tuple[int, ...]


@dataclass(slots=True)
class Model:
    """`x` says which free unit is in which wave; `staying` are the other units of each open wave."""

    instance: Instance
    part: Part
    numbers: Sequence[int]
    cp: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    x: dict[tuple[int, int], cp_model.IntVar] = field(default_factory=dict)
    staying: dict[int, list[int]] = field(default_factory=dict)
    coming: dict[int, list[int]] = field(default_factory=dict)
    free: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        self.free = frozenset(self.part.units)
        self.coming = {wave: [] for wave in self.part.waves}
        self.staying = {wave: [] for wave in self.part.waves}
        for unit, wave in enumerate(self.numbers):
            if wave in self.staying and unit not in self.free:
                self.staying[wave].append(unit)
        for unit in self.part.units:
            self._place(unit)
        for wave in self.part.waves:
            self._fit(wave)
        for unit in self.part.units:
            for provider in self.instance.providers[unit]:
                if provider in self.free:
                    self._follow(unit, provider)

    def keep_filled(self) -> None:
        """No open wave is left empty."""
        for wave in self.part.waves:
            if not self.staying[wave]:
                self.cp.add_at_least_one(self.x[unit, wave] for unit in self.coming[wave])

    def hint(self) -> None:
        """Start from where the units are."""
        for (unit, wave), literal in self.x.items():
            self.cp.add_hint(literal, self.numbers[unit] == wave)

    def answer(self, solver: cp_model.CpSolver) -> list[int]:
        """The numbers of all units after the solve."""
        numbers = list(self.numbers)
        for (unit, wave), literal in self.x.items():
            if solver.boolean_value(literal):
                numbers[unit] = wave
        return numbers

    def _place(self, unit: int) -> None:
        waves = [wave for wave in self._between(unit) if self.instance.fits(unit, wave) and self._bears(unit, wave)]
        for wave in waves:
            self.x[unit, wave] = self.cp.new_bool_var("")
            self.coming[wave].append(unit)
        self.cp.add_exactly_one(self.x[unit, wave] for wave in waves)

    def _between(self, unit: int) -> Iterator[int]:
        """The open waves from its providers' to its consumers', of those that stay."""
        first = max(self._stay_at(self.instance.providers[unit]), default=0)
        last = min(self._stay_at(self.instance.consumers[unit]), default=max(self.part.waves))
        return (wave for wave in self.part.waves if first <= wave <= last)

    def _stay_at(self, units: Iterable[int]) -> Iterator[int]:
        return (self.numbers[unit] for unit in units if unit not in self.free and self.numbers[unit])

    def _bears(self, unit: int, wave: int) -> bool:
        """Whether those that stay bear it beside them."""
        staying = self.staying[wave]
        return not staying or not (self._unit(unit).alone or any(self._unit(other).alone for other in staying))

    def _fit(self, wave: int) -> None:
        room, coming, staying = self.instance.room_of(wave), self.coming[wave], self.staying[wave]
        alone = [self.x[unit, wave] for unit in coming if self._unit(unit).alone]
        others = [unit for unit in coming if not self._unit(unit).alone]
        literals = [self.x[unit, wave] for unit in others]
        sizes = [self._unit(unit).size for unit in others]
        free = room.size - sum(self._unit(unit).size for unit in staying)
        if alone:
            self.cp.add_at_most_one(alone)
            self.cp.add(weighted(literals, sizes) + free * total(alone) <= free)
        elif sum(sizes) > free:
            self.cp.add(weighted(literals, sizes) <= free)
        for pool, most in enumerate(room.loads):
            loads = [self._unit(unit).loads[pool] for unit in others]
            left = most - sum(self._unit(unit).loads[pool] for unit in staying if not self._unit(unit).alone)
            if sum(loads) > left:
                self.cp.add(weighted(literals, loads) <= left)

    def _follow(self, consumer: int, provider: int) -> None:
        """In every first so many waves: with the consumer, its provider is there too."""
        before: list[cp_model.IntVar] = []
        after: list[cp_model.IntVar] = []
        for wave in sorted(self.part.waves):
            if (provider, wave) in self.x:
                before.append(self.x[provider, wave])
            if (consumer, wave) in self.x:
                after.append(self.x[consumer, wave])
                self.cp.add(total(after) <= total(before))

    def _unit(self, unit: int) -> Unit:
        return self.instance.units[unit]


def weighted(literals: Sequence[cp_model.IntVar], weights: Sequence[int]) -> Value:
    """The sum of the weights of the literals that hold."""
    if not literals:
        return 0
    return _expression(cp_model.LinearExpr.weighted_sum(literals, weights))


def total(literals: Sequence[cp_model.IntVar]) -> Value:
    """How many of the literals hold."""
    return weighted(literals, [1] * len(literals))


def _expression(value: object) -> Value:
    assert isinstance(value, cp_model.LinearExpr | int)  # noqa: S101 - of integers alone no other comes
    return value
