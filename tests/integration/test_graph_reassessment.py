"""Sending applications back to assessment, through the schema: a new iteration that knows what the last one knew."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from domain.access import Role
from persistence.database import open_database
from tests.graph import Graph
from tests.integration.conftest import Bench, make_tenant, postgres_bench
from tests.integration.test_graph_architecture import assessed
from tests.integration.test_graph_assessment import DECISIONS, follow, settle
from tests.integration.test_graph_commands import ERRORS
from tests.integration.test_graph_portfolio import ask
from tests.integration.test_graph_revising import DEBT, ITEM, PAGE, items, payroll
from tests.toy import new_id, new_tenant

SEND = f"""mutation ($input: ReassessmentInput!) {{ requestReassessment(input: $input) {{
  flow {{ id name iteration previousIteration {{ id }} warnings {{ code message details }} status
    applications {{ nodes {{ id readiness }} }} }} {ERRORS} }} }}"""
FINALIZE = f"""mutation ($input: FinalizeAssessmentInput!) {{ finalizeAssessment(input: $input) {{
  flow {{ status }} {ERRORS} }} }}"""
ASKED = """id reason context requestedBy applications { id } planningFlow { id } assessmentFlow { id }"""
HANDED = f"""query ($id: ID!) {{ flow(id: $id) {{ version eventCursor child {{ ... on AssessmentFlow {{
  architectureCaptured standards {{ nodes {{ id }} }} exceptions {{ nodes {{ id }} }}
  reassessment {{ {ASKED} }} planningHandoff {{ reassessments {{ {ASKED} }} }} }} }} }} }}"""
NODE = f"query ($id: ID!) {{ node(id: $id) {{ id ... on Reassessment {{ {ASKED} }} }} }}"


@pytest.fixture
async def bench(fresh_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(fresh_database) as made:
        yield made


@pytest.fixture
async def graph(fresh_database: str, bench: Bench) -> AsyncIterator[Graph]:
    engine = open_database(fresh_database)
    yield Graph(engine, bench.work, bench.tenant)
    await engine.dispose()


@dataclass(frozen=True)
class Done:
    """A finalized assessment: its applications by name, and the debt item of Payroll that was dismissed in it."""

    flow_id: str
    ids: dict[str, str]
    dismissed: dict[str, Any]


@pytest.fixture
async def done(graph: Graph, bench: Bench) -> Done:
    flow_id = await assessed(graph, bench, "tech_debt_analysis")
    about = {"flowId": flow_id, "applicationId": (await payroll(graph, flow_id))["id"]}
    (first, *_) = await items(graph, flow_id)
    kept = {name: first[name] for name in ("id", "category", "severity", "title", "evidence", "remediationHours")}
    await ask(graph, DEBT, **about, items=[{**kept, "dismissed": True, "dismissedReason": "It goes in May."}, ITEM])
    await follow(graph, bench, flow_id, until="component_sixr_strategies")
    await settle(graph, flow_id)
    await follow(graph, bench, flow_id, until="app_on_page_generation")
    await ask(graph, PAGE, **about, sections=[{"key": "ownership", "body": {"text": "Ada's."}}])
    await follow(graph, bench, flow_id, until="finalization")
    payload = (await graph.data(FINALIZE, input={"flowId": flow_id}))["finalizeAssessment"]
    assert payload == {"flow": {"status": "COMPLETED"}, "errors": []}
    nodes = (await graph.data("{ applications { nodes { id name } } }"))["applications"]["nodes"]
    return Done(flow_id, {node["name"]: node["id"] for node in nodes}, first)


async def handed(graph: Graph, flow_id: str) -> dict[str, Any]:
    return dict((await graph.data(HANDED, id=flow_id))["flow"])


async def test_a_new_iteration_is_linked_both_ways(graph: Graph, done: Done) -> None:
    ledger = done.ids["Ledger"]
    context = {"violations": [{"applicationId": ledger, "wave": 3}]}
    before = await handed(graph, done.flow_id)

    flow, errors = await ask(graph, SEND, applicationIds=[ledger], reason="Its licences end.", context=context)

    assert errors == []
    assert flow["iteration"] == 2
    assert flow["previousIteration"] == {"id": done.flow_id}
    assert flow["applications"]["nodes"] == [{"id": ledger, "readiness": "IN_ASSESSMENT"}]
    assert flow["warnings"] == [
        {
            "code": "REASSESSMENT",
            "message": "Sent back to assessment: Its licences end.",
            "details": {"context": context},
        }
    ]
    old, new = await handed(graph, done.flow_id), await handed(graph, flow["id"])
    (asked,) = old["child"]["planningHandoff"]["reassessments"]
    assert new["child"]["reassessment"] == asked
    assert asked == {
        "id": asked["id"],
        "reason": "Its licences end.",
        "context": context,
        "requestedBy": "alice",
        "applications": [{"id": ledger}],
        "planningFlow": None,
        "assessmentFlow": {"id": flow["id"]},
    }
    assert (await graph.data(NODE, id=asked["id"]))["node"] == asked
    # Who follows the old one hears of it.
    assert int(old["eventCursor"]) == int(before["eventCursor"]) + 1
    assert old["version"] == before["version"] + 1
    assert old["child"]["reassessment"] is None


async def test_what_people_said_is_proposed_again(graph: Graph, bench: Bench, done: Done) -> None:
    payroll_id = done.ids["Payroll"]
    standards = (await handed(graph, done.flow_id))["child"]["standards"]["nodes"]

    flow, _ = await ask(graph, SEND, applicationIds=[payroll_id], reason="Look again.")
    await follow(graph, bench, flow["id"], until="tech_debt_analysis")
    debt = {item["title"]: item for item in await items(graph, flow["id"])}
    await follow(graph, bench, flow["id"], until="component_sixr_strategies")
    (decision,) = (await graph.data(DECISIONS, id=flow["id"]))["flow"]["child"]["decisions"]["nodes"]
    await follow(graph, bench, flow["id"], until="finalization")
    page = (await payroll(graph, flow["id"]))["appOnPage"]
    after = await handed(graph, flow["id"])
    payload = (await graph.data(FINALIZE, input={"flowId": flow["id"]}))["finalizeAssessment"]

    assert after["child"]["architectureCaptured"] is True
    assert after["child"]["standards"]["nodes"] == standards
    again = debt[done.dismissed["title"]]
    assert (again["dismissed"], again["dismissedReason"]) == (True, "It goes in May.")
    assert again["id"] != done.dismissed["id"]
    assert (debt["Shared password"]["source"], debt["Shared password"]["severity"]) == ("USER", "CRITICAL")
    assert (decision["strategy"], decision["accepted"], decision["version"]) == ("REHOST", False, 1)
    assert [section["key"] for section in page["sections"] if section["customized"]] == ["ownership"]
    assert payload == {"flow": {"status": "COMPLETED"}, "errors": []}
    nodes = (await graph.data("{ applications { nodes { id name readiness } } }"))["applications"]["nodes"]
    assert {node["readiness"] for node in nodes} == {"READY_FOR_PLANNING"}


async def test_a_cancelled_reassessment_gives_them_back_and_leaves_the_decision(graph: Graph, done: Done) -> None:
    ledger = done.ids["Ledger"]
    flow, _ = await ask(graph, SEND, applicationIds=[ledger], reason="Look again.")
    cancel = f"mutation ($input: FlowActionInput!) {{ cancelFlow(input: $input) {{ flow {{ status }} {ERRORS} }} }}"

    await graph.data(cancel, input={"flowId": flow["id"]})

    text = "query ($id: ID!) { application(id: $id) { readiness decision { accepted strategy } } }"
    assert (await graph.data(text, id=ledger))["application"] == {
        "readiness": "READY_FOR_PLANNING",
        "decision": {"accepted": True, "strategy": "REHOST"},
    }


async def test_what_cannot_be_sent_back_is_refused_and_nothing_changes(graph: Graph, done: Done) -> None:
    ledger = done.ids["Ledger"]
    before = await handed(graph, done.flow_id)

    unknown = await ask(graph, SEND, applicationIds=[f"Application:{new_id()}", ledger], reason=" ")
    planless = await ask(graph, SEND, applicationIds=[ledger], reason="x", planningFlowId=f"MasterFlow:{new_id()}")
    no_plan = await ask(graph, SEND, applicationIds=[ledger], reason="x", planningFlowId=done.flow_id)
    nothing = await ask(graph, SEND, applicationIds=[], reason="x")
    twice = await ask(graph, SEND, applicationIds=[ledger, ledger], reason="x")
    viewer = await graph.code(SEND, Role.VIEWER, input={"applicationIds": [ledger], "reason": "x"})

    assert unknown == (None, [("INVALID_INPUT", ["reason"]), ("NOT_FOUND", ["applicationIds", "0"])])
    assert planless == (None, [("NOT_FOUND", ["planningFlowId"])])
    assert no_plan == (None, [("NOT_FOUND", ["planningFlowId"])])
    assert nothing == (None, [("INVALID_INPUT", ["applicationIds"])])
    assert twice == (None, [("INVALID_INPUT", ["applicationIds", "1"])])
    assert viewer == "FORBIDDEN"
    assert await handed(graph, done.flow_id) == before
    readiness = await graph.data("query ($id: ID!) { application(id: $id) { readiness } }", id=ledger)
    assert readiness["application"]["readiness"] == "READY_FOR_PLANNING"


async def test_two_who_send_the_same_back_start_one_assessment(graph: Graph, done: Done) -> None:
    first, _ = await ask(graph, SEND, applicationIds=[done.ids["Ledger"]], reason="Look again.")
    second = await ask(graph, SEND, applicationIds=[done.ids["Ledger"]], reason="Look again.", user="bob")

    assert first["status"] == "RUNNING"
    assert second == (None, [("NOT_READY", ["applicationIds", "0"])])
    assert len((await handed(graph, done.flow_id))["child"]["planningHandoff"]["reassessments"]) == 1


async def test_another_tenants_request_is_not_there(graph: Graph, done: Done) -> None:
    await ask(graph, SEND, applicationIds=[done.ids["Ledger"]], reason="Look again.")
    (asked,) = (await handed(graph, done.flow_id))["child"]["planningHandoff"]["reassessments"]
    other = new_tenant()
    await make_tenant(graph.engine, other)
    stranger = Graph(graph.engine, graph.work, other)

    assert (await stranger.data(NODE, id=asked["id"]))["node"] is None
    sent = await ask(stranger, SEND, applicationIds=[done.ids["Ledger"]], reason="Mine.")
    assert sent == (None, [("NOT_FOUND", ["applicationIds", "0"])])
