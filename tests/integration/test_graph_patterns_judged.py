"""A mapping that was learned, kept and overruled by people, through the schema; also one of another engagement."""

from __future__ import annotations

from typing import Any

import pytest

from tests.graph import Graph
from tests.integration.conftest import Bench
from tests.integration.test_graph_assessment import ASK, SUBMIT, follow
from tests.integration.test_graph_commands import started
from tests.integration.test_graph_learning import LEARNINGS, bench, flow_id, graph, neighbour, recorded

__all__ = ["bench", "flow_id", "graph", "neighbour"]

TABLE = "Application,Eigner\nPayroll,Ines\nLedger,Bob\n"
MAPPING = "discovery.attribute_mapping"


async def taught(graph: Graph, flow_id: str, **more: Any) -> str:
    said = {"data": {"column": "Eigner", "target": "business_owner"}, **more}
    return str((await recorded(graph, flow_id, phase="attribute_mapping", **said))["id"])


async def begun(graph: Graph, bench: Bench) -> tuple[str, dict[str, Any]]:
    """A discovery that waits for its mapping, and what it proposes of the column."""
    source = {"source": {"text": TABLE}, "fileName": "apps.csv"}
    flow_id = await started(graph, configuration={"discovery": source})
    await follow(graph, bench, flow_id, until="attribute_mapping")
    phase = (await graph.data(ASK, id=flow_id))["flow"]["currentPhase"]
    (column,) = [each for each in phase["proposedInput"]["mappings"] if each["column"] == "Eigner"]
    return flow_id, column


async def answer(graph: Graph, bench: Bench, flow_id: str, **targets: str | None) -> None:
    mappings = [{"column": column, "target": target} for column, target in targets.items()]
    input = {"flowId": flow_id, "phase": "attribute_mapping", "data": {"mappings": mappings}}
    assert (await graph.data(SUBMIT, input=input))["submitPhaseInput"]["errors"] == []
    await follow(graph, bench, flow_id)


async def standing(graph: Graph, pattern_id: str) -> tuple[int, float]:
    nodes = (await graph.data(LEARNINGS))["learnings"]["nodes"]
    return next((node["uses"], node["confidence"]) for node in nodes if node["id"] == pattern_id)


async def test_a_proposal_that_is_overridden_costs_what_was_learned(graph: Graph, bench: Bench, flow_id: str) -> None:
    pattern = await taught(graph, flow_id)
    second, proposed = await begun(graph, bench)
    used = await standing(graph, pattern)

    await answer(graph, bench, second, Eigner="department")

    assert proposed["target"] == "business_owner"
    assert (used, await standing(graph, pattern)) == ((1, 0.9), (1, 0.45))


@pytest.mark.parametrize("named", [{}, {"Eigner": "business_owner"}])
async def test_a_proposal_that_stands_makes_it_surer(
    graph: Graph, bench: Bench, flow_id: str, named: dict[str, str]
) -> None:
    pattern = await taught(graph, flow_id)
    second, _ = await begun(graph, bench)
    waiting = await standing(graph, pattern)

    await answer(graph, bench, second, **named)

    assert (waiting, await standing(graph, pattern)) == ((1, 0.9), (1, 0.92))


async def test_what_is_shared_moves_with_what_others_do_and_the_own_does_not(
    graph: Graph, bench: Bench, flow_id: str, neighbour: Graph
) -> None:
    pattern = await taught(graph, flow_id, scope="CLIENT_ACCOUNT")
    there = Bench(bench.work, neighbour.tenant, bench.take_jobs, bench.events)
    second, proposed = await begun(neighbour, there)

    await answer(neighbour, there, second, Eigner=None)

    assert proposed["target"] == "business_owner"
    assert await standing(neighbour, pattern) == (1, 0.45)
    assert await standing(graph, pattern) == (1, 0.9)
