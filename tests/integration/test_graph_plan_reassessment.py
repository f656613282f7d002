"""Applications that a plan sends back to assessment: linked both ways, and back in the plan once it is adopted anew."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graph import Graph
from tests.integration.conftest import Bench
from tests.integration.test_graph_assessment import OVERRIDE, follow
from tests.integration.test_graph_commands import ERRORS
from tests.integration.test_graph_portfolio import ask
from tests.integration.test_graph_reassessment import FINALIZE, NODE, SEND, handed
from tests.integration.test_graph_stale_plans import ACCEPT, Planned, bench, graph, messages, plan, planned, read

__all__ = ["bench", "graph", "plan"]

ADOPT = f"mutation ($input: FlowActionInput!) {{ adoptPlan(input: $input) {{ flow {{ id }} {ERRORS} }} }}"
CANCEL = f"mutation ($input: FlowActionInput!) {{ cancelFlow(input: $input) {{ flow {{ status }} {ERRORS} }} }}"
STANDS = "query ($id: ID!) { application(id: $id) { readiness wave { number } } }"
CHANGES = """query ($id: ID!) { flow(id: $id) { version status events(last: 1, kinds: [CHILD_CHANGED]) { nodes {
  ... on ChildChanged { changedIds } } } } }"""


async def stands(graph: Graph, application_id: str) -> tuple[str, bool]:
    """Its readiness, and whether it is in a wave of the plan in force."""
    found = (await graph.data(STANDS, id=application_id))["application"]
    return str(found["readiness"]), found["wave"] is not None


@pytest.fixture
async def adopted(graph: Graph, plan: Planned) -> Planned:
    _, errors = await ask(graph, ADOPT, flowId=plan.id)
    assert errors == []
    return plan


async def test_it_is_linked_to_the_plan_that_sent_it_back(graph: Graph, plan: Planned) -> None:
    ledger = plan.ids["Ledger"]
    before = await read(graph, plan.id)

    flow, errors = await ask(graph, SEND, applicationIds=[ledger], reason="It fits no wave.", planningFlowId=plan.id)

    assert errors == []
    asked = (await handed(graph, flow["id"]))["child"]["reassessment"]
    assert asked["planningFlow"] == {"id": plan.id}
    assert asked["assessmentFlow"] == {"id": flow["id"]}
    assert (await graph.data(NODE, id=asked["id"]))["node"] == asked
    told = (await graph.data(CHANGES, id=plan.id))["flow"]
    assert told["events"]["nodes"] == [{"changedIds": [asked["id"]]}]
    after = await read(graph, plan.id)
    assert (after["status"], after["phases"]) == (before["status"], before["phases"])
    assert after["version"] == before["version"] + 1


async def test_what_is_not_in_the_plan_is_refused_and_nothing_changes(
    graph: Graph, bench: Bench, plan: Planned
) -> None:
    alone = await planned(graph, bench, {"Ledger": plan.ids["Ledger"]})
    ids = [plan.ids["Ledger"], plan.ids["Payroll"]]
    before = await read(graph, alone)

    refused = await ask(graph, SEND, applicationIds=ids, reason="Look again.", planningFlowId=alone)

    assert refused == (None, [("INVALID_INPUT", ["applicationIds", "1"])])
    assert await read(graph, alone) == before
    assert [await stands(graph, id) for id in ids] == [("READY_FOR_PLANNING", False)] * 2


async def test_a_planned_one_keeps_its_wave_until_it_is_decided_anew(
    graph: Graph, bench: Bench, adopted: Planned
) -> None:
    ledger, payroll = adopted.ids["Ledger"], adopted.ids["Payroll"]
    flow, _ = await ask(graph, SEND, applicationIds=[ledger], reason="Look again.", planningFlowId=adopted.id)
    away = await stands(graph, ledger)

    await follow(graph, bench, flow["id"], until="component_sixr_strategies")
    change: dict[str, Any] = {"strategy": "REPLATFORM", "rationale": "We know better."}
    await graph.data(OVERRIDE, input={"flowId": flow["id"], "applicationId": ledger, **change})
    await follow(graph, bench, flow["id"], until="finalization")
    accepted = await messages(graph, adopted.id)
    payload = (await graph.data(FINALIZE, input={"flowId": flow["id"]}))["finalizeAssessment"]
    await bench.drive()
    decided = await stands(graph, ledger)
    await ask(graph, ACCEPT, flowId=adopted.id, phase="wave_planning")
    _, errors = await ask(graph, ADOPT, flowId=adopted.id)

    assert away == ("IN_ASSESSMENT", True)
    assert payload["errors"] == []
    assert [each.partition(";")[0] for each in accepted] == ["Ledger: REHOST became REPLATFORM"]
    assert (await read(graph, adopted.id))["status"] == "COMPLETED"
    assert decided == ("READY_FOR_PLANNING", False)
    assert errors == []
    assert [await stands(graph, id) for id in (ledger, payroll)] == [("PLANNED", True)] * 2


async def test_a_cancelled_reassessment_gives_it_back_to_the_plan_in_force(graph: Graph, adopted: Planned) -> None:
    ledger = adopted.ids["Ledger"]
    flow, _ = await ask(graph, SEND, applicationIds=[ledger], reason="Look again.", planningFlowId=adopted.id)

    await ask(graph, CANCEL, flowId=flow["id"])

    assert await stands(graph, ledger) == ("PLANNED", True)
    assert await messages(graph, adopted.id) == []


async def test_what_is_decided_anew_in_the_old_assessment_stays_planned(
    graph: Graph, bench: Bench, adopted: Planned
) -> None:
    ledger = adopted.ids["Ledger"]
    change: dict[str, Any] = {"strategy": "REPLATFORM", "rationale": "We know better."}
    given = {"flowId": adopted.assessment, "applicationId": ledger, **change}
    assert (await graph.data(OVERRIDE, input=given))["overrideDecision"]["errors"] == []
    await bench.drive()
    text = f"mutation ($input: PhaseActionInput!) {{ runPhase(input: $input) {{ flow {{ status }} {ERRORS} }} }}"
    await ask(graph, text, flowId=adopted.assessment)
    await follow(graph, bench, adopted.assessment, until="finalization")
    payload = (await graph.data(FINALIZE, input={"flowId": adopted.assessment}))["finalizeAssessment"]

    assert payload["errors"] == []
    assert [await stands(graph, id) for id in adopted.ids.values()] == [("PLANNED", True)] * 2
    assert [each.partition(";")[0] for each in await messages(graph, adopted.id)] == [
        "Ledger: REHOST became REPLATFORM"
    ]
