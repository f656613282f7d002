"""What is known where an artifact belongs, read in one unit of work."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain.application import Application
from domain.artifact import Artifact, ArtifactKind
from domain.artifacts.background import Background
from domain.customer import Customer
from domain.flow import Flow
from domain.need import Need
from domain.ports import UnitOfWork

# By this name the configuration of a flow about a customer names him.
CUSTOMER = "customerId"
# Of so many applications the rules tell each by name.
MOST_APPLICATIONS = 100


async def gather(uow: UnitOfWork, flow: Flow, now: datetime, before: Artifact | None = None) -> Background:
    """What contents are checked against; `before` is the artifact as it stands, where it is there already."""
    engagement = await uow.engagement()
    customer = await _customer(uow, flow)
    ids = [customer.id] if customer else []
    return Background(
        flow=flow,
        today=engagement.today(now),
        currency=engagement.currency,
        customer=customer,
        stakeholders=await uow.customers.stakeholders(ids) if ids else (),
        contracts=await uow.contracts.of_customer(customer.id) if customer else (),
        tasks=await uow.tasks.of_flow(flow.id),
        keys=_keys(before),
        taken=await _taken(uow, before),
    )


async def gather_all(uow: UnitOfWork, flow: Flow, now: datetime) -> Background:
    """The same with what artifacts are written from."""
    known = await gather(uow, flow, now)
    return Background(
        flow=known.flow,
        today=known.today,
        currency=known.currency,
        customer=known.customer,
        stakeholders=known.stakeholders,
        contracts=known.contracts,
        tasks=known.tasks,
        artifacts=await uow.artifacts.of_flow(flow.id),
        results=await uow.results.current(flow.id),
        applications=await _applications(uow, flow),
    )


async def _customer(uow: UnitOfWork, flow: Flow) -> Customer | None:
    """None where the flow is about none, and where he is gone."""
    customer_id = flow.configuration.get(CUSTOMER)
    found = await uow.customers.find([customer_id]) if isinstance(customer_id, str) else ()
    return found[0] if found else None


async def _applications(uow: UnitOfWork, flow: Flow) -> tuple[Application, ...]:
    ids = flow.application_ids[:MOST_APPLICATIONS]
    if not ids or flow.configuration.get(CUSTOMER):
        return ()
    return tuple((await uow.portfolio.load(frozenset({Need.APPLICATIONS}), flow.id, ids)).applications)


def _keys(before: Artifact | None) -> Mapping[str, str]:
    return {item["title"]: item["key"] for item in _items(before)}


async def _taken(uow: UnitOfWork, before: Artifact | None) -> frozenset[str]:
    """Keys of items that there were, and of those that became tasks."""
    if before is None:
        return frozenset()
    tasks = await uow.tasks.of_artifact(before.id)
    made = {task.origin_item for task in tasks if task.origin_item is not None}
    return frozenset(made | {item["key"] for item in _items(before)})


def _items(before: Artifact | None) -> list[Any]:
    if before is None or before.kind is not ArtifactKind.RECOMMENDATIONS:
        return []
    items: list[Any] = before.content["items"]
    return items
