"""The event log: gap-free numbers in a flow, rising ones in an engagement, written with the change they tell of."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asyncpg import InterfaceError, InternalClientError, PostgresError
from sqlalchemy import RowMapping, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.access import Tenant
from domain.errors import CursorExpired, NotFound
from domain.event import Event, EventKind, LoggedEvent
from persistence.database import dumps, reading

# The flow id under which `heads` keeps the highest position that retention took out of an engagement's log.
FLOOR = "00000000-0000-0000-0000-000000000000"

_COLUMNS = "engagement_id, position, flow_id, flow_kind, seq, kind, phase, data, occurred_at"

# The flows' numbers come first and in the order of their ids, the engagement's last: two transactions that take the
# same rows wait for each other in one order. The engagement's row reads `counted`, so it cannot be taken before.
_APPEND = text(
    """
    WITH told AS MATERIALIZED (
        SELECT * FROM jsonb_to_recordset(CAST(CAST(:events AS text) AS jsonb)) AS told(
            nth bigint, flow_id uuid, flow_kind text, flow_nth bigint, kind text, phase text, data jsonb,
            at timestamptz)
    ), removed AS (
        DELETE FROM events USING told WHERE events.flow_id = told.flow_id AND told.kind = 'FLOW_DELETED'
    ), ended AS (
        DELETE FROM heads USING told
        WHERE heads.engagement_id = :engagement AND heads.flow_id = told.flow_id AND told.kind = 'FLOW_DELETED'
    ), counted AS (
        INSERT INTO heads (engagement_id, flow_id, last_seq)
        SELECT CAST(:engagement AS uuid), flow_id, max(flow_nth) FROM told
        WHERE flow_nth IS NOT NULL GROUP BY flow_id ORDER BY flow_id
        ON CONFLICT (engagement_id, flow_id) DO UPDATE SET last_seq = heads.last_seq + excluded.last_seq
        RETURNING flow_id, last_seq
    ), placed AS (
        INSERT INTO heads (engagement_id, flow_id, last_seq)
        SELECT CAST(:engagement AS uuid), :engagement, count(*) FROM told WHERE (SELECT count(*) FROM counted) >= 0
        ON CONFLICT (engagement_id, flow_id) DO UPDATE SET last_seq = heads.last_seq + excluded.last_seq
        RETURNING last_seq
    ), written AS (
        INSERT INTO events (engagement_id, position, flow_id, flow_kind, seq, kind, phase, data, occurred_at)
        SELECT CAST(:engagement AS uuid), placed.last_seq - count(*) OVER () + told.nth, told.flow_id, told.flow_kind,
               counted.last_seq - max(told.flow_nth) OVER (PARTITION BY told.flow_id) + told.flow_nth,
               told.kind, told.phase, told.data, told.at
        FROM told CROSS JOIN placed LEFT JOIN counted USING (flow_id)
    )
    SELECT flow_id, last_seq FROM counted UNION ALL SELECT NULL, last_seq FROM placed
    """
)

_HEADS = text(
    """
    SELECT heads.engagement_id, heads.flow_id, heads.last_seq
    FROM unnest(CAST(:engagements AS uuid[]), CAST(:flows AS uuid[])) AS watched(engagement_id, flow_id)
    JOIN heads USING (engagement_id, flow_id)
    """
)

_FLOW_PAGE = text(
    f"""
    SELECT heads.last_seq, page.* FROM heads LEFT JOIN LATERAL (
        SELECT {_COLUMNS} FROM events WHERE events.flow_id = heads.flow_id AND seq > :after ORDER BY seq LIMIT :limit
    ) AS page ON true
    WHERE heads.engagement_id = :engagement AND heads.flow_id = :flow ORDER BY page.seq
    """
)

_ENGAGEMENT_PAGE = text(
    f"""
    SELECT own.last_seq, floor.last_seq AS floor, page.*
    FROM (SELECT COALESCE(max(last_seq), 0) AS last_seq FROM heads
          WHERE engagement_id = :engagement AND flow_id = :engagement) AS own
    LEFT JOIN heads AS floor ON floor.engagement_id = :engagement AND floor.flow_id = '{FLOOR}'
    LEFT JOIN LATERAL (
        SELECT {_COLUMNS} FROM events
        WHERE events.engagement_id = :engagement AND position > :after ORDER BY position LIMIT :limit
    ) AS page ON true ORDER BY page.position
    """
)

# One statement in one round trip, for this is what every delivery waits for. Row-level security compares with a setting
# that the statement itself makes: the scans of `events` depend on the row of `tenant`, so it is made before them. Were
# it not, they would find nothing.
_NEWER = text(
    f"""
    WITH tenant AS MATERIALIZED (SELECT CAST(set_config('flotilla.engagement', :engagement, true) AS uuid) AS id)
    SELECT watched.flow_id AS log, page.* FROM tenant
    CROSS JOIN unnest(CAST(:flows AS uuid[]), CAST(:afters AS bigint[])) AS watched(flow_id, after)
    CROSS JOIN LATERAL (
        (SELECT {_COLUMNS} FROM events
         WHERE engagement_id = tenant.id AND events.flow_id = watched.flow_id AND seq > watched.after
         ORDER BY seq LIMIT :limit)
        UNION ALL
        (SELECT {_COLUMNS} FROM events
         WHERE watched.flow_id IS NULL AND engagement_id = tenant.id AND position > watched.after
         ORDER BY position LIMIT :limit)
    ) AS page ORDER BY page.position
    """
)

_PURGE = text(
    f"""
    WITH removed AS (
        DELETE FROM events WHERE engagement_id = :engagement AND occurred_at < :before
            AND flow_id = ANY(CAST(:flows AS uuid[]))
        RETURNING position
    ), kept AS (
        INSERT INTO heads (engagement_id, flow_id, last_seq)
        SELECT CAST(:engagement AS uuid), '{FLOOR}', max(position) FROM removed HAVING count(*) > 0
        ON CONFLICT (engagement_id, flow_id)
        DO UPDATE SET last_seq = greatest(heads.last_seq, excluded.last_seq)
    )
    SELECT count(*) FROM removed
    """
)


@dataclass(frozen=True, slots=True)
class PendingEvent:
    """An event that a transaction is about to log, with the flow it happened in."""

    flow_id: str | None
    flow_kind: str | None
    event: Event


@dataclass(frozen=True, slots=True)
class Head:
    """How far a log reaches: a flow's, or with no flow the engagement's. A deleted flow reaches to 0."""

    engagement_id: str
    flow_id: str | None
    last_seq: int


async def append(connection: AsyncConnection, engagement_id: str, events: Sequence[PendingEvent]) -> tuple[Head, ...]:
    """Number the events and log them: the last statement of a transaction, for it locks the engagement's row.

    FLOW_DELETED takes the flow's other events out of the log and stays without a number of its own, for it has no flow
    to be counted in.
    """
    gone = {told.flow_id for told in events if told.event.kind is EventKind.FLOW_DELETED and told.flow_id}
    lasting = [told for told in events if told.flow_id not in gone or told.event.kind is EventKind.FLOW_DELETED]
    if not lasting:
        return ()
    rows = await connection.execute(_APPEND, {"engagement": engagement_id, "events": dumps(_numbered(lasting))})
    heads = [Head(engagement_id, _id(row.flow_id), row.last_seq) for row in rows]
    return (*heads, *(Head(engagement_id, flow_id, 0) for flow_id in gone))


def _numbered(events: Iterable[PendingEvent]) -> list[dict[str, Any]]:
    counts: Counter[str] = Counter()
    rows = []
    for nth, told in enumerate(events, start=1):
        row = {"nth": nth, "flow_id": told.flow_id, "flow_kind": told.flow_kind, "flow_nth": None}
        if told.flow_id and told.event.kind is not EventKind.FLOW_DELETED:
            counts[told.flow_id] += 1
            row["flow_nth"] = counts[told.flow_id]
        event = told.event
        rows.append({**row, "kind": event.kind, "phase": event.phase, "data": dict(event.data), "at": event.at})
    return rows


async def purge(connection: AsyncConnection, engagement_id: str, flow_ids: Sequence[str], before: datetime) -> int:
    """Retention: remove what these flows told before that time; older cursors of theirs then are expired."""
    values = {"engagement": engagement_id, "flows": list(flow_ids), "before": before}
    return await connection.scalar(_PURGE, values) or 0


async def poll_heads(
    connection: AsyncConnection, logs: Sequence[tuple[str, str | None]]
) -> dict[tuple[str, str | None], int]:
    """How far these logs, each of (engagement, flow or None), reach; without those that are not there. Ids only."""
    asked = {
        (engagement, flow or engagement): (engagement, flow) for engagement, flow in logs if _is_log(engagement, flow)
    }
    values = {"engagements": [pair[0] for pair in asked], "flows": [pair[1] for pair in asked]}
    rows = await connection.execute(_HEADS, values)
    return {asked[str(row.engagement_id), str(row.flow_id)]: row.last_seq for row in rows}


def _is_log(engagement_id: str, flow_id: str | None) -> bool:
    """False for the two rows of `heads` that are an engagement's own and no flow's."""
    return flow_id not in (engagement_id, FLOOR)


async def flow_page(
    connection: AsyncConnection, engagement_id: str, flow_id: str, after: int, limit: int
) -> tuple[LoggedEvent, ...]:
    """The next events of a flow; CursorExpired where the first of them is no longer, or not yet, to be had."""
    if not _is_log(engagement_id, flow_id):
        raise NotFound("flow")
    values = {"engagement": engagement_id, "flow": flow_id, "after": after, "limit": limit}
    rows = (await connection.execute(_FLOW_PAGE, values)).mappings().all()
    if not rows:
        raise NotFound("flow")
    events = _events(rows)
    missing = events[0].seq != after + 1 if events else after != rows[0]["last_seq"]
    if after < 0 or missing:
        raise CursorExpired(_EXPIRED)
    return events


async def engagement_page(
    connection: AsyncConnection, engagement_id: str, after: int, limit: int
) -> tuple[LoggedEvent, ...]:
    """The next events of an engagement; CursorExpired where some were purged since the cursor, or it never was."""
    values = {"engagement": engagement_id, "after": after, "limit": limit}
    rows = (await connection.execute(_ENGAGEMENT_PAGE, values)).mappings().all()
    if not (rows[0]["floor"] or 0) <= after <= rows[0]["last_seq"]:
        raise CursorExpired(_EXPIRED)
    return _events(rows)


_EXPIRED = "This cursor is older than what is kept, or never was. Read the state again and follow it from there."


def _events(rows: Iterable[RowMapping]) -> tuple[LoggedEvent, ...]:
    return tuple(_event(row) for row in rows if row["position"] is not None)


def _event(row: RowMapping) -> LoggedEvent:
    return LoggedEvent(
        engagement_id=str(row["engagement_id"]),
        position=row["position"],
        flow_id=_id(row["flow_id"]),
        flow_kind=row["flow_kind"],
        seq=row["seq"],
        kind=EventKind(row["kind"]),
        at=row["occurred_at"],
        phase=row["phase"],
        data=row["data"],
    )


def _id(value: Any) -> str | None:
    return None if value is None else str(value)


class Events:
    """The log within a transaction that somebody else opened for the tenant."""

    def __init__(self, connection: AsyncConnection, engagement_id: str) -> None:
        self._connection = connection
        self._engagement_id = engagement_id

    async def flow_events(self, flow_id: str, after: int, limit: int) -> Sequence[LoggedEvent]:
        """The next events of a flow."""
        return await flow_page(self._connection, self._engagement_id, flow_id, after, limit)

    async def engagement_events(self, after: int, limit: int) -> Sequence[LoggedEvent]:
        """The next events of the engagement."""
        return await engagement_page(self._connection, self._engagement_id, after, limit)


class EventReader:
    """The log for those who follow it: every read is a short transaction of one tenant.

    Raises ConnectionError while the database does not answer: the reader tries again, nothing is lost.
    """

    def __init__(self, engine: AsyncEngine, answer_within: float = 15.0) -> None:
        self._engine = engine
        self._answer_within = answer_within

    async def heads(self, logs: Sequence[tuple[str, str | None]]) -> Mapping[tuple[str, str | None], int]:
        """How far each log reaches: the one look across tenants, at ids and numbers only."""
        async with self._single_statement() as connection:
            return await poll_heads(connection, logs)

    async def page(self, tenant: Tenant, flow_id: str | None, after: int, limit: int) -> Sequence[LoggedEvent]:
        """The next events after a cursor, of a flow or of the whole engagement."""
        async with self._answering(), reading(self._engine, tenant) as connection:
            if flow_id is None:
                return await engagement_page(connection, tenant.engagement_id, after, limit)
            return await flow_page(connection, tenant.engagement_id, flow_id, after, limit)

    async def newer(
        self, tenant: Tenant, after: Mapping[str | None, int], limit: int
    ) -> Mapping[str | None, Sequence[LoggedEvent]]:
        """What flows of one engagement told since the number each is at, and under None the engagement itself."""
        told: defaultdict[str | None, list[LoggedEvent]] = defaultdict(list)
        values = {"engagement": tenant.engagement_id, "flows": list(after), "afters": list(after.values())}
        async with self._single_statement() as connection:
            for row in (await connection.execute(_NEWER, {**values, "limit": limit})).mappings():
                told[_id(row["log"])].append(_event(row))
        return told

    @asynccontextmanager
    async def _single_statement(self) -> AsyncIterator[AsyncConnection]:
        async with self._answering(), self._engine.connect() as connection:
            yield await connection.execution_options(isolation_level="AUTOCOMMIT")

    @asynccontextmanager
    async def _answering(self) -> AsyncIterator[None]:
        """A host that vanished does not close its connections: without a limit a read would wait for ever."""
        try:
            async with asyncio.timeout(self._answer_within):
                yield
        except (SQLAlchemyError, PostgresError, InterfaceError, InternalClientError, OSError) as problem:
            raise ConnectionError(f"The event log cannot be read: {str(problem) or 'no answer'}") from problem
