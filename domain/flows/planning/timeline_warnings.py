"""What a person should know of a timeline; nothing stops for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal

from domain.definition import PhaseCall, Warning
from domain.flows.planning.revised import choices_of
from domain.flows.planning.timeline_request import providers
from domain.planning.plan import Timeline
from domain.planning.skill_gaps import is_role
from domain.planning.wave_phases import WavePhase
from domain.planning.wave_request import TimelineRequest, activity_id
from domain.planning.wording import listed


def timeline_warnings(
    call: PhaseCall, request: TimelineRequest, timeline: Timeline, over_booked: Mapping[str, date]
) -> Iterator[Warning]:
    """Over-booked pools with their first such day, a search that the clock ended, and what the dates do not count."""
    yield from _over_booked(request, over_booked)
    yield from _limited(timeline)
    yield from _empty(request)
    yield from _nobody(call)
    yield from _behind(call, request)
    yield from _left_out(call, request)


def _over_booked(request: TimelineRequest, over_booked: Mapping[str, date]) -> Iterator[Warning]:
    names = {pool.id: pool.name for pool in request.pools}
    told = sorted((day.isoformat(), names[id]) for id, day in over_booked.items())
    if told:
        message = f"Pools are asked for more than they give: {listed([f'{name} from {day}' for day, name in told])}."
        pools = [{"pool": name, "day": day} for day, name in told]
        yield Warning("NOT_RESOURCE_FEASIBLE", message, details={"pools": pools})


def _limited(timeline: Timeline) -> Iterator[Warning]:
    if timeline.time_limited:
        gap = timeline.optimality_gap or 0.0
        message = (
            "The clock ended the search for a schedule before its work was done: the timeline may be"
            f" {gap:.1%} longer than it must be, and another run may find another one."
        )
        yield Warning("TIME_LIMITED", message, details={"gap": gap, "seconds": timeline.solver_seconds})


def _empty(request: TimelineRequest) -> Iterator[Warning]:
    empty = [wave for wave in request.waves if not wave.applications]
    if empty:
        message = f"Nothing moves in these waves, and they have no activities: {listed([w.name for w in empty])}."
        yield Warning("EMPTY_WAVE", message, details={"waves": [wave.number for wave in empty]})


def _nobody(call: PhaseCall) -> Iterator[Warning]:
    plan = call.portfolio.plan
    gaps = [gap for gap in plan.resource_plan.skill_gaps if is_role(gap)] if plan.resource_plan else []
    if gaps:
        hours = sum((gap.hours_needed for gap in gaps), Decimal(0))
        roles = list(dict.fromkeys(gap.skill for gap in gaps))
        message = f"{hours:,} hours that no pool works take no time in these dates: {listed(roles)}."
        yield Warning("HOURS_WITHOUT_POOL", message, details={"hours": f"{hours:f}", "roles": roles})


def _behind(call: PhaseCall, request: TimelineRequest) -> Iterator[Warning]:
    """Only where a person wanted it so: rules place nobody before what he needs, and waves tell of it as well."""
    wave_plan = call.portfolio.plan.wave_plan
    if wave_plan is None or not wave_plan.violations:
        return
    names = {wave.number: wave.name for wave in request.waves}
    pairs = sorted((number, other) for number, others in providers(call).items() for other in others if other > number)
    if pairs:
        words = [f"{names[number]} needs {names[other]}" for number, other in pairs]
        message = f"These waves cut over before others that they need, as a person moved it so: {listed(words)}."
        told = [{"wave": number, "needs": other} for number, other in pairs]
        yield Warning("DEPENDENCY_BROKEN", message, details={"waves": told})


def _left_out(call: PhaseCall, request: TimelineRequest) -> Iterator[Warning]:
    there = {activity_id(wave.number, phase) for wave in request.moving_waves for phase in WavePhase}
    keys = [each.key for each in choices_of(call).activities if each.key not in there]
    if keys:
        message = f"What a person set of activities is left out, as their wave is gone or empty: {listed(keys)}."
        yield Warning("CHOICE_LEFT_OUT", message, details={"activities": keys})
