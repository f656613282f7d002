"""Technical debt of a portfolio: a first look from the inventory, and a full one against standards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from domain.application import Component, Readiness
from domain.debt import TechDebtItem
from domain.debt_finding import Finding, as_item, place_of
from domain.debt_rules import (
    Surroundings,
    find_below_standard,
    find_coupling,
    find_missing_controls,
    find_past_support,
    find_single_points,
    find_unowned,
)
from domain.debt_severity import in_force, mean_score, relieved_standards, score
from domain.definition import PhaseCall
from domain.dependency import Dependency, DependencyKind
from domain.graph import cycles, fan_in
from domain.portfolio import Portfolio
from domain.source import Source
from domain.standard import ArchitectureStandard, ExceptionKind, StandardCategory, StandardException

__all__ = ["first_look", "full_look", "mean_score", "relieved_standards", "replaced", "score"]

_Rule = Callable[[Surroundings], Iterator[Finding]]
_FIRST_LOOK: tuple[_Rule, ...] = (find_past_support, find_unowned, find_coupling)
_FULL_LOOK: tuple[_Rule, ...] = (*_FIRST_LOOK, find_below_standard, find_missing_controls, find_single_points)


def first_look(call: PhaseCall) -> tuple[TechDebtItem, ...]:
    """What the inventory alone shows: end of support, unknown owners, cycles and fan-in."""
    found = _look(call.portfolio, call.as_of, _FIRST_LOOK, ())
    return tuple(as_item(finding, call.new_id(), call.flow_id) for finding in found)


def full_look(call: PhaseCall, standards: Sequence[ArchitectureStandard]) -> tuple[TechDebtItem, ...]:
    """Everything the rules find, with the standards and their exceptions.

    Findings that stood in an earlier run of the flow keep their ids. What a person wrote, corrected or dismissed stays
    so, in an earlier assessment of the application too.
    """
    own = {place_of(item): item for item in call.portfolio.debt if item.flow_id == call.flow_id}
    earlier = _earlier(call)
    items = []
    for finding in _look(call.portfolio, call.as_of, _FULL_LOOK, standards):
        old = own.get(finding.place)
        former = old or earlier.get(finding.place)
        if former is not None and former.source is Source.USER:
            continue
        items.append(_kept(as_item(finding, old.id if old else call.new_id(), call.flow_id), former))
    written = (item for place, item in earlier.items() if item.source is Source.USER and place not in own)
    return (*items, *(replace(item, id=call.new_id(), flow_id=call.flow_id) for item in written))


def _earlier(call: PhaseCall) -> dict[tuple[str, str | None, str], TechDebtItem]:
    """The newest of the same finding in other flows; their ids rise with time."""
    others = sorted((item for item in call.portfolio.debt if item.flow_id != call.flow_id), key=lambda i: i.flow_id)
    return {place_of(item): item for item in others}


def replaced(call: PhaseCall, items: Iterable[TechDebtItem]) -> tuple[TechDebtItem, ...]:
    """What an earlier run of the flow found and this one did not; what a person wrote stays."""
    kept = {item.id for item in items}
    return tuple(
        item
        for item in call.portfolio.debt
        if item.flow_id == call.flow_id and item.source is not Source.USER and item.id not in kept
    )


def _kept(item: TechDebtItem, old: TechDebtItem | None) -> TechDebtItem:
    if old is None or not old.dismissed:
        return item
    return replace(item, dismissed=True, dismissed_by=old.dismissed_by, dismissed_reason=old.dismissed_reason)


def _look(
    portfolio: Portfolio, as_of: date, rules: Sequence[_Rule], standards: Sequence[ArchitectureStandard]
) -> Iterator[Finding]:
    """Each finding once: of the same one in the same place the first counts."""
    components = components_of(portfolio)
    needed_by = fan_in(coupling(portfolio))
    cyclic = _cycles(portfolio)
    for application in portfolio.applications:
        around = Surroundings(
            application=application,
            components=components[application.id],
            as_of=as_of,
            needed_by=needed_by.get(application.id, 0),
            cycle=cyclic.get(application.id, ()),
            standards=_standards_of(application.id, standards, portfolio.exceptions, as_of),
        )
        found = {finding.place: finding for rule in reversed(rules) for finding in rule(around)}
        yield from sorted(found.values(), key=lambda finding: (finding.key, finding.component_id or ""))


def components_of(portfolio: Portfolio) -> defaultdict[str, tuple[Component, ...]]:
    """Components by application, in the order of their keys."""
    found: defaultdict[str, tuple[Component, ...]] = defaultdict(tuple)
    for component in sorted(portfolio.components, key=lambda each: (each.application_id, each.key)):
        found[component.application_id] += (component,)
    return found


def live_dependencies(portfolio: Portfolio) -> Iterator[Dependency]:
    """Dependencies between applications that still run."""
    gone = {
        application.id
        for application in (*portfolio.applications, *portfolio.neighbours)
        if application.vanished or application.readiness is Readiness.RETIRED
    }
    for dependency in portfolio.dependencies:
        if dependency.from_id not in gone and dependency.to_id not in gone and dependency.from_id != dependency.to_id:
            yield dependency


def coupling(portfolio: Portfolio) -> list[tuple[str, str]]:
    """Who needs whom, shared services left out."""
    return [
        (each.from_id, each.to_id)
        for each in live_dependencies(portfolio)
        if each.kind is not DependencyKind.SHARED_SERVICE
    ]


def _cycles(portfolio: Portfolio) -> dict[str, tuple[str, ...]]:
    """Names of the others in the cycle of hard dependencies that an application is part of."""
    names = {each.id: each.name for each in (*portfolio.applications, *portfolio.neighbours)}
    hard = [(each.from_id, each.to_id) for each in live_dependencies(portfolio) if each.kind is DependencyKind.HARD]
    return {
        member: tuple(sorted(names.get(other, other) for other in cycle if other != member))
        for cycle in cycles(hard)
        for member in cycle
    }


def _standards_of(
    application_id: str,
    standards: Sequence[ArchitectureStandard],
    exceptions: Iterable[StandardException],
    as_of: date,
) -> tuple[ArchitectureStandard, ...]:
    """The standards as they hold for one application: modified and added to by what was approved for it."""
    own = [each for each in exceptions if each.application_id == application_id and in_force(each, as_of)]
    modified = {each.standard_id: each for each in own if each.kind is ExceptionKind.MODIFICATION}
    added = [_added(each) for each in own if each.kind is ExceptionKind.ADDITION]
    return (*(_modified(standard, modified.get(standard.id)) for standard in standards), *added)


def _modified(standard: ArchitectureStandard, exception: StandardException | None) -> ArchitectureStandard:
    if exception is None:
        return standard
    return replace(
        standard,
        requirement=exception.requirement or standard.requirement,
        supported_versions=exception.supported_versions or standard.supported_versions,
    )


def _added(exception: StandardException) -> ArchitectureStandard:
    # No row of the engagement's standards: its items name none.
    return ArchitectureStandard(
        id="",
        key=f"addition-{exception.id}",
        category=StandardCategory.TECHNOLOGY_VERSION,
        name="Added for this application",
        requirement=exception.requirement or exception.rationale,
        mandatory=True,
        created_by=exception.requested_by,
        updated_at=exception.requested_at,
        supported_versions=exception.supported_versions,
    )
