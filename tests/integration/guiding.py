"""Customers and their workflows through the schema: started, answered step by step, and completed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from domain.customer import AccountPlan, Customer, CustomerEngagement, CustomerFinancials, CustomerUsage
from domain.flow_state import Stamp
from tests.graph import Graph
from tests.integration.conftest import Bench
from tests.toy import new_id, now

FLOW = "id status progress version currentPhase { key status proposedInput inputSchema result route }"
START = f"""mutation ($configuration: FlowConfigurationInput!) {{
  startFlow(input: {{configuration: $configuration}}) {{ flow {{ {FLOW} }} errors {{ code message path }} }} }}"""
READ = f"query ($id: ID!) {{ flow(id: $id) {{ {FLOW} }} }}"
SUBMIT = f"""mutation ($id: ID!, $phase: String!, $data: JSON!) {{
  submitPhaseInput(input: {{flowId: $id, phase: $phase, data: $data}}) {{
    flow {{ {FLOW} }} errors {{ code message path }} }} }}"""

# What a person who hurries enters where nothing is proposed.
HURRIED: dict[str, Any] = {"TEXT": "Said.", "NUMBER": "1", "DATE": "2026-12-01", "YES_NO": True}


@dataclass
class Desk:
    """One engagement with the schema over it and a worker beside it."""

    graph: Graph
    bench: Bench

    async def customer(self, **known: Any) -> Customer:
        """A customer, saved."""
        customer = customer_of(**known)
        async with self.bench.work(self.graph.tenant) as uow:
            await uow.customers.save([customer])
        return customer

    async def start(self, customer: Customer, kind: str, **more: Any) -> dict[str, Any]:
        """What starting answers; the worker has prepared the first step."""
        branch = {"customerId": f"Customer:{customer.id}", "kind": kind, **more}
        payload = (await self.graph.data(START, configuration={"customerSuccess": branch}))["startFlow"]
        await self.bench.drive()
        return dict(payload)

    async def flow(self, customer: Customer, kind: str, **more: Any) -> dict[str, Any]:
        """A flow that waits at its first step."""
        payload = await self.start(customer, kind, **more)
        assert payload["errors"] == []
        return await self.read(payload["flow"]["id"])

    async def read(self, flow_id: str) -> dict[str, Any]:
        """The flow as it is now."""
        return dict((await self.graph.data(READ, id=flow_id))["flow"])

    async def submit(self, flow_id: str, phase: str, data: Any) -> dict[str, Any]:
        """What answering that step answers; the worker has prepared what follows."""
        payload = (await self.graph.data(SUBMIT, id=flow_id, phase=phase, data=data))["submitPhaseInput"]
        await self.bench.drive()
        return dict(payload)

    async def answer(self, flow_id: str, phase: Any = None, **given: Any) -> dict[str, Any]:
        """The flow after the step that waits was answered as proposed, with what is given instead."""
        phase = phase or (await self.read(flow_id))["currentPhase"]
        payload = await self.submit(flow_id, phase["key"], hurried(phase, **given))
        assert payload["errors"] == []
        return await self.read(flow_id)

    async def walk(self, flow_id: str) -> list[str]:
        """Answer every step as a person in a hurry would; the steps on the way."""
        way, flow = [], await self.read(flow_id)
        while flow["status"] == "AWAITING_INPUT":
            way.append(flow["currentPhase"]["key"])
            flow = await self.answer(flow_id, flow["currentPhase"])
        return way


def hurried(phase: dict[str, Any], **given: Any) -> dict[str, Any]:
    """What is proposed, with something for what is needed and not proposed."""
    answer = dict(phase["proposedInput"])
    for field in phase["result"]["fields"]:
        if field["required"] and answer[field["key"]] in (None, "", []):
            choices = field["choices"][:1]
            answer[field["key"]] = {"CHOICE": choices and choices[0], "CHOICES": choices}.get(
                field["kind"], HURRIED.get(field["kind"])
            )
    return answer | given


def customer_of(**known: Any) -> Customer:
    """A customer of whom everything is known."""
    today = now().date()
    usual: dict[str, Any] = {
        "name": "Ardent Mills",
        "domain": "ardent.example",
        "arr": Decimal(120_000),
        "owner": "olga",
        "renewal_date": today + timedelta(days=100),
        "account_plan": AccountPlan.EXPAND,
        "risk_score": Decimal(72),
        "opportunity_score": Decimal(81),
        "health_score": Decimal(48),
        "financials": CustomerFinancials(Decimal(120_000), Decimal(100_000), None),
        "usage": CustomerUsage(340, Decimal("0.62"), None),
        "engagement": CustomerEngagement(today - timedelta(days=50), today + timedelta(days=9), 4),
    }
    return Customer(id=new_id(), **(usual | known))


def stamp(by: str = "alice") -> Stamp:
    """Who decides, now."""
    return Stamp(by, now(), new_id)


def in_days(days: int) -> date:
    """A date that far ahead."""
    return now().date() + timedelta(days=days)
