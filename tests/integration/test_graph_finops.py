"""A finops flow through the schema: over applications, over a plan, changed by people, and refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.access import Role
from persistence.database import open_database
from tests.graph import Graph
from tests.integration.conftest import Bench, make_tenant, postgres_bench
from tests.integration.test_graph_assessment import follow
from tests.integration.test_graph_commands import ERRORS, START, started
from tests.integration.test_graph_portfolio import EFFORT, READY, ask
from tests.toy import new_id, new_tenant

CSV = """Application Name,Environment,Criticality,Technologies,Annual Cost,Data Volume
Payroll,PRODUCTION,LOW,Java 17,12000,100
Ledger,TEST,LOW,Java 21,24000,10
"""
FLOW = """query ($id: ID!) { flow(id: $id) { id type status version route configuration warnings { code }
  phases { key status proposedInput } overrides { nodes { phase before after rationale } }
  child { ... on FinopsFlow { costs(first: 10) { totalCount nodes { application { name } currentAnnual { amount }
    targetAnnual { amount } assumptions } } savings { title annual { amount } effort applications { name } }
    budget { month migration { amount } run { amount } total { amount } cumulative { amount } actual { amount }
      variance { amount } } } } } }"""
OVERRIDE = (
    f"""mutation ($input: OverridePhaseInput!) {{ overridePhase(input: $input) {{ flow {{ id status }} {ERRORS} }} }}"""
)
UPDATE = f"mutation ($input: UpdateFlowInput!) {{ updateFlow(input: $input) {{ flow {{ id status }} {ERRORS} }} }}"


@pytest.fixture
async def bench(fresh_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(fresh_database) as made:
        yield made


@pytest.fixture
async def graph(fresh_database: str, bench: Bench) -> AsyncIterator[Graph]:
    engine = open_database(fresh_database)
    yield Graph(engine, bench.work, bench.tenant)
    await engine.dispose()


@pytest.fixture
async def ids(graph: Graph, bench: Bench) -> dict[str, str]:
    """Two applications that are decided to be rehosted."""
    found = {"discovery": {"source": {"text": CSV}, "fileName": "apps.csv"}}
    await follow(graph, bench, await started(graph, configuration=found))
    nodes = (await graph.data("{ applications { nodes { id name } } }"))["applications"]["nodes"]
    ids = {node["name"]: node["id"] for node in nodes}
    wanted: dict[str, Any] = {
        "applicationIds": list(ids.values()),
        "readiness": "READY_FOR_PLANNING",
        "reason": "Decided.",
    }
    assert (await ask(graph, READY, **wanted, decision={"strategy": "REHOST", "effort": EFFORT}))[1] == []
    return ids


async def begun(graph: Graph, bench: Bench, kind: str = "finops", **configuration: Any) -> str:
    payload = (await graph.data(START, input={"configuration": {kind: configuration}}))["startFlow"]
    assert payload["errors"] == []
    await bench.drive()
    return str(payload["flow"]["id"])


async def read(graph: Graph, flow_id: str) -> dict[str, Any]:
    flow = dict((await graph.data(FLOW, id=flow_id))["flow"])
    return {**flow, **flow.pop("child"), "statuses": {each["key"]: each["status"] for each in flow["phases"]}}


async def test_applications_are_costed_budgeted_and_confirmed(graph: Graph, bench: Bench, ids: dict[str, str]) -> None:
    flow_id = await begun(
        graph, bench, applicationIds=list(ids.values()), actuals=[{"month": "1999-01", "amount": "1"}]
    )

    flow = await read(graph, flow_id)
    assert (flow["type"], flow["status"], flow["route"].partition("?")[0]) == (
        "FINOPS",
        "AWAITING_INPUT",
        "/finops/budget-planning",
    )
    assert [(each["application"]["name"], each["currentAnnual"]["amount"]) for each in flow["costs"]["nodes"]] == [
        ("Ledger", "24000.00"),
        ("Payroll", "12000.00"),
    ]
    assert flow["costs"]["totalCount"] == 2
    assert flow["savings"][0]["title"] == "Rehost"
    assert {each["name"] for each in flow["savings"][0]["applications"]} == set(ids)
    assert len(flow["budget"]) == 12
    assert {each["total"]["amount"] for each in flow["budget"]} == {"3000.00"}
    assert flow["budget"][-1]["cumulative"] == {"amount": "36000.00"}
    assert {each["code"] for each in flow["warnings"]} == {"NO_PLAN", "ACTUALS_OUTSIDE"}

    await follow(graph, bench, flow_id)
    assert (await read(graph, flow_id))["status"] == "COMPLETED"


async def test_a_plan_says_when_money_is_spent_and_actuals_change_the_budget_alone(
    graph: Graph, bench: Bench, ids: dict[str, str]
) -> None:
    plan = await begun(graph, bench, "planning", applicationIds=list(ids.values()), startsOn="2027-01-04")
    flow_id = await begun(graph, bench, planningFlowId=plan)

    flow = await read(graph, flow_id)
    assert sorted(flow["configuration"]["applicationIds"]) == sorted(ids.values())
    assert flow["budget"][0]["month"] == "2027-01-01"
    cost = await graph.data(
        "query ($id: ID!) { flow(id: $id) { child { ... on PlanningFlow { cost { total { amount } } } } } }", id=plan
    )
    moved = sum(round(float(each["migration"]["amount"]) * 100) for each in flow["budget"])
    assert moved == round(float(cost["flow"]["child"]["cost"]["total"]["amount"]) * 100)
    assert float(flow["budget"][-1]["run"]["amount"]) < float(flow["budget"][0]["run"]["amount"])

    actuals = [{"month": "2027-01", "amount": "10.00"}]
    changed = {"flowId": flow_id, "configuration": {"finops": {"actuals": actuals}}}
    assert (await graph.data(UPDATE, input=changed))["updateFlow"]["errors"] == []
    await bench.drive()
    flow = await read(graph, flow_id)
    assert flow["statuses"]["cost_analysis"] == "COMPLETED"


async def test_a_person_overrides_costs_and_what_used_them_runs_again(
    graph: Graph, bench: Bench, ids: dict[str, str]
) -> None:
    flow_id = await begun(graph, bench, applicationIds=[ids["Ledger"]])
    wanted = {"flowId": flow_id, "phase": "cost_analysis", "data": {"savings": []}, "rationale": "None of it is real."}

    assert await graph.code(OVERRIDE, Role.CONTRIBUTOR, input=wanted) == "FORBIDDEN"
    assert (await graph.data(OVERRIDE, Role.ARCHITECT, input=wanted))["overridePhase"]["errors"] == []

    flow = await read(graph, flow_id)
    assert flow["savings"] == []
    assert flow["statuses"] == {"cost_analysis": "COMPLETED", "budget_planning": "STALE"}
    (override,) = flow["overrides"]["nodes"]
    assert (override["phase"], override["after"], override["rationale"]) == (
        "cost_analysis",
        {"savings": []},
        "None of it is real.",
    )
    again = (await graph.data(OVERRIDE, Role.ARCHITECT, input=wanted))["overridePhase"]["errors"]
    assert again[0]["message"] == "That is what the phase came to already."

    raised = {**wanted, "data": {"currentAnnual": "48000"}}
    assert (await graph.data(OVERRIDE, Role.ARCHITECT, input=raised))["overridePhase"]["errors"] == []
    await bench.drive()
    flow = await read(graph, flow_id)
    assert [each["currentAnnual"]["amount"] for each in flow["costs"]["nodes"]] == ["48000.00"]
    below = {**wanted, "data": {"currentAnnual": "-1"}}
    refused = (await graph.data(OVERRIDE, Role.ARCHITECT, input=below))["overridePhase"]["errors"]
    assert [each["message"] for each in refused] == ["An amount is 0 or more."]
    assert (await read(graph, flow_id))["costs"] == flow["costs"]


async def test_what_cannot_be_costed_is_refused_and_nothing_is_started(
    graph: Graph, bench: Bench, ids: dict[str, str]
) -> None:
    before = (await graph.data("{ flowSummary { total } }"))["flowSummary"]
    stranger = f"MasterFlow:{new_id()}"
    for configuration, message in (
        ({}, "Name a plan"),
        ({"planningFlowId": stranger}, "There is no such plan"),
        ({"applicationIds": [ids["Ledger"]], "rateCard": {"gold": "1"}}, "The rate card has no item 'gold'"),
        ({"applicationIds": [ids["Ledger"]], "actuals": [{"month": "May"}]}, "amount: This is needed."),
    ):
        payload = (await graph.data(START, input={"configuration": {"finops": configuration}}))["startFlow"]
        assert message in payload["errors"][0]["message"]
    assert (await graph.data("{ flowSummary { total } }"))["flowSummary"] == before

    other = new_tenant()
    await make_tenant(graph.engine, other)
    foreign = Graph(graph.engine, bench.work, other)
    payload = await foreign.data(START, input={"configuration": {"finops": {"applicationIds": [ids["Ledger"]]}}})
    assert payload["startFlow"]["errors"][0]["code"] == "NOT_FOUND"
