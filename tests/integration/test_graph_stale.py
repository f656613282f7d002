"""Decisions whose facts have changed since, through the schema: named, told, and never decided anew unasked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from persistence.database import open_database
from tests.graph import Graph
from tests.integration.conftest import Bench, postgres_bench
from tests.integration.test_graph_architecture import assessed, statuses
from tests.integration.test_graph_assessment import CSV, follow, settle
from tests.integration.test_graph_commands import ERRORS, started
from tests.integration.test_graph_portfolio import DELETE, SAVE, UPDATE, ask, changed
from tests.integration.test_graph_revising import RUN

STALE = """query ($id: ID!) { flow(id: $id) { warnings { code message details } child { ... on AssessmentFlow {
  decisions { nodes { id version stale changedFacts accepted strategy application { id name } } } } } } }"""


@pytest.fixture
async def bench(fresh_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(fresh_database) as made:
        yield made


@pytest.fixture
async def graph(fresh_database: str, bench: Bench) -> AsyncIterator[Graph]:
    engine = open_database(fresh_database)
    yield Graph(engine, bench.work, bench.tenant)
    await engine.dispose()


async def found(graph: Graph, flow_id: str) -> dict[str, dict[str, Any]]:
    """The decisions by the names of their applications."""
    nodes = (await graph.data(STALE, id=flow_id))["flow"]["child"]["decisions"]["nodes"]
    return {node["application"]["name"]: node for node in nodes}


async def changed_facts(graph: Graph, flow_id: str) -> dict[str, list[str]]:
    return {name: each["changedFacts"] for name, each in (await found(graph, flow_id)).items()}


async def test_a_later_discovery_makes_the_decision_stale_and_names_the_facts(graph: Graph, bench: Bench) -> None:
    flow_id = await assessed(graph, bench, "component_sixr_strategies")
    before = await found(graph, flow_id)
    told = len(await changed(graph))

    again = {"discovery": {"source": {"text": CSV.replace("Java 8", "Java 21")}, "fileName": "later.csv"}}
    await follow(graph, bench, await started(graph, configuration=again))

    after = await found(graph, flow_id)
    assert [each["stale"] for each in before.values()] == [False, False]
    assert (after["Payroll"]["stale"], after["Ledger"]["stale"]) == (True, False)
    assert [label.rpartition("/")[2] for label in after["Payroll"]["changedFacts"]] == ["technologies"]
    # Nobody has decided anew: the decision stands as it was, under its version.
    kept = ("id", "version", "strategy", "accepted")
    assert [after["Payroll"][key] for key in kept] == [before["Payroll"][key] for key in kept]
    events = (await changed(graph))[told:]
    assert [["Decision", before["Payroll"]["id"].partition(":")[2]]] in events
    assert (await statuses(graph, flow_id))["component_sixr_strategies"] == "AWAITING_INPUT"


async def test_a_fact_that_was_missing_and_is_known_now_is_named_until_it_is_taken_back(
    graph: Graph, bench: Bench
) -> None:
    flow_id = await assessed(graph, bench, "component_sixr_strategies")
    payroll = (await found(graph, flow_id))["Payroll"]["application"]["id"]

    _, errors = await ask(graph, UPDATE, id=payroll, attributes={"legal_block": True})
    blocked = await changed_facts(graph, flow_id)
    await ask(graph, UPDATE, id=payroll, attributes={"legal_block": None}, description="Pays.")
    taken_back = await changed_facts(graph, flow_id)

    assert errors == []
    assert blocked == {"Payroll": ["legal_block"], "Ledger": []}
    assert taken_back == {"Payroll": [], "Ledger": []}


async def test_who_needs_it_is_a_fact_too(graph: Graph, bench: Bench) -> None:
    flow_id = await assessed(graph, bench, "component_sixr_strategies")
    ids = {name: each["application"]["id"] for name, each in (await found(graph, flow_id)).items()}

    edge, _ = await ask(graph, SAVE, fromId=ids["Payroll"], toId=ids["Ledger"], kind="HARD")
    drawn = await changed_facts(graph, flow_id)
    await ask(graph, UPDATE, id=ids["Payroll"], name="Wages")
    renamed = await changed_facts(graph, flow_id)
    await ask(graph, DELETE, id=edge["id"])
    gone = await changed_facts(graph, flow_id)

    assert drawn == {"Payroll": [], "Ledger": ["dependents"]}
    assert renamed == {"Wages": [], "Ledger": ["dependents"]}
    assert gone == {"Wages": [], "Ledger": []}


async def test_finalization_warns_and_running_the_phase_again_decides_anew(graph: Graph, bench: Bench) -> None:
    flow_id = await assessed(graph, bench, "component_sixr_strategies")
    ids = await settle(graph, flow_id)
    await follow(graph, bench, flow_id, until="app_on_page_generation")
    await ask(graph, UPDATE, id=ids[0], attributes={"technical_block": True})
    await follow(graph, bench, flow_id, until="finalization")
    flow = (await graph.data(STALE, id=flow_id))["flow"]
    stale = [each for each in (await found(graph, flow_id)).values() if each["stale"]]

    finalize = f"""mutation ($input: FinalizeAssessmentInput!) {{ finalizeAssessment(input: $input) {{
      flow {{ status warnings {{ code }} }} {ERRORS} }} }}"""
    finalized = (await graph.data(finalize, input={"flowId": flow_id}))["finalizeAssessment"]
    _, errors = await ask(graph, RUN, flowId=flow_id, phase="component_sixr_strategies")
    await bench.drive()

    warning = next(each for each in flow["warnings"] if each["code"] == "STALE_DECISION")
    assert [each["application"]["id"] for each in stale] == [ids[0]]
    assert warning["details"] == {"decisionId": stale[0]["id"], "facts": stale[0]["changedFacts"]}
    assert finalized["flow"]["status"] == "COMPLETED"
    assert "STALE_DECISION" in [each["code"] for each in finalized["flow"]["warnings"]]
    assert errors == []
    assert [each["stale"] for each in (await found(graph, flow_id)).values()] == [False, False]
