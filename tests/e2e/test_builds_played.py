"""A build's role played by a worker: read while it is written, and finished by another when the first is lost."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any

import pytest

from tests.e2e.test_agents import Deployment, deployment, desk, model, watching
from tests.e2e.test_main_job import Desk
from tests.faulty_model import FaultyModel, Say, Until, does, says

# Fixtures are found by their names in this module.
__all__ = ["deployment", "desk", "model"]

pytestmark = pytest.mark.slow

SECONDS = 120
WORDS = 'R1: greet.\n\n```json\n{"requirements": [{"id": "R1", "text": "greet"}]}\n```\n'
RUN = "mutation ($input: PhaseActionInput!) { runPhase(input: $input) { flow { status } errors { message } } }"
STATE = """query ($id: ID!) { flow(id: $id) { status child { ... on BuildFlow { state
  context(role: Q_ASSISTANT) { history { role content } } } } } }"""


async def planned(desk: Desk, flow_id: str) -> Any:
    """The flow at its second phase; another worker has to begin first."""
    async with asyncio.timeout(SECONDS):
        while (found := (await desk.ask(STATE, id=flow_id))["flow"])["child"]["state"] != "PLANNING":  # noqa: ASYNC110 - nobody tells of it here
            await asyncio.sleep(0.5)
    return found


async def test_a_role_is_read_live_and_its_worker_may_be_lost(
    deployment: Deployment,
    desk: Desk,
    model: FaultyModel,
) -> None:
    model.reply(does(Say("R1: "), Until()), says(WORDS[:10], WORDS[10:]))
    flow_id = await desk.start(build={"projectId": "shop", "buildId": "1", "requirements": "Greet."})

    async with watching(desk, flow_id) as watcher:
        assert (await desk.ask(RUN, input={"flowId": flow_id}))["runPhase"]["errors"] == []
        await watcher.until_text("R1: ")
        os.kill(deployment.worker.pid, signal.SIGKILL)
        found = await planned(desk, flow_id)
        await watcher.until_text(WORDS)
        told = [kind for kind in watcher.kinds("q_assistant") if kind != "AGENT_STEP"]

    assert told == ["AGENT_STARTED", "AGENT_FINISHED"]
    assert (found["status"], found["child"]["state"]) == ("AWAITING_INPUT", "PLANNING")
    assert found["child"]["context"]["history"] == [{"role": "ASSISTANT", "content": WORDS}]
    assert len(model.received) == 2
