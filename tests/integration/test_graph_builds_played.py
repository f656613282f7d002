"""Our own crew plays a build's role for one phase: by a model, by the rules, or not at all, and says which."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.agents.playing import Part, Words
from domain.agents.ports import AgentFailed, Step, Tell
from domain.model_usage import ModelUsage
from persistence.database import open_database
from tests.graph import Graph
from tests.integration.building import GOOD, change, completed, history, started, status
from tests.integration.conftest import Bench, postgres_bench


class Script:
    """A model that says what it was given to say, or fails."""

    def __init__(self, *said: str | AgentFailed) -> None:
        self.said = list(said)
        self.asked: list[Part] = []

    def plays(self, agent: str) -> bool:
        return bool(agent)

    def room(self, agent: str) -> int:
        return 8_000 if agent else 0

    async def play(self, part: Part, tell: Tell) -> Words:
        await tell(Step("Asks the model.", 10))
        self.asked.append(part)
        said = self.said.pop(0)
        if isinstance(said, AgentFailed):
            raise said
        return Words(said, ModelUsage("openai", "scripted", 100, 10, 1))


def answering(phase: str, **result: Any) -> str:
    _, words, good = GOOD[phase]
    return f"# Work\n\n{words}\n\n```json\n{json.dumps({**good, **result})}\n```\n"


@pytest.fixture
async def bench(module_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(module_database) as made:
        yield made


@pytest.fixture
async def graph(module_database: str, bench: Bench) -> AsyncIterator[Graph]:
    engine = open_database(module_database)
    yield Graph(engine, bench.work, bench.tenant)
    await engine.dispose()


async def run(graph: Graph, bench: Bench, flow: str) -> dict[str, Any]:
    """The build once the crew has played its role for one phase."""
    assert (await change(graph, "runPhase", flow))["flow"]["status"] == "RUNNING"
    await bench.drive()
    return await status(graph, flow)


RUNS = """query ($id: ID!) { flow(id: $id) { phase(key: "discovery") { userInput
  runs { status source contributions { nodes { agent source } } } } performance { usage { model requests } }
  events(kinds: [AGENT_STARTED, AGENT_FINISHED, AGENT_FAILED]) { nodes { kind
    ... on AgentActivity { agent source message } } } } }"""


async def test_without_a_model_the_rules_number_and_plan_and_then_say_who_is_missing(
    graph: Graph, bench: Bench
) -> None:
    flow = await started(graph)

    found = await run(graph, bench, flow)

    assert (found["status"], found["child"]["state"], found["warnings"]) == ("AWAITING_INPUT", "PLANNING", [])
    result = found["phases"][0]["result"]
    assert [each["text"] for each in result["requirements"]] == ["goal: greet people", "Say hello", "Say goodbye"]
    runs = (await graph.data(RUNS, id=flow))["flow"]
    assert runs["phase"]["runs"][0]["source"] == "RULES"
    assert [each["kind"] for each in runs["events"]["nodes"]] == ["AGENT_STARTED", "AGENT_FINISHED"]
    found = await run(graph, bench, flow)
    assert found["child"]["state"] == "IMPLEMENTATION"
    assert [each["id"] for each in found["phases"][1]["result"]["steps"]] == ["S1", "S2", "S3"]
    found = await run(graph, bench, flow)
    assert (found["status"], found["child"]["state"]) == ("AWAITING_INPUT", "IMPLEMENTATION")
    assert [(each["code"], each["phase"]) for each in found["warnings"]] == [("NO_MODEL", "implementation")]
    assert await history(graph, flow, "CODE_WRITER") == []
    await completed(graph, flow, "implementation")
    assert (await status(graph, flow))["warnings"] == []


async def test_a_models_answer_completes_the_phase_and_joins_the_history(graph: Graph, bench: Bench) -> None:
    bench.players = script = Script(answering("discovery"))
    flow = await started(graph)

    found = await run(graph, bench, flow)

    assert found["child"]["state"] == "PLANNING"
    assert found["phases"][0]["result"] == GOOD["discovery"][2]
    assert await history(graph, flow, "Q_ASSISTANT") == [("ASSISTANT", answering("discovery"))]
    assert "Q assistant" in script.asked[0].asked.system
    runs = (await graph.data(RUNS, id=flow))["flow"]
    assert runs["phase"]["userInput"]["role"] == "Q_ASSISTANT"
    assert [each["source"] for each in runs["phase"]["runs"]] == ["MODEL_CHECKED_BY_RULES"]
    assert runs["performance"]["usage"] == [{"model": "scripted", "requests": 1}]


async def test_words_that_are_no_answer_are_asked_once_more_and_then_kept(graph: Graph, bench: Bench) -> None:
    flow = await started(graph)
    await completed(graph, flow, "discovery", "planning")
    bench.players = script = Script("I would rather not.", "Really not.\x00")

    found = await run(graph, bench, flow)

    assert (found["status"], found["child"]["state"]) == ("AWAITING_INPUT", "IMPLEMENTATION")
    assert [each["code"] for each in found["warnings"]] == ["INVALID_INPUT"]
    assert await history(graph, flow, "CODE_WRITER") == [("ASSISTANT", "Really not.")]
    speakers = [speaker for speaker, _ in script.asked[1].asked.messages]
    assert speakers == [*(speaker for speaker, _ in script.asked[0].asked.messages), "assistant", "user"]


async def test_a_played_answer_passes_the_same_gates(graph: Graph, bench: Bench) -> None:
    flow = await started(graph)
    await completed(graph, flow, "discovery", "planning", "implementation")
    bench.players = Script(answering("testing", testsPassed=3), "Cannot go on: there is nothing to run.")

    found = await run(graph, bench, flow)

    assert (found["status"], found["child"]["state"]) == ("AWAITING_INPUT", "TESTING")
    assert [(each["code"], each["message"]) for each in found["warnings"]] == [
        ("NOT_READY", "1 of 4 tests did not pass.")
    ]
    assert "Not passed yet" in found["child"]["nextAction"]
    found = await run(graph, bench, flow)
    assert [each["message"] for each in found["warnings"]] == ["Cannot go on: there is nothing to run."]
    assert len(await history(graph, flow, "TEST_AUDITOR")) == 2


async def test_a_model_that_fails_costs_no_phase(graph: Graph, bench: Bench) -> None:
    flow = await started(graph)
    bench.players = Script(AgentFailed("TIMED_OUT", "The model did not answer in time."))

    found = await run(graph, bench, flow)

    assert found["child"]["state"] == "PLANNING"
    assert found["phases"][0]["result"]["requirements"][1]["text"] == "Say hello"
    assert [(each["code"], each["phase"]) for each in found["warnings"]] == [("AGENT_FAILED", "discovery")]


async def test_while_the_crew_plays_nobody_else_answers(graph: Graph, bench: Bench) -> None:
    flow = await started(graph)
    await change(graph, "runPhase", flow)
    before = await status(graph, flow)
    role, words, result = GOOD["discovery"]

    payload = await change(graph, "completeBuildPhase", flow, role=role, aiResponse=words, phaseResult=result)

    assert [each["code"] for each in payload["errors"]] == ["INVALID_TRANSITION"]
    assert await status(graph, flow) == before
    await change(graph, "cancelFlow", flow)
    await bench.drive()
    assert (await status(graph, flow))["status"] == "CANCELLED"
    assert await history(graph, flow, "Q_ASSISTANT") == []
