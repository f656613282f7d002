"""Queries about customers."""

from __future__ import annotations

from collections.abc import Sequence

from domain.customer import Customer, Stakeholder
from domain.customer_success.context import CustomerContext, context_of
from domain.customer_success.listing import StakeholdersOfCustomer
from domain.customer_success.queue import Team
from domain.listing import Members
from domain.reading import WHOLE
from resolvers.context import Context
from resolvers.reading.engagement import current


async def contexts(context: Context, customers: Sequence[Customer]) -> list[CustomerContext]:
    """Each customer as of the engagement's today."""
    today = (await current(context)).engagement.today(context.caller.now())
    team = await _team(context)
    return [context_of(each, today, team=team) for each in customers]


async def _team(context: Context) -> Team:
    everybody = (await context.reads.pages([Members()], WHOLE))[0].items
    return Team({each.subject: each.experience for each in everybody if each.experience is not None})


async def stakeholders(context: Context, customers: Sequence[Customer]) -> list[tuple[Stakeholder, ...]]:
    """The people at each customer's, by name."""
    listings = [StakeholdersOfCustomer(parent=each.id) for each in customers]
    return [page.items for page in await context.reads.pages(listings, WHOLE)]
