"""An assessment through the schema: from its start to the handoff, with an override on the way."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.access import Role
from persistence.database import open_database
from tests.graph import Graph
from tests.integration.conftest import Bench, postgres_bench
from tests.integration.test_graph_commands import ERRORS, START, started

CSV = """Application Name,Environment,Criticality,Technologies
Payroll,PRODUCTION,HIGH,Java 8
Ledger,TEST,LOW,COBOL
"""
ASK = "query ($id: ID!) { flow(id: $id) { status version currentPhase { key proposedInput } } }"
SUBMIT = f"""mutation ($input: SubmitPhaseInput!) {{ submitPhaseInput(input: $input) {{
  flow {{ status }} {ERRORS} }} }}"""
DECISIONS = """query ($id: ID!) { flow(id: $id) { child { ... on AssessmentFlow { decisions { totalCount nodes {
  id application { id name } strategy recommended confidence accepted tooCloseToCall stale version cost { currency }
  effort { likely } alternatives { strategy score factors { name because } }
  treatments { id component { id name } strategy } dissenting { id } architectureExceptions { id }
  overrides { rationale subject before after } } } } } } }"""


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
async def assessment(graph: Graph, bench: Bench) -> str:
    """An assessment of two applications, at its decisions."""
    found = {"discovery": {"source": {"text": CSV}, "fileName": "apps.csv"}}
    await follow(graph, bench, await started(graph, configuration=found))
    nodes = (await graph.data("{ applications { nodes { id } } }"))["applications"]["nodes"]
    input = {"configuration": {"assessment": {"applicationIds": [node["id"] for node in nodes]}}}
    payload = (await graph.data(START, input=input))["startFlow"]
    assert payload["errors"] == []
    flow_id = str(payload["flow"]["id"])
    await bench.drive()
    await follow(graph, bench, flow_id, until="component_sixr_strategies")
    return flow_id


async def follow(graph: Graph, bench: Bench, flow_id: str, until: str = "") -> None:
    """Answer each pause with what is proposed, as far as that phase."""
    await bench.drive()
    while (flow := (await graph.data(ASK, id=flow_id))["flow"])["status"] == "AWAITING_INPUT":
        phase = flow["currentPhase"]
        if phase["key"] == until:
            return
        input = {"flowId": flow_id, "phase": phase["key"], "data": phase["proposedInput"]}
        payload = (await graph.data(SUBMIT, input=input))["submitPhaseInput"]
        assert payload["errors"] == []
        await bench.drive()


async def decisions(graph: Graph, flow_id: str) -> list[dict[str, Any]]:
    found = (await graph.data(DECISIONS, id=flow_id))["flow"]["child"]["decisions"]
    assert found["totalCount"] == len(found["nodes"])
    return list(found["nodes"])


async def test_each_application_gets_a_decision_with_its_reasons(graph: Graph, assessment: str) -> None:
    found = await decisions(graph, assessment)

    assert sorted(each["application"]["name"] for each in found) == ["Ledger", "Payroll"]
    for each in found:
        assert each["cost"]["currency"] == "USD"
        assert each["strategy"] == each["recommended"]
        assert [part["strategy"] for part in each["treatments"]] != []
        assert each["alternatives"][0]["factors"] != []


OVERRIDE = f"""mutation ($input: OverrideDecisionInput!) {{ overrideDecision(input: $input) {{
  decision {{ id strategy version overrides {{ rationale subject flow {{ id }} }} }}
  flow {{ id overrides {{ totalCount }} learnings {{ nodes {{ summary scope }} }} }} {ERRORS} }} }}"""


async def test_an_override_is_kept_beside_what_it_replaces(graph: Graph, assessment: str) -> None:
    first, _ = await decisions(graph, assessment)
    input = {
        "flowId": assessment,
        "applicationId": first["application"]["id"],
        "strategy": "RETIRE",
        "rationale": "Nobody uses it.",
        "expectedVersion": first["version"],
    }

    payload = (await graph.data(OVERRIDE, Role.ARCHITECT, input=input))["overrideDecision"]

    assert payload["errors"] == []
    assert payload["decision"]["id"] == first["id"]
    assert payload["decision"]["strategy"] == "RETIRE"
    assert payload["flow"]["overrides"]["totalCount"] == 1
    assert len(payload["flow"]["learnings"]["nodes"]) == 1
    (override,) = payload["decision"]["overrides"]
    assert override["rationale"] == "Nobody uses it."
    assert override["subject"] == first["id"]


async def test_an_override_of_an_older_decision_is_refused(graph: Graph, assessment: str) -> None:
    first, _ = await decisions(graph, assessment)
    input = {"flowId": assessment, "applicationId": first["application"]["id"], "strategy": "RETIRE", "rationale": "x"}
    await graph.data(OVERRIDE, input=input)

    again = input | {"strategy": "RETAIN", "expectedVersion": first["version"]}
    text = OVERRIDE.replace("message path", "message path details")
    payload = (await graph.data(text, input=again))["overrideDecision"]

    assert payload["decision"] is None
    assert payload["flow"] is None
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [
        ("VERSION_CONFLICT", ["expectedVersion"])
    ]
    details = payload["errors"][0]["details"]
    assert details.pop("changedAt").endswith("Z")
    assert details == {
        "expectedVersion": first["version"],
        "currentVersion": first["version"] + 1,
        "changedBy": "alice",
        "changed": ["strategy", "treatments", "effort", "risks"],
    }


async def test_an_override_changes_what_depends_on_it_and_nothing_else(graph: Graph, assessment: str) -> None:
    one, other = sorted(await decisions(graph, assessment), key=lambda each: str(each["application"]["name"]))
    input = {"flowId": assessment, "applicationId": one["application"]["id"], "strategy": "RETIRE", "rationale": "x"}

    await graph.data(OVERRIDE, input=input)

    after = {each["id"]: each for each in await decisions(graph, assessment)}
    assert after[one["id"]]["version"] == one["version"] + 1
    assert after[other["id"]] == other


async def test_an_override_needs_an_architect_a_reason_and_an_assessment(graph: Graph, assessment: str) -> None:
    first, _ = await decisions(graph, assessment)
    input = {"flowId": assessment, "applicationId": first["application"]["id"], "strategy": "RETIRE", "rationale": " "}
    discovery = (await graph.data("{ flows(filter: { types: [DISCOVERY] }) { nodes { id } } }"))["flows"]["nodes"][0]

    unreasoned = (await graph.data(OVERRIDE, input=input))["overrideDecision"]["errors"]
    elsewhere = (await graph.data(OVERRIDE, input=input | {"flowId": discovery["id"]}))["overrideDecision"]["errors"]

    assert await graph.code(OVERRIDE, Role.CONTRIBUTOR, input=input) == "FORBIDDEN"
    assert [(error["code"], error["path"]) for error in unreasoned] == [("INVALID_INPUT", ["rationale"])]
    assert [(error["code"], error["path"]) for error in elsewhere] == [("NOT_FOUND", ["flowId"])]


ACCEPT = f"""mutation ($input: AcceptDecisionsInput!) {{ acceptDecisions(input: $input) {{
  decisions {{ id accepted }} flow {{ id }} {ERRORS} }} }}"""


async def settle(graph: Graph, flow_id: str) -> list[str]:
    """Override each decision, so that none is too close to call; the ids of their applications."""
    ids = []
    for each in await decisions(graph, flow_id):
        ids.append(str(each["application"]["id"]))
        input = {"flowId": flow_id, "applicationId": ids[-1], "strategy": "REHOST", "rationale": "Settled."}
        payload = (await graph.data(OVERRIDE, input=input))["overrideDecision"]
        assert payload["errors"] == []
    return ids


async def test_decisions_are_accepted_in_the_order_asked(graph: Graph, assessment: str) -> None:
    ids = await settle(graph, assessment)

    payload = (await graph.data(ACCEPT, input={"flowId": assessment, "applicationIds": ids}))["acceptDecisions"]

    assert payload["errors"] == []
    assert [decision["accepted"] for decision in payload["decisions"]] == [True, True]
    by_application = {each["application"]["id"]: each["id"] for each in await decisions(graph, assessment)}
    assert [decision["id"] for decision in payload["decisions"]] == [by_application[id] for id in ids]


async def test_a_finalized_assessment_hands_over(graph: Graph, bench: Bench, assessment: str) -> None:
    ids = await settle(graph, assessment)
    await follow(graph, bench, assessment, until="finalization")
    text = f"""mutation ($input: FinalizeAssessmentInput!) {{ finalizeAssessment(input: $input) {{
      flow {{ status child {{ ... on AssessmentFlow {{ architectureCaptured readyForPlanning {{ id readiness }}
        report {{ id summary applications byStrategy {{ strategy count }} totalCost {{ currency }} }}
        planningHandoff {{ flow {{ id }} applications {{ id }} moveGroups {{ group }} }}
        standards {{ totalCount }} components {{ totalCount }} appOnPage(applicationId: "{ids[0]}") {{
          headline sections {{ key title body }} }} }} }} }} {ERRORS} }} }}"""

    payload = (await graph.data(text, Role.LEAD, input={"flowId": assessment}))["finalizeAssessment"]

    assert payload["errors"] == []
    assert payload["flow"]["status"] == "COMPLETED"
    child = payload["flow"]["child"]
    assert child["architectureCaptured"] is True
    assert sorted(each["id"] for each in child["readyForPlanning"]) == sorted(ids)
    assert {each["readiness"] for each in child["readyForPlanning"]} == {"READY_FOR_PLANNING"}
    assert child["report"]["applications"] == 2
    assert child["report"]["byStrategy"] == [{"strategy": "REHOST", "count": 2}]
    assert child["planningHandoff"]["flow"]["id"] == assessment
    assert child["appOnPage"]["sections"] != []
    again = await graph.data("query ($id: ID!) { node(id: $id) { id } }", id=child["report"]["id"])
    assert again["node"]["id"] == child["report"]["id"]
    application = """query ($id: ID!) { application(id: $id) { decision { strategy accepted } appOnPage { headline }
      techDebt { score items bySeverity { severity count } remediationHours } history { nodes { after flow { id } } }
      components { treatment { strategy } techDebt { title component { id } standard { name } } }
      flows { totalCount } } }"""
    found = (await graph.data(application, id=ids[0]))["application"]
    assert found["decision"] == {"strategy": "REHOST", "accepted": True}
    assert found["flows"]["totalCount"] == 2
    assert "READY_FOR_PLANNING" in [change["after"] for change in found["history"]["nodes"]]


async def test_an_application_taken_out_of_the_scope_is_given_back(graph: Graph, assessment: str) -> None:
    nodes = (await graph.data("{ applications { nodes { id name readiness } } }"))["applications"]["nodes"]
    assert {node["readiness"] for node in nodes} == {"IN_ASSESSMENT"}

    kept = next(node["id"] for node in nodes if node["name"] == "Payroll")
    given = {"flowId": assessment, "configuration": {"assessment": {"applicationIds": [kept]}}}
    update = f"mutation ($input: UpdateFlowInput!) {{ updateFlow(input: $input) {{ flow {{ status }} {ERRORS} }} }}"
    payload = (await graph.data(update, input=given))["updateFlow"]

    assert payload == {"flow": {"status": "READY"}, "errors": []}
    nodes = (await graph.data("{ applications { nodes { name readiness } } }"))["applications"]["nodes"]
    assert nodes == [
        {"name": "Ledger", "readiness": "READY_FOR_ASSESSMENT"},
        {"name": "Payroll", "readiness": "IN_ASSESSMENT"},
    ]
