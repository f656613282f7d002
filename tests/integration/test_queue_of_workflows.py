"""What becomes of an assignment as its workflow is worked on: started, escalated, snoozed, ended, asked for anew."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from persistence.database import open_database
from tests.graph import Graph
from tests.integration.conftest import postgres_bench
from tests.integration.guiding import Desk, in_days
from tests.integration.talking import ERRORS, EXECUTE

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUEUE = """query ($owner: String) { workflowQueue(owner: $owner) { assignments { nodes { kind customer { name }
  flow { id status } priority { total workloadPenalty escalationBonus } template { key } } } } }"""
ON_FLOW = "mutation ($input: FlowActionInput!) {{ {0}(input: $input) {{ flow {{ status }} {1} }} }}"

# Neither strategic work nor an opportunity.
NEITHER: dict[str, Any] = {"account_plan": None, "opportunity_score": None, "risk_score": Decimal(75)}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(module_database: str) -> AsyncIterator[Desk]:
    async with postgres_bench(module_database) as bench:
        engine = open_database(module_database)
        yield Desk(Graph(engine, bench.work, bench.tenant), bench)
        await engine.dispose()


async def queue_of(desk: Desk, owner: str) -> dict[str, Any]:
    """Assignments by the names of their customers and their kinds."""
    nodes = (await desk.graph.data(QUEUE, owner=owner))["workflowQueue"]["assignments"]["nodes"]
    return {f"{node['customer']['name']} {node['kind']}": node for node in nodes}


async def act(desk: Desk, flow_id: str, key: str, **parameters: Any) -> None:
    input = {"flowId": flow_id, "actionKey": key, "parameters": parameters}
    assert (await desk.graph.data(EXECUTE, input=input))["executeAction"]["errors"] == []


async def on_flow(desk: Desk, mutation: str, flow_id: str) -> None:
    text = ON_FLOW.format(mutation, ERRORS)
    assert (await desk.graph.data(text, input={"flowId": flow_id}))[mutation]["errors"] == []


async def test_an_assignment_follows_its_workflow(desk: Desk) -> None:
    customer = await desk.customer(owner="ann", renewal_date=in_days(10), **NEITHER)
    renewal, risk = f"{customer.name} RENEWAL", f"{customer.name} RISK"
    before = await queue_of(desk, "ann")
    assert {name: node["flow"] for name, node in before.items()} == {renewal: None, risk: None}

    flow_id = (await desk.flow(customer, "RENEWAL"))["id"]
    after = await queue_of(desk, "ann")
    assert after[renewal]["flow"]["id"] == flow_id
    assert after[renewal]["template"] == before[renewal]["template"]
    # The one that runs weighs on the other, and not on itself.
    assert [after[each]["priority"]["workloadPenalty"] for each in (renewal, risk)] == [0, 2]
    assert after[risk]["priority"]["total"] == before[risk]["priority"]["total"] - 2

    await act(desk, flow_id, "escalate", to="bea", reason="Nobody answers")
    await act(desk, flow_id, "escalate", to="bea", reason="Still nobody")
    assert set(await queue_of(desk, "ann")) == {risk}
    escalated = (await queue_of(desk, "bea"))[renewal]["priority"]
    assert (escalated["total"], escalated["escalationBonus"]) == (before[renewal]["priority"]["total"] + 20, 20)

    await act(desk, flow_id, "snooze", days=3)
    assert await queue_of(desk, "bea") == {}
    await on_flow(desk, "resumeFlow", flow_id)
    assert set(await queue_of(desk, "bea")) == {renewal}

    await desk.walk(flow_id)
    assert (await queue_of(desk, "bea"), set(await queue_of(desk, "ann"))) == ({}, {risk})

    async with desk.bench.work(desk.bench.tenant) as uow:
        await uow.customers.save([replace(customer, renewal_date=in_days(11))])
    assert (await queue_of(desk, "ann"))[renewal]["flow"] is None


async def test_a_cancelled_workflow_is_to_be_started_still(desk: Desk) -> None:
    customer = await desk.customer(owner="cid", renewal_date=None, **NEITHER)
    flow_id = (await desk.flow(customer, "RISK"))["id"]

    await on_flow(desk, "cancelFlow", flow_id)

    (assignment,) = (await queue_of(desk, "cid")).values()
    assert (assignment["kind"], assignment["flow"]) == ("RISK", None)
