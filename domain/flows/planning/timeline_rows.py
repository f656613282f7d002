"""A timeline as the plan keeps it: its bars, milestones and the waves' dates, under the ids they had."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from domain.definition import Outcome, PhaseCall, Warning
from domain.flows.planning.results import TimelineGenerated
from domain.flows.planning.revised import changed, choices_of, differing
from domain.flows.planning.staff import reflagged
from domain.planning.choices import ActivityChoice
from domain.planning.plan import PlanActivity, PlanMilestone, Timeline, Wave
from domain.planning.timeline import Bar, TimelineDraft
from domain.planning.wave_phases import WavePhase
from domain.planning.wave_request import activity_id
from domain.source import Source

NAME = "Migration timeline"
# Names as the timeline's readers know them.
_SHOWN = {
    "starts_on": "startsOn",
    "ends_on": "endsOn",
    "critical_path": "criticalPath",
    "resource_feasible": "resourceFeasible",
    "source": "source",
    "optimality_gap": "optimalityGap",
    "time_limited": "timeLimited",
}


@dataclass(frozen=True)
class TimelineRows:
    """What a draft makes of the plan of the call."""

    call: PhaseCall
    draft: TimelineDraft

    def outcome(self, *, saves: tuple[Any, ...] = (), warnings: tuple[Warning, ...] = ()) -> Outcome:
        """All that changed, what is gone, and the phase's result."""
        plan = self.call.portfolio.plan
        return Outcome(
            self.result(),
            saves=(
                *saves,
                *differing((self.timeline,), (plan.timeline,)),
                *differing(self.activities, plan.activities),
                *differing(self.milestones, plan.milestones),
                *differing(self.waves, plan.waves),
                *reflagged(self.call, self.waves, feasible=self.draft.resource_feasible),
            ),
            removes=tuple(self._gone()),
            warnings=warnings,
        )

    def result(self) -> TimelineGenerated:
        """The phase in a few numbers."""
        return TimelineGenerated(
            as_of=self.call.as_of,
            starts_on=self.draft.starts_on,
            ends_on=self.draft.ends_on,
            activities=len(self.activities),
            milestones=len(self.milestones),
            resource_feasible=self.draft.resource_feasible,
        )

    @cached_property
    def timeline(self) -> Timeline:
        """The same version as before where nothing of it, its bars and its milestones changed."""
        before, levelled = self.call.portfolio.plan.timeline, self.draft.levelled
        after = Timeline(
            id=before.id if before else self.call.new_id(),
            flow_id=self.call.flow_id,
            name=NAME,
            starts_on=self.draft.starts_on,
            ends_on=self.draft.ends_on,
            critical_path=tuple(self._ids[key] for key in self.draft.critical_path),
            resource_feasible=self.draft.resource_feasible,
            source=Source.USER if self._chosen else Source.RULES,
            optimality_gap=levelled.gap if levelled else None,
            solver_seconds=levelled.seconds if levelled else 0.0,
            time_limited=levelled.time_limited if levelled else False,
        )
        if before is None:
            return after
        after = replace(after, status=before.status, last_change=before.last_change, version=before.version)
        fields = tuple(self._differing(before, after))
        if not fields:
            return before
        return replace(after, last_change=changed(self.call, *fields), version=before.version + 1)

    @cached_property
    def activities(self) -> tuple[PlanActivity, ...]:
        choices = {each.key: each for each in choices_of(self.call).activities}
        waves = {wave.number: wave.id for wave in self.call.portfolio.plan.waves}
        return tuple(
            self._activity(bar, waves[bar.wave], choices.get(bar.id) or ActivityChoice(bar.id))
            for bar in self.draft.bars
        )

    @cached_property
    def milestones(self) -> tuple[PlanMilestone, ...]:
        held = {each.number: each.id for each in self.call.portfolio.plan.milestones}
        return tuple(
            PlanMilestone(
                id=held.get(each.number) or self.call.new_id(),
                flow_id=self.call.flow_id,
                number=each.number,
                name=each.name,
                day=each.date,
                description=each.description,
            )
            for each in self.draft.milestones
        )

    @cached_property
    def waves(self) -> tuple[Wave, ...]:
        """With their first design day, last day of closure and last migration day; an empty one stays as it is."""
        bars = {bar.id: bar for bar in self.draft.bars}
        return tuple(_dated(wave, bars) for wave in self.call.portfolio.plan.waves)

    @cached_property
    def _ids(self) -> Mapping[str, str]:
        held = {each.key: each.id for each in self.call.portfolio.plan.activities}
        return {bar.id: held.get(bar.id) or self.call.new_id() for bar in self.draft.bars}

    @property
    def _chosen(self) -> bool:
        """Whether anything of the schedule is as a person said; progress is no choice."""
        keys = {bar.id for bar in self.draft.bars}
        return any(
            each.key in keys and (each.starts_on or each.working_days) for each in choices_of(self.call).activities
        )

    def _activity(self, bar: Bar, wave_id: str, choice: ActivityChoice) -> PlanActivity:
        return PlanActivity(
            id=self._ids[bar.id],
            flow_id=self.call.flow_id,
            wave_id=wave_id,
            key=bar.id,
            number=bar.number,
            name=bar.name,
            phase=bar.phase,
            starts_on=bar.starts_on,
            ends_on=bar.ends_on,
            working_days=bar.working_days,
            earliest_start=bar.earliest_start,
            latest_finish=bar.latest_finish,
            float_days=bar.float_days,
            critical=bar.critical,
            predecessors=tuple(self._ids[key] for key in bar.predecessors),
            pinned=bar.pinned,
            percent_complete=choice.percent_complete or 0,
            actual_start=choice.actual_start,
            actual_end=choice.actual_end,
        )

    def _differing(self, before: Timeline, after: Timeline) -> Iterator[str]:
        """How long the search took is no difference."""
        yield from (shown for name, shown in _SHOWN.items() if getattr(before, name) != getattr(after, name))
        plan = self.call.portfolio.plan
        if set(self.activities) != set(plan.activities):
            yield "activities"
        if set(self.milestones) != set(plan.milestones):
            yield "milestones"

    def _gone(self) -> Iterator[PlanActivity | PlanMilestone]:
        plan = self.call.portfolio.plan
        kept = {each.id for each in self.activities} | {each.id for each in self.milestones}
        yield from (each for each in plan.activities if each.id not in kept)
        yield from (each for each in plan.milestones if each.id not in kept)


def _dated(wave: Wave, bars: Mapping[str, Bar]) -> Wave:
    design = bars.get(activity_id(wave.number, WavePhase.DESIGN))
    if design is None:
        return wave
    migration, closure = (bars[activity_id(wave.number, phase)] for phase in (WavePhase.MIGRATION, WavePhase.CLOSURE))
    return replace(wave, starts_on=design.starts_on, ends_on=closure.ends_on, cut_over_on=migration.ends_on)


def presently(activities: Iterable[PlanActivity]) -> tuple[dict[str, date], dict[str, int]]:
    """The first day and the length of each activity as it is planned now, by key."""
    held = tuple(activities)
    return {each.key: each.starts_on for each in held}, {each.key: each.working_days for each in held}
