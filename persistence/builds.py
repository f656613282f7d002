"""Builds: the row of each, what was handed over, and what was said, which only grows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, RowMapping, bindparam, func, insert, or_, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.builds.build import Build
from domain.builds.changes import BuildFailure, Standing, Unpassed
from domain.builds.conversation import Message, MessageRole, RoleContext, Turn
from domain.builds.prompt import asked_role
from domain.builds.table import BuildRole, BuildState
from domain.flow import Flow
from domain.flow_state import Stamp
from persistence.tables import build_handoffs, build_messages, builds

# Bytes of a role's history that our own crew is shown at most: more than any model of it is told.
TOLD = 256 << 10

_STANDING: TypeAdapter[dict[str, Standing]] = TypeAdapter(dict[str, Standing])
_UNPASSED: TypeAdapter[Unpassed | None] = TypeAdapter(Unpassed | None)
_FAILURE: TypeAdapter[BuildFailure | None] = TypeAdapter(BuildFailure | None)
_CONTEXTS: TypeAdapter[dict[BuildRole, dict[str, Any]]] = TypeAdapter(dict[BuildRole, dict[str, Any]])


# Made once: making these anew costs more than executing them.
_ONE = select(builds).where(builds.c.flow_id == bindparam("flow"), builds.c.engagement_id == bindparam("engagement"))
_CHANGING = ("state", "entered_at", "retries", "contexts", "standing", "unpassed", "failure")
_NEW = upsert(builds)
_SAVE = _NEW.on_conflict_do_update(index_elements=["flow_id"], set_={name: _NEW.excluded[name] for name in _CHANGING})
# Its flow is locked: nobody else takes the same number.
_SAY = text(
    """
    INSERT INTO build_messages (engagement_id, flow_id, role, number, speaker, content, total, created_at)
    SELECT CAST(:engagement_id AS uuid), CAST(:flow_id AS uuid), CAST(:role AS text), coalesce(last.number, 0) + 1,
      CAST(:speaker AS text), CAST(:content AS text), coalesce(last.total, 0) + CAST(:size AS bigint),
      CAST(:created_at AS timestamptz)
    FROM (SELECT 1) AS one LEFT JOIN LATERAL (
      SELECT number, total FROM build_messages
      WHERE flow_id = CAST(:flow_id AS uuid) AND role = CAST(:role AS text) ORDER BY number DESC LIMIT 1
    ) AS last ON true
    """
)
_later = build_messages.alias("later")
_total = (
    select(_later.c.total)
    .where(_later.c.flow_id == build_messages.c.flow_id, _later.c.role == build_messages.c.role)
    .order_by(_later.c.number.desc())
    .limit(1)
    .correlate(build_messages)
    .scalar_subquery()
)
_from_there = _total - build_messages.c.total + func.octet_length(build_messages.c.content)


class Builds:
    """The builds of one engagement, in one transaction; whoever asks for one has locked its flow."""

    def __init__(self, connection: AsyncConnection, engagement_id: str) -> None:
        self._connection = connection
        self._engagement_id = engagement_id
        self._loaded: dict[str, Build] = {}

    async def get(self, flow: Flow, *, told: bool = False) -> Build:
        """As it stands; with `told` as much of its role's history as a model may be asked with, else no history."""
        build = self._loaded.get(flow.id) or await self._load(flow)
        if not told:
            return build
        role = asked_role(build)
        its = build_messages.c.flow_id == flow.id, build_messages.c.role == role, newest(TOLD)
        query = select(build_messages).where(*its).order_by(build_messages.c.number)
        found = (await self._connection.execute(query)).mappings().all()
        said = tuple(message_of(each) for each in found)
        return build.recalling(RoleContext(role, said, build.context(role).data))

    async def _load(self, flow: Flow) -> Build:
        asked = {"flow": flow.id, "engagement": self._engagement_id}
        row = (await self._connection.execute(_ONE, asked)).mappings().first()
        build = self._loaded[flow.id] = build_of(flow.id, flow.configuration, flow.created_at, row)
        return build

    async def save(self, build: Build) -> None:
        """It, and what its decisions since loading came to."""
        owner = {"engagement_id": self._engagement_id, "flow_id": build.id}
        row, before = _row_of(build), self._loaded.get(build.id)
        # What is only said changes nothing of it.
        if before is None or row != _row_of(before):
            await self._connection.execute(_SAVE, {**owner, **row})
        if build.handoffs:
            rows = [{**owner, **_fields(each)} for each in build.handoffs]
            await self._connection.execute(insert(build_handoffs), rows)
        for turn in build.turns:
            await self._connection.execute(_SAY, {**owner, **_said(turn)})
        self._loaded[build.id] = replace(build, moves=(), handoffs=(), turns=())


def newest(room: int) -> ColumnElement[bool]:
    """True of a history's newest messages that hold so many bytes together, and of the last one however long it is."""
    return or_(build_messages.c.total == _total, _from_there <= room)


def build_of(flow_id: str, configuration: Mapping[str, Any], created_at: datetime, row: RowMapping | None) -> Build:
    """The build of that flow; without a row, as it was started."""
    named = (flow_id, configuration["projectId"], configuration["buildId"], configuration["requirements"])
    if row is None:
        return Build.start(*named, Stamp("", created_at, lambda: ""))
    known = _CONTEXTS.validate_python(row["contexts"])
    return Build(
        *named,
        row["entered_at"],
        BuildState(row["state"]),
        contexts={role: RoleContext(role, data=data) for role, data in known.items()},
        standing=_STANDING.validate_python(row["standing"]),
        unpassed=_UNPASSED.validate_python(row["unpassed"]),
        failure=_FAILURE.validate_python(row["failure"]),
        retries=row["retries"],
    )


def message_of(row: RowMapping) -> Message:
    """The message of that row."""
    return Message(MessageRole(row["speaker"]), row["content"], row["created_at"])


def _said(turn: Turn) -> dict[str, Any]:
    message = turn.message
    return {
        "role": turn.role,
        "speaker": message.role,
        "content": message.content,
        "size": len(message.content.encode("utf-8", "replace")),
        "created_at": message.created_at,
    }


def _row_of(build: Build) -> dict[str, Any]:
    return {
        "state": build.state,
        "entered_at": build.entered_at,
        "retries": build.retries,
        "contexts": {str(role): dict(context.data) for role, context in build.contexts.items()},
        "standing": _STANDING.dump_python(dict(build.standing), mode="json"),
        "unpassed": _UNPASSED.dump_python(build.unpassed, mode="json"),
        "failure": _FAILURE.dump_python(build.failure, mode="json"),
    }


def _fields(value: Any) -> dict[str, Any]:
    return {each.name: getattr(value, each.name) for each in fields(value)}
