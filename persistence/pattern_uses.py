"""Which patterns phases used, and how sure one may be of them after what people then did."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from itertools import groupby

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.access import Tenant
from domain.definition import Pattern
from domain.learning import Verdict
from persistence.patterns import visible
from persistence.tables import account_patterns, learning_patterns, pattern_uses

# An engagement's own, and what of the client account it may read: one may be both.
_TABLES = (learning_patterns, account_patterns)
_PATTERN = ("id", "kind", "key", "summary", "data", "confidence")
_use = pattern_uses.c


class PatternUses:
    """What one engagement used, in one transaction."""

    def __init__(self, connection: AsyncConnection, tenant: Tenant) -> None:
        self._connection = connection
        self._tenant = tenant

    async def add(self, pattern_ids: Collection[str], flow_id: str, phase: str) -> None:
        """Count one more use of each, and remember that this phase of that flow made it."""
        if not pattern_ids:
            return
        known: set[str] = set()
        for table in _TABLES:
            # In one order, so that two who use the same do not wait for each other.
            held = select(table.c.id).where(table.c.id.in_(set(pattern_ids))).order_by(table.c.id).with_for_update()
            ids = list(await self._connection.scalars(held))
            await self._connection.execute(update(table).where(table.c.id.in_(ids)).values(uses=table.c.uses + 1))
            known.update(ids)
        about = {"engagement_id": self._tenant.engagement_id, "flow_id": flow_id, "phase": phase}
        rows = [{**about, "pattern_id": id} for id in sorted(known)]
        if rows:
            await self._connection.execute(insert(pattern_uses).on_conflict_do_nothing(), rows)

    async def of(self, flow_id: str, phase: str) -> tuple[Pattern, ...]:
        """What that phase used and nobody has overruled there."""
        query = (
            select(*(visible.c[name] for name in _PATTERN))
            .join(pattern_uses, _use.pattern_id == visible.c.id)
            .where(
                visible.c.tenant == self._tenant.engagement_id,
                _use.flow_id == flow_id,
                _use.phase == phase,
                _use.verdict.is_distinct_from(str(Verdict.OVERRULED)),
            )
            .order_by(visible.c.id)
        )
        return tuple(Pattern(**row) for row in (await self._connection.execute(query)).mappings())

    async def judge(self, flow_id: str, phase: str, verdicts: Mapping[str, Verdict], *, moving: bool) -> None:
        """Keep each verdict, and move the patterns of which it is a new one."""
        for verdict, several in groupby(sorted(verdicts, key=lambda id: verdicts[id]), key=lambda id: verdicts[id]):
            mine = (_use.flow_id == flow_id, _use.phase == phase, _use.pattern_id.in_(list(several)))
            final = func.coalesce(_use.verdict, "").not_in([str(verdict), str(Verdict.OVERRULED)])
            judged = update(pattern_uses).where(*mine, final).values(verdict=str(verdict))
            ids = set(await self._connection.scalars(judged.returning(_use.pattern_id)))
            if moving:
                await self._move(ids, verdict)

    async def let_stand(self, flow_id: str) -> None:
        """Whatever the flow used and nobody has judged is kept; once, in however many of its phases it was used."""
        open_ = update(pattern_uses).where(_use.flow_id == flow_id, _use.verdict.is_(None))
        kept = open_.values(verdict=str(Verdict.KEPT)).returning(_use.pattern_id)
        await self._move(set(await self._connection.scalars(kept)), Verdict.KEPT)

    async def _move(self, ids: Collection[str], verdict: Verdict) -> None:
        for table in _TABLES if ids else ():
            held = select(table.c.id, table.c.confidence).where(table.c.id.in_(ids)).order_by(table.c.id)
            rows = (await self._connection.execute(held.with_for_update())).all()
            moved = [{"of": row.id, "to": verdict.moved(row.confidence)} for row in rows]
            if moved:
                one = update(table).where(table.c.id == bindparam("of")).values(confidence=bindparam("to"))
                await self._connection.execute(one, moved)
