"""What was learned: recalled for similar work, strengthened, counted when used, shared with the client account."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, Text, bindparam, func, literal, select, union
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.access import Tenant
from domain.account_pattern import AccountPattern
from domain.definition import Pattern
from domain.learning import FEEDBACK, RECALLED_FROM, LearningPattern, Verdict
from domain.similarity import Likeness
from persistence.mapping import columns, from_row, to_row
from persistence.pattern_uses import PatternUses
from persistence.patterns import SEARCH, rank, searchable, visible
from persistence.tables import (
    account_patterns,
    applications,
    components,
    engagements,
    learning_patterns,
    members,
    pattern_flows,
)

RECALLED = 200
_KEPT = ("uses", "created_at", "flow_id", "id", "engagement_id")
_PATTERN = ("id", "kind", "key", "summary", "data", "confidence")


class Learnings:
    """The patterns of one engagement and its client account, in one transaction."""

    def __init__(self, connection: AsyncConnection, tenant: Tenant) -> None:
        self._connection = connection
        self._tenant = tenant
        self._uses = PatternUses(connection, tenant)

    async def recall(self, kind: str, about: str = "") -> tuple[Pattern, ...]:
        """Of that kind of work and of feedback on it: the engagement's own first, then by likeness."""
        kinds = (kind, f"{FEEDBACK}.{kind}", f"{FEEDBACK}.{kind.partition('.')[0]}")
        query = (
            select(*(visible.c[name] for name in _PATTERN))
            .where(visible.c.tenant == self._tenant.engagement_id, visible.c.kind.in_(kinds))
            .where(visible.c.confidence >= RECALLED_FROM)
            .order_by(visible.c.own.desc(), rank(Likeness.to(about)).desc(), visible.c.id.desc())
            .limit(RECALLED)
        )
        return tuple(Pattern(**row) for row in (await self._connection.execute(query)).mappings())

    async def known(self, kind: str, keys: Collection[str]) -> Mapping[str, LearningPattern]:
        """Those of the engagement about these keys, by key; locked until the unit of work ends."""
        if not keys:
            return {}
        table = learning_patterns
        query = (
            select(*columns(LearningPattern))
            .where(
                table.c.engagement_id == self._tenant.engagement_id,
                table.c.kind == kind,
                table.c.key.in_(sorted(set(keys))),
            )
            .order_by(table.c.id)
            .with_for_update()
        )
        rows = (await self._connection.execute(query)).mappings()
        return {row["key"]: from_row(LearningPattern, row) for row in rows}

    async def save(self, patterns: Sequence[LearningPattern], flow_id: str | None) -> None:
        """Insert or replace each by its id, as taught by that flow too; how often it was used stays."""
        if not patterns:
            return
        owner = {"engagement_id": self._tenant.engagement_id}
        rows = [{**owner, **to_row(each, learning_patterns), **searchable(each)} for each in patterns]
        await self._connection.execute(_SAVE, rows)
        if flow_id is not None:
            links = [{**owner, "pattern_id": each.id, "flow_id": flow_id} for each in patterns]
            await self._connection.execute(insert(pattern_flows).on_conflict_do_nothing(), links)

    async def used(self, pattern_ids: Collection[str], flow_id: str, phase: str) -> None:
        """Count one more use of each, and remember that this phase of that flow made it."""
        await self._uses.add(pattern_ids, flow_id, phase)

    async def in_use(self, flow_id: str, phase: str) -> tuple[Pattern, ...]:
        """What that phase used and nobody has overruled there."""
        return await self._uses.of(flow_id, phase)

    async def judge(self, flow_id: str, phase: str, verdicts: Mapping[str, Verdict], *, moving: bool = True) -> None:
        """What people did with what these patterns, by id, were used for; `moving` their confidence with it."""
        await self._uses.judge(flow_id, phase, verdicts, moving=moving)

    async def let_stand(self, flow_id: str) -> None:
        """The flow has ended well: whatever it used and nobody has judged is kept."""
        await self._uses.let_stand(flow_id)

    async def names(self, texts: Sequence[str]) -> frozenset[str]:
        """Names of the engagement's applications, servers and people that occur in the texts."""
        told = literal(" ".join(" ".join(text.split()) for text in texts), Text)
        names = union(*(select(query.c.name) for query in self._named())).subquery()
        occurs = func.strpos(func.lower(told), func.lower(names.c.name)) > 0
        found = await self._connection.scalars(select(names.c.name).where(func.length(names.c.name) > 1, occurs))
        return frozenset(found)

    def _named(self) -> list[Any]:
        """Every column that holds a name; a component named after what it is names nobody."""
        mine = self._tenant.engagement_id
        of_people = [applications.c[name] for name in ("business_owner", "technical_owner", "department")]
        queries = [
            select(column.label("name")).where(column.table.c.engagement_id == mine, column.is_not(None))
            for column in (applications.c.name, *of_people, members.c.subject, members.c.email)
        ]
        server = func.lower(components.c.name) != func.lower(components.c.type)
        queries.append(select(components.c.name.label("name")).where(components.c.engagement_id == mine, server))
        queries.append(select(engagements.c.name.label("name")).where(engagements.c.id == mine))
        return [query.subquery() for query in queries]

    async def share(self, pattern: AccountPattern) -> None:
        """Let the whole client account read that."""
        row = {
            "id": pattern.id,
            "client_account_id": self._tenant.client_account_id,
            "engagement_id": self._tenant.engagement_id,
            "kind": pattern.kind,
            "summary": pattern.summary,
            "data": dict(pattern.data),
            "confidence": pattern.confidence,
            "created_at": pattern.created_at,
            **searchable(pattern),
        }
        given = _given(account_patterns, [name for name in row if name not in ("words", "facts")])
        await self._connection.execute(insert(account_patterns).values(**given), row)


def _given(table: Table, names: Sequence[str]) -> dict[str, Any]:
    values = {name: bindparam(name, type_=table.c[name].type) for name in names}
    return {**values, "search": SEARCH}


def _saving() -> Any:
    table = learning_patterns
    statement = insert(table).values(**_given(table, [column.name for column in table.c if column.name != "search"]))
    changed = {column.name: statement.excluded[column.name] for column in table.c if column.name not in _KEPT}
    return statement.on_conflict_do_update(index_elements=["id"], set_=changed)


_SAVE = _saving()
