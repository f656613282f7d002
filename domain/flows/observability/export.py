"""An observability flow as a document: what its exports hold, in every format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any

from domain.debt import Severity
from domain.document import Cell, Chart, Column, ColumnKind, Document, Listed, Table, WorkItem, WorkKind, as_data
from domain.export import ExportCall, ExportFormat, Exporting
from domain.flows.observability.naming import service_name
from domain.flows.observability.reference import allowed_minutes
from domain.need import Need
from domain.observability import Indicator, OptimizationFinding, ServiceLevelObjective

K = ColumnKind
_OBJECTIVES = (
    Column("application", "Application"),
    Column("service", "Service in the files"),
    Column("indicator", "Indicator"),
    Column("target", "Target", K.NUMBER),
    Column("unit", "Unit"),
    Column("window", "Window"),
    Column("allowedMinutes", "Minutes it may be away", K.NUMBER),
    Column("confirmed", "Confirmed", K.FLAG),
    Column("source", "Source"),
    Column("rationale", "Why", K.LONG_TEXT),
    Column("applicationId", "Application id"),
)
_FINDINGS = (
    Column("number", "No.", K.WHOLE),
    Column("severity", "Severity"),
    Column("application", "Application"),
    Column("metric", "Metric"),
    Column("observed", "Observed", K.NUMBER),
    Column("objective", "Objective", K.NUMBER),
    Column("recommendation", "What to do", K.LONG_TEXT),
    Column("applicationId", "Application id"),
)
_SEVERITIES = (Column("severity", "Severity"), Column("findings", "Findings", K.WHOLE))
_CHART = Chart("Findings by severity", "findings_by_severity", "severity", "findings")
_BODY = (
    Listed("objectives", ("application", "indicator", "target", "unit", "confirmed", "rationale")),
    Listed("findings", ("number", "severity", "application", "metric", "observed", "objective", "recommendation")),
)


@dataclass(frozen=True)
class _Known:
    """The flow, with what is looked up in it."""

    call: ExportCall

    @cached_property
    def names(self) -> Mapping[str, str]:
        return {each.id: each.name for each in self.call.portfolio.applications}

    @cached_property
    def services(self) -> Mapping[str, str]:
        return {each.id: service_name(each) for each in self.call.portfolio.applications}

    @cached_property
    def objectives(self) -> tuple[ServiceLevelObjective, ...]:
        return tuple(sorted(self.call.portfolio.objectives, key=lambda each: each.number))

    @cached_property
    def findings(self) -> tuple[OptimizationFinding, ...]:
        return tuple(sorted(self.call.portfolio.optimizations, key=lambda each: each.number))

    def name(self, application_id: str) -> str:
        return self.names.get(application_id, application_id)


def compose(call: ExportCall) -> Document:
    """The flow as it stands."""
    known = _Known(call)
    tables = _tables(known)
    return Document(
        title=f"Objectives and findings: {call.flow.name}",
        subtitle=" · ".join([call.engagement.name, f"iteration {call.flow.iteration}", f"as of {call.as_of:%Y-%m-%d}"]),
        made_at=call.now,
        lead=tuple(_lead(known)),
        figures=tuple(_figures(known)),
        charts=(_CHART,),
        body=_BODY,
        tables=tables,
        pages=(),
        data=_data(known),
        star=tables[:2],
        work=tuple(_work(known)),
    )


def _lead(known: _Known) -> Iterator[str]:
    if known.objectives and not any(each.confirmed for each in known.objectives):
        yield "Nobody has confirmed an objective yet."
    if known.findings:
        worst = known.findings[0]
        yield f"The worst finding, {worst.severity.lower()}: {known.name(worst.application_id)}. {worst.recommendation}"


def _figures(known: _Known) -> Iterator[tuple[str, str]]:
    yield "Applications", f"{len(known.names)}"
    yield "Objectives", f"{len(known.objectives)}"
    yield "Confirmed", f"{sum(each.confirmed for each in known.objectives)}"
    yield "Findings", f"{len(known.findings)}"


def _tables(known: _Known) -> tuple[Table, ...]:
    found = tuple((str(severity), sum(each.severity is severity for each in known.findings)) for severity in Severity)
    return (
        Table("objectives", "Objectives", _OBJECTIVES, tuple(_objective(known, each) for each in known.objectives)),
        Table("findings", "Findings", _FINDINGS, tuple(_finding(known, each) for each in known.findings)),
        Table("findings_by_severity", "Findings by severity", _SEVERITIES, found),
    )


def _objective(known: _Known, each: ServiceLevelObjective) -> tuple[Cell, ...]:
    available = each.indicator is Indicator.AVAILABILITY
    return (
        known.name(each.application_id),
        known.services.get(each.application_id),
        str(each.indicator),
        each.target,
        "%" if available else "ms",
        each.window,
        float(allowed_minutes(each.target)) if available else None,
        each.confirmed,
        str(each.source),
        each.rationale,
        each.application_id,
    )


def _finding(known: _Known, each: OptimizationFinding) -> tuple[Cell, ...]:
    return (
        each.number,
        str(each.severity),
        known.name(each.application_id),
        each.metric,
        each.observed,
        each.objective,
        each.recommendation,
        each.application_id,
    )


def _work(known: _Known) -> Iterator[WorkItem]:
    """An epic, and in it a task a finding."""
    if not known.findings:
        return
    numbers = count(1)
    said = f"What {known.call.flow.name} found in what was measured."
    epic = WorkItem(next(numbers), WorkKind.EPIC, "Findings", said, labels=("observability",))
    yield epic
    for each in known.findings:
        yield WorkItem(
            number=next(numbers),
            kind=WorkKind.TASK,
            title=f"{each.metric}: {known.name(each.application_id)}",
            description=each.recommendation,
            parent=epic.number,
            labels=("observability", f"severity-{each.severity.lower()}"),
        )


def _data(known: _Known) -> Mapping[str, Any]:
    call = known.call
    return {
        **call.heading("flotilla-observability-report"),
        "configuration": call.flow.configuration,
        "results": {key: as_data(result) for key, result in call.results.items()},
        "objectives": as_data(known.objectives),
        "findings": as_data(known.findings),
    }


EXPORTING = Exporting(
    formats=tuple(ExportFormat),
    needs=frozenset({Need.APPLICATIONS, Need.OBJECTIVES, Need.OPTIMIZATIONS}),
    compose=compose,
    name="observability-report",
)
