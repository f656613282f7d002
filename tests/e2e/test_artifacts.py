"""Artifacts seen from outside: `up` with a model that writes them slowly, is killed in mid-sentence, or is down."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from typing import Any

import pytest

from tests.e2e.test_agents import CSV, Deployment, deployment, desk, model, watching
from tests.e2e.test_main_job import Desk
from tests.faulty_model import End, FaultyModel, Say, Until, does, fails, says

__all__ = ["deployment", "desk", "model"]

pytestmark = pytest.mark.slow

ASK = """mutation ($input: GenerateArtifactInput!) { generateArtifact(input: $input) {
  artifact { id } flow { id } errors { message } } }"""
READ = "query ($id: ID!) { flow(id: $id) { artifacts { nodes { id title source version content } } } }"
BEGINNING = 120.0
BEGUN, ENDED = '{"summary": "Two applications, ', 'both in view.", "sections": [{"title": "Now", "text": "Fine."}]}'


def of_artifacts(request: Any) -> bool:
    return "You write one document" in json.dumps(request.body)


async def begun(desk: Desk, model: FaultyModel) -> str:
    """A discovery that waits; its own agents have nothing to say."""
    model.reply(says("{}"), when=lambda request: not of_artifacts(request), stays=True)
    flow_id = await desk.start(discovery={"source": {"text": CSV}, "fileName": "apps.csv"})
    async with desk.following(flow_id) as followed:
        await followed.rest(0)
    return flow_id


async def ask(desk: Desk, flow_id: str) -> None:
    answer = (await desk.ask(ASK, input={"flowId": flow_id, "kind": "REPORT"}))["generateArtifact"]
    assert answer == {"artifact": None, "flow": {"id": flow_id}, "errors": []}


async def only(desk: Desk, flow_id: str) -> dict[str, Any]:
    """The flow's only artifact, once it is there; a worker that takes over has to begin first."""
    async with asyncio.timeout(BEGINNING):
        while not (found := (await desk.ask(READ, id=flow_id))["flow"]["artifacts"]["nodes"]):  # noqa: ASYNC110 - a worker does it
            await asyncio.sleep(0.2)
    (artifact,) = found
    return dict(artifact)


async def test_it_is_seen_while_it_is_written_and_told_of_when_it_is_saved(desk: Desk, model: FaultyModel) -> None:
    go_on = asyncio.Event()
    flow_id = await begun(desk, model)
    model.reply(does(Say(BEGUN), Until(go_on), Say(ENDED), End()), when=of_artifacts)

    async with watching(desk, flow_id) as watcher:
        await ask(desk, flow_id)
        await watcher.until_text("Two applications, ")
        assert "ARTIFACT" not in [event["kind"] for event in watcher.events]
        go_on.set()
        await watcher.until(kind="ARTIFACT")

        artifact = await only(desk, flow_id)
        assert watcher.text == "Two applications, both in view.\nNow\nFine."
        writers = {event["writer"] for event in watcher.events if event["kind"] == "TEXT_DELTA"}
        assert writers - {"mapper"} == {artifact["id"]}
    assert (artifact["source"], artifact["version"]) == ("MODEL_CHECKED_BY_RULES", 1)
    assert artifact["content"]["summary"] == "Two applications, both in view."


async def test_a_worker_that_is_killed_in_mid_sentence_costs_a_second_ask(
    deployment: Deployment, desk: Desk, model: FaultyModel
) -> None:
    flow_id = await begun(desk, model)
    model.reply(does(Say(BEGUN), Until()), does(Say(BEGUN), Say(ENDED), End()), when=of_artifacts)

    async with watching(desk, flow_id) as watcher:
        await ask(desk, flow_id)
        await watcher.until_text("Two applications, ")
        os.kill(deployment.worker.pid, signal.SIGKILL)
        artifact = await only(desk, flow_id)
        await watcher.until(kind="ARTIFACT")

    assert artifact["content"]["summary"] == "Two applications, both in view."
    assert sum(of_artifacts(request) for request in model.received) == 2


async def test_with_a_model_that_is_down_the_rules_text_is_seen(desk: Desk, model: FaultyModel) -> None:
    flow_id = await begun(desk, model)
    model.reply(fails(400), when=of_artifacts, stays=True)

    async with watching(desk, flow_id) as watcher:
        await ask(desk, flow_id)
        await watcher.until(kind="ARTIFACT")
        artifact = await only(desk, flow_id)
        assert artifact["content"]["summary"] in watcher.text
    assert artifact["source"] == "RULES"
