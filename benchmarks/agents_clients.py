"""A few people at work with the API, in a process of their own: what each of their requests took, as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import Any

import httpx
import orjson

# Seconds between an answer and the same client's next request.
PAUSE = 0.025
LIST = "query { flows(first: 20) { nodes { id name status progress phases { key status } } } }"
ONE = "query ($id: ID!) { flow(id: $id) { id name status progress route phases { key title status position } } }"
RENAME = """mutation ($id: ID!, $name: String) { updateFlow(input: {flowId: $id, name: $name}) {
  flow { id name version } errors { message } } }"""
ROUND = (ONE, LIST, ONE, RENAME)


async def work(address: str, headers: Mapping[str, str], flow_ids: Sequence[str], seconds: float) -> list[float]:
    """A client for each flow; seconds of each request."""
    taken: list[float] = []
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=30) as client:
        warm = [_ask(client, query, flow_ids[0]) for query in ROUND]
        for each in warm:
            await each
        until = time.perf_counter() + seconds
        await asyncio.gather(*(_client(client, flow_id, until, taken) for flow_id in flow_ids))
    return taken


async def _client(client: httpx.AsyncClient, flow_id: str, until: float, taken: list[float]) -> None:
    for query in cycle(ROUND):
        begun = time.perf_counter()
        if begun >= until:
            return
        await _ask(client, query, flow_id)
        taken.append(time.perf_counter() - begun)
        await asyncio.sleep(PAUSE)


async def _ask(client: httpx.AsyncClient, query: str, flow_id: str) -> None:
    variables: dict[str, Any] = {"id": flow_id}
    if query is RENAME:
        variables["name"] = f"Renamed at {time.time()}"
    response = await client.post("/graphql", content=orjson.dumps({"query": query, "variables": variables}))
    answer = orjson.loads(response.content)
    if "errors" in answer or answer["data"].get("updateFlow", {}).get("errors"):
        raise RuntimeError(answer)


if __name__ == "__main__":
    given = json.load(sys.stdin)
    sys.stdout.write(json.dumps(asyncio.run(work(**given))))
