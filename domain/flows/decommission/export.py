"""A decommission as a document: what its exports hold, in every format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from domain.decommission import ArchivePlan, DecommissionCandidate
from domain.document import Cell, Chart, Column, ColumnKind, Document, Listed, Table, as_data
from domain.export import ExportCall, ExportFormat, Exporting
from domain.flows.decommission.facts import SHUTDOWN
from domain.need import Need
from domain.runbook import RunbookStep, longest_minutes
from domain.runbook_document import step_table, step_work

K = ColumnKind
_CANDIDATES = (
    Column("application", "Application"),
    Column("reason", "Why"),
    Column("approved", "Approved", K.FLAG),
    Column("approvedBy", "Approved by"),
    Column("blockers", "What stands in its way", K.LONG_TEXT),
    Column("waived", "Waved through", K.LONG_TEXT),
    Column("plannedMinutes", "Minutes to switch it off", K.WHOLE),
    Column("applicationId", "Application id"),
)
_ARCHIVES = (
    Column("application", "Application"),
    Column("dataSet", "Data set"),
    Column("kind", "Kind"),
    Column("retentionUntil", "Kept until", K.DAY),
    Column("legalHold", "Legal hold", K.FLAG),
    Column("destination", "Where", K.LONG_TEXT),
    Column("verified", "Verified", K.FLAG),
    Column("verifiedBy", "Verified by"),
    Column("basis", "By which rule", K.LONG_TEXT),
    Column("applicationId", "Application id"),
)
_MINUTES = Chart("Minutes to switch off by application", "candidates", "application", "plannedMinutes")
_BODY = (
    Listed("candidates", ("application", "reason", "approved", "blockers", "waived")),
    Listed("archives", ("application", "dataSet", "kind", "retentionUntil", "legalHold", "destination", "verified")),
    Listed("shutdown", ("number", "step", "owner", "status", "plannedMinutes", "after", "rollback")),
)


@dataclass(frozen=True)
class _Known:
    """The decommission, with what is looked up in it."""

    call: ExportCall

    @cached_property
    def names(self) -> Mapping[str, str]:
        return {each.id: each.name for each in self.call.portfolio.applications}

    @cached_property
    def candidates(self) -> tuple[DecommissionCandidate, ...]:
        return tuple(sorted(self.call.portfolio.candidates, key=lambda each: each.number))

    @cached_property
    def archives(self) -> tuple[ArchivePlan, ...]:
        return tuple(sorted(self.call.portfolio.archives, key=lambda each: each.number))

    @cached_property
    def steps(self) -> tuple[RunbookStep, ...]:
        return self.call.portfolio.steps_of(SHUTDOWN)


def compose(call: ExportCall) -> Document:
    """The decommission as it stands."""
    known = _Known(call)
    tables = (
        Table("candidates", "Candidates", _CANDIDATES, tuple(_candidate(known, each) for each in known.candidates)),
        Table("archives", "Data", _ARCHIVES, tuple(_archive(known, each) for each in known.archives)),
        step_table("shutdown", "Shutdown", known.steps, known.names),
    )
    return Document(
        title=f"Decommission: {call.flow.name}",
        subtitle=" · ".join([call.engagement.name, f"iteration {call.flow.iteration}", f"as of {call.as_of:%Y-%m-%d}"]),
        made_at=call.now,
        lead=tuple(_lead(known)),
        figures=tuple(_figures(known)),
        charts=(_MINUTES,),
        body=_BODY,
        tables=tables,
        pages=(),
        data=_data(known),
        star=tables,
        work=step_work(known.steps, known.names, "shutdown"),
    )


def _lead(known: _Known) -> Iterator[str]:
    blocked = [each for each in known.candidates if each.standing]
    if blocked:
        yield f"Something stands in the way of {len(blocked)} of {len(known.candidates)} candidates."
    unread = sum(not each.verified for each in known.archives)
    if unread:
        yield f"{unread} of {len(known.archives)} data sets are not verified yet."
    signed = known.call.results.get(SHUTDOWN)
    if signed is not None and signed.signed_off_by:
        yield f"Signed off by {signed.signed_off_by}: {len(signed.application_ids)} applications are switched off."


def _figures(known: _Known) -> Iterator[tuple[str, str]]:
    yield "Candidates", f"{len(known.candidates)}"
    yield "Approved", f"{sum(each.approved for each in known.candidates)}"
    yield "Data sets", f"{len(known.archives)}"
    yield "Under a legal hold", f"{sum(each.legal_hold for each in known.archives)}"
    yield "Steps", f"{len(known.steps)}"
    yield "Steps done", f"{sum(each.passed for each in known.steps)}"
    yield "Longest way, minutes", f"{longest_minutes(known.steps):,}"


def _candidate(known: _Known, each: DecommissionCandidate) -> tuple[Cell, ...]:
    minutes = sum(step.planned_minutes for step in known.steps if step.application_id == each.application_id)
    return (
        known.names.get(each.application_id, each.application_id),
        str(each.reason),
        each.approved,
        each.approved_by,
        " ".join(blocker.message for blocker in each.standing) or None,
        " ".join(blocker.message for blocker in each.blockers if blocker.waived) or None,
        minutes,
        each.application_id,
    )


def _archive(known: _Known, each: ArchivePlan) -> tuple[Cell, ...]:
    return (
        known.names.get(each.application_id, each.application_id),
        each.data_set,
        each.kind,
        each.retention_until,
        each.legal_hold,
        each.destination,
        each.verified,
        each.verified_by,
        each.basis,
        each.application_id,
    )


def _data(known: _Known) -> Mapping[str, Any]:
    call = known.call
    return {
        **call.heading("flotilla-decommission-report"),
        "configuration": call.flow.configuration,
        "results": {key: as_data(result) for key, result in call.results.items()},
        "candidates": as_data(known.candidates),
        "archives": as_data(known.archives),
        "shutdownOrder": as_data(known.steps),
    }


EXPORTING = Exporting(
    formats=tuple(ExportFormat),
    needs=frozenset({Need.APPLICATIONS, Need.CANDIDATES, Need.ARCHIVES, Need.STEPS}),
    compose=compose,
    name="decommission-report",
)
