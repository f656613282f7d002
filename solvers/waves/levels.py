"""The levels of the objective as expressions over a model; each equals the score of the whole placement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ortools.sat.python import cp_model

from domain.planning.waves.placing import Level
from solvers.waves.instance import Tie
from solvers.waves.model import Model, Value, total, weighted
from solvers.waves.scoring import spread, wave_risks

_MOST_RISK = 1000
_PILOT = 1


@dataclass(slots=True)
class Levels:
    """`scores` are those of the placement that the model starts from."""

    model: Model
    scores: Mapping[Level, int]
    _risks: dict[int, Value] = field(default_factory=dict)

    def value(self, level: Level) -> Value:
        """What the level comes to; WAVES stays what it is."""
        instance = self.model.instance
        match level:
            case Level.SPLIT:
                return self.scores[level] + self._spread_change(instance.ties, instance.ties_of)
            case Level.DEPARTMENTS:
                return self.scores[level] + self._spread_change(instance.departments, instance.departments_of)
            case Level.PILOT:
                return self._pilot()
            case Level.RISING:
                return self._drops()
            case Level.SPREAD:
                return self._highest()
            case Level.PRIORITY:
                return self.scores[level] + self._priority_change()
            case Level.WAVES:
                return self.scores[level]

    def _spread_change(self, ties: Sequence[Tie], ties_of: Sequence[Sequence[int]]) -> Value:
        touched = sorted({number for unit in self.model.part.units for number in ties_of[unit]})
        found = [ties[number] for number in touched]
        return sum(tie.weight * self._waves_of(tie) for tie in found) - spread(found, self.model.numbers)

    def _waves_of(self, tie: Tie) -> Value:
        """In how many further waves its units are."""
        model = self.model
        stay = {model.numbers[unit] for unit in tie.units if unit not in model.free}
        moving = [unit for unit in tie.units if unit in model.free]
        found: list[cp_model.IntVar] = []
        for wave in model.part.waves:
            if wave in stay:
                continue
            there = [model.x[unit, wave] for unit in moving if (unit, wave) in model.x]
            if len(there) > 1:
                touched = model.cp.new_bool_var("")
                for literal in there:
                    model.cp.add_implication(literal, touched)
                there = [touched]
            found.extend(there)
        return total(found) + len(stay) - 1

    def _pilot(self) -> Value:
        model, pilot = self.model, self.model.instance.pilot
        if pilot is None or _PILOT not in model.coming:
            return self.scores[Level.PILOT]
        least, most = pilot
        units = model.instance.units
        size = self._there(_PILOT, {unit: units[unit].size for unit in self._near(_PILOT)})
        misfits = self._there(_PILOT, {unit: units[unit].misfits for unit in self._near(_PILOT)})
        beside = model.cp.new_int_var(0, sum(unit.size for unit in units), "")
        model.cp.add(beside >= least - size)
        model.cp.add(beside >= size - most)
        return beside + misfits

    def _near(self, wave: int) -> list[int]:
        return self.model.staying[wave] + self.model.coming[wave]

    def _there(self, wave: int, amounts: Mapping[int, int]) -> Value:
        """The sum over the units that stay in the wave or come into it."""
        fixed = sum(amounts[unit] for unit in self.model.staying[wave])
        coming = self.model.coming[wave]
        literals = [self.model.x[unit, wave] for unit in coming]
        return weighted(literals, [amounts[unit] for unit in coming]) + fixed

    def _drops(self) -> Value:
        risks = self._wave_risks().values()
        return sum(drop_between(self.model.cp, before, after) for before, after in pairwise(risks))

    def _highest(self) -> Value:
        highest = self.model.cp.new_int_var(0, _MOST_RISK, "")
        for risk in self._wave_risks().values():
            self.model.cp.add(highest >= risk)
        return highest

    def _wave_risks(self) -> dict[int, Value]:
        """The risk of each wave in order; of an open wave a quotient of what comes into it."""
        if not self._risks:
            fixed = wave_risks(self.model.instance, self.model.numbers)
            self._risks = {wave: self._risk(wave) if wave in self.model.coming else fixed[wave] for wave in fixed}
        return self._risks

    def _risk(self, wave: int) -> Value:
        cp, units = self.model.cp, self.model.instance.units
        near = self._near(wave)
        most_hours, most_risk = sum(units[unit].hours for unit in near), sum(units[unit].risk for unit in near)
        hours, weighted = cp.new_int_var(1, max(1, most_hours), ""), cp.new_int_var(0, most_risk, "")
        cp.add(hours == self._there(wave, {unit: units[unit].hours for unit in near}))
        cp.add(weighted == self._there(wave, {unit: units[unit].risk for unit in near}))
        risk = cp.new_int_var(0, _MOST_RISK, "")
        cp.add_division_equality(risk, weighted, hours)
        return risk

    def _priority_change(self) -> Value:
        model = self.model
        units = model.instance.units
        terms = [(literal, units[unit].priority * wave) for (unit, wave), literal in model.x.items()]
        before = sum(units[unit].priority * model.numbers[unit] for unit in model.part.units)
        after = weighted([each for each, _ in terms], [amount for _, amount in terms])
        return after - before


def drop_between(cp: cp_model.CpModel, before: Value, after: Value) -> Value:
    """How much lower the risk after is than the one before; 0 where it rises."""
    if isinstance(before, int) and isinstance(after, int):
        return max(0, before - after)
    drop = cp.new_int_var(0, _MOST_RISK, "")
    cp.add(drop >= before - after)
    return drop
