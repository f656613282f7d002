"""Fan-in and blast radius of each application, cycles and shared services included."""

from __future__ import annotations

from typing import Any

from tests.graph import Graph
from tests.integration.conftest import Bench
from tests.integration.test_graph_assessment import follow
from tests.integration.test_graph_commands import started
from tests.integration.test_graph_learning import bench, graph

__all__ = ["bench", "graph"]

APPLICATIONS = "Application,Environment\nA,prod\nB,prod\nC,prod\nD,prod\nE,prod\n"
# A needs B, B needs C, C needs A; D needs A, and E needs D loosely.
EDGES = "From app,To app,Kind\nA,B,hard\nB,C,hard\nC,A,hard\nD,A,hard\nE,D,soft\n"
ASK = "{ applications { nodes { name fanIn blastRadius } } }"


async def test_an_application_takes_with_it_what_needs_it_through_others(graph: Graph, bench: Bench) -> None:
    for text in (APPLICATIONS, EDGES):
        source: dict[str, Any] = {"source": {"text": text}, "fileName": "list.csv"}
        await follow(graph, bench, await started(graph, configuration={"discovery": source}))

    nodes = (await graph.data(ASK))["applications"]["nodes"]

    assert {each["name"]: (each["fanIn"], each["blastRadius"]) for each in nodes} == {
        "A": (2, 3),
        "B": (1, 3),
        "C": (1, 3),
        "D": (1, 0),
        "E": (0, 0),
    }
