"""What a plan asks of its timeline: waves with their hours, pools, calendar, and what people have set."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal

from domain.definition import PhaseCall
from domain.flows.planning.facts import blackouts_of, planned_applications, starts_on
from domain.flows.planning.revised import choices_of
from domain.flows.planning.waves import wave_problem
from domain.planning.choices import PlanChoices
from domain.planning.plan import Plan, Wave
from domain.planning.settings import calendar_of
from domain.planning.wave_request import ActivityChange, PlannedWave, TimelinePool, TimelineRequest


def timeline_request(call: PhaseCall) -> TimelineRequest:
    """Everything that the timeline of this plan rests on."""
    plan = call.portfolio.plan
    moving = {each.id for each in planned_applications(call)}
    return TimelineRequest(
        starts_on=starts_on(call),
        waves=tuple(_waves(call, plan)),
        pools=tuple(_pools(plan)),
        calendar=calendar_of(call.settings),
        blackouts=blackouts_of(call),
        max_parallel_waves=call.configuration.max_parallel_waves,
        changes=changes_of(choices_of(call)),
        portfolio=len(moving | set(plan.numbers)),
    )


def changes_of(choices: PlanChoices) -> dict[str, ActivityChange]:
    """What people set of activities, by their keys."""
    return {each.key: ActivityChange(each.starts_on, each.working_days) for each in choices.activities}


def providers(call: PhaseCall) -> dict[int, frozenset[int]]:
    """The other waves that hold what a wave cannot do without, by the wave's number."""
    numbers = call.portfolio.plan.numbers
    found: defaultdict[int, set[int]] = defaultdict(set)
    for each in wave_problem(call).hard:
        consumer, provider = numbers.get(each.consumer_id), numbers.get(each.provider_id)
        if consumer is not None and provider is not None and consumer != provider:
            found[consumer].add(provider)
    return {number: frozenset(others) for number, others in found.items()}


def _waves(call: PhaseCall, plan: Plan) -> Iterator[PlannedWave]:
    applications = Counter(plan.numbers.values())
    hours = _hours(plan)
    dates = {each.number: each.starts_on for each in choices_of(call).waves}
    needed = providers(call)
    names = Counter(wave.name for wave in plan.waves)
    for wave in sorted(plan.waves, key=lambda each: each.number):
        yield PlannedWave(
            number=wave.number,
            name=_name(wave, names),
            applications=applications[wave.number],
            hours=hours[wave.id],
            pilot=wave.pilot,
            not_before=dates.get(wave.number),
            # What a person moved behind those who need it would wait for them and they for it: waves tell of it.
            after=tuple(sorted(other for other in needed.get(wave.number, ()) if other < wave.number)),
        )


def _name(wave: Wave, names: Mapping[str, int]) -> str:
    """People may call two waves the same; who reads a chart must tell them apart."""
    return wave.name if names[wave.name] == 1 else f"{wave.name} ({wave.number})"


def _hours(plan: Plan) -> defaultdict[str, dict[str, Decimal]]:
    found: defaultdict[str, dict[str, Decimal]] = defaultdict(dict)
    for each in plan.allocations:
        if each.hours > 0:
            found[each.wave_id][each.pool_id] = each.hours
    return found


def _pools(plan: Plan) -> Iterator[TimelinePool]:
    """As they were when hours were allocated to them."""
    for pool in plan.resource_plan.pools if plan.resource_plan else ():
        yield TimelinePool(pool.id, pool.name, pool.hours_per_day, pool.available_from, pool.available_until)
