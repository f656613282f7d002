"""A crew's answer, and every way in which there is none."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator

import pytest

from crews.asking import Answer, AskFailed, Failing
from crews.crew import Crews
from crews.model import Ending, ModelFailed, Speaker, Usage
from crews.progress import Progress
from tests.unit.crews.scripted import BRIEFING, FOREVER, GOOD, Heard, Reply, ScriptedModel, ask_for_waves, nobody


@pytest.fixture
def model() -> ScriptedModel:
    return ScriptedModel()


@pytest.fixture
def crews() -> Iterator[Crews]:
    crews = Crews(most=4)
    yield crews
    crews.close()


async def test_a_good_answer_is_typed_and_says_what_it_took(crews: Crews, model: ScriptedModel) -> None:
    heard = Heard()

    answer = await crews.ask(model, ask_for_waves(), Progress(heard.tell))

    assert answer == Answer(3, Usage(100, 20), 1, "scripted-1", 3, "ab" * 32)
    assert heard.messages == [
        ("Reads the facts.", 5),
        ("Asks the model.", 10),
        ("Writes its answer.", 30),
        ("Has given an answer.", 90),
    ]
    assert heard.steps[-1].confidence == 0.8


async def test_instructions_and_facts_come_apart_and_the_schema_always(crews: Crews, model: ScriptedModel) -> None:
    await crews.ask(model, ask_for_waves(), nobody())

    [request] = model.requests
    system, user = request.messages
    assert [system.speaker, user.speaker] == [Speaker.SYSTEM, Speaker.USER]
    assert "Answer with waves." in system.text
    assert "Payroll" not in system.text
    assert BRIEFING in user.text
    assert request.schema["required"] == ["waves"]
    assert request.agent == "planner"


async def test_nothing_in_a_briefing_is_filled_in(crews: Crews, model: ScriptedModel) -> None:
    name = "{input} {tools} {tool_names} {role} {{path}} $x %s"

    await crews.ask(model, ask_for_waves(briefing=json.dumps({"name": name})), nobody())

    [line] = [line for line in model.requests[0].messages[1].text.splitlines() if "$x" in line]
    assert json.loads(line[line.index("{") :])["name"] == name


async def test_an_invalid_answer_is_asked_once_more_with_what_was_wrong(crews: Crews, model: ScriptedModel) -> None:
    model.replies = [Reply('{"waves": 12}'), Reply()]
    heard = Heard()

    answer = await crews.ask(model, ask_for_waves(), Progress(heard.tell))

    assert (answer.value, answer.attempts, answer.usage) == (3, 2, Usage(200, 40))
    told, wanted = model.requests[1].messages[-2:]
    assert (told.speaker, told.text) == (Speaker.ASSISTANT, '{"waves": 12}')
    assert "- waves: A plan has 1 to 9 waves." in wanted.text
    assert ("Corrects its answer.", 60) in heard.messages


@pytest.mark.parametrize(
    "text",
    [
        f"```json\n{GOOD}\n```",
        f"Certainly! Here is my answer:\n```\n{GOOD}\n```\nI hope it helps.",
        f"My answer is {GOOD} as you see.",
    ],
)
async def test_json_with_words_or_a_fence_around_it_is_taken(crews: Crews, model: ScriptedModel, text: str) -> None:
    model.replies = [Reply(text)]

    assert (await crews.ask(model, ask_for_waves(), nobody())).attempts == 1


TWICE = 2
INVALID = [
    pytest.param("I cannot help with that.", id="refusing"),
    pytest.param("[1, 2]", id="wrong type"),
    pytest.param('{"waves": "three"}', id="wrong schema"),
    pytest.param('{"waves": 3', id="half"),
    pytest.param('{"waves": NaN}', id="not a number"),
    pytest.param("", id="silent"),
    pytest.param('{"a":' * 5_00 + "1" + "}" * 500, id="too deep"),
    pytest.param("Thought: x\nAction: shell\nAction Input: {}\nObservation: done", id="a tool that is not there"),
]


@pytest.mark.parametrize("text", INVALID)
async def test_what_cannot_be_used_twice_is_a_failure(crews: Crews, model: ScriptedModel, text: str) -> None:
    model.replies = [Reply(text)]

    with pytest.raises(AskFailed) as failed:
        await crews.ask(model, ask_for_waves(), nobody())

    assert failed.value.failing is Failing.INVALID_ANSWER
    assert failed.value.usage == Usage(200, 40)
    assert len(model.requests) == TWICE


FAILURES = [
    pytest.param(Reply(ending=Ending.REFUSED), Failing.REFUSED, "REFUSED", 1, id="filtered"),
    pytest.param(Reply(ending=Ending.CUT), Failing.INVALID_ANSWER, "INVALID_ANSWER", 2, id="cut"),
    pytest.param(Reply(ending=None), Failing.MODEL_FAILED, "TRUNCATED", 2, id="truncated"),
    pytest.param(Reply("x" * 10_000_000, piece=65_536), Failing.TOO_LARGE, "TOO_LARGE", 1, id="10 MB"),
    pytest.param(
        Reply(failure=ModelFailed("UNAVAILABLE", "429: Too many requests.")),
        Failing.MODEL_FAILED,
        "UNAVAILABLE",
        1,
        id="what crewai would repeat",
    ),
]


@pytest.mark.parametrize(("reply", "failing", "code", "requests"), FAILURES)
async def test_every_failure_is_a_typed_one(
    crews: Crews, model: ScriptedModel, reply: Reply, failing: Failing, code: str, requests: int
) -> None:
    model.replies = [reply]

    with pytest.raises(AskFailed) as failed:
        await crews.ask(model, ask_for_waves(), nobody())

    assert (failed.value.failing, failed.value.code, len(model.requests)) == (failing, code, requests)


async def test_an_answer_that_breaks_off_is_asked_for_once_more(crews: Crews, model: ScriptedModel) -> None:
    model.replies = [Reply("{", failure=ModelFailed("INTERRUPTED", "The connection broke off.")), Reply()]

    answer = await crews.ask(model, ask_for_waves(), nobody())

    assert (answer.value, model.requests[0].messages) == (3, model.requests[1].messages)


@pytest.mark.parametrize("reply", [Reply(pause=FOREVER), Reply(" " * 10**9, piece=1, pause=0.01)])
async def test_the_deadline_holds_against_silence_and_against_an_endless_answer(
    crews: Crews, model: ScriptedModel, reply: Reply
) -> None:
    model.replies = [reply]
    started = time.monotonic()

    with pytest.raises(AskFailed) as failed:
        await crews.ask(model, ask_for_waves(seconds=0.6), nobody())

    assert failed.value.failing is Failing.TIMED_OUT
    assert time.monotonic() - started < 1.5
    await asyncio.sleep(0.05)
    assert model.closed == 1


async def test_cancelling_ends_the_request_at_once_and_frees_the_thread(model: ScriptedModel) -> None:
    crews = Crews(most=1)
    model.replies = [Reply(pause=FOREVER), Reply()]
    task = asyncio.create_task(crews.ask(model, ask_for_waves(), nobody()))
    async with asyncio.timeout(5):
        await model.asked.wait()

    started = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    assert time.monotonic() - started < 0.2
    assert (await crews.ask(model, ask_for_waves(), nobody())).value == 3
    assert model.closed == 1
    crews.close()


async def test_crews_beyond_the_threads_wait_within_their_deadlines(model: ScriptedModel) -> None:
    crews = Crews(most=1)
    model.replies = [Reply(pause=FOREVER)]

    asked = [crews.ask(model, ask_for_waves(seconds=0.5), nobody()) for _ in range(3)]
    ended = await asyncio.gather(*asked, return_exceptions=True)

    assert [failure.failing for failure in ended if isinstance(failure, AskFailed)] == [Failing.TIMED_OUT] * 3
    crews.close()


async def test_crews_at_once_do_not_mix(crews: Crews, model: ScriptedModel) -> None:
    model.replies = [Reply(f'{{"waves": {number}}}', pause=0.01) for number in range(1, 9)]

    answers = await asyncio.gather(*(crews.ask(model, ask_for_waves(), nobody()) for _ in range(8)))

    assert sorted(answer.value for answer in answers) == list(range(1, 9))
    assert {answer.usage for answer in answers} == {Usage(100, 20)}


async def test_nothing_is_printed(crews: Crews, model: ScriptedModel, capfd: pytest.CaptureFixture[str]) -> None:
    model.replies = [Reply("Action: print"), Reply()]

    await crews.ask(model, ask_for_waves(), nobody())

    assert capfd.readouterr() == ("", "")
