"""Agents seen from outside: `up` with a model that writes slowly, breaks off, flaps or dies."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from gql import Client, gql
from gql.transport.websockets import WebsocketsTransport

from tests.e2e.test_main_job import Desk, seated
from tests.faulty_model import End, FaultyModel, Reset, Say, Slowly, Until, does, fails, faulty_model, says, sends
from tests.integration.test_command_line import UP, WELCOME, of
from tests.servers import Process

pytestmark = pytest.mark.slow

CSV = "Application Name,Environment,Criticality,Thing\nPayroll,PRODUCTION,HIGH,Java 8\nLedger,TEST,LOW,COBOL\n"
WATCH = """subscription ($id: ID!, $after: String) { flowEvents(flowId: $id, after: $after) { kind cursor
  ... on PhaseStatusChanged { phase phaseStatus } ... on FlowStatusChanged { flowStatus }
  ... on AgentActivity { phase agent message percent source }
  ... on TextDelta { writer text offset done } } }"""
CANCEL = "mutation ($input: FlowActionInput!) { cancelFlow(input: $input) { flow { status } errors { code message } } }"
STARTED = '{"columns": [{"subject": "C4", "target": null, "reason": "It names'
ENDED = ' what it runs on.", "confidence": 0.4}]}'
SOON = 30.0


@dataclass
class Deployment:
    """What `up` has started, and the port at which its model is."""

    process: Process
    data: Path
    model_port: int

    @property
    def worker(self) -> psutil.Process:
        below = psutil.Process(self.process.pid).children(recursive=True)
        return next(each for each in below if "worker" in each.cmdline())


@dataclass
class Watcher:
    """Everything that a client of the WebSocket got."""

    events: list[dict[str, Any]] = field(default_factory=list)
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def run(self, session: Any, flow_id: str) -> None:
        asked = gql(WATCH)
        asked.variable_values = {"id": flow_id, "after": "0"}
        async for answer in session.subscribe(asked):
            async with self.changed:
                self.events.append(answer["flowEvents"])
                self.changed.notify_all()

    async def until(self, **wanted: Any) -> dict[str, Any]:
        """The first event with these values."""

        def found() -> dict[str, Any] | None:
            return next((e for e in self.events if all(e.get(name) == value for name, value in wanted.items())), None)

        async with asyncio.timeout(SOON), self.changed:
            await self.changed.wait_for(found)
        event = found()
        assert event is not None
        return event

    def kinds(self, agent: str = "mapper") -> list[str]:
        return [event["kind"] for event in self.events if event.get("agent") == agent]

    @property
    def text(self) -> str:
        """What a reader sees in the end: each piece at its place, in UTF-16 code units."""
        whole = b""
        for event in self.events:
            if event["kind"] == "TEXT_DELTA":
                start = 2 * event["offset"]
                assert start <= len(whole), "a gap"
                whole = whole[:start] + event["text"].encode("utf-16-le")
        return whole.decode("utf-16-le")

    async def until_text(self, text: str) -> None:
        async with asyncio.timeout(SOON), self.changed:
            await self.changed.wait_for(lambda: self.text == text)


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    data = tmp_path_factory.mktemp("agents") / "data"
    model = {
        "FLOTILLA_MODEL": "small",
        "FLOTILLA_MODEL_URL": f"http://127.0.0.1:{port}/v1",
        "FLOTILLA_MODEL_SECONDS": "20",
        "FLOTILLA_MODEL_SILENCE_SECONDS": "10",
    }
    process = Process(UP, of(data, **model))
    try:
        process.wait_for_line(WELCOME, 120)
        process.wait_for_line("^worker .* is ready$", 60)
        yield Deployment(process, data, port)
    finally:
        process.stop()


@pytest.fixture
async def desk(deployment: Deployment) -> AsyncIterator[Desk]:
    async with seated(deployment.data) as desk:
        yield desk


@pytest.fixture
async def model(deployment: Deployment) -> AsyncIterator[FaultyModel]:
    async with faulty_model(deployment.model_port) as model:
        yield model


@asynccontextmanager
async def watching(desk: Desk, flow_id: str) -> AsyncIterator[Watcher]:
    transport = WebsocketsTransport(url=desk.connection["wsUrl"], init_payload=desk.connection["headers"])
    async with Client(transport=transport, fetch_schema_from_transport=False) as session:
        watcher = Watcher()
        task = asyncio.create_task(watcher.run(session, flow_id))
        yield watcher
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def start(desk: Desk) -> str:
    return await desk.start(discovery={"source": {"text": CSV}, "fileName": "apps.csv"})


async def test_a_text_is_seen_while_it_is_written_also_by_who_comes_late(desk: Desk, model: FaultyModel) -> None:
    go_on = asyncio.Event()
    model.reply(does(Say(STARTED), Until(go_on), Say(ENDED), End()))
    flow_id = await start(desk)

    async with watching(desk, flow_id) as early:
        await early.until_text("It names")
        async with watching(desk, flow_id) as late:
            await late.until_text("It names")
            go_on.set()
            for watcher in (early, late):
                await watcher.until(kind="PHASE_STATUS", phase="attribute_mapping", phaseStatus="AWAITING_INPUT")
                assert watcher.text == "It names what it runs on."
                told = watcher.kinds()
                assert (told[0], told[-1]) == ("AGENT_STARTED", "AGENT_FINISHED")
                assert set(told[1:-1]) == {"AGENT_STEP"}
                percents = [e["percent"] for e in watcher.events if e["kind"] == "AGENT_STEP"]
                assert percents == sorted(percents)
                assert {event["cursor"] for event in watcher.events if event["kind"] == "TEXT_DELTA"} == {None}


async def test_a_phase_that_is_cancelled_in_mid_sentence_is_quiet_at_once(desk: Desk, model: FaultyModel) -> None:
    model.reply(does(Say(STARTED), Until()), stays=True)
    flow_id = await start(desk)

    async with watching(desk, flow_id) as watcher:
        await watcher.until_text("It names")
        began = time.perf_counter()
        answer = await desk.ask(CANCEL, input={"flowId": flow_id})
        await model.until_disconnected()
        seconds = time.perf_counter() - began

        assert answer["cancelFlow"]["flow"]["status"] == "CANCELLED"
        print(f"cancelled to quiet in {seconds:.2f} s")  # noqa: T201 - the number is the point
        await watcher.until(flowStatus="CANCELLED")
        assert "AGENT_FINISHED" not in watcher.kinds()
    assert len(model.received) == 1


async def test_a_worker_that_is_killed_in_mid_stream_costs_a_second_ask(
    deployment: Deployment, desk: Desk, model: FaultyModel
) -> None:
    model.reply(does(Say(STARTED), Until()), does(Say(STARTED), Say(ENDED), End()))
    flow_id = await start(desk)

    async with watching(desk, flow_id) as watcher:
        await watcher.until_text("It names")
        os.kill(deployment.worker.pid, signal.SIGKILL)
        await watcher.until(kind="PHASE_STATUS", phase="attribute_mapping", phaseStatus="AWAITING_INPUT")

        assert watcher.text == "It names what it runs on."
        assert [kind for kind in watcher.kinds() if kind != "AGENT_STEP"] == ["AGENT_STARTED", "AGENT_FINISHED"]
    assert len(model.received) == 2


async def test_a_model_whose_server_dies_in_mid_stream_costs_nothing(deployment: Deployment, desk: Desk) -> None:
    async with faulty_model(deployment.model_port) as model:
        model.reply(does(Say(STARTED), Until()), stays=True)
        flow_id = await start(desk)
        await model.until_received(1)

    async with watching(desk, flow_id) as watcher:
        await watcher.until(kind="PHASE_STATUS", phase="attribute_mapping", phaseStatus="AWAITING_INPUT")
        failed = await watcher.until(kind="AGENT_FAILED")

    assert failed["source"] == "RULES"
    state = await desk.state(flow_id)
    assert [each["code"] for each in state["warnings"]].count("AGENT_FAILED") == 1


async def test_flows_come_to_their_end_whatever_a_flapping_model_does(desk: Desk, model: FaultyModel) -> None:
    empty = json.dumps({})
    flaps = [
        fails(500),
        does(Reset()),
        says(empty),
        fails(429, retry_after="1"),
        says("not JSON at all"),
        sends(b"<html>proxy</html>", "text/html"),
        does(Say("{"), Slowly(0.5)),
        says(empty),
        says("x" * 700_000),
        fails(401),
    ]
    model.reply(*flaps * 4, stays=True)

    discovered = await start(desk)
    await driven(desk, discovered)
    nodes = (await desk.state(discovered))["applications"]["nodes"]
    assessed = await desk.start(assessment={"applicationIds": [node["id"] for node in nodes]})
    state = await driven(desk, assessed, until="finalization")

    assert (state["status"], state["currentPhase"]["key"]) == ("AWAITING_INPUT", "finalization")
    codes = [await failures(desk, flow_id) for flow_id in (discovered, assessed)]
    assert any(codes)


async def failures(desk: Desk, flow_id: str) -> list[str]:
    """Why agents had no answer, as their contributions say."""
    asked = "query ($id: ID!) { flow(id: $id) { collaboration(first: 100) { nodes { details } } } }"
    nodes = (await desk.ask(asked, id=flow_id))["flow"]["collaboration"]["nodes"]
    return [node["details"]["failure"]["code"] for node in nodes if "failure" in node["details"]]


async def driven(desk: Desk, flow_id: str, until: str = "") -> dict[str, Any]:
    """Accept every proposal, as far as that phase or the flow's end."""
    async with desk.following(flow_id) as followed:
        seen = 0
        while True:
            await followed.rest(seen)
            seen = len(followed.events)
            state = await desk.state(flow_id)
            phase = state["currentPhase"]
            if state["status"] != "AWAITING_INPUT" or phase["key"] == until:
                return state
            assert await desk.submit(flow_id, phase["key"], phase["proposedInput"]) == []
