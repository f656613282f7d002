"""What of what a plan used is not any more so: old and new, in words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from domain.decision import Decision
from domain.definition import CHANGED_SINCE, PhaseCall, Warning
from domain.dependency import DependencyKind
from domain.planning.memory import used_decisions, used_dependencies, used_pools
from domain.planning.plan import ResourcePlan, UsedDecision, UsedDependency, UsedPool, WavePlan
from domain.resource_pool import ResourcePool

# More than so many changes are counted and not told one by one.
TOLD = 50


def changed_for_waves(call: PhaseCall) -> tuple[Warning, ...]:
    """Decisions and dependencies that are not as the waves used them; none while there are no waves."""
    plan = call.portfolio.plan.wave_plan
    if plan is None:
        return ()
    names = _Names(call)
    return _told((*_decisions(plan.decisions, call, names), *_dependencies(plan.dependencies, call, names)))


def changed_for_resources(call: PhaseCall) -> tuple[Warning, ...]:
    """Pools that work on the waves and are not as they were; what each is called changes nothing."""
    plan = call.portfolio.plan.resource_plan
    return () if plan is None else _told(_pools(plan.pools, call))


def _told(warnings: Iterable[Warning]) -> tuple[Warning, ...]:
    """The first of them, and how many more there are."""
    found = tuple(warnings)
    if len(found) <= TOLD:
        return found
    more = len(found) - TOLD
    rest = Warning(CHANGED_SINCE, f"{more:,} more that this used have changed since.", details={"more": more})
    return (*found[:TOLD], rest)


class _Names:
    """What people call the applications."""

    def __init__(self, call: PhaseCall) -> None:
        self._names = {each.id: each.name for each in (*call.portfolio.applications, *call.portfolio.neighbours)}

    def __call__(self, application_id: str) -> str:
        return self._names.get(application_id, "An application that is no longer there")


# ── decisions


def _decisions(used: tuple[UsedDecision, ...], call: PhaseCall, names: _Names) -> Iterator[Warning]:
    before = {each.application_id: each for each in used}
    after = {each.application_id: each for each in used_decisions(call.portfolio)}
    decisions = {each.id: each for each in call.portfolio.accepted}
    for application_id in sorted(before.keys() | after.keys(), key=lambda each: (names(each), each)):
        old, new = before.get(application_id), after.get(application_id)
        if old != new:
            words = _decision_words(old, new, decisions)
            details = {"applicationId": application_id, "old": _decision_told(old), "new": _decision_told(new)}
            yield Warning(CHANGED_SINCE, f"{names(application_id)}: {words}.", details=details)


def _decision_words(old: UsedDecision | None, new: UsedDecision | None, decisions: Mapping[str, Decision]) -> str:
    if new is None:
        return f"it has no accepted decision any more; it was {_in_short(old)}"
    if old is None:
        return f"it had no accepted decision; now it is {_in_short(new)}"
    changes = []
    if old.strategy is not new.strategy:
        changes.append(f"{old.strategy} became {new.strategy}")
    if old.hours != new.hours:
        changes.append(f"{_hours(old.hours)} became {_hours(new.hours)}")
    if changes:
        return "; ".join(changes)
    if old.decision_id != new.decision_id:
        return f"a newer decision was accepted, {_in_short(new)} as before"
    last = decisions[new.decision_id].last_change
    what = f" ({', '.join(last.fields)})" if last and last.fields else ""
    return f"its decision was changed{what}, version {old.version} became {new.version}; still {_in_short(new)}"


def _in_short(used: UsedDecision | None) -> str:
    return "" if used is None else f"{used.strategy}, {_hours(used.hours)}"


def _hours(hours: Decimal) -> str:
    return f"{_plain(hours)} h"


def _plain(number: Decimal) -> str:
    return f"{number.normalize():,f}"


def _decision_told(used: UsedDecision | None) -> dict[str, Any] | None:
    if used is None:
        return None
    return {
        "decisionId": used.decision_id,
        "version": used.version,
        "strategy": str(used.strategy),
        "hours": str(used.hours),
    }


# ── dependencies


def _dependencies(used: tuple[UsedDependency, ...], call: PhaseCall, names: _Names) -> Iterator[Warning]:
    """By their two ends: one that was deleted and drawn again is as it was."""
    before = {(each.from_id, each.to_id): each for each in used}
    after = {(each.from_id, each.to_id): each for each in used_dependencies(call.portfolio)}
    for ends in sorted(before.keys() | after.keys(), key=lambda pair: (names(pair[0]), names(pair[1]), pair)):
        old, new = before.get(ends), after.get(ends)
        if _counted(old) != _counted(new):
            between = f"{names(ends[0])} needs {names(ends[1])}"
            details = {
                "fromId": ends[0],
                "toId": ends[1],
                "old": old and str(old.kind),
                "new": new and str(new.kind),
            }
            yield Warning(CHANGED_SINCE, f"{between}: {_dependency_words(old, new)}.", details=details)


def _counted(used: UsedDependency | None) -> tuple[DependencyKind, int] | None:
    return None if used is None else (used.kind, used.weight)


def _dependency_words(old: UsedDependency | None, new: UsedDependency | None) -> str:
    if old is None:
        return "this dependency was added" + (f", {new.kind}" if new else "")
    if new is None:
        return f"this dependency was deleted; it was {old.kind}"
    if old.kind is not new.kind:
        return f"{old.kind} became {new.kind}"
    return f"its weight {old.weight} became {new.weight}"


# ── pools


@dataclass(frozen=True, slots=True)
class _Part:
    """A part of a pool that a plan rests on: its name as JSON, how people say it, and how its values are written."""

    key: str
    said: str
    shown: Callable[[Any], str]


def _day(day: date | None) -> str:
    return "any day" if day is None else day.isoformat()


def _skills(skills: tuple[str, ...]) -> str:
    return ", ".join(sorted(skills)) or "none"


_PARTS: Mapping[str, _Part] = {
    "role": _Part("role", "the role", str),
    "hours_per_day": _Part("hoursPerDay", "hours a day", _plain),
    "hourly_rate": _Part("hourlyRate", "the hourly rate", _plain),
    "skills": _Part("skills", "skills", _skills),
    "available_from": _Part("availableFrom", "available from", _day),
    "available_until": _Part("availableUntil", "available until", _day),
}


def _pools(used: tuple[UsedPool, ...], call: PhaseCall) -> Iterator[Warning]:
    now = {pool.id: pool for pool in call.portfolio.pools if not pool.removed}
    for each in used:
        pool = now.get(each.id)
        if pool is None and each.removed:
            continue
        if pool is None:
            rate = f"{_plain(each.hourly_rate)} {call.currency}"
            words = f"this pool was removed; it was {_plain(each.hours_per_day)} h a day at {rate} an hour"
            yield _about_pool(each.name, each, words, {key: _written(each, key) for key in _PARTS}, None)
        elif changed := [key for key in _PARTS if getattr(each, key) != getattr(pool, key)]:
            old, new = ({key: _written(side, key) for key in changed} for side in (each, pool))
            words = "; ".join(f"{_PARTS[key].said} {old[key]} became {new[key]}" for key in changed)
            yield _about_pool(pool.name, each, words, old, new)


def _written(pool: UsedPool | ResourcePool, key: str) -> str:
    return _PARTS[key].shown(getattr(pool, key))


def _about_pool(
    name: str, used: UsedPool, words: str, old: Mapping[str, str], new: Mapping[str, str] | None
) -> Warning:
    told = [None if side is None else {_PARTS[key].key: value for key, value in side.items()} for side in (old, new)]
    return Warning(CHANGED_SINCE, f"{name}: {words}.", details={"poolId": used.id, "old": told[0], "new": told[1]})


# ── what a person keeps all the same


def waves_renewed(call: PhaseCall) -> tuple[WavePlan, ...]:
    """The wave plan as if it had used what there is now."""
    plan = call.portfolio.plan.wave_plan
    if plan is None:
        return ()
    used = used_decisions(call.portfolio), used_dependencies(call.portfolio)
    return (replace(plan, decisions=used[0], dependencies=used[1]),)


def resources_renewed(call: PhaseCall) -> tuple[ResourcePlan, ...]:
    """The same for the pools; hours of one that was removed stay its own, so it is remembered as removed."""
    plan = call.portfolio.plan.resource_plan
    if plan is None:
        return ()
    return (replace(plan, pools=used_pools(call.portfolio.pools, call.portfolio.plan.allocations)),)
