"""Reading builds: where each stands, what was handed over, and what was said."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, RowMapping

from domain.builds.build import Build
from domain.builds.changes import Handoff
from domain.builds.listing import HandoffsOfFlow, HistoryOfRole
from persistence import tables
from persistence.builds import build_of, message_of, newest
from persistence.reads.source import Rows, Source, downwards, made_by, rows_of, upwards

master, child, builds = tables.master_flows, tables.child_flows, tables.builds
handoffs, messages = tables.build_handoffs, tables.build_messages


def _build(row: RowMapping) -> Build:
    known = row if row["state"] is not None else None
    return build_of(str(row["id"]), row["configuration"], row["created_at"], known)


HANDOFFS = rows_of(Handoff, handoffs)
# Of every flow, also of one that nobody has worked on.
BUILDS = Rows(
    table=child.join(master, master.c.id == child.c.flow_id).outerjoin(builds, builds.c.flow_id == child.c.flow_id),
    columns=(
        child.c.flow_id.label("id"),
        child.c.configuration,
        master.c.created_at,
        *(column for column in builds.c if column.name not in ("engagement_id", "flow_id")),
    ),
    id=child.c.flow_id,
    tenant=child.c.engagement_id,
    make=made_by(_build),
)
SAID = Rows(
    table=messages,
    columns=(messages.c.speaker, messages.c.content, messages.c.created_at),
    id=messages.c.flow_id,
    tenant=messages.c.engagement_id,
    make=made_by(message_of),
)


def _asked(listing: HistoryOfRole) -> Iterable[ColumnElement[bool]]:
    yield messages.c.role == listing.role
    if listing.room is not None:
        yield newest(listing.room)


ROWS: dict[type, Rows] = {Build: BUILDS, Handoff: HANDOFFS}

SOURCES: dict[type, Source] = {
    HandoffsOfFlow: Source(
        rows=HANDOFFS,
        order=upwards(handoffs.c.created_at, handoffs.c.id),
        belongs=lambda parent, _: handoffs.c.flow_id == parent,
    ),
    HistoryOfRole: Source(
        rows=SAID,
        order=downwards(messages.c.number),
        belongs=lambda parent, _: messages.c.flow_id == parent,
        where=_asked,
    ),
}
