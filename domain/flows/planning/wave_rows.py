"""A placement as the plan keeps it: the wave plan, its waves and who is in them, under the ids they had."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from domain.definition import Outcome, PhaseCall, Warning
from domain.flows.planning.results import WavePlanned
from domain.flows.planning.revised import changed, choices_of
from domain.planning.choices import WaveChoice
from domain.planning.memory import used_decisions, used_dependencies
from domain.planning.plan import PlacedApplication, Wave, WavePlan, between_waves
from domain.planning.wave_phases import LEAST_DAYS
from domain.planning.waves.placement import PlacedWave, WavePlacement
from domain.planning.waves.problem import WaveProblem
from domain.planning.waves.risk import suits_pilot
from domain.source import Source


@dataclass(frozen=True)
class WaveRows:
    """What a placement makes of the plan of the call. `by` is who made it, `fields` what was changed of it.

    Waves that are as they were `before` keep the dates that the timeline has found for them.
    """

    call: PhaseCall
    problem: WaveProblem
    placement: WavePlacement
    by: Source = Source.RULES
    fields: tuple[str, ...] = ("placement",)
    before: tuple[PlacedWave, ...] = ()

    def outcome(
        self, *, saves: tuple[Any, ...] = (), warnings: tuple[Warning, ...] = (), used: tuple[str, ...] = ()
    ) -> Outcome:
        """All that changed, what is gone, and the phase's result."""
        return Outcome(
            self.result(),
            saves=(*saves, *self._changed()),
            removes=tuple(self._gone()),
            warnings=warnings,
            used=used,
        )

    def result(self) -> WavePlanned:
        """The phase in a few numbers."""
        return WavePlanned(
            as_of=self.call.as_of,
            waves=len(self.placement.waves),
            placed=len(self.placed),
            unassigned=len(self.call.portfolio.applications) - len(self.placed),
            cross_wave_dependencies=between_waves(self.numbers, self.call.portfolio.dependencies),
            violations=len(self.placement.violations),
            optimality_gap=self.plan.optimality_gap,
            rests_on_suggested_pools=any(pool.suggested and not pool.removed for pool in self.call.portfolio.pools),
        )

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """The wave of each placed application, by id."""
        return {id: wave.number for wave in self.placement.waves for id in wave.application_ids}

    @cached_property
    def plan(self) -> WavePlan:
        """The version before where the rules changed nothing of it, its waves and placements."""
        before, found = self.call.portfolio.plan.wave_plan, self.placement
        after = WavePlan(
            id=before.id if before else self.call.new_id(),
            flow_id=self.call.flow_id,
            rationale=found.rationale,
            source=self.by,
            violations=found.violations,
            optimality_gap=found.gap,
            solver_seconds=found.seconds,
            time_limited=found.time_limited,
            waived=found.waived,
            levels=found.levels,
            **self._memory(before),
        )
        if before is None:
            return after
        same = replace(
            after, solver_seconds=before.solver_seconds, last_change=before.last_change, version=before.version
        )
        if self.by is Source.RULES and same == before and not any(self._telling()) and not any(self._gone()):
            return before
        return replace(after, version=before.version + 1, last_change=changed(self.call, *self.fields))

    def _memory(self, before: WavePlan | None) -> dict[str, Any]:
        """What it was made from: who moves an application does not say that all the others are right as they are."""
        if before is not None and self.by is Source.USER:
            return {"decisions": before.decisions, "dependencies": before.dependencies}
        portfolio = self.call.portfolio
        return {"decisions": used_decisions(portfolio), "dependencies": used_dependencies(portfolio)}

    @cached_property
    def waves(self) -> tuple[Wave, ...]:
        """Those that something moves in, and those that a person added or locked while they are empty."""
        filled = {wave.number: wave for wave in self.placement.waves}
        choices = {each.number: each for each in choices_of(self.call).waves}
        kept = {number for number, each in choices.items() if each.added or each.locked_ids is not None}
        return tuple(
            self._wave(number, filled.get(number), choices.get(number) or WaveChoice(number))
            for number in sorted(filled.keys() | kept)
        )

    @cached_property
    def placed(self) -> tuple[PlacedApplication, ...]:
        ids = {wave.number: wave.id for wave in self.waves}
        return tuple(
            PlacedApplication(
                self.call.flow_id, each.application_id, ids[self.numbers[each.application_id]], each.because
            )
            for each in self.placement.placements
        )

    def _wave(self, number: int, placed: PlacedWave | None, choice: WaveChoice) -> Wave:
        held = self.call.portfolio.plan.wave(number)
        pilot = self.problem.limits.pilot and number == 1
        empty = Wave(
            id=held.id if held else self.call.new_id(),
            flow_id=self.call.flow_id,
            number=number,
            name=choice.name or ("Pilot" if pilot else f"Wave {number}"),
            pilot=pilot,
            effort_hours=Decimal(0),
            risk_score=0.0,
            duration_days=0,
            rationale="A person keeps this wave; nothing moves in it yet.",
            starts_on=choice.starts_on,
            locked=choice.locked_ids is not None,
            max_applications=choice.max_applications,
        )
        if placed is None:
            return empty
        dates = held if held and placed in self.before else placed.dates
        return replace(
            empty,
            effort_hours=placed.total_hours,
            risk_score=placed.risk or 0.0,
            duration_days=placed.days,
            rationale=self._why(placed, choice),
            starts_on=dates.starts_on if dates else None,
            ends_on=dates.ends_on if dates else None,
            cut_over_on=dates.cut_over_on if dates else None,
        )

    def _why(self, wave: PlacedWave, choice: WaveChoice) -> str:
        """What the wave is, in a sentence; why each application is in it is told with its placement."""
        size = len(wave.application_ids)
        applications = "1 application" if size == 1 else f"{size} applications"
        hours = f"{wave.total_hours:,.2f}".rstrip("0").rstrip(".")
        parts = [f"{applications} of {hours} hours in {wave.days} working days{self._longest(wave)}"]
        parts.append(f"risk {wave.risk or 0.0:.2f}")
        if wave.pilot:
            suited = sum(suits_pilot(each.risk, each.dependencies) for each in self._members(wave))
            parts.append(f"{suited} of low risk with few dependencies, as a pilot likes them")
        if choice.locked_ids is not None:
            parts.append("locked by a person")
        return f"{'; '.join(parts)}."

    def _longest(self, wave: PlacedWave) -> str:
        """Whose work makes the wave last longer than the shortest one."""
        if wave.days <= LEAST_DAYS:
            return ""
        hours = dict(wave.hours)
        needs = {each.pool: hours.get(each.pool, Decimal(0)) / each.hours_per_day for each in self.problem.capacities}
        return f", which the role {max(needs, key=lambda role: needs[role])} needs"

    def _members(self, wave: PlacedWave) -> Iterator[Any]:
        return (each for each in self.problem.candidates if each.id in wave.application_ids)

    @cached_property
    def _changed_parts(self) -> tuple[Wave | PlacedApplication, ...]:
        plan = self.call.portfolio.plan
        waves, placed = _by(plan.waves, _wave_key), _by(plan.placed, _placed_key)
        return (
            *(each for each in self.waves if waves.get(each.id) != each),
            *(each for each in self.placed if placed.get(each.application_id) != each),
        )

    def _telling(self) -> Iterator[Wave | PlacedApplication]:
        """What changed but for dates: they are the timeline's."""
        held = _by(self.call.portfolio.plan.waves, _wave_key)
        for each in self._changed_parts:
            old = held.get(each.id) if isinstance(each, Wave) else None
            if old is None or replace(each, **_dates(old)) != old:
                yield each

    def _changed(self) -> Iterator[Any]:
        if self.plan != self.call.portfolio.plan.wave_plan:
            yield self.plan
        yield from self._changed_parts

    def _gone(self) -> Iterator[Wave | PlacedApplication]:
        plan = self.call.portfolio.plan
        waves, placed = _by(self.waves, _wave_key), _by(self.placed, _placed_key)
        yield from (each for each in plan.placed if each.application_id not in placed)
        yield from (each for each in plan.waves if each.id not in waves)


def _dates(wave: Wave) -> dict[str, Any]:
    return {"starts_on": wave.starts_on, "ends_on": wave.ends_on, "cut_over_on": wave.cut_over_on}


def _wave_key(wave: Wave) -> str:
    return wave.id


def _placed_key(placed: PlacedApplication) -> str:
    return placed.application_id


def _by(values: tuple[Any, ...], key: Callable[[Any], str]) -> dict[str, Any]:
    return {key(value): value for value in values}
