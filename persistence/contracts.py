"""Contracts of customers in one transaction, and the search over what a customer's documents say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.contract import Contract, FoundPassage, Passage
from domain.errors import NotFound
from domain.event import CheckContract
from domain.ports import Ids
from persistence.mapping import columns, from_row, to_row
from persistence.tables import contract_passages, contracts, files, workflows

_ROWS = 500
# Characters of an artifact that are shown as its passage, and of a question that are looked at.
_SHOWN = 1_000
_LONGEST_QUESTION = 2_000

# What matches the question as a search engine reads it comes first; then what holds most of its words; then by how near
# they stand to each other. A question in plain words mostly has some that no document has.
_SEARCH = text("""
WITH asked AS (
  SELECT websearch_to_tsquery('english', :question) AS strict,
         array(SELECT plainto_tsquery('simple', quote_literal(lexeme))
               FROM unnest(to_tsvector('english', :question))) AS words,
         (SELECT string_agg(quote_literal(lexeme), ' | ')
          FROM unnest(to_tsvector('english', :question)))::tsquery AS any
), found AS (
  SELECT p.id, c.file_name AS title, p.text, p.page, p.contract_id, NULL::uuid AS artifact_id, p.search, p.number
  FROM contract_passages p JOIN contracts c ON c.id = p.contract_id, asked
  WHERE p.engagement_id = :engagement AND p.customer_id = :customer AND p.search @@ asked.any
  UNION ALL
  SELECT a.id, v.title, a.text, NULL, NULL, a.id, a.search, 0
  FROM artifacts a
  JOIN workflows w ON w.flow_id = a.flow_id
  JOIN artifact_versions v ON v.artifact_id = a.id AND v.version = a.version, asked
  WHERE a.engagement_id = :engagement AND w.customer_id = :customer AND a.search @@ asked.any
)
SELECT found.id, title, page, contract_id, artifact_id,
       CASE WHEN artifact_id IS NULL THEN text
            ELSE left(ts_headline('english', left(text, 100000), asked.any,
                 'StartSel="", StopSel="", MaxWords=120, MinWords=60, MaxFragments=2, FragmentDelimiter=" … "'), :shown)
       END AS text,
       ts_rank_cd(search, asked.any, 1) AS rank
FROM found, asked
ORDER BY numnode(asked.strict) > 0 AND search @@ asked.strict DESC,
         (SELECT count(*) FROM unnest(asked.words) AS word WHERE search @@ word) DESC,
         rank DESC, contract_id, number, found.id
LIMIT :limit
""")


class Contracts:
    """The contracts of one engagement."""

    def __init__(self, connection: AsyncConnection, engagement_id: str, ids: Ids) -> None:
        self._connection = connection
        self._engagement_id = engagement_id
        self._ids = ids
        self.jobs: list[CheckContract] = []

    async def get(self, contract_id: str) -> Contract:
        """Held until the transaction ends; NotFound where there is none for this tenant."""
        found = await self._find(_query().where(contracts.c.id == contract_id).with_for_update())
        if not found:
            raise NotFound("contract", ("id",))
        return found[0]

    async def flow_of(self, contract_id: str) -> str | None:
        """The flow it was uploaded for, held by nobody; None where there is none, or no such contract."""
        query = select(contracts.c.flow_id).where(contracts.c.id == contract_id, self._mine)
        flow_id: str | None = await self._connection.scalar(query)
        return flow_id

    async def customer_of(self, flow_id: str) -> str | None:
        """The customer that a flow is about; None where it is about none."""
        mine = workflows.c.engagement_id == self._engagement_id
        query = select(workflows.c.customer_id).where(mine, workflows.c.flow_id == flow_id)
        customer_id: str | None = await self._connection.scalar(query)
        return customer_id

    async def of_customer(self, customer_id: str) -> tuple[Contract, ...]:
        """Newest first, held by nobody."""
        newest = _query().order_by(contracts.c.uploaded_at.desc(), contracts.c.id.desc())
        return await self._find(newest.where(contracts.c.customer_id == customer_id))

    async def _find(self, query: Select[Any]) -> tuple[Contract, ...]:
        rows = (await self._connection.execute(query.where(self._mine))).mappings()
        return tuple(from_row(Contract, row) for row in rows)

    async def save(self, contract: Contract) -> None:
        """Insert or replace it."""
        row = {"engagement_id": self._engagement_id, **to_row(contract, contracts)}
        changed = {
            name: row[name] for name in ("pages", "extraction", "warnings", "corrections", "checked_at", "version")
        }
        statement = insert(contracts).on_conflict_do_update(index_elements=["id"], set_=changed)
        await self._connection.execute(statement, row)

    async def keep(self, contract: Contract, passages: Sequence[Passage]) -> None:
        """The contract with its text, in the place of what text it had."""
        await self.save(contract)
        old = contract_passages.c
        gone = delete(contract_passages).where(old.engagement_id == self._engagement_id, old.contract_id == contract.id)
        await self._connection.execute(gone)
        for start in range(0, len(passages), _ROWS):
            rows = [self._passage(contract, passage) for passage in passages[start : start + _ROWS]]
            await self._connection.execute(insert(contract_passages).values(rows))

    def _passage(self, contract: Contract, passage: Passage) -> dict[str, Any]:
        return {
            "engagement_id": self._engagement_id,
            "id": self._ids(),
            "contract_id": contract.id,
            "customer_id": contract.customer_id,
            "number": passage.number,
            "page": passage.page,
            "text": passage.text,
            "search": func.to_tsvector("english", passage.text),
        }

    async def remove(self, contract: Contract) -> None:
        """With its passages and its file: deleting the file takes all of it."""
        gone = delete(contracts).where(contracts.c.id == contract.id, self._mine)
        await self._connection.execute(gone)
        of_file = (files.c.id == contract.file_id, files.c.engagement_id == self._engagement_id)
        await self._connection.execute(delete(files).where(*of_file))

    async def passages(self, customer_id: str, question: str, limit: int = 5) -> tuple[FoundPassage, ...]:
        """What of that customer's contracts and artifacts has most to do with a question in plain words."""
        given = {
            "question": question[:_LONGEST_QUESTION].replace("\x00", " "),
            "engagement": self._engagement_id,
            "customer": customer_id,
            "shown": _SHOWN,
            "limit": limit,
        }
        rows = (await self._connection.execute(_SEARCH, given)).mappings()
        return tuple(_found(row) for row in rows)

    async def begin_check(self, contract_id: str) -> int:
        """Count one more start of its second look: one that ends its worker is not begun for ever."""
        query = update(contracts).where(contracts.c.id == contract_id, self._mine)
        counted = query.values(starts=contracts.c.starts + 1).returning(contracts.c.starts)
        return await self._connection.scalar(counted) or 0

    def check(self, contract: Contract) -> None:
        """Have a worker look a second time, once this transaction is committed."""
        self.jobs.append(CheckContract(contract.id))

    @property
    def _mine(self) -> ColumnElement[bool]:
        return contracts.c.engagement_id == self._engagement_id


def _query() -> Select[Any]:
    return select(*columns(Contract))


def _found(row: Any) -> FoundPassage:
    return FoundPassage(
        id=str(row["id"]),
        title=row["title"],
        text=row["text"],
        rank=float(row["rank"]),
        page=row["page"],
        contract_id=str(row["contract_id"]) if row["contract_id"] else None,
        artifact_id=str(row["artifact_id"]) if row["artifact_id"] else None,
    )
