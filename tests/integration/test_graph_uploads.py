"""A file that comes again under the same key: the same content is a repeat, another one is refused."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from tests.graph import Graph
from tests.integration.test_graph_learning import bench, graph

__all__ = ["bench", "graph"]

START = """mutation ($input: StartFlowInput!) { startFlow(input: $input) { flow { id } errors { code path } } }"""
COUNT = "{ flows { totalCount } }"


@dataclass
class File:
    """As the server hands it over: its bytes can be read once."""

    data: bytes
    filename: str = "portfolio.csv"
    content_type: str | None = "text/csv"

    async def chunks(self) -> AsyncIterator[bytes]:
        data, self.data = self.data, b""
        yield data


async def start(graph: Graph, data: bytes) -> Any:
    source = {"source": {"file": File(data)}, "fileName": "portfolio.csv"}
    input = {"configuration": {"discovery": source}, "idempotencyKey": "monday"}
    return (await graph.data(START, input=input))["startFlow"]


async def test_the_same_content_is_a_repeat_and_another_one_is_refused(graph: Graph) -> None:
    first = await start(graph, b"Application\nPayroll\n")
    again = await start(graph, b"Application\nPayroll\n")
    other = await start(graph, b"Application\nLedgers\n")

    assert again == first
    assert (first["errors"], other["flow"]) == ([], None)
    assert [error["code"] for error in other["errors"]] == ["IDEMPOTENCY_CONFLICT"]
    assert (await graph.data(COUNT))["flows"]["totalCount"] == 1
