"""Queries about queues: what owners are to do for which customers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar
from uuid import UUID, uuid5

from domain.access import Tenant
from domain.customer import Customer
from domain.customer_success.kinds import WorkflowKind
from domain.customer_success.listing import Placed, PlacedCustomer, QueueCustomers, QueueOf
from domain.customer_success.queue import (
    Assignment,
    CustomerAssignments,
    QueueStats,
    StartedWorkflow,
    Team,
    assign,
    by_customer,
    id_of,
    named_by,
)
from domain.customer_success.scoring_rules import ScoringRules
from domain.listing import Members
from domain.reading import WHOLE, Page, Window
from resolvers.context import Context
from resolvers.reading import engagement, scoring

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class WorkflowQueue:
    """What one person is to do today, by the client account's rules."""

    id: str
    owner: str
    today: date
    rules: ScoringRules

    def listing(self, kinds: Collection[WorkflowKind] | None = None) -> QueueOf:
        """Its assignments, or those of these kinds."""
        chosen = None if kinds is None else tuple(dict.fromkeys(kinds))
        return QueueOf(owner=self.owner, today=self.today, rules=self.rules, kinds=chosen)


@dataclass(frozen=True, slots=True)
class Standing:
    """What every determination of an operation goes by."""

    today: date
    rules: ScoringRules
    team: Team


async def standing(context: Context) -> Standing:
    """The engagement's day, its account's rules, and who works on how much; read once for the operation."""
    found: list[Standing] = await context.loaded.shelf(_standings, {}).fill(context, [context.caller.tenant])
    return found[0]


async def _standings(context: Context, tenants: Sequence[Tenant]) -> list[Standing]:
    everybody = (await context.reads.pages([Members()], WHOLE))[0].items
    experience = {each.subject: each.experience for each in everybody if each.experience is not None}
    team = Team(experience, await context.reads.queues.busy())
    found = Standing(await _today(context), (await scoring.current(context)).rules, team)
    return [found for _ in tenants]


async def _today(context: Context) -> date:
    return (await engagement.current(context)).engagement.today(context.caller.now())


async def started(context: Context, customer_ids: Collection[str]) -> tuple[StartedWorkflow, ...]:
    """Of each of these customers and each kind the workflow that counts."""
    return await context.reads.queues.standing(customer_ids, (await standing(context)).rules)


def queue_id(engagement_id: str, owner: str) -> str:
    """The id of that owner's queue."""
    return str(uuid5(UUID(engagement_id), owner))


async def queue_of(context: Context, owner: str) -> WorkflowQueue:
    """That owner's queue, which may be empty."""
    rules = (await scoring.current(context)).rules
    return WorkflowQueue(queue_id(context.caller.tenant.engagement_id, owner), owner, await _today(context), rules)


async def queues_by_id(context: Context, ids: Collection[str]) -> Mapping[str, WorkflowQueue]:
    """The queues with these ids: an owner cannot be told by the id, so all that there are are looked through."""
    owners = await context.reads.queues.owners()
    named = {queue_id(context.caller.tenant.engagement_id, owner): owner for owner in owners}
    return {id: await queue_of(context, named[id]) for id in ids if id in named}


async def assignments(
    context: Context, queue: WorkflowQueue, kinds: Collection[WorkflowKind] | None, window: Window
) -> Page[Assignment]:
    """A page of the queue."""
    page: Page[Placed] = (await context.reads.pages([queue.listing(kinds)], window))[0]
    made = await _made(context, {placed.customer_id for placed in page.items})
    return _filled(page, [made.get(id_of(placed.customer_id, placed.kind)) for placed in page.items])


async def customers(context: Context, queue: WorkflowQueue, window: Window) -> Page[CustomerAssignments]:
    """The same by customer, in the order of the most urgent of each."""
    listing = QueueCustomers(owner=queue.owner, today=queue.today, rules=queue.rules)
    page: Page[PlacedCustomer] = (await context.reads.pages([listing], window))[0]
    made = await _made(context, {placed.customer_id for placed in page.items})
    own = [each for each in made.values() if each.owner == queue.owner]
    grouped = {each.customer.id: each for each in by_customer(own)}
    return _filled(page, [grouped.get(placed.customer_id) for placed in page.items])


def _filled(page: Page[Any], values: Sequence[T | None]) -> Page[T]:
    """The page with these values in the places of its items."""
    found = [(value, key) for value, key in zip(values, page.keys, strict=True) if value is not None]
    items, keys = tuple(value for value, _ in found), tuple(key for _, key in found)
    return Page(page.listing, items, keys, page.has_next, page.has_previous)


async def stats(context: Context, queue: WorkflowQueue) -> QueueStats:
    """The whole queue in numbers."""
    return await context.reads.queues.stats(queue.listing())


async def assignments_by_id(context: Context, ids: Collection[str]) -> Mapping[str, Assignment]:
    """Those of these assignments that are to be done, whoever is to do them."""
    named = {id: found for id in ids if (found := named_by(id))}
    made = await _made(context, {customer_id for customer_id, _kind in named.values()})
    return {id: made[id] for id in named if id in made}


async def _made(context: Context, customer_ids: Collection[str]) -> Mapping[str, Assignment]:
    """All that is to be done for these customers, whoever is to do it, by its id, most urgent first."""
    known: Mapping[str, Customer] = await context.reads.get(Customer, customer_ids)
    at = await standing(context)
    workflows = await started(context, known)
    return {each.id: each for each in assign(known.values(), workflows, at.team, at.today, at.rules)}
