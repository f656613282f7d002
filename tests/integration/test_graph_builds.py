"""Software builds through the schema: walked to their end, refused at their gates, sent back and mended."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from domain.builds.models import ModelFamily, chat_model
from persistence.database import open_database
from tests.graph import Graph
from tests.integration.building import GOOD, PROMPT, change, completed, history, started, status
from tests.integration.conftest import Bench, postgres_bench
from tests.unit.builds.building import NOW
from tests.unit.builds.test_prompt import taking


@pytest.fixture
async def bench(module_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(module_database) as made:
        yield made


@pytest.fixture
async def graph(module_database: str, bench: Bench) -> AsyncIterator[Graph]:
    engine = open_database(module_database)
    yield Graph(engine, bench.work, bench.tenant)
    await engine.dispose()


async def test_a_build_waits_at_once_and_is_walked_to_its_end(graph: Graph, bench: Bench) -> None:
    flow = await started(graph)
    found = await status(graph, flow)
    assert (found["status"], found["currentPhase"]) == (
        "AWAITING_INPUT",
        {"key": "discovery", "status": "AWAITING_INPUT", "proposedInput": None},
    )
    assert bench.take_jobs() == []

    seen = []
    for phase in GOOD:
        await completed(graph, flow, phase)
        found = await status(graph, flow)
        seen.append((found["child"]["state"], found["child"]["role"], found["progress"]))

    assert seen == [
        ("PLANNING", "Q_ASSISTANT", 15),
        ("IMPLEMENTATION", "CODE_WRITER", 30),
        ("TESTING", "TEST_AUDITOR", 55),
        ("VERIFICATION", "VERIFICATION_OVERSEER", 70),
        ("DEPLOYMENT", "RELEASE_MANAGER", 85),
        ("COMPLETE", None, 100),
    ]
    assert (found["status"], found["child"]["complete"]) == ("COMPLETED", True)
    assert found["child"]["completedPhases"] == list(GOOD)
    assert [each["result"] for each in found["phases"]] == [result for _, _, result in GOOD.values()]
    names = ("from", "to", "fromRole", "toRole")
    handoffs = [tuple(each[name] for name in names) for each in found["child"]["handoffs"]["nodes"]]
    assert handoffs == [
        ("PLANNING", "IMPLEMENTATION", "Q_ASSISTANT", "CODE_WRITER"),
        ("IMPLEMENTATION", "TESTING", "CODE_WRITER", "TEST_AUDITOR"),
        ("TESTING", "VERIFICATION", "TEST_AUDITOR", "VERIFICATION_OVERSEER"),
        ("VERIFICATION", "DEPLOYMENT", "VERIFICATION_OVERSEER", "RELEASE_MANAGER"),
    ]


async def test_an_answer_that_does_not_pass_its_gate_is_kept_and_refused(graph: Graph) -> None:
    flow = await started(graph)
    await completed(graph, flow, "discovery", "planning", "implementation")
    before = await status(graph, flow)
    failing = {"testsRun": 4, "testsPassed": 3, "coveragePercent": 79.5, "failures": ["test_greet"]}
    said = {"role": "TEST_AUDITOR", "aiResponse": "One fails.", "phaseResult": failing, "idempotencyKey": "k1"}

    payload = await change(graph, "completeBuildPhase", flow, **said)

    assert payload["flow"] is None
    assert [(each["code"], each["path"], each["message"]) for each in payload["errors"]] == [
        ("NOT_READY", ["phaseResult", "testsPassed"], "1 of 4 tests did not pass."),
        ("NOT_READY", ["phaseResult", "coveragePercent"], "Coverage is 79.5%; at least 80% is needed."),
    ]
    assert await history(graph, flow, "TEST_AUDITOR") == [("ASSISTANT", "One fails.")]
    after = await status(graph, flow)
    assert "Not passed yet: 1 of 4" in after["child"].pop("nextAction")
    before["child"].pop("nextAction")
    assert after == before
    assert await change(graph, "completeBuildPhase", flow, **said) == payload
    assert await history(graph, flow, "TEST_AUDITOR") == [("ASSISTANT", "One fails.")]
    await completed(graph, flow, "testing")
    assert (await status(graph, flow))["child"]["state"] == "VERIFICATION"


@pytest.mark.parametrize("family", ModelFamily)
async def test_every_familys_api_takes_the_request_at_every_state(graph: Graph, family: ModelFamily) -> None:
    flow = await started(graph)

    for phase in (*GOOD, None):
        prompt = (await graph.data(PROMPT, id=flow, family=family))["flow"]["child"]["prompt"]
        taking(chat_model(family, NOW.date()).api).validate(prompt["request"])
        assert prompt["request"]["messages"][-1]["role"] == "user"
        if phase:
            await completed(graph, flow, phase)


async def test_a_prompt_is_ready_to_send(graph: Graph) -> None:
    flow = await started(graph)
    await change(graph, "addBuildMessage", flow, role="Q_ASSISTANT", messageRole="USER", content="In Python, please.")

    prompt = (await graph.data(PROMPT, id=flow, family="CLAUDE"))["flow"]["child"]["prompt"]

    assert prompt["family"] == "CLAUDE"
    assert prompt["request"]["model"] == prompt["model"]
    assert [each["role"] for each in prompt["request"]["messages"]] == ["user", "user"]
    assert prompt["request"]["messages"][-1]["content"] == "In Python, please."
    assert "Q assistant" in prompt["systemPrompt"]
