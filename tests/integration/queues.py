"""Customers with workflows in every state, put into the tables as they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy import insert

from domain.access import Experience, Tenant
from domain.customer import AccountPlan, Customer, RenewalStatus
from domain.customer_success.kinds import WorkflowKind
from domain.customer_success.workflow import CustomerWorkflow, EndedWith
from domain.transition import FlowStatus
from persistence.database import select_tenant
from persistence.mapping import to_row
from persistence.tables import child_flows, master_flows, members, phases, workflows
from tests.graph import Graph
from tests.toy import new_id

TODAY = date(2026, 11, 21)
STARTED = datetime(2026, 11, 1, tzinfo=UTC)
# Both ends of every stage.
DAYS = (None, -400, -1, 0, 1, 6, 7, 13, 14, 29, 30, 59, 60, 89, 90, 119, 120, 179, 180, 400)
ARRS = tuple(Decimal(arr) for arr in ("0", "99999.99", "100000", "149999.99", "150000", "9000000"))
SCORES = (None, *(Decimal(score) for score in ("0", "59.9", "60", "69.5", "70", "70.25", "75", "100")))
NAMES = ("Acme", "acme", "Émile & Co", "Straße", "STRASSE", "Zeta", "alder", "Birch", " Birch ")
ENDED = (FlowStatus.COMPLETED, FlowStatus.CANCELLED)


@dataclass(frozen=True, slots=True)
class Held:
    """A workflow with the status of its flow."""

    workflow: CustomerWorkflow
    status: FlowStatus


def customers(random: Random, count: int, owners: Sequence[str]) -> tuple[Customer, ...]:
    """So many, drawn from all that makes a difference."""
    return tuple(_customer(random, random.choice(owners)) for _ in range(count))


def _customer(random: Random, owner: str) -> Customer:
    days = random.choice(DAYS)
    return Customer(
        new_id(),
        random.choice(NAMES),
        random.choice(ARRS),
        owner,
        renewal_date=None if days is None else TODAY + timedelta(days=days),
        renewal_status=random.choice((RenewalStatus.OPEN, RenewalStatus.OPEN, *RenewalStatus)),
        account_plan=random.choice((None, *AccountPlan)),
        risk_score=random.choice(SCORES),
        opportunity_score=random.choice(SCORES),
    )


def held(random: Random, customers: Iterable[Customer], owners: Sequence[str]) -> Iterator[Held]:
    """Up to two workflows of some kinds for each of them, one of a kind at most that has not ended."""
    for customer in customers:
        for kind in WorkflowKind:
            if random.random() < 0.4:
                yield _held(random, customer, kind, random.choice(owners), random.choice(list(FlowStatus)))
            if random.random() < 0.1:
                yield _held(random, customer, kind, random.choice(owners), random.choice(ENDED))


def _held(random: Random, customer: Customer, kind: WorkflowKind, owner: str, status: FlowStatus) -> Held:
    id = new_id()
    started_at = STARTED + timedelta(minutes=random.randrange(10**6))
    escalated_to = random.choice((None, None, owner))
    workflow = CustomerWorkflow(id, id, customer.id, kind, owner, new_id(), started_at, escalated_to=escalated_to)
    ended = status is FlowStatus.COMPLETED
    return Held(replace(workflow, ended_with=_ended_with(random, customer) if ended else None), status)


def _ended_with(random: Random, customer: Customer) -> EndedWith:
    """The customer as he is, or as he was."""
    return EndedWith(
        TODAY - timedelta(days=random.choice((0, 0, 0, 1, 30))),
        customer.renewal_date,
        customer.renewal_status,
        random.choice((customer.account_plan, AccountPlan.INVEST)),
        random.choice((customer.risk_score, customer.risk_score, Decimal("60.00"))),
        random.choice((customer.opportunity_score, Decimal(75))),
    )


async def keep(graph: Graph, customers: Iterable[Customer], held: Iterable[Held] = ()) -> None:
    """Write them, as their commands would."""
    async with graph.work(graph.tenant) as uow:
        await uow.customers.save(customers)
    rows = list(held)
    if not rows:
        return
    async with graph.engine.begin() as connection:
        await select_tenant(connection, graph.tenant)
        engagement = {"engagement_id": graph.tenant.engagement_id}
        await connection.execute(insert(master_flows), [{**engagement, **_flow(each)} for each in rows])
        await connection.execute(insert(child_flows), [{**engagement, **_child(each)} for each in rows])
        phase = {**engagement, "key": "call", "position": 0, "status": "AWAITING_INPUT"}
        await connection.execute(insert(phases), [{**phase, "flow_id": each.workflow.flow_id} for each in rows])
        values = [{**engagement, **to_row(each.workflow, workflows)} for each in rows]
        await connection.execute(insert(workflows), values)


def _flow(held: Held) -> dict[str, Any]:
    at = held.workflow.started_at
    return {
        "id": held.workflow.flow_id,
        "kind": "customer_success",
        "name": "Workflow",
        "status": held.status,
        "progress": 0,
        "iteration": 1,
        "version": 1,
        "created_by": "ann",
        "created_at": at,
        "updated_by": "ann",
        "updated_at": at,
    }


def _child(held: Held) -> dict[str, Any]:
    workflow = held.workflow
    step = {"key": "call", "title": "Call", "required": False, "fields": []}
    configuration = {"customerId": workflow.customer_id, "kind": workflow.kind, "steps": [step]}
    kind = {"flow_id": workflow.flow_id, "kind": "customer_success", "application_ids": []}
    return {**kind, "configuration": configuration}


async def enrol(graph: Graph, experience: dict[str, Experience | None]) -> None:
    """Make them members with that experience."""
    tenant: Tenant = graph.tenant
    rows = [
        {"engagement_id": tenant.engagement_id, "subject": subject, "roles": ["VIEWER"], "experience": known}
        for subject, known in experience.items()
    ]
    async with graph.engine.begin() as connection:
        await select_tenant(connection, tenant)
        await connection.execute(insert(members), rows)
