"""Software builds through the schema: sent back, broken off and taken up again, talked to, and what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from broadcaster import Broadcast

from domain.access import Role
from persistence.database import open_database
from persistence.event_log import EventReader
from streams.hub import Hub
from tests.graph import Graph
from tests.integration.building import GOOD, HISTORY, PROMPT, change, completed, history, started, status
from tests.integration.conftest import Bench, postgres_bench
from tests.integration.test_graph_subscriptions import take

FAILED = {"testsRun": 4, "testsPassed": 3, "coveragePercent": 90, "failures": ["test_greet"]}


@pytest.fixture
async def bench(module_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(module_database) as made:
        yield made


@pytest.fixture
async def graph(module_database: str, bench: Bench) -> AsyncIterator[Graph]:
    engine = open_database(module_database)
    yield Graph(engine, bench.work, bench.tenant)
    await engine.dispose()


async def complete(graph: Graph, flow: str, phase: str, **more: Any) -> dict[str, Any]:
    role, words, result = GOOD[phase]
    said = {"role": role, "aiResponse": words, "phaseResult": result, **more}
    return await change(graph, "completeBuildPhase", flow, **said)


async def refused(graph: Graph, mutation: str, flow: str, **said: Any) -> list[tuple[str, list[str]]]:
    """The codes and places of a refusal that changed nothing."""
    before = await status(graph, flow)
    payload = await change(graph, mutation, flow, **said)
    assert await status(graph, flow) == before
    return [(each["code"], each["path"]) for each in payload["errors"]]


async def test_testing_sends_it_back_with_the_reason_and_what_failed(graph: Graph) -> None:
    flow = await started(graph)
    await completed(graph, flow, "discovery", "planning", "implementation")
    await complete(graph, flow, "testing", phaseResult=FAILED)

    payload = await change(graph, "requestBuildRetry", flow, reason="test_greet fails")

    assert payload["errors"] == []
    found = await status(graph, flow)
    assert (found["status"], found["progress"]) == ("AWAITING_INPUT", 30)
    assert (found["child"]["state"], found["child"]["role"]) == ("IMPLEMENTATION", "CODE_WRITER")
    assert found["child"]["completedPhases"] == ["discovery", "planning"]
    assert [each["status"] for each in found["phases"][2:]] == ["AWAITING_INPUT", "PENDING", "PENDING", "PENDING"]
    handoff = found["child"]["handoffs"]["nodes"][-1]
    assert (handoff["from"], handoff["to"], handoff["reason"]) == ("TESTING", "IMPLEMENTATION", "test_greet fails")
    known = (await graph.data(HISTORY, id=flow, role="CODE_WRITER"))["flow"]["child"]["context"]["data"]
    assert known["sentBack"]["gates"] == ["1 of 4 tests did not pass."]
    assert known["sentBack"]["result"] == FAILED
    await completed(graph, flow, "implementation", "testing", "verification", "deployment")
    assert (await status(graph, flow))["status"] == "COMPLETED"


async def test_an_error_waits_for_somebody_to_say_where_it_goes_on(graph: Graph) -> None:
    flow = await started(graph)
    await completed(graph, flow, "discovery")
    told = {"role": "Q_ASSISTANT", "message": "The requirements contradict.", "details": {"ids": ["R1", "R2"]}}

    assert (await change(graph, "reportBuildError", flow, **told))["errors"] == []

    found = await status(graph, flow)
    assert (found["status"], found["child"]["state"], found["child"]["role"]) == ("FAILED", "ERROR", None)
    assert found["failure"] == {
        "code": "BUILD_ERROR",
        "message": "The requirements contradict.",
        "phase": "planning",
        "retryable": True,
    }
    assert "RETRY_PHASE" not in found["allowedActions"]
    assert await refused(graph, "retryPhase", flow) == [("INVALID_TRANSITION", [])]
    assert await refused(graph, "requestBuildRetry", flow, reason="x", toState="DEPLOYMENT") == [
        ("INVALID_TRANSITION", ["toState"])
    ]
    assert (await change(graph, "requestBuildRetry", flow, reason="Sorted.", toState="TESTING"))["errors"] == []
    found = await status(graph, flow)
    assert (found["status"], found["failure"], found["child"]["state"]) == ("AWAITING_INPUT", None, "TESTING")
    assert [each["status"] for each in found["phases"][:4]] == ["COMPLETED", "SKIPPED", "SKIPPED", "AWAITING_INPUT"]


async def test_any_other_move_is_refused_with_what_is_allowed(graph: Graph) -> None:
    flow = await started(graph)
    before = await status(graph, flow)

    payload = await complete(graph, flow, "implementation")

    (error,) = payload["errors"]
    assert (error["code"], error["path"]) == ("INVALID_TRANSITION", ["role"])
    assert error["details"]["allowed"][0] == {"action": "COMPLETE", "to": "PLANNING", "role": "Q_ASSISTANT"}
    assert await status(graph, flow) == before
    assert await refused(graph, "requestBuildRetry", flow, reason="x") == [("INVALID_TRANSITION", [])]
    assert await refused(graph, "runPhase", flow, phase="testing") == [("INVALID_TRANSITION", ["phase"])]
    await completed(graph, flow, *GOOD)
    assert await refused(graph, "runPhase", flow, phase="testing") == [("INVALID_TRANSITION", [])]
    role = {"role": "RELEASE_MANAGER"}
    assert await refused(graph, "reportBuildError", flow, message="late", **role) == [("INVALID_TRANSITION", [])]
    assert await refused(graph, "addBuildMessage", flow, messageRole="USER", content="late", **role) == [
        ("INVALID_TRANSITION", ["role"])
    ]


async def test_what_has_another_shape_is_told_all_at_once_and_changes_nothing(graph: Graph) -> None:
    flow = await started(graph)
    await completed(graph, flow, "discovery", "planning", "implementation")

    role = {"role": "TEST_AUDITOR", "aiResponse": "?"}
    assert await refused(graph, "completeBuildPhase", flow, phaseResult={"testsRun": "many"}, **role) == [
        ("INVALID_INPUT", ["phaseResult", "testsRun"]),
        ("INVALID_INPUT", ["phaseResult", "testsPassed"]),
        ("INVALID_INPUT", ["phaseResult", "coveragePercent"]),
    ]
    impossible = {"testsRun": 1, "testsPassed": 2, "coveragePercent": 101}
    assert await refused(graph, "completeBuildPhase", flow, phaseResult=impossible, **role) == [
        ("INVALID_INPUT", ["phaseResult", "testsPassed"]),
        ("INVALID_INPUT", ["phaseResult", "coveragePercent"]),
    ]
    assert await history(graph, flow, "TEST_AUDITOR") == []


async def test_a_pause_takes_what_completing_the_phase_takes(graph: Graph) -> None:
    flow = await started(graph)
    role, words, result = GOOD["discovery"]
    data = {"role": role, "aiResponse": words, "phaseResult": result}

    assert (await change(graph, "submitPhaseInput", flow, phase="discovery", data=data))["errors"] == []

    await completed(graph, flow, "planning", "implementation")
    wrong = {"role": "TEST_AUDITOR", "aiResponse": "One fails.", "phaseResult": FAILED}
    assert await history(graph, flow, "Q_ASSISTANT") == [
        ("ASSISTANT", "R1: greet."),
        ("ASSISTANT", GOOD["planning"][1]),
    ]
    payload = await change(graph, "submitPhaseInput", flow, phase="testing", data=wrong)
    assert [(each["code"], each["path"]) for each in payload["errors"]] == [
        ("NOT_READY", ["data", "phaseResult", "testsPassed"])
    ]
    assert await history(graph, flow, "TEST_AUDITOR") == [("ASSISTANT", "One fails.")]


async def test_two_who_complete_at_once_are_one(graph: Graph) -> None:
    flow = await started(graph)
    version = (await status(graph, flow))["version"]

    payloads = await asyncio.gather(*(complete(graph, flow, "discovery", expectedVersion=version) for _ in range(2)))

    codes = sorted(error["code"] for payload in payloads for error in payload["errors"])
    assert codes == ["VERSION_CONFLICT"]
    assert (await status(graph, flow))["child"]["state"] == "PLANNING"
    assert len(await history(graph, flow, "Q_ASSISTANT")) == 1


async def test_the_same_request_again_changes_nothing_again(graph: Graph) -> None:
    flow = await started(graph)
    first = await complete(graph, flow, "discovery", idempotencyKey="once")

    again = await complete(graph, flow, "discovery", idempotencyKey="once")

    assert again == first
    assert (await status(graph, flow))["child"]["state"] == "PLANNING"
    word = {"role": "CODE_WRITER", "messageRole": "USER", "content": "Short, please.", "idempotencyKey": "word"}
    version = (await status(graph, flow))["version"]
    assert await change(graph, "addBuildMessage", flow, **word) == await change(graph, "addBuildMessage", flow, **word)
    assert await history(graph, flow, "CODE_WRITER") == [("USER", "Short, please.")]
    assert (await status(graph, flow))["version"] == version


async def test_a_history_shows_its_newest_and_a_prompt_what_fits(graph: Graph) -> None:
    flow = await started(graph)
    said = [f"{number} {'x' * 9_000}" for number in range(6)]
    for content in said:
        word = {"role": "Q_ASSISTANT", "messageRole": "USER", "content": content}
        assert (await change(graph, "addBuildMessage", flow, **word))["errors"] == []

    assert [content for _, content in await history(graph, flow, "Q_ASSISTANT", last=2)] == said[-2:]
    assert await history(graph, flow, "Q_ASSISTANT", last=0) == []
    prompt = (await graph.data(PROMPT, id=flow, family="GPT35"))["flow"]["child"]["prompt"]
    assert [message["content"] for message in prompt["messages"][1:]] == said[-len(prompt["messages"]) + 1 :]
    assert 1 < len(prompt["messages"]) < len(said)


async def test_a_build_of_another_engagement_is_not_there(graph: Graph, module_database: str) -> None:
    flow = await started(graph)
    async with postgres_bench(module_database) as others:
        stranger = Graph(graph.engine, others.work, others.tenant)

        payloads = [
            await complete(stranger, flow, "discovery"),
            await change(stranger, "requestBuildRetry", flow, reason="x"),
            await change(stranger, "reportBuildError", flow, role="Q_ASSISTANT", message="x"),
            await change(
                stranger, "addBuildMessage", flow, role="Q_ASSISTANT", messageRole="USER", content="Who is there?"
            ),
        ]
        seen = await stranger.data(PROMPT, id=flow, family=None)

    assert [[error["code"] for error in payload["errors"]] for payload in payloads] == [["NOT_FOUND"]] * 4
    assert seen == {"flow": None}
    assert await history(graph, flow, "Q_ASSISTANT") == []


async def test_a_viewer_completes_nothing(graph: Graph) -> None:
    flow = await started(graph)
    text = "mutation ($input: BuildRetryInput!) { requestBuildRetry(input: $input) { errors { code } } }"

    assert await graph.code(text, Role.VIEWER, input={"flowId": flow, "reason": "x"}) == "FORBIDDEN"


async def test_the_same_project_and_build_again_is_the_next_iteration(graph: Graph) -> None:
    text = "query ($id: ID!) { flow(id: $id) { iteration previousIteration { id } } }"
    first, other = await started(graph), await started(graph, buildId="43")

    second = await started(graph)

    assert (await graph.data(text, id=second))["flow"] == {"iteration": 2, "previousIteration": {"id": first}}
    assert (await graph.data(text, id=other))["flow"] == {"iteration": 1, "previousIteration": None}


async def test_a_deleted_flow_takes_its_build_along(graph: Graph) -> None:
    flow = await started(graph)
    await completed(graph, flow, "discovery", "planning")
    handoff = (await status(graph, flow))["child"]["handoffs"]["nodes"][0]["id"]
    node = "query ($id: ID!) { node(id: $id) { id ... on Handoff { from to } } }"
    assert (await graph.data(node, id=handoff))["node"] == {"id": handoff, "from": "PLANNING", "to": "IMPLEMENTATION"}

    assert (await change(graph, "deleteFlow", flow))["errors"] == []

    assert (await graph.data(node, id=handoff))["node"] is None


async def test_a_paused_build_waits_and_goes_on_where_it_was(graph: Graph) -> None:
    flow = await started(graph)
    await change(graph, "pauseFlow", flow)

    assert await refused(graph, "runPhase", flow) == [("INVALID_TRANSITION", [])]
    payload = await complete(graph, flow, "discovery")

    assert [error["code"] for error in payload["errors"]] == ["INVALID_TRANSITION"]
    assert (await change(graph, "resumeFlow", flow))["flow"]["status"] == "AWAITING_INPUT"
    await completed(graph, flow, "discovery")


async def test_a_subscriber_is_told_of_two_moves_and_one_handoff(graph: Graph) -> None:
    flow = await started(graph)
    await completed(graph, flow, "discovery")
    cursor = (await graph.data("query ($id: ID!) { flow(id: $id) { eventCursor } }", id=flow))["flow"]["eventCursor"]
    await completed(graph, flow, "planning")
    text = """subscription ($id: ID!, $after: String) { flowEvents(flowId: $id, after: $after) { kind
      ... on ChildChanged { changedIds } ... on PhaseStatusChanged { phase phaseStatus } } }"""

    async with Broadcast("memory://") as broadcast, Hub(EventReader(graph.engine), broadcast, poll_seconds=0.05) as hub:
        events = [each["flowEvents"] for each in await take(graph, hub, 6, text, id=flow, after=cursor)]

    handoff = (await status(graph, flow))["child"]["handoffs"]["nodes"][0]["id"]
    child = flow.replace("MasterFlow", "BuildFlow")
    assert events == [
        {"kind": "CHILD_CHANGED", "changedIds": [child]},
        {"kind": "CHILD_CHANGED", "changedIds": [child, handoff]},
        {"kind": "INPUT_RECEIVED"},
        {"kind": "PHASE_STATUS", "phase": "planning", "phaseStatus": "COMPLETED"},
        {"kind": "PHASE_STATUS", "phase": "implementation", "phaseStatus": "AWAITING_INPUT"},
        {"kind": "INPUT_REQUESTED"},
    ]
