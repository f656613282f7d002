"""The main job from outside: `up`, a real inventory over HTTP, every pause answered, every event over a WebSocket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from gql import Client, gql
from gql.transport.websockets import WebsocketsTransport

from tests.integration.test_command_line import UP, WELCOME, connect, of
from tests.servers import Process

DATA = Path(__file__).parents[2].parent / "shared" / "data"
SAMPLE = Path(__file__).parents[2] / "server" / "sample" / "portfolio.csv"
SOON = 20.0

STATE = """
query ($id: ID!) { flow(id: $id) { status progress version warnings { code message }
  failure { code message phase } currentPhase { key proposedInput } allowedActions
  applications(first: 100) { totalCount nodes { id name readiness readinessGaps } } } }
"""
REJECTED = """
query ($id: ID!) { flow(id: $id) { child { ... on DiscoveryFlow { import { rejected { nodes { line reason } } } } } } }
"""
START = "mutation ($input: StartFlowInput!) { startFlow(input: $input) { flow { id } errors { code message path } } }"
SUBMIT = """
mutation ($input: SubmitPhaseInput!) {
  submitPhaseInput(input: $input) { flow { status } errors { code message path } } }
"""
FOLLOW = """
subscription ($id: ID!, $after: String) { flowEvents(flowId: $id, after: $after) { kind cursor __typename
  ... on PhaseStatusChanged { phase phaseStatus } ... on FlowStatusChanged { flowStatus } } }
"""


@dataclass
class Desk:
    """One user in a fresh engagement."""

    connection: dict[str, Any]
    client: httpx.AsyncClient

    async def ask(self, query: str, **variables: Any) -> Any:
        answer = (await self.client.post(self.connection["url"], json={"query": query, "variables": variables})).json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def start(self, **configuration: Any) -> str:
        answer = (await self.ask(START, input={"configuration": configuration}))["startFlow"]
        assert answer["errors"] == []
        return str(answer["flow"]["id"])

    async def submit(self, flow_id: str, phase: str, data: Any) -> list[dict[str, Any]]:
        given = {"flowId": flow_id, "phase": phase, "data": data}
        errors: list[dict[str, Any]] = (await self.ask(SUBMIT, input=given))["submitPhaseInput"]["errors"]
        return errors

    async def state(self, flow_id: str) -> dict[str, Any]:
        found: dict[str, Any] = (await self.ask(STATE, id=flow_id))["flow"]
        return found

    @asynccontextmanager
    async def following(self, flow_id: str) -> AsyncIterator[Following]:
        """All of the flow's events, from its first, over a WebSocket."""
        transport = WebsocketsTransport(url=self.connection["wsUrl"], init_payload=self.connection["headers"])
        async with Client(transport=transport, fetch_schema_from_transport=False) as session:
            followed = Following()
            task = asyncio.create_task(followed.run(session, flow_id))
            yield followed
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@dataclass
class Following:
    events: list[dict[str, Any]] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def run(self, session: Any, flow_id: str) -> None:
        asked = gql(FOLLOW)
        asked.variable_values = {"id": flow_id, "after": "0"}
        async for answer in session.subscribe(asked):
            async with self.changed:
                self.events.append(answer["flowEvents"])
                self.changed.notify_all()

    async def rest(self, after: int) -> str:
        """Where the flow comes to rest next: a status that waits for a person, or an end."""
        still = ("AWAITING_INPUT", "COMPLETED", "FAILED")

        def found() -> list[str]:
            return [e["flowStatus"] for e in self.events[after:] if e.get("flowStatus") in still]

        try:
            async with asyncio.timeout(SOON), self.changed:
                await self.changed.wait_for(found)
        except TimeoutError:
            raise AssertionError(f"No rest after {after} of {self.events}") from None
        return found()[0]


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """`up` as a user starts it, without anything of the machine's own."""
    data = tmp_path_factory.mktemp("up") / "data"
    process = Process(UP, of(data))
    try:
        process.wait_for_line(WELCOME, 120)
        yield data
    finally:
        process.stop()


@asynccontextmanager
async def seated(data: Path) -> AsyncIterator[Desk]:
    """Carol, in a fresh engagement of what runs on that folder."""
    words = ("--subject", "carol", "--roles", "ADMIN", "--engagement", "new")
    connection = await asyncio.to_thread(connect, data, *words)
    async with httpx.AsyncClient(headers=connection["headers"], timeout=30) as client:
        yield Desk(connection, client)


@pytest.fixture
async def desk(up: Path) -> AsyncIterator[Desk]:
    async with seated(up) as desk:
        yield desk


async def drive(desk: Desk, flow_id: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Accept every proposal unchanged; the flow at its end or first open gate, and what the gate refused with."""
    async with desk.following(flow_id) as following:
        seen = 0
        while await following.rest(seen) == "AWAITING_INPUT":
            seen = len(following.events)
            phase = (await desk.state(flow_id))["currentPhase"]
            refused = await desk.submit(flow_id, phase["key"], phase["proposedInput"])
            if refused:
                return await desk.state(flow_id), refused
        cursors = [int(event["cursor"]) for event in following.events]
        assert cursors == list(range(1, len(cursors) + 1))
    return await desk.state(flow_id), []


async def test_a_konveyor_inventory_is_discovered_with_its_proposals_unchanged(desk: Desk) -> None:
    source = DATA / "konveyor" / "template_application_import.csv"
    if not source.exists():
        pytest.skip("The inventories of other tools are not here.")

    flow_id = await desk.start(discovery={"source": {"text": source.read_text()}, "fileName": source.name})

    state, refused = await drive(desk, flow_id)
    assert (state["status"], state["progress"], refused) == ("COMPLETED", 100, [])
    assert [node["name"] for node in state["applications"]["nodes"]] == [
        "API Gateway Service",
        "Customer Management",
        "Inventory Tracker",
    ]


@pytest.mark.parametrize("name", ["csv-missing_application_name.csv", "csv-invalid_record_type_21.csv"])
async def test_broken_rows_are_rejected_with_line_and_reason(desk: Desk, name: str) -> None:
    source = DATA / "konveyor" / name
    if not source.exists():
        pytest.skip("The inventories of other tools are not here.")

    flow_id = await desk.start(discovery={"source": {"text": source.read_text()}, "fileName": name})

    await drive(desk, flow_id)
    rejected = (await desk.ask(REJECTED, id=flow_id))["flow"]["child"]["import"]["rejected"]["nodes"]
    assert rejected[0]["line"] == 2
    assert rejected[0]["reason"].endswith(".")


async def test_the_sample_is_assessed_with_its_proposals_unchanged_as_far_as_the_first_gate(desk: Desk) -> None:
    discovery, _ = await drive(
        desk, await desk.start(discovery={"source": {"text": SAMPLE.read_text()}, "fileName": SAMPLE.name})
    )
    ready = [n["id"] for n in discovery["applications"]["nodes"] if n["readiness"] == "READY_FOR_ASSESSMENT"]

    state, refused = await drive(desk, await desk.start(assessment={"applicationIds": ready}))

    assert (state["status"], refused) == ("COMPLETED", [])
