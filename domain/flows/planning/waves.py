"""Placing applications into waves: the problem that a plan poses, and the plan that its answer makes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from domain.decision import MoveGroupHint
from domain.definition import Outcome, PhaseCall
from domain.errors import ErrorCode, Problem, Refused, refuse
from domain.flows.planning.facts import PlannedApplication, blackouts_of, planned_applications, starts_on
from domain.flows.planning.revised import choices_of
from domain.flows.planning.wave_lessons import of_sizes, recalled
from domain.flows.planning.wave_rows import WaveRows
from domain.flows.planning.wave_warnings import wave_warnings
from domain.planning.choices import PlanChoices
from domain.planning.proposed_pools import Staffing, propose_pools
from domain.planning.roles import WorkRole, role_of
from domain.planning.settings import calendar_of
from domain.planning.waves.input import SPARE_WAVES
from domain.planning.waves.planning import plan_waves
from domain.planning.waves.problem import (
    Candidate,
    GivenGroup,
    Move,
    PoolCapacity,
    WaveLimits,
    WaveProblem,
    WaveSetting,
)
from domain.planning.waves.ties import ties
from domain.resource_pool import ResourcePool

# About a hundred years.
LONGEST_DAYS = 26_000


def place_applications(call: PhaseCall) -> Outcome:
    """The best waves around what people have settled; an engagement without pools gets some first."""
    ports = call.ports
    if ports is None:
        raise ValueError("Placing needs a solver.")
    planned = planned_applications(call)
    if not planned:
        message = "No application of the plan moves: none has an accepted decision that says so."
        raise refuse(ErrorCode.NOT_READY, message, "applicationIds")
    pools = _proposed(call, planned)
    call = replace(call, portfolio=replace(call.portfolio, pools=(*call.portfolio.pools, *pools)))
    problem = _problem(call, planned)
    placed = plan_waves(problem, ports.solvers.placer, cancelled=ports.cancelled)
    learned = recalled(call, problem, planned, placed)
    rows = WaveRows(call, problem, learned.told(placed))
    return rows.outcome(
        saves=(*pools, of_sizes(call, problem, len(placed.placements), len(placed.waves))),
        warnings=tuple(wave_warnings(call, problem, placed, planned)),
        used=learned.used,
    )


def wave_problem(call: PhaseCall) -> WaveProblem:
    """What placement is asked of this plan, with what people chose in it; what is no longer in the plan is left out."""
    return _problem(call, planned_applications(call))


def pools_in_use(call: PhaseCall) -> tuple[ResourcePool, ...]:
    """The pools that can work on this plan: those that are kept, and still there when it starts."""
    first = starts_on(call)
    return tuple(
        pool
        for pool in call.portfolio.pools
        if not pool.removed and (pool.available_until is None or pool.available_until >= first)
    )


def _problem(call: PhaseCall, planned: tuple[PlannedApplication, ...]) -> WaveProblem:
    wanted, ids = call.configuration, frozenset(each.id for each in planned)
    tied = ties(call.portfolio.dependencies, _hints(planned), ids)
    choices = choices_of(call)
    problem = WaveProblem(
        candidates=tuple(map(_candidate, planned)),
        hard=tied.hard,
        soft=tied.soft,
        groups=tuple(_groups(call, ids)),
        limits=WaveLimits(
            max_applications=wanted.max_apps_per_wave,
            duration_days=wanted.wave_duration_limit_days,
            parallel_waves=wanted.max_parallel_waves,
            pilot=wanted.pilot_wave,
        ),
        capacities=tuple(_capacities(pools_in_use(call))),
        calendar=calendar_of(call.settings),
        blackouts=blackouts_of(call),
        starts_on=starts_on(call),
        settings=tuple(_settings(choices, ids)),
        moves=tuple(_moves(choices, ids)),
    )
    _check_lengths(problem)
    return problem


def _check_lengths(problem: WaveProblem) -> None:
    """Refused INFEASIBLE with the roles that would work for generations: no calendar reaches as far."""
    problems = []
    for each in problem.capacities:
        hours = sum((own for one in problem.candidates for role, own in one.hours if role == each.pool), Decimal(0))
        days = int(hours / each.hours_per_day)
        if days > LONGEST_DAYS:
            takes = f"The role {each.pool} has {hours:,} hours to work at {each.hours_per_day:,} a day"
            message = f"{takes}: {days:,} working days, and a plan has at most {LONGEST_DAYS:,}. Give it more people."
            problems.append(Problem(ErrorCode.INFEASIBLE, message, details={"role": each.pool}))
    if problems:
        raise Refused(problems)


def _candidate(planned: PlannedApplication) -> Candidate:
    return Candidate(
        id=planned.id,
        name=planned.application.name,
        hours=tuple((str(role), hours) for role, hours in planned.roles.items() if hours > 0),
        risk=planned.risk,
        priority=planned.priority,
        dependencies=planned.dependencies,
        department=planned.application.department,
    )


def _hints(planned: Iterable[PlannedApplication]) -> Iterator[MoveGroupHint]:
    """Each group once: a person names the same one in the decision of each of its applications."""
    groups: dict[str, MoveGroupHint] = {}
    for each in planned:
        for hint in each.decision.move_group_hints:
            known = groups.get(hint.group, hint)
            ids = dict.fromkeys((*known.application_ids, *hint.application_ids))
            groups[hint.group] = replace(known, application_ids=tuple(ids), strength=max(known.strength, hint.strength))
    yield from groups.values()


def _groups(call: PhaseCall, ids: frozenset[str]) -> Iterator[GivenGroup]:
    for group in call.configuration.move_groups:
        members = tuple(id for id in group.application_ids if id in ids)
        if members:
            yield GivenGroup(members, group.name)


def _capacities(pools: Iterable[ResourcePool]) -> Iterator[PoolCapacity]:
    """All pools of a role together; work of a role without one is a gap that resources tell of."""
    given: dict[WorkRole, Decimal] = {}
    for pool in pools:
        role = role_of(pool.role)
        if role is not None:
            given[role] = given.get(role, Decimal(0)) + pool.hours_per_day
    for role in WorkRole:
        if given.get(role, Decimal(0)) > 0:
            yield PoolCapacity(role, given[role])


def _settings(choices: PlanChoices, ids: frozenset[str]) -> Iterator[WaveSetting]:
    for each in choices.waves:
        if each.number <= SPARE_WAVES + len(ids):
            locked = None if each.locked_ids is None else tuple(id for id in each.locked_ids if id in ids)
            yield WaveSetting(each.number, locked, each.max_applications, each.starts_on)


def _moves(choices: PlanChoices, ids: frozenset[str]) -> Iterator[Move]:
    for each in choices.moves:
        if each.application_id in ids and (each.number or 1) <= SPARE_WAVES + len(ids):
            yield each


def _proposed(call: PhaseCall, planned: tuple[PlannedApplication, ...]) -> tuple[ResourcePool, ...]:
    """Nothing where the engagement has pools, whoever made them."""
    if any(not pool.removed for pool in call.portfolio.pools):
        return ()
    hours: dict[WorkRole, Decimal] = {}
    for each in planned:
        for role, asked in each.roles.items():
            hours[role] = hours.get(role, Decimal(0)) + asked
    wanted = call.configuration
    staffing = Staffing(hours, len(planned), wanted.max_apps_per_wave, wanted.wave_duration_limit_days)
    return propose_pools(staffing, call.currency, call.as_of, call.new_id)
