"""Reading customers and the people there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import ColumnElement, RowMapping, or_

from domain.customer import Customer, Stakeholder
from domain.customer_success.listing import Customers, StakeholdersOfCustomer
from persistence.customers import customer_of, relations_query, with_relations
from persistence.reads.source import Reading, Rows, Source, among, contains, made_by, same, upwards
from persistence.tables import customers, stakeholders


async def _stakeholders(reading: Reading, rows: Sequence[RowMapping]) -> list[Stakeholder]:
    if not rows:
        return []
    query = relations_query(rows[0]["engagement_id"], [row["id"] for row in rows])
    return with_relations(rows, await reading.fetch(query))


CUSTOMERS = Rows(
    table=customers,
    columns=tuple(customers.c),
    id=customers.c.id,
    tenant=customers.c.engagement_id,
    make=made_by(customer_of),
)
STAKEHOLDERS = Rows(
    table=stakeholders,
    columns=tuple(stakeholders.c),
    id=stakeholders.c.id,
    tenant=stakeholders.c.engagement_id,
    make=_stakeholders,
)


def _wanted(listing: Customers) -> Iterable[ColumnElement[bool]]:
    yield from same(customers.c.owner, listing.owner)
    yield from among(customers.c.account_plan, listing.account_plans)
    if listing.renews_before is not None:
        yield customers.c.renewal_date < listing.renews_before
    if listing.search:
        yield or_(contains(customers.c.name, listing.search), contains(customers.c.domain, listing.search))


ROWS: dict[type, Rows] = {Customer: CUSTOMERS, Stakeholder: STAKEHOLDERS}

SOURCES: dict[type, Source] = {
    Customers: Source(rows=CUSTOMERS, order=upwards(customers.c.name, customers.c.id), where=_wanted),
    StakeholdersOfCustomer: Source(
        rows=STAKEHOLDERS,
        order=upwards(stakeholders.c.name, stakeholders.c.id),
        belongs=lambda parent, _listing: stakeholders.c.customer_id == parent,
    ),
}
