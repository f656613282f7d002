"""The first phase: every application's readiness again, and two figures about each."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from domain.application import Application, Component, Criticality, Readiness
from domain.definition import Outcome, PhaseCall, Warning
from domain.flows.assessment.readiness import held_elsewhere, taken_in
from domain.flows.assessment.results import CheckedApplication, Figure, Initialization
from domain.graph import fan_in
from domain.known_facts import component_fact, fact_of
from domain.readiness import applicable_facts, checked, missing_facts
from domain.tech_debt import components_of, live_dependencies

_GAP, _MOST_FOR_GAPS, _BLOCKED = 10, 50, 20
_CRITICALITY: Mapping[Criticality | None, float] = MappingProxyType(
    {Criticality.LOW: 25, Criticality.MEDIUM: 50, Criticality.HIGH: 75, Criticality.MISSION_CRITICAL: 100}
)
_USER_BANDS, _USER_VALUES = (10, 100, 1_000, 10_000), (20, 40, 60, 80, 100)
_DEPENDENT_BANDS, _DEPENDENT_VALUES = (0, 3, 10), (0, 40, 70, 100)


def initialize(call: PhaseCall) -> Outcome:
    """Take the applications up, with what is known of them and what is not."""
    components = components_of(call.portfolio)
    dependents = fan_in((each.from_id, each.to_id) for each in live_dependencies(call.portfolio))
    costs = sorted(call.portfolio.annual_costs or _costs(call.portfolio.applications))
    saves: list[Any] = []
    summaries = []
    warnings: list[Warning] = []
    for application in call.portfolio.applications:
        parts = components[application.id]
        readiness = migration_readiness(application, parts)
        impact = business_impact(application, parts, dependents.get(application.id, 0), costs)
        known = replace(
            checked(application, parts),
            migration_readiness=readiness.value,
            business_impact=impact.value,
        )
        values = taken_in(known, call) or (replace(known, version=known.version + 1),)
        saves += values
        summaries.append(_summary(values[0], known, readiness, impact))
        warnings += _warnings(known, call)
    return Outcome(Initialization(call.as_of, tuple(summaries)), tuple(saves), warnings=tuple(warnings))


def _summary(saved: Any, known: Application, readiness: Figure, impact: Figure) -> CheckedApplication:
    return CheckedApplication(
        application_id=known.id,
        version=saved.version,
        completeness=known.completeness,
        gaps=known.readiness_gaps,
        migration_readiness=readiness,
        business_impact=impact,
    )


def _warnings(application: Application, call: PhaseCall) -> Iterator[Warning]:
    if application.readiness_gaps:
        gaps = " ".join(application.readiness_gaps)
        yield Warning("READINESS_GAP", f"{application.name}: {gaps}", details={"applicationId": application.id})
    if held_elsewhere(application, call):
        message = f"{application.name} is in another assessment that has not ended; it cannot be finalized here."
        yield Warning("HELD_ELSEWHERE", message, details={"applicationId": application.id})
    if application.readiness in (Readiness.MIGRATING, Readiness.MIGRATED, Readiness.RETIRED):
        message = f"{application.name} is {application.readiness}; what is decided about it comes too late."
        yield Warning("TOO_LATE", message, details={"applicationId": application.id})


def migration_readiness(application: Application, components: Sequence[Component]) -> Figure:
    """Completeness less the gaps; little where it must not be moved."""
    known = checked(application, components)
    value = 100 * known.completeness - min(_GAP * len(known.readiness_gaps), _MOST_FOR_GAPS)
    if _blocked(application, components):
        value = min(value, _BLOCKED)
    missing = missing_facts(application, components)
    facts = tuple(fact.key for fact in applicable_facts(application, components) if fact.key not in missing)
    return Figure(round(max(value, 0.0), 1), facts, missing)


def _blocked(application: Application, components: Sequence[Component]) -> bool:
    keys = ("legal_block", "technical_block")
    if any(fact_of(application, key) is True for key in keys):
        return True
    return any(component_fact(application, part, key) is True for part in components for key in keys)


def business_impact(
    application: Application, components: Sequence[Component], dependents: int, costs: Sequence[Decimal]
) -> Figure:
    """The weighted mean of what is known. `costs` are those of the engagement, ascending."""
    regulated = [component_fact(application, part, "regulated") for part in components]
    regulated.append(fact_of(application, "regulated"))
    told = [value for value in regulated if value is not None]
    parts: tuple[tuple[str, int, float | None], ...] = (
        ("criticality", 4, _CRITICALITY.get(application.criticality)),
        ("user_count", 2, _band(application.user_count, _USER_BANDS, _USER_VALUES)),
        ("dependents", 2, _band(dependents, _DEPENDENT_BANDS, _DEPENDENT_VALUES)),
        ("regulated", 1, (100 if any(told) else 0) if told else None),
        ("annual_cost", 1, _percentile(application.annual_cost, costs)),
    )
    known = [(weight, value) for _, weight, value in parts if value is not None]
    mean = sum(weight * value for weight, value in known) / sum(weight for weight, _ in known)
    return Figure(
        round(mean, 1),
        tuple(key for key, _, value in parts if value is not None),
        tuple(key for key, _, value in parts if value is None),
    )


def _band(count: int | None, bounds: Sequence[int], values: Sequence[int]) -> float | None:
    return None if count is None else values[bisect_left(bounds, count)]


def _percentile(cost: Decimal | None, costs: Sequence[Decimal]) -> float | None:
    """The share of the engagement's known costs that are not above it, in percent."""
    if cost is None:
        return None
    others = costs or (cost,)
    return 100 * sum(each <= cost for each in others) / len(others)


def _costs(applications: Sequence[Application]) -> list[Decimal]:
    return [each.annual_cost for each in applications if each.annual_cost is not None]
