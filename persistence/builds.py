"""Builds: the row of each, what was handed over, and what was said, which only grows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, RowMapping, func, insert, or_, select
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


class Builds:
    """The builds of one engagement, in one transaction; whoever asks for one has locked its flow."""

    def __init__(self, connection: AsyncConnection, engagement_id: str) -> None:
        self._connection = connection
        self._engagement_id = engagement_id

    async def get(self, flow: Flow, *, told: bool = False) -> Build:
        """As it stands; with `told` as much of its role's history as a model may be asked with, else no history."""
        query = select(builds).where(builds.c.flow_id == flow.id, builds.c.engagement_id == self._engagement_id)
        row = (await self._connection.execute(query)).mappings().first()
        build = build_of(flow.id, flow.configuration, flow.created_at, row)
        if not told:
            return build
        role = asked_role(build)
        its = build_messages.c.flow_id == flow.id, build_messages.c.role == role, newest(TOLD)
        query = select(build_messages).where(*its).order_by(build_messages.c.number)
        found = (await self._connection.execute(query)).mappings().all()
        said = tuple(message_of(each) for each in found)
        return build.recalling(RoleContext(role, said, build.context(role).data))

    async def save(self, build: Build) -> None:
        """It, and what its decisions since loading came to."""
        owner = {"engagement_id": self._engagement_id, "flow_id": build.id}
        row = {**owner, **_row_of(build)}
        statement = upsert(builds)
        changed = {name: statement.excluded[name] for name in row if name not in owner}
        await self._connection.execute(statement.on_conflict_do_update(index_elements=["flow_id"], set_=changed), row)
        if build.handoffs:
            rows = [{**owner, **_fields(each)} for each in build.handoffs]
            await self._connection.execute(insert(build_handoffs), rows)
        for turn in build.turns:
            await self._say(turn, owner)

    async def _say(self, turn: Turn, owner: Mapping[str, str]) -> None:
        last = (
            select(build_messages.c.number, build_messages.c.total)
            .where(build_messages.c.flow_id == owner["flow_id"], build_messages.c.role == turn.role)
            .order_by(build_messages.c.number.desc())
            .limit(1)
        )
        before = (await self._connection.execute(last)).first()
        number, total = (before.number, before.total) if before else (0, 0)
        message = turn.message
        row = {
            **owner,
            "role": turn.role,
            "number": number + 1,
            "speaker": message.role,
            "content": message.content,
            "total": total + len(message.content.encode("utf-8", "replace")),
            "created_at": message.created_at,
        }
        await self._connection.execute(insert(build_messages), row)


def newest(room: int) -> ColumnElement[bool]:
    """True of a history's newest messages that hold so many bytes together, and of the last one however long it is."""
    table, later = build_messages, build_messages.alias("later")
    last = (
        select(func.max(later.c.total))
        .where(later.c.flow_id == table.c.flow_id, later.c.role == table.c.role)
        .correlate(table)
        .scalar_subquery()
    )
    size = func.octet_length(table.c.content)
    return or_(table.c.total == last, last - table.c.total + size <= room)


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
