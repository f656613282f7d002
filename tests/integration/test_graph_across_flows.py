"""What all flow types have in common, met by one portfolio that goes through every one of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import func, select

from domain.access import Role
from domain.flows import DEFINITIONS
from persistence.database import reading
from persistence.tables import metadata
from schema.ids import child_type
from tests.graph import Graph
from tests.integration.conftest import Bench
from tests.integration.test_graph_assessment import follow
from tests.integration.test_graph_commands import ERRORS, START
from tests.integration.test_graph_execution import bench, graph, ids
from tests.integration.test_graph_portfolio import EFFORT, READY, ask

__all__ = ["bench", "graph", "ids"]

TYPES = "flows { totalCount nodes { type } }"
LIFE = f"""query ($id: ID!) {{ application(id: $id) {{ readiness {TYPES}
  history {{ nodes {{ field after flow {{ type }} }} }} }} }}"""
FLOW = """query ($id: ID!) { flow(id: $id) { type status route iteration allowedActions
  configuration previousIteration { id } warnings { code } currentPhase { key status }
  applications { totalCount } child { __typename id } definition { type }
  collaboration { nodes { phase agent source startedAt } } learnings { nodes { kind } } } }"""
PLACE = "query ($route: String!) { place(route: $route) { type phase flow { id } } }"
COUNTS = """{ flowSummary { total active awaitingInput byType { type count active } byStatus { status count } }
  flowAnalytics { flows failureRate agents { agent contributions modelShare } phases { type phase runs failures } } }"""
CHANGE = {"cancelFlow": "FlowActionInput", "pauseFlow": "FlowActionInput", "resumeFlow": "FlowActionInput"}
CHANGE |= {"deleteFlow": "FlowActionInput", "updateFlow": "UpdateFlowInput", "recordFeedback": "FeedbackInput"}
SHOWN = {"deleteFlow": "deletedId", "recordFeedback": "pattern { kind uses data }"}
# What is kept for good of a flow that is gone: its number, and the log that says so.
KEPT = {"iterations", "events", "heads", "due", "expiries", "legacy_flows"}
OVER_APPLICATIONS = ("modernization", "finops", "observability", "execution", "decommission")


def configuration(kind: str, ids: Mapping[str, str]) -> dict[str, Any]:
    """What a flow of that type is started with: the one that is retired, or those that go on."""
    if kind == "build":
        return {"projectId": "shop", "buildId": "7", "requirements": ["Greet."]}
    scope = [ids["Archive"]] if kind == "decommission" else [ids["Payroll"], ids["Ledger"]]
    return {"applicationIds": scope}


async def change(graph: Graph, mutation: str, flow_id: str, *roles: Role, **input: Any) -> dict[str, Any]:
    text = f"""mutation ($input: {CHANGE[mutation]}!) {{ {mutation}(input: $input) {{
      {SHOWN.get(mutation, "flow { status version name }")} {ERRORS} }} }}"""
    return dict((await graph.data(text, *roles, input={"flowId": flow_id, **input}))[mutation])


async def start(graph: Graph, bench: Bench, kind: str, given: Mapping[str, Any], **more: Any) -> str:
    payload = (await graph.data(START, input={"configuration": {kind: given}, **more}))["startFlow"]
    assert payload["errors"] == [], (kind, payload["errors"])
    await bench.drive()
    return str(payload["flow"]["id"])


async def read(graph: Graph, flow_id: str) -> dict[str, Any]:
    return dict((await graph.data(FLOW, id=flow_id))["flow"])


@pytest.fixture
async def flows(graph: Graph, bench: Bench, ids: dict[str, str]) -> dict[str, str]:
    """One of each type, as far as it goes by itself; those without people in them to their end."""
    found = (await graph.data("{ flows { nodes { id type } } }"))["flows"]["nodes"]
    made = {each["type"].lower(): each["id"] for each in found}
    both = {"applicationIds": [ids["Payroll"], ids["Ledger"]]}
    made["assessment"] = await start(graph, bench, "assessment", both)
    await follow(graph, bench, made["assessment"], until="finalization")
    # What is too close to call is settled elsewhere.
    assert (await change(graph, "cancelFlow", made["assessment"]))["errors"] == []
    made["planning"] = await start(graph, bench, "planning", both)
    retired: dict[str, Any] = {
        "applicationIds": [ids["Archive"]],
        "readiness": "READY_FOR_PLANNING",
        "reason": "Nobody uses it.",
    }
    assert (await ask(graph, READY, **retired, decision={"strategy": "RETIRE", "effort": EFFORT}))[1] == []
    for kind in (*OVER_APPLICATIONS, "build"):
        made[kind] = await start(graph, bench, kind, configuration(kind, ids))
    return made


async def test_one_portfolio_goes_through_every_type(
    graph: Graph, bench: Bench, ids: dict[str, str], flows: dict[str, str]
) -> None:
    assert set(flows) == set(DEFINITIONS) - {"customer_success"}

    # An application's life.
    moved = (await graph.data(LIFE, id=ids["Payroll"]))["application"]
    expected = {"DISCOVERY", "ASSESSMENT", "PLANNING", "MODERNIZATION", "FINOPS", "OBSERVABILITY", "EXECUTION"}
    assert {each["type"] for each in moved["flows"]["nodes"]} == expected
    retired = (await graph.data(LIFE, id=ids["Archive"]))["application"]
    assert {each["type"] for each in retired["flows"]["nodes"]} == {"DISCOVERY", "DECOMMISSION"}
    steps = [each for each in moved["history"]["nodes"] if each["field"] == "readiness"]
    assert {each["after"] for each in steps} >= {"IN_ASSESSMENT", "READY_FOR_PLANNING"}

    # What each tells of itself, and who worked on it.
    for kind, flow_id in flows.items():
        flow = await read(graph, flow_id)
        assert (flow["type"], flow["child"]["__typename"]) == (kind.upper(), child_type(kind))
        assert flow["definition"] == {"type": kind.upper()}
        assert flow["status"] in ("AWAITING_INPUT", "COMPLETED", "CANCELLED"), kind
        # A build waits for its role: nobody of ours has done anything yet.
        assert bool(flow["collaboration"]["nodes"]) == (kind != "build")
        assert {each["source"] for each in flow["collaboration"]["nodes"]} <= {"RULES", "USER"}
        place = {"type": kind.upper(), "phase": (flow["currentPhase"] or {}).get("key"), "flow": {"id": flow_id}}
        assert (await graph.data(PLACE, route=flow["route"]))["place"] in (place, {**place, "phase": "tech_debt"})
        times = [each["startedAt"] for each in flow["collaboration"]["nodes"]]
        assert times == sorted(times)

    # What is counted over all of them.
    counted = await graph.data(COUNTS)
    assert {each["type"]: each["count"] for each in counted["flowSummary"]["byType"] if each["count"]} == dict.fromkeys(
        (kind.upper() for kind in flows), 1
    )
    assert counted["flowSummary"]["total"] == counted["flowAnalytics"]["flows"] == len(flows)
    ran = {(each["type"].lower(), each["phase"]) for each in counted["flowAnalytics"]["phases"]}
    first = {(kind, DEFINITIONS[kind].phases[0].key) for kind in flows if kind != "build"}
    assert first <= ran
    assert counted["flowAnalytics"]["failureRate"] == 0


async def test_a_word_on_a_phase_is_learned_by_its_kind_of_work(
    graph: Graph, bench: Bench, ids: dict[str, str], flows: dict[str, str]
) -> None:
    for kind in (*OVER_APPLICATIONS, "build"):
        phase = DEFINITIONS[kind].phases[0].key
        said = {"phase": phase, "subject": "Payroll", "verdict": "WRONG", "comment": f"Not so in {kind}."}

        payload = await change(graph, "recordFeedback", flows[kind], Role.CONTRIBUTOR, **said)

        assert payload["errors"] == [], kind
        assert payload["pattern"]["kind"] == f"feedback.{kind}.{phase}"
        refused = await change(graph, "recordFeedback", flows[kind], Role.CONTRIBUTOR, **{**said, "phase": "no_phase"})
        assert [each["code"] for each in refused["errors"]] == ["NOT_FOUND"]
        assert (await read(graph, flows[kind]))["learnings"]["nodes"] == [{"kind": f"feedback.{kind}.{phase}"}]


async def test_each_is_cloned_renamed_cancelled_and_deleted_without_a_trace(
    graph: Graph, bench: Bench, ids: dict[str, str], flows: dict[str, str]
) -> None:
    for kind in (*OVER_APPLICATIONS, "build"):
        first = flows[kind]
        given = configuration(kind, ids)
        if kind in ("execution", "decommission"):
            # An application is in one of these at a time.
            assert (await change(graph, "cancelFlow", first))["flow"]["status"] == "CANCELLED"
        clone = await start(graph, bench, kind, given, cloneOf=first)

        flow = await read(graph, clone)
        assert (flow["iteration"], flow["previousIteration"]) == (2, {"id": first})
        assert (await change(graph, "updateFlow", clone, name="Again"))["flow"]["name"] == "Again"
        for mutation, status in (("pauseFlow", "PAUSED"), ("resumeFlow", flow["status"]), ("cancelFlow", "CANCELLED")):
            if flow["status"] == "COMPLETED":
                continue
            payload = await change(graph, mutation, clone)
            assert (payload["errors"], payload["flow"]["status"]) == ([], status), (kind, mutation)
        for flow_id in (clone, first):
            assert (await change(graph, "deleteFlow", flow_id))["errors"] == [], kind
            assert await left(graph, flow_id) == {}, kind


async def left(graph: Graph, flow_id: str) -> dict[str, int]:
    """Rows of the flow that are left, by table."""
    tables = [table for table in metadata.sorted_tables if "flow_id" in table.c and table.name not in KEPT]
    bare, rows = flow_id.partition(":")[2], {}
    async with reading(graph.engine, graph.tenant) as connection:
        for table in tables:
            query = select(func.count()).select_from(table).where(table.c.flow_id == bare)
            if found := await connection.scalar(query):
                rows[table.name] = found
    return rows
