"""Customers and the people there: their rows, and the repository that changes them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, RowMapping, Select, Table, any_, cast, delete, literal, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY, UUID, Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.customer import (
    AccountPlan,
    Customer,
    CustomerEngagement,
    CustomerFinancials,
    CustomerUsage,
    Influence,
    RelationKind,
    RenewalStatus,
    Sentiment,
    Stakeholder,
    StakeholderRelation,
    Trend,
    external_key,
)
from domain.errors import NotFound
from domain.natural_key import natural_key
from persistence.settled import forget_settled
from persistence.tables import customers, stakeholder_relations, stakeholders

T = TypeVar("T")

# Rows of one statement: well under the 32,767 parameters of the protocol.
CHUNK = 1_000

_PLAIN = (
    "id",
    "name",
    "domain",
    "arr",
    "owner",
    "renewal_date",
    "risk_score",
    "opportunity_score",
    "health_score",
    "extra",
    "external_id",
    "version",
)
_OF_STAKEHOLDER = ("id", "customer_id", "name", "role", "notes", "reports_to_id", "x", "y", "external_id")


def customer_of(row: Mapping[str, Any] | RowMapping) -> Customer:
    """The customer of that row; written out, since a queue makes ten thousand of them."""
    return Customer(
        **{name: row[name] for name in _PLAIN},
        renewal_status=RenewalStatus(row["renewal_status"]),
        account_plan=AccountPlan(row["account_plan"]) if row["account_plan"] else None,
        financials=CustomerFinancials(row["current_arr"], row["previous_arr"], _trend(row["arr_trend"])),
        usage=CustomerUsage(row["active_users"], row["utilization_rate"], _trend(row["usage_trend"])),
        engagement=CustomerEngagement(row["last_contact_on"], row["next_review_on"], row["open_tickets"]),
    )


def _trend(word: str | None) -> Trend | None:
    return Trend(word) if word else None


def _customer_row(customer: Customer) -> dict[str, Any]:
    return {
        **{name: getattr(customer, name) for name in _PLAIN},
        "name_key": natural_key(customer.name),
        "renewal_status": customer.renewal_status,
        "account_plan": customer.account_plan,
        "current_arr": customer.financials.current_arr,
        "previous_arr": customer.financials.previous_arr,
        "arr_trend": customer.financials.trend,
        "active_users": customer.usage.active_users,
        "utilization_rate": customer.usage.utilization_rate,
        "usage_trend": customer.usage.trend,
        "last_contact_on": customer.engagement.last_contact_on,
        "next_review_on": customer.engagement.next_review_on,
        "open_tickets": customer.engagement.open_tickets,
        "extra": dict(customer.extra),
        "external_key": external_key(customer.external_id) if customer.external_id else None,
    }


def stakeholder_of(row: Mapping[str, Any] | RowMapping, relations: Iterable[StakeholderRelation] = ()) -> Stakeholder:
    """The stakeholder of that row, with the lines that start at him."""
    return Stakeholder(
        **{name: row[name] for name in _OF_STAKEHOLDER},
        influence=Influence(row["influence"]),
        sentiment=Sentiment(row["sentiment"]),
        relations=tuple(relations),
    )


def _stakeholder_row(stakeholder: Stakeholder) -> dict[str, Any]:
    words = {"influence": stakeholder.influence, "sentiment": stakeholder.sentiment}
    return {**{name: getattr(stakeholder, name) for name in _OF_STAKEHOLDER}, **words}


def relations_query(engagement_id: str, ids: Sequence[str]) -> Select[Any]:
    """The lines that start at these stakeholders, in a lasting order."""
    line = stakeholder_relations.c
    mine = (line.engagement_id == engagement_id, _one_of(line.from_id, ids))
    return select(line.from_id, line.to_id, line.kind).where(*mine).order_by(line.from_id, line.to_id, line.kind)


def with_relations(rows: Iterable[RowMapping], lines: Iterable[Any]) -> list[Stakeholder]:
    """Stakeholders of their rows and of the rows of their lines."""
    starting: defaultdict[str, list[StakeholderRelation]] = defaultdict(list)
    for line in lines:
        starting[line.from_id].append(StakeholderRelation(line.to_id, RelationKind(line.kind)))
    return [stakeholder_of(row, starting[row["id"]]) for row in rows]


def _one_of(column: ColumnElement[Any], ids: Iterable[str]) -> ColumnElement[bool]:
    """The column holds one of these: one parameter however many there are, since an import may name more than fit."""
    array = ARRAY(UUID(as_uuid=False))
    found: ColumnElement[bool] = column == any_(cast(literal(sorted(set(ids)), array), array))
    return found


class Customers:
    """The customers of one engagement, in one transaction."""

    def __init__(self, connection: AsyncConnection, engagement_id: str) -> None:
        self._connection = connection
        self._engagement_id = engagement_id

    async def hold(self) -> None:
        """Let nobody else change customers until the transaction ends.

        They are saved whole, so two who read the same and save in turn would undo each other.
        """
        lock = "SELECT pg_advisory_xact_lock(hashtextextended(:customers, 0))"
        await self._connection.execute(text(lock), {"customers": f"{self._engagement_id}:customers"})

    async def get(self, customer_id: str) -> Customer:
        """Held until the transaction ends; NotFound where there is none."""
        await self.hold()
        found = await self.find((customer_id,))
        if not found:
            raise NotFound("customer", ("id",))
        return found[0]

    async def find(self, ids: Iterable[str] | None = None) -> tuple[Customer, ...]:
        """Those with these ids, or all of them."""
        query = select(customers).where(customers.c.engagement_id == self._engagement_id).order_by(customers.c.id)
        if ids is not None:
            query = query.where(_one_of(customers.c.id, ids))
        rows = (await self._connection.execute(query)).mappings()
        return tuple(customer_of(row) for row in rows)

    async def save(self, values: Iterable[Customer]) -> None:
        """Insert or replace each by its id."""
        rows = [_customer_row(value) for value in values]
        await self._upsert(customers, rows)
        for chunk in _chunks(rows):
            await forget_settled(self._connection, self._engagement_id, [row["id"] for row in chunk])

    async def stakeholders(self, customer_ids: Iterable[str]) -> tuple[Stakeholder, ...]:
        """Those of these customers, by name, with their relations."""
        return await self._stakeholders(_one_of(stakeholders.c.customer_id, customer_ids))

    async def stakeholder(self, stakeholder_id: str) -> Stakeholder:
        """Held like a customer; NotFound where there is none."""
        await self.hold()
        found = await self._stakeholders(stakeholders.c.id == stakeholder_id)
        if not found:
            raise NotFound("stakeholder", ("id",))
        return found[0]

    async def _stakeholders(self, where: ColumnElement[bool]) -> tuple[Stakeholder, ...]:
        mine = stakeholders.c.engagement_id == self._engagement_id
        query = select(stakeholders).where(mine, where).order_by(stakeholders.c.name, stakeholders.c.id)
        rows = (await self._connection.execute(query)).mappings().all()
        lines = await self._connection.execute(relations_query(self._engagement_id, [row["id"] for row in rows]))
        return tuple(with_relations(rows, lines))

    async def save_stakeholders(self, values: Iterable[Stakeholder]) -> None:
        """Insert or replace each by its id, and its relations whole."""
        saved = tuple(values)
        # Those whom others answer to may come later: the lines follow when all are there.
        await self._upsert(stakeholders, [{**_stakeholder_row(each), "reports_to_id": None} for each in saved])
        await self._upsert(stakeholders, [_stakeholder_row(each) for each in saved if each.reports_to_id])
        line = stakeholder_relations.c
        for chunk in _chunks([each.id for each in saved]):
            await self._connection.execute(
                delete(stakeholder_relations).where(self._mine(line), line.from_id.in_(chunk))
            )
        lines = [
            {"from_id": each.id, "to_id": relation.to_id, "kind": relation.kind}
            for each in saved
            for relation in dict.fromkeys(each.relations)
        ]
        await self._upsert(stakeholder_relations, lines)

    async def remove_stakeholders(self, ids: Iterable[str]) -> None:
        """Take them away with all lines to and from them."""
        gone = sorted(set(ids))
        line = stakeholder_relations.c
        ends = or_(line.from_id.in_(gone), line.to_id.in_(gone))
        await self._connection.execute(delete(stakeholder_relations).where(self._mine(line), ends))
        mine = (self._mine(stakeholders.c), stakeholders.c.id.in_(gone))
        await self._connection.execute(delete(stakeholders).where(*mine))

    def _mine(self, columns: Any) -> ColumnElement[bool]:
        owned: ColumnElement[bool] = columns.engagement_id == self._engagement_id
        return owned

    async def _upsert(self, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
        for chunk in _chunks(rows):
            values = [{"engagement_id": self._engagement_id, **row} for row in chunk]
            await self._connection.execute(_upserting(table), values)


@cache
def _upserting(table: Table) -> Insert:
    statement = insert(table)
    keys = [column.name for column in table.primary_key]
    changed = {c.name: statement.excluded[c.name] for c in table.columns if c.name not in (*keys, "engagement_id")}
    if not changed:
        return statement.on_conflict_do_nothing(index_elements=keys)
    mine = table.c.engagement_id == statement.excluded["engagement_id"]
    return statement.on_conflict_do_update(index_elements=keys, set_=changed, where=mine)


def _chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))
