"""An execution as a document: what its exports hold, in every format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from domain.application import Application
from domain.check import Check
from domain.document import Cell, Chart, Column, ColumnKind, Document, Listed, Table, as_data
from domain.export import ExportCall, ExportFormat, Exporting
from domain.flows.execution.facts import MIGRATION, READINESS, VALIDATION
from domain.need import Need
from domain.runbook import RunbookStep, longest_minutes, rollback_order
from domain.runbook_document import check_table, step_table, step_work

K = ColumnKind
_APPLICATIONS = (
    Column("application", "Application"),
    Column("strategy", "Strategy"),
    Column("readiness", "Stands at"),
    Column("owner", "Owner"),
    Column("steps", "Steps", K.WHOLE),
    Column("stepsDone", "Steps done", K.WHOLE),
    Column("plannedMinutes", "Planned minutes", K.WHOLE),
    Column("openChecks", "Open checks", K.WHOLE),
    Column("applicationId", "Application id"),
)
_MINUTES = Chart("Planned minutes by application", "applications", "application", "plannedMinutes")
_BODY = (
    Listed("applications", ("application", "strategy", "readiness", "steps", "stepsDone", "plannedMinutes")),
    Listed("readiness_checks", ("subject", "check", "blocking", "passed", "evidence", "checkedBy")),
    Listed("runbook", ("number", "step", "owner", "status", "plannedMinutes", "after", "rollback")),
    Listed("rollback", ("number", "step", "owner", "rollback")),
    Listed("validations", ("subject", "check", "blocking", "passed", "evidence", "checkedBy")),
)


@dataclass(frozen=True)
class _Known:
    """The execution, with what is looked up in it."""

    call: ExportCall

    @cached_property
    def applications(self) -> tuple[Application, ...]:
        found = self.call.portfolio.applications
        return tuple(sorted(found, key=lambda each: (each.name, each.id)))

    @cached_property
    def names(self) -> Mapping[str, str]:
        return {each.id: each.name for each in self.applications}

    @cached_property
    def steps(self) -> tuple[RunbookStep, ...]:
        return self.call.portfolio.steps_of(MIGRATION)

    def checks(self, phase: str) -> tuple[Check, ...]:
        return self.call.portfolio.checks_of(phase)


def compose(call: ExportCall) -> Document:
    """The execution as it stands."""
    known = _Known(call)
    tables = _tables(known)
    return Document(
        title=f"Runbook: {call.flow.name}",
        subtitle=_subtitle(known),
        made_at=call.now,
        lead=tuple(_lead(known)),
        figures=tuple(_figures(known)),
        charts=(_MINUTES,),
        body=_BODY,
        tables=tables,
        pages=(),
        data=_data(known),
        star=tuple(each for each in tables if each.key != "rollback"),
        work=step_work(known.steps, known.names, "runbook"),
    )


def _subtitle(known: _Known) -> str:
    call = known.call
    wave = call.portfolio.wave
    said = [call.engagement.name, f"iteration {call.flow.iteration}", f"as of {call.as_of:%Y-%m-%d}"]
    return " · ".join([*said, f"{wave.plan_name}, {wave.wave.name}"] if wave else said)


def _lead(known: _Known) -> Iterator[str]:
    opened = [each.told for each in known.checks(READINESS) if each.open]
    if opened:
        yield f"{len(opened)} blocking checks are open. {opened[0]}"
    if known.steps:
        done = sum(each.passed for each in known.steps)
        longest = longest_minutes(known.steps)
        yield f"{done} of {len(known.steps)} steps are done; the longest way takes {longest} minutes."
    signed = known.call.results.get(VALIDATION)
    if signed is not None and signed.signed_off_by:
        yield f"Signed off by {signed.signed_off_by}: {len(signed.application_ids)} applications have arrived."


def _figures(known: _Known) -> Iterator[tuple[str, str]]:
    steps = known.steps
    yield "Applications", f"{len(known.applications)}"
    yield "Steps", f"{len(steps)}"
    yield "Steps done", f"{sum(each.passed for each in steps)}"
    yield "Longest way, minutes", f"{longest_minutes(steps):,}"
    yield "Open readiness checks", f"{sum(each.open for each in known.checks(READINESS))}"
    yield "Open validations", f"{sum(each.open for each in known.checks(VALIDATION))}"


def _tables(known: _Known) -> tuple[Table, ...]:
    rows = tuple(_application(known, each) for each in known.applications)
    return (
        Table("applications", "Applications", _APPLICATIONS, rows),
        check_table("readiness_checks", "Readiness checks", known.checks(READINESS)),
        step_table("runbook", "Runbook", known.steps, known.names),
        step_table("rollback", "Way back from here", rollback_order(known.steps), known.names),
        check_table("validations", "Validations", known.checks(VALIDATION)),
    )


def _application(known: _Known, application: Application) -> tuple[Cell, ...]:
    steps = [each for each in known.steps if each.application_id == application.id]
    checks = [each for each in (*known.checks(READINESS), *known.checks(VALIDATION)) if each.open]
    decisions = {each.application_id: str(each.strategy) for each in known.call.portfolio.accepted}
    return (
        application.name,
        decisions.get(application.id),
        str(application.readiness),
        application.technical_owner or application.business_owner,
        len(steps),
        sum(each.passed for each in steps),
        sum(each.planned_minutes for each in steps),
        sum(each.application_id == application.id for each in checks),
        application.id,
    )


def _data(known: _Known) -> Mapping[str, Any]:
    call = known.call
    return {
        **call.heading("flotilla-execution-report"),
        "configuration": call.flow.configuration,
        "results": {key: as_data(result) for key, result in call.results.items()},
        "readinessChecks": as_data(known.checks(READINESS)),
        "runbook": as_data(known.steps),
        "rollbackOrder": [each.id for each in rollback_order(known.steps)],
        "validations": as_data(known.checks(VALIDATION)),
    }


EXPORTING = Exporting(
    formats=tuple(ExportFormat),
    needs=frozenset({Need.APPLICATIONS, Need.ACCEPTED, Need.WAVE, Need.CHECKS, Need.STEPS}),
    compose=compose,
    name="execution-report",
)
