"""What was asked and what it came to: the audit log, and answers kept so that a repeat is harmless."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Self

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import ErrorCode, Problem, refuse
from domain.request import Acting, Answer, Repeated, Request
from persistence.tables import audit_log, requests

KEPT = timedelta(hours=24)
# Of more things than this the audit log names the first.
MOST_NAMED = 100
# Of what somebody gave as his reason; all of it stands with what it is the reason for.
LONGEST_REASON = 2_000


@dataclass(frozen=True, slots=True)
class Change:
    """What the audit log says of before and after: the flow's standing, and the ids of what was changed or is gone."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]

    @classmethod
    def of(cls, flow: tuple[Mapping[str, Any], Mapping[str, Any]], ids: Sequence[str], *, removed: bool) -> Self:
        """The change of a flow, and of the things that have these ids, or had them."""
        named = {"ids": list(dict.fromkeys(ids))[:MOST_NAMED]} if ids else {}
        before, after = flow
        return cls({**before, **named}, after) if removed else cls(before, {**after, **named})


NO_CHANGE = Change({}, {})


@dataclass(frozen=True, slots=True)
class Entry:
    """What a line of the audit log says beside who asked for what: when it ended how, and what it was about."""

    id: str
    at: datetime
    outcome: str
    subject_id: str | None = None


class Requests:
    """The requests of one engagement, in one transaction."""

    def __init__(self, connection: AsyncConnection, engagement_id: str) -> None:
        self._connection = connection
        self._engagement_id = engagement_id

    async def claim(self, acting: Acting, at: datetime) -> None:
        """Take the request's key, waiting for whoever holds it; Repeated when it was answered before.

        The same key with another input is Refused IDEMPOTENCY_CONFLICT.
        """
        request = acting.request
        if request is None or request.key is None:
            return
        old = self._mine(acting, request) & (requests.c.created_at < at - KEPT)
        await self._connection.execute(delete(requests).where(old))
        row = {
            "engagement_id": self._engagement_id,
            "user": acting.user,
            "mutation": request.mutation,
            "key": request.key,
            "input_hash": request.input_hash,
            "created_at": at,
        }
        claimed = await self._connection.execute(
            upsert(requests).on_conflict_do_nothing().returning(requests.c.key), row
        )
        if claimed.first() is None:
            await self._repeat(acting, request)

    async def _repeat(self, acting: Acting, request: Request) -> None:
        query = select(requests.c.input_hash, requests.c.answer).where(self._mine(acting, request))
        row = (await self._connection.execute(query)).one()
        if row.input_hash != request.input_hash:
            message = "This idempotencyKey came with another input before. Use a new key for a new request."
            raise refuse(ErrorCode.IDEMPOTENCY_CONFLICT, message, "idempotencyKey")
        raise Repeated(_answer_of(row.answer or {}))

    def _mine(self, acting: Acting, request: Request) -> Any:
        return (
            (requests.c.engagement_id == self._engagement_id)
            & (requests.c.user == acting.user)
            & (requests.c.mutation == request.mutation)
            & (requests.c.key == request.key)
        )

    async def keep(self, acting: Acting, answer: Answer) -> None:
        """Keep the answer for repeats under its key."""
        request = acting.request
        if request is not None and request.key is not None:
            kept = {"ids": list(answer.ids), "problems": [asdict(problem) for problem in answer.problems]}
            kept |= {"data": dict(answer.data)} if answer.data is not None else {}
            await self._connection.execute(update(requests).where(self._mine(acting, request)).values(answer=kept))

    async def enter(self, acting: Acting, entry: Entry, change: Change = NO_CHANGE) -> None:
        """One more line of the audit log."""
        request = acting.request
        if request is None:
            return
        row = {
            "id": entry.id,
            "engagement_id": self._engagement_id,
            "at": entry.at,
            "by": acting.subject,
            "acting_for": acting.user if acting.user != acting.subject else None,
            "mutation": request.mutation,
            "subject_id": entry.subject_id or request.subject_id,
            "reason": request.reason[:LONGEST_REASON] if request.reason else None,
            "outcome": entry.outcome,
            "before": dict(change.before) or None,
            "after": dict(change.after) or None,
        }
        await self._connection.execute(insert(audit_log), row)


def _answer_of(data: dict[str, Any]) -> Answer:
    problems = tuple(
        Problem(ErrorCode(problem["code"]), problem["message"], tuple(problem["path"]), problem["details"])
        for problem in data.get("problems", ())
    )
    return Answer(tuple(data.get("ids", ())), problems, data.get("data"))
