"""What the facts say of each readiness check."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

from domain.application import Application, Readiness, Technology
from domain.debt import Severity
from domain.decision import Strategy
from domain.definition import PhaseCall
from domain.dependency import DependencyKind
from domain.end_of_life import end_of_life
from domain.flows.execution.check_list import Finding
from domain.flows.execution.facts import Moving, cut_over_on
from domain.flows.execution.opening import unmovable
from domain.standard import ApprovalStatus

R = Readiness
_MOST_NAMED = 5
# Who needs a provider that has not moved is told so, where the plan moves it before.
_THERE = frozenset({R.MIGRATED})


@dataclass
class Known:
    """The call, with what is looked up for each application."""

    call: PhaseCall

    @cached_property
    def applications(self) -> Mapping[str, Application]:
        portfolio = self.call.portfolio
        return {each.id: each for each in (*portfolio.neighbours, *portfolio.applications)}

    @cached_property
    def scope(self) -> frozenset[str]:
        return frozenset(each.id for each in self.call.portfolio.applications)


def _dates(known: Known) -> Finding:
    wave = known.call.portfolio.wave
    if wave is None or wave.wave.cut_over_on is None:
        return Finding(
            None, "No plan says the day of the cut-over: say when it is, and that nothing stands against it."
        )
    day = wave.wave.cut_over_on
    if reason := wave.blackout_on(day):
        return Finding(False, f"The cut-over on {day} lies in a blackout: {reason}.")
    if day < known.call.as_of:
        return Finding(False, f"The cut-over was to be on {day}, which is past.")
    return Finding(True, f"The cut-over is on {day}.")


def _plan(known: Known) -> Finding:
    wave = known.call.portfolio.wave
    if wave is None:
        return Finding(True, "It is done without a plan.")
    moved = _names(a for a in known.call.portfolio.applications if wave.number_of(a.id) != wave.wave.number)
    if moved:
        return Finding(False, f"{wave.plan_name} does not move these in {wave.wave.name} any more: {moved}.")
    other = _names(a for a in known.call.portfolio.applications if a.planned_by != wave.plan_id)
    if other:
        return Finding(False, f"{wave.plan_name} is not the plan in force of: {other}.")
    return Finding(True, f"{wave.plan_name} is in force.")


def _decision(_known: Known, each: Moving) -> Finding:
    decision = each.decision
    if decision is None:
        return Finding(False, "There is no accepted decision.")
    if decision.changed_facts:
        return Finding(False, f"What it rests on has changed since: {', '.join(decision.changed_facts)}.")
    return Finding(True, f"{decision.strategy}, accepted.")


def _standing(known: Known, each: Moving) -> Finding:
    if why := unmovable(each.application, each.decision, known.call.flow_id):
        return Finding(False, f"It {why}")
    if each.application.vanished:
        return Finding(False, "The newest inventory does not know it any more.")
    return Finding(True, f"It is {_before(each.application)}.")


def _before(application: Application) -> Readiness:
    """What it was before this execution took it along: the same is said before and after."""
    return application.readiness_before or application.readiness


def _providers(known: Known, each: Moving) -> Finding:
    """HARD ones: what has not moved though the plan moves it earlier is in the way, what stays is for people to say."""
    missing, staying = [], []
    for edge in each.needs:
        provider = known.applications.get(edge.to_id)
        if edge.kind is not DependencyKind.HARD or provider is None or provider.id in known.scope:
            continue
        if provider.readiness is R.RETIRED:
            missing.append(f"{provider.name} is switched off")
        elif provider.readiness not in _THERE and _earlier(known, provider):
            missing.append(f"{provider.name} was to move before, and is {provider.readiness}")
        elif provider.readiness not in _THERE:
            staying.append(provider.name)
    if missing:
        return Finding(False, f"{'; '.join(missing)}.")
    if staying:
        return Finding(None, f"These stay where they are; see that it reaches them: {_few(staying)}.")
    return Finding(True, "All it needs has moved, or moves with it.")


def _earlier(known: Known, provider: Application) -> bool:
    wave = known.call.portfolio.wave
    number = wave.number_of(provider.id) if wave else None
    return wave is not None and number is not None and number < wave.wave.number


def _consumers(known: Known, each: Moving) -> Finding:
    ids = [edge.from_id for edge in each.needed_by if edge.kind is DependencyKind.HARD]
    found = [known.applications[id] for id in ids if id in known.applications and id not in known.scope]
    behind = [a.name for a in found if a.readiness not in (R.MIGRATED, R.RETIRED)]
    if behind:
        return Finding(None, f"These need it and do not move with it: {_few(behind)}.")
    return Finding(True, "Nothing that needs it stays behind.")


def _support(known: Known, each: Moving) -> Finding:
    day = cut_over_on(known.call)
    kept = [part for part in each.components if each.strategy_of(part) is Strategy.REHOST]
    technologies = [*each.application.technologies, *(one for part in kept for one in part.technologies)]
    ended = dict.fromkeys(_ended(technologies, day.isoformat()))
    if ended:
        return Finding(False, f"{_few(list(ended))}.")
    return Finding(True, f"Nothing that is known of it has lost its support by {day}.")


def _ended(technologies: Iterable[Technology], day: str) -> Iterator[str]:
    for each in technologies:
        row = end_of_life(each)
        if row is not None and row.ends_on.isoformat() < day:
            yield f"{each.name} {each.version}: support ended on {row.ends_on}"


def _data(_known: Known, each: Moving) -> Finding:
    size = each.gigabytes()
    if size is None:
        return Finding(False, "How much is not known; the runbook reckons with the default.")
    return Finding(True, f"{size:g} GB.")


def _owner(_known: Known, each: Moving) -> Finding:
    owner = each.application.technical_owner or each.application.business_owner
    return Finding(True, f"{owner}.") if owner else Finding(False, "Neither a business nor a technical owner is known.")


def _debt(known: Known, each: Moving) -> Finding:
    excused = {
        one.standard_id
        for one in each.exceptions
        if one.status is ApprovalStatus.APPROVED
        and (one.expires_on is None or one.expires_on >= cut_over_on(known.call))
    }
    critical = [
        item.title
        for item in each.debt
        if item.severity is Severity.CRITICAL
        and not item.dismissed
        and (item.standard_id is None or item.standard_id not in excused)
    ]
    if critical:
        return Finding(False, f"{_few(list(dict.fromkeys(critical)))}.")
    return Finding(True, "There is none.")


def _exceptions(known: Known, each: Moving) -> Finding:
    day = cut_over_on(known.call)
    undecided = sum(one.status is ApprovalStatus.PROPOSED for one in each.exceptions)
    expired = [
        f"{one.expires_on}"
        for one in each.exceptions
        if one.status is ApprovalStatus.APPROVED and one.expires_on is not None and one.expires_on < day
    ]
    if undecided:
        return Finding(False, f"{undecided} not decided.")
    if expired:
        return Finding(False, f"Expired by {day}: {_few(expired)}.")
    return Finding(True, "All are decided, and none has expired.")


def _names(applications: Iterable[Application]) -> str:
    return _few(sorted(each.name for each in applications))


def _few(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


OF_RUN: Mapping[str, Callable[[Known], Finding]] = MappingProxyType({"dates": _dates, "plan": _plan})
OF_APPLICATION: Mapping[str, Callable[[Known, Moving], Finding]] = MappingProxyType(
    {
        "decision": _decision,
        "standing": _standing,
        "providers": _providers,
        "consumers": _consumers,
        "support": _support,
        "data": _data,
        "owner": _owner,
        "debt": _debt,
        "exceptions": _exceptions,
    }
)
