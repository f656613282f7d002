"""The reference: a server as Strawberry's documentation shows it. Each line it is told goes to every subscriber."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from enum import Enum
from typing import Any

import strawberry
import uvicorn
from strawberry.asgi import GraphQL
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

# Told to each subscriber at once, so that he knows that he is one.
FIRST = {"cursor": "0", "flowId": "1", "occurredAt": "", "phase": "", "agent": "", "message": "0 ", "percent": 0}
QUEUES: set[asyncio.Queue[dict[str, Any]]] = set()


@strawberry.enum
class FlowEventKind(Enum):
    AGENT_STEP = "AGENT_STEP"


@strawberry.enum
class ResultSource(Enum):
    RULES = "RULES"


@strawberry.interface
class FlowEvent:
    kind: FlowEventKind
    cursor: str
    flow_id: strawberry.ID
    occurred_at: str


@strawberry.type
class AgentActivity(FlowEvent):
    phase: str
    agent: str
    message: str
    percent: int
    source: ResultSource


def activity(told: dict[str, Any]) -> AgentActivity:
    return AgentActivity(
        kind=FlowEventKind.AGENT_STEP,
        cursor=told["cursor"],
        flow_id=strawberry.ID(told["flowId"]),
        occurred_at=told["occurredAt"],
        phase=told["phase"],
        agent=told["agent"],
        message=told["message"],
        percent=told["percent"],
        source=ResultSource.RULES,
    )


@strawberry.type
class Query:
    hello: str = "world"


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def flow_events(
        self,
        flow_id: strawberry.ID,  # noqa: ARG002
        after: str | None = None,  # noqa: ARG002
    ) -> AsyncIterator[FlowEvent]:
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        QUEUES.add(queue)
        try:
            yield activity(FIRST)
            while True:
                yield activity(await queue.get())
        finally:
            QUEUES.discard(queue)


async def hear() -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), os.fdopen(0, "rb"))
    while line := await reader.readline():
        told = json.loads(line)
        for queue in QUEUES:
            queue.put_nowait(told)


async def main() -> None:
    schema = strawberry.Schema(Query, subscription=Subscription, types=[AgentActivity])
    app: Any = GraphQL(schema, subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,))
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", access_log=False))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    print(server.servers[0].sockets[0].getsockname()[1], flush=True)
    await hear()
    server.should_exit = True
    await serving


if __name__ == "__main__":
    if sys.platform != "win32":
        import uvloop

        uvloop.run(main())
