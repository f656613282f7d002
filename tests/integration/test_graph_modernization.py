"""A modernization through the schema: ranked, designed, changed by a person, confirmed, and its work in order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.access import Role
from persistence.database import open_database
from tests.graph import Graph
from tests.integration.conftest import Bench, make_tenant, postgres_bench
from tests.integration.test_graph_assessment import CSV, SUBMIT, follow
from tests.integration.test_graph_commands import ERRORS, START, started
from tests.toy import new_tenant

FLOW = """query ($id: ID!) { flow(id: $id) { id type status route phases { key status proposedInput }
  overrides { nodes { phase rationale } }
  child { ... on ModernizationFlow { candidates { totalCount nodes { application { name } score
      drivers { name weight value because } } }
    designs { nodes { component { id name } currentState targetState pattern services tradeoffs source } }
    workItems(first: 100) { totalCount nodes { id title effortHours acceptance application { name } component { name }
      dependsOn { id } } } } } } }"""
OVERRIDE = (
    f"mutation ($input: OverridePhaseInput!) {{ overridePhase(input: $input) {{ flow {{ id status }} {ERRORS} }} }}"
)


@pytest.fixture
async def bench(fresh_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(fresh_database) as made:
        yield made


@pytest.fixture
async def graph(fresh_database: str, bench: Bench) -> AsyncIterator[Graph]:
    engine = open_database(fresh_database)
    yield Graph(engine, bench.work, bench.tenant)
    await engine.dispose()


async def read(graph: Graph, flow_id: str) -> dict[str, Any]:
    flow = dict((await graph.data(FLOW, id=flow_id))["flow"])
    return {**flow, **flow.pop("child"), "statuses": {each["key"]: each["status"] for each in flow["phases"]}}


async def designed(graph: Graph, bench: Bench) -> str:
    """A modernization of two applications, at its designs."""
    found = {"discovery": {"source": {"text": CSV}, "fileName": "apps.csv"}}
    await follow(graph, bench, await started(graph, configuration=found))
    nodes = (await graph.data("{ applications { nodes { id } } }"))["applications"]["nodes"]
    wanted = {"applicationIds": [node["id"] for node in nodes], "options": {"cloud": "azure"}}
    flow_id = await started(graph, configuration={"modernization": wanted})
    await bench.drive()
    return flow_id


async def test_candidates_are_ranked_and_designed(graph: Graph, bench: Bench) -> None:
    flow = await read(graph, await designed(graph, bench))

    assert (flow["type"], flow["status"]) == ("MODERNIZATION", "AWAITING_INPUT")
    # Java 8 is supported until 2030, which is worth nothing; of COBOL without a version nobody knows, which is half.
    assert [(each["application"]["name"], each["score"]) for each in flow["candidates"]["nodes"]] == [
        ("Ledger", 0.3025),
        ("Payroll", 0.2525),
    ]
    designs = flow["designs"]["nodes"]
    assert {each["source"] for each in designs} == {"RULES"}
    assert all(each["services"] for each in designs)


async def test_a_person_designs_anew_and_the_work_follows_in_order(graph: Graph, bench: Bench) -> None:
    flow_id = await designed(graph, bench)
    (first, *_) = (await read(graph, flow_id))["designs"]["nodes"]
    texts = {"pattern": "Rewrite", "targetState": "New", "tradeoffs": "Long.", "services": [], "source": "RULES"}
    named = [{"componentId": first["component"]["id"], **texts}]
    change = {"flowId": flow_id, "phase": "architecture_design", "data": {"designs": named}, "rationale": "It is old."}
    assert (await graph.data(OVERRIDE, Role.ARCHITECT, input=change))["overridePhase"]["errors"] == []
    flow = await read(graph, flow_id)
    assert [(each["pattern"], each["source"]) for each in flow["designs"]["nodes"]] == [("Rewrite", "USER")]
    assert flow["overrides"]["nodes"] == [{"phase": "architecture_design", "rationale": "It is old."}]

    wrong = {"flowId": flow_id, "phase": "architecture_design", "data": {"componentIds": []}}
    assert (await graph.data(SUBMIT, input=wrong))["submitPhaseInput"]["errors"][0]["message"].startswith("Confirm at")
    await follow(graph, bench, flow_id)

    flow = await read(graph, flow_id)
    assert flow["status"] == "COMPLETED"
    items = flow["workItems"]["nodes"]
    place = {each["id"]: number for number, each in enumerate(items)}
    assert flow["workItems"]["totalCount"] == len(items) == 5
    assert all(place[before["id"]] < place[each["id"]] for each in items for before in each["dependsOn"])
    assert items[0]["component"] is None
    assert items[1]["title"].endswith("(Rewrite)")


async def test_a_strangers_applications_are_not_found(graph: Graph, bench: Bench) -> None:
    await follow(graph, bench, await started(graph))
    nodes = (await graph.data("{ applications { nodes { id } } }"))["applications"]["nodes"]
    other = new_tenant()
    await make_tenant(graph.engine, other)
    foreign = Graph(graph.engine, bench.work, other)

    wanted = {"configuration": {"modernization": {"applicationIds": [nodes[0]["id"]]}}}
    payload = (await foreign.data(START, input=wanted))["startFlow"]
    assert [(each["code"], each["path"]) for each in payload["errors"]] == [
        ("NOT_FOUND", ["configuration", "modernization", "applicationIds", "0"])
    ]
