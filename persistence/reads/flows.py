"""Reading flows and what lives and dies with them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Text, and_, exists, literal, or_, select
from sqlalchemy.dialects.postgresql import UUID, array

from domain.contribution import AgentContribution
from domain.definition import FlowDefinition
from domain.event import EventKind, LoggedEvent
from domain.export import Export
from domain.known import KnownFlow, PhaseResult, PhaseRun
from domain.listing import (
    ENDED,
    ContributionsOfFlow,
    ContributionsOfRun,
    EventsOfFlow,
    ExportsOfFlow,
    FlowOrder,
    Flows,
    FlowsOfApplication,
    OverridesOfFlow,
    OverridesOfSubject,
    ResultsOfFlow,
    RunsOfFlow,
)
from domain.override import Override
from domain.phase import Failure, PhaseStatus
from domain.source import Source as Origin
from persistence import tables
from persistence.flows import flow_of
from persistence.mapping import from_row
from persistence.reads.source import (
    Reading,
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

master, child = tables.master_flows, tables.child_flows
_CHILD = ("configuration", "auto_advance", "application_ids", "visited", "paused_from", "snoozed_until")


async def _flows(reading: Reading, rows: Sequence[RowMapping]) -> list[KnownFlow]:
    """The flows with their phases, which take one more statement however many flows there are."""
    states = await _phases(reading, [row["id"] for row in rows])
    return [KnownFlow.of(flow_of(row, states[row["id"]], _definition(reading, row)), row["last_seq"]) for row in rows]


def _definition(reading: Reading, row: RowMapping) -> FlowDefinition:
    return reading.definitions[row["kind"]].shaped(row["configuration"])


async def _phases(reading: Reading, flow_ids: Sequence[str]) -> Mapping[str, list[RowMapping]]:
    if not flow_ids:
        return {}
    phases = tables.phases
    query = select(phases).where(phases.c.flow_id.in_(set(flow_ids))).order_by(phases.c.flow_id, phases.c.position)
    rows = [row._mapping for row in await reading.fetch(query)]
    return {flow_id: list(states) for flow_id, states in groupby(rows, lambda row: row["flow_id"])}


FLOWS = Rows(
    table=master.join(child, child.c.flow_id == master.c.id),
    columns=(*master.c, *(child.c[name] for name in _CHILD)),
    id=master.c.id,
    tenant=master.c.engagement_id,
    make=_flows,
)


def in_scope(application_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """True of flows that were started over that application, and of discoveries that came upon it."""
    found = tables.inventory_differences
    came_upon = exists().where(found.c.flow_id == master.c.id, found.c.application_id == application_id)
    came_upon = came_upon.correlate_except(found)
    return or_(child.c.application_ids.op("@>")(array([application_id])), came_upon)


def _ordered(listing: Flows) -> tuple[Sequence[ColumnElement[Any]], bool]:
    columns: Mapping[FlowOrder, tuple[ColumnElement[Any], bool]] = {
        FlowOrder.UPDATED_DESC: (master.c.updated_at, True),
        FlowOrder.CREATED_DESC: (master.c.created_at, True),
        FlowOrder.CREATED_ASC: (master.c.created_at, False),
        FlowOrder.NAME_ASC: (master.c.name, False),
        FlowOrder.PROGRESS_DESC: (master.c.progress, True),
    }
    by, downwards_ = columns[listing.order]
    return (by, master.c.id), downwards_


def _filtered(listing: Flows) -> Iterable[ColumnElement[bool]]:
    yield from among(master.c.kind, listing.kinds)
    yield from among(master.c.status, listing.statuses)
    yield from same(master.c.created_by, listing.created_by)
    if listing.active is not None:
        ended = master.c.status.in_([str(status) for status in ENDED])
        yield ~ended if listing.active else ended
    if listing.search:
        yield contains(master.c.name, listing.search)
    if listing.updated_since is not None:
        yield master.c.updated_at >= listing.updated_since
    if listing.application_id is not None:
        yield in_scope(literal(listing.application_id, UUID(as_uuid=False)))


def _event(row: RowMapping) -> LoggedEvent:
    return LoggedEvent(
        engagement_id=row["engagement_id"],
        position=row["position"],
        flow_id=row["flow_id"],
        flow_kind=row["flow_kind"],
        seq=row["seq"],
        kind=EventKind(row["kind"]),
        at=row["occurred_at"],
        phase=row["phase"],
        data=row["data"],
    )


def _run(row: RowMapping) -> PhaseRun:
    return PhaseRun(
        id=row["id"],
        flow_id=row["flow_id"],
        phase=row["phase"],
        attempt=row["attempt"],
        status=PhaseStatus(row["status"]),
        source=Origin(row["source"]),
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        peak_memory_mib=row["peak_memory_mib"],
        error=from_row(Failure, row["error"]) if row["error"] else None,
    )


def _result(row: RowMapping) -> PhaseResult:
    return PhaseResult(
        row["flow_id"], row["phase"], row["revision"], Origin(row["source"]), row["data"], row["created_at"]
    )


def _table(table: Any, make: Any) -> Rows:
    """Rows of a table whose values `make` puts together."""
    columns = tuple(table.c)
    key = table.c.id if "id" in table.c else columns[0]
    return Rows(table=table, columns=columns, id=key, tenant=table.c.engagement_id, make=made_by(make))


events, runs, results = tables.events, tables.phase_runs, tables.phase_results
CONTRIBUTIONS = rows_of(AgentContribution, tables.contributions)
OVERRIDES = rows_of(Override, tables.overrides)
EXPORTS = rows_of(Export, tables.exports)
RUNS = _table(runs, _run)

_newer = results.alias("newer")
_newest = ~exists().where(
    _newer.c.flow_id == results.c.flow_id,
    _newer.c.phase == results.c.phase,
    _newer.c.revision > results.c.revision,
)

ROWS = {
    KnownFlow: FLOWS,
    PhaseRun: RUNS,
    AgentContribution: CONTRIBUTIONS,
    Override: OVERRIDES,
    Export: EXPORTS,
}

SOURCES = {
    Flows: Source(rows=FLOWS, order=_ordered, where=_filtered),
    FlowsOfApplication: Source(
        rows=FLOWS, order=downwards(master.c.created_at, master.c.id), belongs=lambda parent, _: in_scope(parent)
    ),
    EventsOfFlow: Source(
        rows=_table(events, _event),
        order=upwards(events.c.seq),
        belongs=lambda parent, _: events.c.flow_id == parent,
        where=lambda listing: among(events.c.kind, listing.kinds),
    ),
    RunsOfFlow: Source(
        rows=RUNS,
        order=upwards(runs.c.started_at, runs.c.id),
        belongs=lambda parent, _: runs.c.flow_id == parent,
    ),
    ResultsOfFlow: Source(
        rows=_table(results, _result),
        order=upwards(results.c.phase),
        belongs=lambda parent, _: and_(results.c.flow_id == parent, _newest),
    ),
    ContributionsOfFlow: Source(
        rows=CONTRIBUTIONS,
        order=upwards(tables.contributions.c.started_at, tables.contributions.c.id),
        belongs=lambda parent, _: tables.contributions.c.flow_id == parent,
    ),
    ContributionsOfRun: Source(
        rows=CONTRIBUTIONS,
        order=upwards(tables.contributions.c.started_at, tables.contributions.c.id),
        belongs=lambda parent, _: tables.contributions.c.run_id == parent,
    ),
    OverridesOfFlow: Source(
        rows=OVERRIDES,
        order=upwards(tables.overrides.c.created_at, tables.overrides.c.id),
        belongs=lambda parent, _: tables.overrides.c.flow_id == parent,
    ),
    OverridesOfSubject: Source(
        rows=OVERRIDES,
        order=upwards(tables.overrides.c.created_at, tables.overrides.c.id),
        belongs=lambda parent, _: tables.overrides.c.subject == parent,
        parent_type=Text(),
    ),
    ExportsOfFlow: Source(
        rows=EXPORTS,
        order=downwards(tables.exports.c.created_at, tables.exports.c.id),
        belongs=lambda parent, _: tables.exports.c.flow_id == parent,
    ),
}
