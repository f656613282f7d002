"""Queries about customers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from domain.customer import Customer, Stakeholder
from domain.customer_success.context import CustomerContext, context_of
from domain.customer_success.listing import StakeholdersOfCustomer
from domain.customer_success.queue import StartedWorkflow
from domain.reading import WHOLE
from resolvers.context import Context
from resolvers.reading import workflow_queue


async def contexts(context: Context, customers: Sequence[Customer]) -> list[CustomerContext]:
    """Each customer as of the engagement's today, by the client account's rules."""
    at = await workflow_queue.standing(context)
    running: defaultdict[str, list[StartedWorkflow]] = defaultdict(list)
    for each in await workflow_queue.started(context, [customer.id for customer in customers]):
        running[each.customer_id].append(each)
    return [context_of(each, at.today, at.rules, at.team, running[each.id]) for each in customers]


async def stakeholders(context: Context, customers: Sequence[Customer]) -> list[tuple[Stakeholder, ...]]:
    """The people at each customer's, by name."""
    listings = [StakeholdersOfCustomer(parent=each.id) for each in customers]
    return [page.items for page in await context.reads.pages(listings, WHOLE)]
