"""Customer-success workflows through the schema: every template from its start to its end, without a model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from domain.customer import Customer
from domain.customer_success.kinds import RenewalStage
from domain.customer_success.template_reading import shipped, template_of
from persistence.database import open_database, reading
from persistence.tables import workflows
from schema.ids import NOTHING
from tests.graph import Graph
from tests.integration.conftest import postgres_bench
from tests.integration.guiding import Desk, in_days

pytestmark = pytest.mark.asyncio(loop_scope="module")

# So many days before a renewal a workflow starts that is guided by the template of that stage.
DAYS = {
    RenewalStage.OVERDUE: -5,
    RenewalStage.EMERGENCY: 3,
    RenewalStage.CRITICAL: 10,
    RenewalStage.PREPARE: 150,
    None: 40,
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(module_database: str) -> AsyncIterator[Desk]:
    async with postgres_bench(module_database) as bench:
        engine = open_database(module_database)
        yield Desk(Graph(engine, bench.work, bench.tenant), bench)
        await engine.dispose()


@pytest.mark.parametrize("version", shipped(), ids=lambda version: str(version.key))
async def test_a_workflow_is_walked_from_its_start_to_its_end(desk: Desk, version: Any) -> None:
    template = template_of(version)
    customer = await desk.customer(renewal_date=in_days(DAYS[template.stage]))

    flow = await desk.flow(customer, template.kind)
    way = await desk.walk(flow["id"])

    ended = await desk.read(flow["id"])
    assert (ended["status"], ended["progress"], ended["currentPhase"]) == ("COMPLETED", 100, None)
    assert (way[0], way[-1]) == (template.steps[0].key, template.steps[-1].key)


READ = """query ($id: ID!) { flow(id: $id) { version warnings { code message phase } phases { key status }
  previousIteration { id } iteration route
  child { ... on CustomerSuccessFlow {
    workflow { key version core } customer { id name } context { stage } priority { total explanation } assignedTo
    branches(step: "read_the_signs") { key kind prompts response nextStep action { key } returnToStep }
    snoozedUntil outcome outcomeMetadata tasks { totalCount } threads { totalCount } actions { key }
    actionHistory { totalCount } } } } }"""
COMPLETE = """mutation ($input: CompleteWorkflowInput!) { completeWorkflow(input: $input) {
  flow { id status progress } errors { code message path details } } }"""


async def test_the_child_tells_whom_it_is_about_and_how_urgent_it_is(desk: Desk) -> None:
    customer = await desk.customer()

    flow = await desk.flow(customer, "RISK", assignedTo="rita")

    child = (await desk.graph.data(READ, id=flow["id"]))["flow"]["child"]
    assert child["workflow"] == {"key": "risk", "version": 1, "core": True}
    assert child["customer"] == {"id": f"Customer:{customer.id}", "name": "Ardent Mills"}
    assert child["assignedTo"] == "rita"
    # (60 + 0.6 x 72) x 1.5 x 1.3 x 1.0 - 0
    assert child["priority"]["total"] == 201
    fixed = next(branch for branch in child["branches"] if branch["key"] == "false_alarm")
    assert (fixed["kind"], fixed["nextStep"], fixed["action"]) == ("FIXED", "close", None)
    action = next(branch for branch in child["branches"] if branch["kind"] == "SAVED_ACTION")
    assert action["action"] == {"key": "escalate"}
    rag = next(branch for branch in child["branches"] if branch["kind"] == "RAG")
    assert "Ardent Mills" in rag["prompts"][0]
    assert (child["outcome"], child["outcomeMetadata"], child["snoozedUntil"]) == (None, None, None)


async def test_a_branch_leads_past_the_steps_in_between(desk: Desk) -> None:
    flow = await desk.flow(await desk.customer(), "RISK")

    after = await desk.answer(flow["id"], branch="false_alarm")

    assert after["currentPhase"]["key"] == "close"
    states = {each["key"]: each["status"] for each in (await desk.graph.data(READ, id=flow["id"]))["flow"]["phases"]}
    assert states == {
        "read_the_signs": "COMPLETED",
        "hear_the_customer": "SKIPPED",
        "bring_in_executives": "SKIPPED",
        "agree_on_recovery": "SKIPPED",
        "see_it_through": "SKIPPED",
        "close": "AWAITING_INPUT",
    }


async def test_conditions_choose_the_way_and_notifications_are_told_once(desk: Desk) -> None:
    customer = await desk.customer(arr=Decimal(60_000))
    flow = await desk.flow(customer, "RISK")

    await desk.answer(flow["id"], severity="serious")
    after = await desk.answer(flow["id"], leaving=False)

    assert after["currentPhase"]["key"] == "agree_on_recovery"
    warnings = (await desk.graph.data(READ, id=flow["id"]))["flow"]["warnings"]
    assert [(each["code"], each["phase"]) for each in warnings] == [("NOTIFICATION", "read_the_signs")]
    assert warnings[0]["message"] == "Nobody has spoken with Ardent Mills for 50 days."


async def test_completing_a_workflow_skips_the_rest_and_teaches_the_next(desk: Desk) -> None:
    customer = await desk.customer()
    flow = await desk.flow(customer, "RISK")

    wanted = {"flowId": flow["id"], "outcome": "saved", "metadata": {"lesson": "Ask the sponsor first."}}
    payload = (await desk.graph.data(COMPLETE, input=wanted))["completeWorkflow"]
    again = await desk.flow(customer, "RISK")

    assert payload["errors"] == []
    assert (payload["flow"]["status"], payload["flow"]["progress"]) == ("COMPLETED", 100)
    ended = (await desk.graph.data(READ, id=flow["id"]))["flow"]
    assert {each["status"] for each in ended["phases"]} == {"SKIPPED"}
    assert (ended["child"]["outcome"], ended["child"]["outcomeMetadata"]) == (
        "saved",
        {"lesson": "Ask the sponsor first."},
    )
    recalled = again["currentPhase"]["result"]["recalled"]
    assert recalled[0] == "RISK for Ardent Mills (account plan EXPAND) ended: saved. Ask the sponsor first."
    assert (await desk.graph.data(READ, id=again["id"]))["flow"]["previousIteration"] == {"id": flow["id"]}


async def test_what_a_step_needs_is_asked_for_and_an_unknown_branch_refused(desk: Desk) -> None:
    flow = await desk.flow(await desk.customer(), "RISK")
    proposed = flow["currentPhase"]["proposedInput"]

    missing = await desk.submit(flow["id"], "read_the_signs", proposed)
    unknown = await desk.submit(flow["id"], "read_the_signs", proposed | {"branch": "nope"})

    assert [(each["code"], each["path"]) for each in missing["errors"]] == [
        ("NOT_READY", ["data", "causes"]),
        ("NOT_READY", ["data", "severity"]),
    ]
    assert [(each["code"], each["path"]) for each in unknown["errors"]] == [("NOT_FOUND", ["data", "branch"])]
    assert await desk.read(flow["id"]) == flow


RUN = """mutation ($id: ID!, $phase: String) { runPhase(input: {flowId: $id, phase: $phase}) {
  errors { code message } } }"""


async def test_a_step_that_is_answered_again_leads_elsewhere(desk: Desk) -> None:
    flow = await desk.flow(await desk.customer(arr=Decimal(60_000)), "RISK")
    await desk.answer(flow["id"], severity="serious")
    await desk.answer(flow["id"], leaving=False)
    assert await desk.walk(flow["id"]) == ["agree_on_recovery", "see_it_through", "close"]
    assert (await kept(desk, flow))["left_out"] == ["bring_in_executives"]
    assert (await kept(desk, flow))["ended_with"]["risk_score"] == 72

    assert (await desk.graph.data(RUN, id=flow["id"], phase="hear_the_customer"))["runPhase"]["errors"] == []
    await desk.bench.drive()
    reopened = await kept(desk, flow)
    after = await desk.answer(flow["id"], leaving=True)

    assert reopened["ended_with"] is None
    assert after["currentPhase"]["key"] == "bring_in_executives"
    assert (await kept(desk, flow))["left_out"] == []
    assert await desk.walk(flow["id"]) == ["bring_in_executives", "agree_on_recovery", "see_it_through", "close"]


async def kept(desk: Desk, flow: dict[str, Any]) -> dict[str, Any]:
    """What the flow keeps beside its registry row."""
    async with reading(desk.graph.engine, desk.graph.tenant) as connection:
        query = select(workflows).where(workflows.c.flow_id == flow["id"].partition(":")[2])
        return dict((await connection.execute(query)).mappings().one())


async def test_only_who_it_is_assigned_to_changes_while_it_runs(desk: Desk) -> None:
    customer, other = await desk.customer(), await desk.customer(name="Other")
    flow = await desk.flow(customer, "RISK")
    update = """mutation ($input: UpdateFlowInput!) { updateFlow(input: $input) {
      errors { code path } flow { child { ... on CustomerSuccessFlow { assignedTo customer { name } } } } } }"""

    async def change(**given: Any) -> Any:
        branch = {"customerId": f"Customer:{customer.id}", "kind": "RISK", **given}
        wanted = {"flowId": flow["id"], "configuration": {"customerSuccess": branch}}
        return (await desk.graph.data(update, input=wanted))["updateFlow"]

    refused = await change(customerId=f"Customer:{other.id}")
    changed = await change(assignedTo="rita")

    assert refused["errors"] == [{"code": "INVALID_INPUT", "path": ["configuration", "customerSuccess"]}]
    assert changed["errors"] == []
    assert changed["flow"]["child"] == {"assignedTo": "rita", "customer": {"name": "Ardent Mills"}}


@pytest.mark.parametrize(
    ("known", "kind", "given", "code", "path"),
    [
        ({"renewal_date": None}, "RENEWAL", {}, "NOT_READY", "customerId"),
        ({}, "RISK", {"templateKey": "nope"}, "NOT_FOUND", "templateKey"),
        ({}, "STRATEGIC", {"templateKey": "risk"}, "INVALID_INPUT", "templateKey"),
        ({}, "RISK", {"assignedTo": " "}, "INVALID_INPUT", "assignedTo"),
        ({}, "RISK", {"customerId": f"Customer:{NOTHING}"}, "NOT_FOUND", "customerId"),
    ],
)
async def test_what_cannot_start_is_refused_and_nothing_is_there(
    desk: Desk, known: dict[str, Any], kind: str, given: dict[str, Any], code: str, path: str
) -> None:
    customer = await desk.customer(**known)

    payload = await desk.start(customer, kind, **given)

    assert payload["flow"] is None
    assert [(each["code"], each["path"][-1]) for each in payload["errors"]] == [(code, path)]
    assert await flows_about(desk, customer) == 0


async def flows_about(desk: Desk, customer: Customer) -> int:
    """How many workflows there are for that customer."""
    async with reading(desk.graph.engine, desk.graph.tenant) as connection:
        query = select(func.count()).select_from(workflows).where(workflows.c.customer_id == customer.id)
        return int(await connection.scalar(query) or 0)
