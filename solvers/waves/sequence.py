"""A better order of waves whose contents stay: exact within a window, as every wave's risk is then a number."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from ortools.sat.python import cp_model

from domain.planning.waves.placing import Level
from solvers.waves.instance import Instance
from solvers.waves.levels import drop_between
from solvers.waves.model import Value, total
from solvers.waves.scoring import pilot_misses, wave_risks

_PILOT = 1


@dataclass(slots=True)
class Order:
    """`x` says which wave's content, by its number now, gets which number of the window."""

    instance: Instance
    numbers: Sequence[int]
    window: tuple[int, ...]
    scores: Mapping[Level, int]
    cp: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    x: dict[tuple[int, int], cp_model.IntVar] = field(default_factory=dict)
    contents: dict[int, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.contents = {wave: [] for wave in self.window}
        for unit, wave in enumerate(self.numbers):
            if wave in self.contents:
                self.contents[wave].append(unit)
        for content in self.window:
            for wave in self._waves(content):
                self.x[content, wave] = self.cp.new_bool_var("")
        for each in self.window:
            self.cp.add_exactly_one(literal for (content, _), literal in self.x.items() if content == each)
            self.cp.add_exactly_one(literal for (_, wave), literal in self.x.items() if wave == each)
        for provider, consumer in sorted(self._precedences()):
            self._follow(provider, consumer)

    def keep_filled(self) -> None:
        """Every content fills a wave."""

    def hint(self) -> None:
        for (content, wave), literal in self.x.items():
            self.cp.add_hint(literal, content == wave)

    def value(self, level: Level) -> Value:
        """What a level comes to; the others do not depend on the order."""
        match level:
            case Level.PILOT if _PILOT in self.contents:
                return sum(self._misses(content) * literal for content, literal in self._at(_PILOT))
            case Level.RISING:
                return self._drops()
            case Level.PRIORITY:
                return self.scores[level] + self._priority_change()
            case _:
                return self.scores[level]

    def answer(self, solver: cp_model.CpSolver) -> list[int]:
        """The numbers of all units after the solve."""
        after = {content: wave for (content, wave), literal in self.x.items() if solver.boolean_value(literal)}
        return [after.get(wave, wave) for wave in self.numbers]

    def _waves(self, content: int) -> Iterator[int]:
        """Those between the waves outside the window that its units must follow and precede, and in which it fits."""
        units, instance = self.contents[content], self.instance
        if any(unit in instance.pins for unit in units) or instance.room_of(content).closed:
            yield content
            return
        providers = (self.numbers[each] for unit in units for each in instance.providers[unit])
        consumers = (self.numbers[each] for unit in units for each in instance.consumers[unit])
        first = max((wave for wave in providers if wave not in self.contents), default=0)
        last = min((wave for wave in consumers if wave not in self.contents), default=max(self.window))
        for wave in self.window:
            if wave == content or (first <= wave <= last and self._fits(units, wave)):
                yield wave

    def _fits(self, units: Sequence[int], wave: int) -> bool:
        room, own = self.instance.room_of(wave), [self.instance.units[unit] for unit in units]
        if room.closed or sum(unit.size for unit in own) > room.size:
            return False
        if any(unit.alone for unit in own):
            return True
        return all(sum(unit.loads[pool] for unit in own) <= most for pool, most in enumerate(room.loads))

    def _precedences(self) -> set[tuple[int, int]]:
        found = (
            (self.numbers[provider], wave)
            for wave, units in self.contents.items()
            for unit in units
            for provider in self.instance.providers[unit]
        )
        return {(provider, wave) for provider, wave in found if provider in self.contents and provider != wave}

    def _follow(self, provider: int, consumer: int) -> None:
        before: list[cp_model.IntVar] = []
        after: list[cp_model.IntVar] = []
        for wave in self.window:
            if (provider, wave) in self.x:
                before.append(self.x[provider, wave])
            if (consumer, wave) in self.x:
                after.append(self.x[consumer, wave])
                self.cp.add(total(after) <= total(before))

    def _at(self, wave: int) -> list[tuple[int, cp_model.IntVar]]:
        return [(content, self.x[content, wave]) for content in self.window if (content, wave) in self.x]

    def _misses(self, content: int) -> int:
        units = [self.instance.units[unit] for unit in self.contents[content]]
        return pilot_misses(self.instance, sum(unit.size for unit in units), sum(unit.misfits for unit in units))

    def _drops(self) -> Value:
        now = wave_risks(self.instance, self.numbers)
        risks = [self._risk(wave, now) if wave in self.contents else risk for wave, risk in now.items()]
        return sum(drop_between(self.cp, before, after) for before, after in pairwise(risks))

    def _risk(self, wave: int, now: Mapping[int, int]) -> Value:
        return sum(now[content] * literal for content, literal in self._at(wave))

    def _priority_change(self) -> Value:
        weight = {
            wave: sum(self.instance.units[unit].priority for unit in units) for wave, units in self.contents.items()
        }
        return sum(weight[content] * (wave - content) * literal for (content, wave), literal in self.x.items())
