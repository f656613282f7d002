"""Cycles through applications outside an assessment, however many of them lie in between."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from persistence.database import open_database
from tests.graph import Graph
from tests.integration.conftest import Bench, postgres_bench
from tests.integration.test_graph_assessment import follow
from tests.integration.test_graph_commands import START, started
from tests.integration.test_graph_portfolio import SAVE, ask

CSV = "Application Name,Environment,Criticality,Technologies\n" + "".join(
    f"{name},TEST,LOW,Java 21\n" for name in ("Own", "One", "Two", "Three", "Aside")
)
FOUND = """query ($id: ID!) { flow(id: $id) { child { ... on AssessmentFlow { techDebt { nodes { title evidence } }
  decisions { nodes { moveGroupHints { group applications { name } } } } } } } }"""


@pytest.fixture
async def bench(fresh_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(fresh_database) as made:
        yield made


@pytest.fixture
async def graph(fresh_database: str, bench: Bench) -> AsyncIterator[Graph]:
    engine = open_database(fresh_database)
    yield Graph(engine, bench.work, bench.tenant)
    await engine.dispose()


async def test_a_cycle_through_three_outside_is_seen_from_the_one_inside(graph: Graph, bench: Bench) -> None:
    found = {"discovery": {"source": {"text": CSV}, "fileName": "apps.csv"}}
    await follow(graph, bench, await started(graph, configuration=found))
    nodes = (await graph.data("{ applications { nodes { id name } } }"))["applications"]["nodes"]
    ids = {node["name"]: node["id"] for node in nodes}
    edges = [("Own", "One"), ("One", "Two"), ("Two", "Three"), ("Three", "Own"), ("Two", "Aside")]
    for consumer, provider in edges:
        _, errors = await ask(graph, SAVE, fromId=ids[consumer], toId=ids[provider], kind="HARD")
        assert errors == []
    input = {"configuration": {"assessment": {"applicationIds": [ids["Own"]]}}}

    flow_id = (await graph.data(START, input=input))["startFlow"]["flow"]["id"]
    await follow(graph, bench, flow_id, until="component_sixr_strategies")

    child = (await graph.data(FOUND, id=flow_id))["flow"]["child"]
    (cycle,) = [item for item in child["techDebt"]["nodes"] if "cycle" in item["title"].lower()]
    assert all(name in cycle["evidence"] for name in ("One", "Two", "Three"))
    assert "Aside" not in cycle["evidence"]
    (decision,) = child["decisions"]["nodes"]
    groups = {hint["group"]: [each["name"] for each in hint["applications"]] for hint in decision["moveGroupHints"]}
    assert sorted(groups["Cycle of One, Own, Three, Two"]) == ["One", "Own", "Three", "Two"]
    assert sorted(groups["Around Own"]) == ["One", "Own", "Three"]
