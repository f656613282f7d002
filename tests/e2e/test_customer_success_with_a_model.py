"""A workflow from outside with a model at hand: replies and a document are seen while they are written."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from tests.e2e import guided
from tests.e2e.guided import begin, customer, do, resting, upload, watching, work_through
from tests.e2e.test_agents import deployment, desk, model
from tests.e2e.test_main_job import Desk
from tests.faulty_model import End, FaultyModel, Received, Say, Until, does, fails, says
from tests.unit.contracts.made import MORE, SENTENCES, pdf

__all__ = ["deployment", "desk", "model"]

pytestmark = pytest.mark.slow

ARTIFACTS = "query ($id: ID!) { flow(id: $id) { artifacts { nodes { kind source content } } } }"
CITED = "Either party must give ninety (90) days' notice [1]."


def talks(request: Received) -> bool:
    return "You help a customer success manager" in request.text


def cites(request: Received) -> bool:
    return "from passages of that customer's own contracts" in request.text


def writes(request: Received) -> bool:
    return "You write one document" in request.text


async def at_work(desk: Desk, name: str) -> tuple[str, dict[str, str]]:
    """A workflow for a customer with a contract, and its first step."""
    who = await customer(desk, name, riskScore=75)
    assert (await upload(desk, who, "MSA.pdf", pdf(SENTENCES, MORE)))["errors"] == []
    flow_id = await begin(desk, who, "RISK")
    return flow_id, {"flowId": flow_id, "step": "read_the_signs"}


def replied(told: dict[str, Any]) -> bool:
    return (told.get("chatMessage") or {}).get("role") == "ASSISTANT"


async def test_a_reply_is_seen_while_it_is_written(desk: Desk, model: FaultyModel) -> None:
    go_on = asyncio.Event()
    model.reply(does(Say("Call Ada, "), Until(go_on), Say("then listen."), End()), when=talks)
    model.reply(says("{}"), stays=True)
    _, step = await at_work(desk, "Spoken")
    thread = (await do(desk, guided.OPEN, **step, branchKey="diagnose"))["thread"]["id"]

    async with watching(desk, guided.THREAD_EVENTS, id=thread, after="0") as seen:
        assert (await do(desk, guided.SEND, threadId=thread, content="What now?"))["reply"] is None
        await seen.until(lambda each: each["kind"] == "TEXT_DELTA" and "Call Ada" in each["text"])
        assert not any(replied(each) for each in seen.told)
        go_on.set()
        reply = (await seen.until(replied))["chatMessage"]

    assert (reply["source"], reply["content"], seen.text) == (
        "MODEL",
        "Call Ada, then listen.",
        "Call Ada, then listen.",
    )


async def test_an_answer_from_documents_cites_them(desk: Desk, model: FaultyModel) -> None:
    model.reply(says(CITED), when=cites)
    model.reply(says("{}"), stays=True)
    _, step = await at_work(desk, "Read")
    thread = (await do(desk, guided.OPEN, **step, branchKey="promised"))["thread"]["id"]

    async with watching(desk, guided.THREAD_EVENTS, id=thread, after="0") as seen:
        await do(desk, guided.SEND, threadId=thread, content="How many days' notice?")
        reply = (await seen.until(replied))["chatMessage"]

    assert (reply["source"], reply["content"].startswith(CITED)) == ("MODEL_CHECKED_BY_RULES", True)
    assert "MSA.pdf" in reply["content"]


async def test_a_document_is_seen_while_it_is_written_and_the_workflow_goes_on_to_its_end(
    desk: Desk, model: FaultyModel
) -> None:
    go_on = asyncio.Event()
    report = json.dumps({"summary": "All is well.", "sections": [{"title": "Now", "text": "Fine."}]})
    model.reply(does(Say(report[:25]), Until(go_on), Say(report[25:]), End()), when=writes)
    model.reply(says("{}"), stays=True)
    flow_id, _ = await at_work(desk, "Written")

    async with watching(desk, guided.FLOW_EVENTS, id=flow_id, after="0") as events:
        await do(desk, guided.GENERATE, flowId=flow_id, kind="REPORT")
        await events.until(lambda each: each["kind"] == "TEXT_DELTA" and "All is" in each["text"])
        go_on.set()
        await events.until(lambda each: each["kind"] == "ARTIFACT")
    steps = await work_through(desk, flow_id)

    (artifact,) = (await desk.ask(ARTIFACTS, id=flow_id))["flow"]["artifacts"]["nodes"]
    assert (artifact["source"], artifact["content"]["summary"]) == ("MODEL_CHECKED_BY_RULES", "All is well.")
    ended = await resting(desk, flow_id)
    assert (steps[-1], ended["status"], bool(ended["child"]["outcome"])) == ("close", "COMPLETED", True)


async def test_with_a_model_that_fails_the_rules_reply(desk: Desk, model: FaultyModel) -> None:
    model.reply(fails(400), stays=True)
    flow_id = await begin(desk, await customer(desk, "Silent", riskScore=75), "RISK")
    thread = (await do(desk, guided.OPEN, flowId=flow_id, step="read_the_signs", branchKey="diagnose"))["thread"]["id"]

    async with watching(desk, guided.THREAD_EVENTS, id=thread, after="0") as seen:
        await do(desk, guided.SEND, threadId=thread, content="What is the ARR?")
        reply = (await seen.until(replied))["chatMessage"]

    assert (reply["source"], "120,000" in reply["content"]) == ("RULES", True)
