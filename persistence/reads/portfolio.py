"""Reading the portfolio: what was found out and decided about applications."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import UUID, ColumnElement, RowMapping, and_, case, exists, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import array

from domain.application import Application, ApplicationChange, Component
from domain.debt import Severity, TechDebtItem
from domain.decision import ComponentTreatment, Decision
from domain.dependency import Dependency
from domain.inventory import CleansingFinding, DataImport, RejectedRow
from domain.known import DatedChange
from domain.listing import (
    Applications,
    ApplicationsFound,
    ApplicationsOfFlow,
    ChangesOfApplication,
    ComponentsOfApplication,
    ComponentsOfFlow,
    DebtOfApplication,
    DebtOfComponent,
    DebtOfFlow,
    DecisionsOfApplication,
    DecisionsOfFlow,
    DependenciesOfApplication,
    DependencyDirection,
    ExceptionsOfFlow,
    FindingsOfFlow,
    ImportsOfFlow,
    PagesOfApplication,
    PagesOfFlow,
    ReassessmentsBehindFlow,
    ReassessmentsOfFlow,
    RejectedRowsOfFlow,
    Standards,
)
from domain.page import AppOnPage
from domain.reassessment import Reassessment
from domain.standard import ApprovalStatus, ArchitectureStandard, StandardException
from persistence import tables
from persistence.mapping import from_row
from persistence.reads.source import (
    Rows,
    Source,
    among,
    contains,
    downwards,
    made_by,
    rows_of,
    same,
    upwards,
)

apps, parts, links = tables.applications, tables.components, tables.dependencies
debt, decisions, pages = tables.debt_items, tables.decisions, tables.pages
changes, differences = tables.application_changes, tables.inventory_differences
imports, rejected, findings = tables.data_imports, tables.rejected_rows, tables.cleansing_findings
standards, exceptions = tables.standards, tables.standard_exceptions
reassessments = tables.reassessments
child = tables.child_flows

_WORST_FIRST = {severity: rank for rank, severity in enumerate(Severity)}
_rank = case({str(s): rank for s, rank in _WORST_FIRST.items()}, value=debt.c.severity, else_=len(_WORST_FIRST))


def _change(row: RowMapping) -> DatedChange:
    return DatedChange(from_row(ApplicationChange, row), row["at"])


def _rejected(row: RowMapping) -> RejectedRow:
    return RejectedRow(row["line"], row["reason"], row["values"])


APPLICATIONS = rows_of(Application, apps)
COMPONENTS = rows_of(Component, parts)
DEPENDENCIES = rows_of(Dependency, links)
DEBT = rows_of(TechDebtItem, debt)
DECISIONS = rows_of(Decision, decisions)
PAGES = rows_of(AppOnPage, pages)
IMPORTS = rows_of(DataImport, imports)
FINDINGS = rows_of(CleansingFinding, findings)
STANDARDS = rows_of(ArchitectureStandard, standards)
EXCEPTIONS = rows_of(StandardException, exceptions)
REASSESSMENTS = rows_of(Reassessment, reassessments)
_treatment = func.jsonb_array_elements(decisions.c.treatments).table_valued("value").alias("treatment")


def _holding(ids: Sequence[str]) -> ColumnElement[bool]:
    """The index finds the decisions, the second condition the treatments within them."""
    held = or_(*(decisions.c.treatments.contains([{"id": id}]) for id in ids))
    return and_(held, func.jsonb_extract_path_text(_treatment.c.value, "id").in_(ids))


# Treatments are kept within their decision; each is found by its id all the same.
TREATMENTS = Rows(
    table=decisions.join(_treatment, true()),
    columns=(_treatment.c.value.label("value"),),
    id=decisions.c.id,
    tenant=decisions.c.engagement_id,
    make=made_by(lambda row: from_row(ComponentTreatment, row["value"])),
    found=_holding,
)
CHANGES = Rows(
    table=changes,
    columns=tuple(changes.c),
    id=changes.c.id,
    tenant=changes.c.engagement_id,
    make=made_by(_change),
)
REJECTED = Rows(
    table=rejected,
    columns=tuple(rejected.c),
    id=rejected.c.line,
    tenant=rejected.c.engagement_id,
    make=made_by(_rejected),
)


def newest_decision() -> Any:
    """The strategy of the decision that counts for the application: the newest accepted, else the newest."""
    return (
        select(decisions.c.strategy)
        .where(decisions.c.application_id == apps.c.id)
        .order_by(decisions.c.accepted.desc(), decisions.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _filtered(listing: Applications) -> Iterable[ColumnElement[bool]]:
    yield from among(apps.c.readiness, listing.readiness)
    yield from among(apps.c.criticality, listing.criticality)
    yield from same(apps.c.department, listing.department)
    if listing.strategies is not None:
        yield newest_decision().in_([str(strategy) for strategy in listing.strategies])
    if listing.search:
        yield or_(contains(apps.c.name, listing.search), contains(apps.c.description, listing.search))
    if listing.technology:
        technology = func.jsonb_array_elements(apps.c.technologies).table_valued("value").alias("technology")
        name = func.jsonb_extract_path_text(technology.c.value, "name")
        yield exists().select_from(technology).where(contains(name, listing.technology))


def _of_flow(parent: ColumnElement[Any], application_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """True of applications in the flow's scope, which without any named is the engagement."""
    over = or_(
        func.cardinality(child.c.application_ids) == 0,
        child.c.application_ids.op("@>")(array([application_id])),
    )
    return exists().where(child.c.flow_id == parent, over).correlate_except(child)


def _counting(parent: ColumnElement[Any]) -> ColumnElement[bool]:
    """True of exceptions asked for in the flow, and of earlier ones that hold for its applications or may yet."""
    kept = and_(exceptions.c.flow_id < parent, exceptions.c.status != ApprovalStatus.REJECTED)
    return or_(exceptions.c.flow_id == parent, and_(kept, _of_flow(parent, exceptions.c.application_id)))


def _found_by(parent: ColumnElement[Any]) -> ColumnElement[bool]:
    found = exists().where(differences.c.flow_id == parent, differences.c.application_id == apps.c.id)
    return found.correlate_except(differences)


def _at_end(parent: ColumnElement[Any], listing: DependenciesOfApplication) -> ColumnElement[bool]:
    needs, needed = links.c.from_id == parent, links.c.to_id == parent
    match listing.direction:
        case DependencyDirection.UPSTREAM:
            return needs
        case DependencyDirection.DOWNSTREAM:
            return needed
        case _:
            return or_(needs, needed)


def _newest_look() -> Any:
    """The newest flow that found debt in the item's application; ids of flows rise with time."""
    other = debt.alias("other")
    return (
        select(other.c.flow_id)
        .where(other.c.application_id == debt.c.application_id)
        .order_by(other.c.flow_id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _of_application(column: ColumnElement[Any], application_id: str | None) -> Iterable[ColumnElement[bool]]:
    return () if application_id is None else (column == literal(application_id, UUID(as_uuid=False)),)


ROWS: dict[type, Rows] = {
    Application: APPLICATIONS,
    Component: COMPONENTS,
    Dependency: DEPENDENCIES,
    TechDebtItem: DEBT,
    Decision: DECISIONS,
    ComponentTreatment: TREATMENTS,
    AppOnPage: PAGES,
    DataImport: IMPORTS,
    CleansingFinding: FINDINGS,
    ArchitectureStandard: STANDARDS,
    StandardException: EXCEPTIONS,
    Reassessment: REASSESSMENTS,
}

SOURCES: dict[type, Source] = {
    Applications: Source(rows=APPLICATIONS, order=upwards(apps.c.name, apps.c.id), where=_filtered),
    ApplicationsOfFlow: Source(
        rows=APPLICATIONS,
        order=upwards(apps.c.name, apps.c.id),
        belongs=lambda parent, _: _of_flow(parent, apps.c.id),
    ),
    ApplicationsFound: Source(
        rows=APPLICATIONS,
        order=upwards(apps.c.name, apps.c.id),
        belongs=lambda parent, _: _found_by(parent),
    ),
    ChangesOfApplication: Source(
        rows=CHANGES,
        order=downwards(changes.c.at, changes.c.id),
        belongs=lambda parent, _: changes.c.application_id == parent,
    ),
    DependenciesOfApplication: Source(rows=DEPENDENCIES, order=upwards(links.c.id), belongs=_at_end),
    ComponentsOfApplication: Source(
        rows=COMPONENTS,
        order=upwards(parts.c.name, parts.c.id),
        belongs=lambda parent, _: parts.c.application_id == parent,
    ),
    ComponentsOfFlow: Source(
        rows=COMPONENTS,
        order=upwards(parts.c.name, parts.c.id),
        belongs=lambda parent, _: _of_flow(parent, parts.c.application_id),
        where=lambda listing: _of_application(parts.c.application_id, listing.application_id),
    ),
    ImportsOfFlow: Source(
        rows=IMPORTS,
        order=downwards(imports.c.created_at, imports.c.id),
        belongs=lambda parent, _: imports.c.flow_id == parent,
    ),
    RejectedRowsOfFlow: Source(
        rows=REJECTED,
        order=upwards(rejected.c.line, rejected.c.reason),
        belongs=lambda parent, _: rejected.c.flow_id == parent,
    ),
    FindingsOfFlow: Source(
        rows=FINDINGS,
        order=upwards(findings.c.id),
        belongs=lambda parent, _: findings.c.flow_id == parent,
    ),
    Standards: Source(
        rows=STANDARDS,
        order=upwards(standards.c.name, standards.c.id),
        where=lambda listing: (
            *among(standards.c.category, listing.categories),
            *among(standards.c.id, listing.ids),
        ),
    ),
    ExceptionsOfFlow: Source(
        rows=EXCEPTIONS,
        order=upwards(exceptions.c.requested_at, exceptions.c.id),
        belongs=lambda parent, _: _counting(parent),
        where=lambda listing: among(exceptions.c.status, listing.statuses),
    ),
    DebtOfFlow: Source(
        rows=DEBT,
        order=upwards(_rank, debt.c.id),
        belongs=lambda parent, _: debt.c.flow_id == parent,
        where=lambda listing: _of_application(debt.c.application_id, listing.application_id),
    ),
    DebtOfApplication: Source(
        rows=DEBT,
        order=upwards(_rank, debt.c.id),
        belongs=lambda parent, _: and_(debt.c.application_id == parent, debt.c.flow_id == _newest_look()),
    ),
    DebtOfComponent: Source(
        rows=DEBT,
        order=upwards(_rank, debt.c.id),
        belongs=lambda parent, _: and_(debt.c.component_id == parent, debt.c.flow_id == _newest_look()),
    ),
    DecisionsOfFlow: Source(
        rows=DECISIONS,
        order=upwards(decisions.c.id),
        belongs=lambda parent, _: decisions.c.flow_id == parent,
        where=lambda listing: (
            *among(decisions.c.strategy, listing.strategies),
            *_of_application(decisions.c.application_id, listing.application_id),
        ),
    ),
    DecisionsOfApplication: Source(
        rows=DECISIONS,
        order=downwards(decisions.c.accepted, decisions.c.id),
        belongs=lambda parent, _: decisions.c.application_id == parent,
    ),
    PagesOfFlow: Source(
        rows=PAGES,
        order=upwards(pages.c.id),
        belongs=lambda parent, _: pages.c.flow_id == parent,
        where=lambda listing: _of_application(pages.c.application_id, listing.application_id),
    ),
    PagesOfApplication: Source(
        rows=PAGES,
        order=downwards(pages.c.generated_at, pages.c.id),
        belongs=lambda parent, _: pages.c.application_id == parent,
    ),
    ReassessmentsOfFlow: Source(
        rows=REASSESSMENTS,
        order=upwards(reassessments.c.requested_at, reassessments.c.id),
        belongs=lambda parent, _: reassessments.c.handed_over_by.contains(func.jsonb_build_array(parent)),
    ),
    ReassessmentsBehindFlow: Source(
        rows=REASSESSMENTS,
        order=upwards(reassessments.c.requested_at, reassessments.c.id),
        belongs=lambda parent, _: reassessments.c.assessment_flow_id == parent,
    ),
}
