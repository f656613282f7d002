"""What a person should know of the waves of a plan; nothing stops for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from domain.application import Application
from domain.definition import PhaseCall, Warning
from domain.flows.planning.facts import PlannedApplication, not_planned
from domain.planning.proposed_pools import role_rate
from domain.planning.roles import WorkRole
from domain.planning.waves.placement import WavePlacement
from domain.planning.waves.problem import WaveProblem

# A list of warnings of one kind tells at most so many one by one, a sentence names at most so many applications.
_TOLD, _NAMED, _IDS = 20, 5, 100


def wave_warnings(
    call: PhaseCall, problem: WaveProblem, placed: WavePlacement, planned: Sequence[PlannedApplication]
) -> Iterator[Warning]:
    """What the plan rests on that nobody has confirmed, and what it could not keep."""
    yield from _pools(call)
    yield from _gaps(problem)
    yield from _unplanned(call)
    yield from _unsure(planned)
    for words in placed.waived:
        yield Warning("WAIVED", f"Moves and locks left no room for this: {words}")
    if placed.time_limited:
        message = "The clock ended the search before its work was done: another run may find better waves."
        yield Warning("TIME_LIMITED", message)
    yield from violation_warnings(placed)


def violation_warnings(placed: WavePlacement) -> Iterator[Warning]:
    """What the plan breaks, one by one where that can be read."""
    for each in placed.violations[:_TOLD]:
        details = {"violation": each.code, "applicationIds": list(each.application_ids), "waves": list(each.waves)}
        yield Warning("VIOLATION", each.message, details=details)
    left = len(placed.violations) - _TOLD
    if left > 0:
        yield Warning("VIOLATION", f"{left} more constraints are broken; the wave plan lists all of them.")


def _pools(call: PhaseCall) -> Iterator[Warning]:
    suggested = [pool for pool in call.portfolio.pools if pool.suggested and not pool.removed]
    if not suggested:
        return
    names = ", ".join(pool.name for pool in suggested)
    message = f"Nobody has confirmed the proposed pools ({names}): lengths of waves and all costs rest on them."
    yield Warning("SUGGESTED_POOLS", message, details={"poolIds": [pool.id for pool in suggested]})
    rate = role_rate(WorkRole.ENGINEER, call.currency, call.as_of)
    if rate.currency != call.currency:
        message = f"There are no hourly rates in {call.currency}; proposed pools have the numbers of {rate.currency}."
        yield Warning("NO_RATE", message)


def _gaps(problem: WaveProblem) -> Iterator[Warning]:
    staffed = {each.pool for each in problem.capacities}
    asked = {role for each in problem.candidates for role, _ in each.hours}
    for role in WorkRole:
        if role in asked - staffed:
            hours = sum(hours for each in problem.candidates for own, hours in each.hours if own == role)
            message = f"No pool has the role {role}: {hours:,} hours are nobody's, and no wave waits for them."
            yield Warning("NO_POOL", message, details={"role": str(role), "hours": str(hours)})


def _unplanned(call: PhaseCall) -> Iterator[Warning]:
    left = not_planned(call)
    for each in left[:_TOLD]:
        message = f"{each.name} is in no wave: no accepted decision says that it moves."
        yield Warning("NOT_PLANNED", message, details={"applicationIds": [each.id]})
    if len(left) > _TOLD:
        message = f"{len(left) - _TOLD} more applications are in no wave for the same reason."
        yield Warning("NOT_PLANNED", message, details={"applicationIds": [each.id for each in left[_TOLD:]][:_IDS]})


def _unsure(planned: Sequence[PlannedApplication]) -> Iterator[Warning]:
    guessed = [each.application for each in planned if not each.servers_known]
    if guessed:
        message = f"Nobody knows how many servers {_names(guessed)} have: hours and priority count one a component."
        yield Warning("UNKNOWN_SERVERS", message, details=_ids(guessed))
    stale = [each.application for each in planned if each.decision.changed_facts]
    if stale:
        message = f"Facts behind the decisions of {_names(stale)} changed since: assess them again, or keep them so."
        yield Warning("STALE_DECISION", message, details=_ids(stale))


def _ids(applications: Sequence[Application]) -> dict[str, list[str]]:
    return {"applicationIds": [each.id for each in applications[:_IDS]]}


def _names(applications: Sequence[Application]) -> str:
    """The names, not all of many."""
    names = sorted(each.name for each in applications)
    if len(names) > _NAMED:
        return f"{', '.join(names[:_NAMED])} and {len(names) - _NAMED} more"
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
