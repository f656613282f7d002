"""What is told of a crew at work: in order, bounded, never in its way; and the framework's events it is made from."""

from __future__ import annotations

import asyncio
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from broadcaster import Broadcast
from crewai.events.stream_context import add_stream_sink, reset_stream_sinks

from crews.crew import Crews
from crews.progress import MOST_WAITING, STEPS, Progress
from domain.agents.ports import Step
from domain.event import Event, EventKind
from streams.channels import text_channel
from streams.transcript import TextMessage
from streams.writing import Pace, Text, TextPublisher
from tests.unit.crews.scripted import GOOD, Heard, Reply, ScriptedModel, ask_for_waves

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SECRET = "xyzzy-4711"
SENTENCE = "Three waves are enough, because nothing in the second one waits for what the third one brings along."


async def test_steps_are_told_in_order_and_a_percentage_never_falls() -> None:
    heard = Heard()
    progress = Progress(heard.tell)

    async with progress.telling():
        for percent in (5, 60, 30, None, 90):
            progress.step(Step("Works.", percent))

    assert [percent for _, percent in heard.messages] == [5, 60, None, 90]


async def test_of_too_many_steps_the_newest_are_told() -> None:
    heard = Heard()
    progress = Progress(heard.tell)

    for number in range(MOST_WAITING + 10):
        progress.step(Step(f"Step {number}"))
    async with progress.telling():
        pass

    assert heard.messages[0] == ("Step 10", None)
    assert len(heard.messages) == MOST_WAITING


async def test_what_cannot_be_told_does_not_hurt_the_crew(caplog: pytest.LogCaptureFixture) -> None:
    async def tell(_step: Step) -> None:
        raise ConnectionError(SECRET)

    crews = Crews(most=1)

    answer = await crews.ask(ScriptedModel(), ask_for_waves(), Progress(tell))
    crews.close()

    assert answer.value == 3
    assert "A step was not told: ConnectionError" in caplog.text
    assert SECRET not in caplog.text


async def test_a_telling_that_hangs_holds_nothing_up_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crews.progress.LAST_WORDS", 0.1)
    crews = Crews(most=1)

    async def tell(_step: Step) -> None:
        await asyncio.Event().wait()

    async with asyncio.timeout(5):
        answer = await crews.ask(ScriptedModel(), ask_for_waves(), Progress(tell))
    crews.close()

    assert answer.value == 3


async def test_what_is_heard_after_the_loop_has_gone_is_dropped() -> None:
    loop = asyncio.new_event_loop()
    progress = Progress(Heard().tell)
    progress._loop = loop
    loop.close()

    progress.hear(None, SimpleNamespace(type="llm_call_started"))
    progress.hear(None, object())

    assert not progress._waiting


def test_a_step_becomes_an_event_of_the_log() -> None:
    event = Step("Asks the model.", 10, 0.5).event("mapper", "r1", "attribute_mapping", lambda: NOW)

    assert event == Event(
        EventKind.AGENT_STEP,
        NOW,
        "attribute_mapping",
        {
            "agent": "mapper",
            "runId": "r1",
            "message": "Asks the model.",
            "source": "MODEL",
            "percent": 10,
            "confidence": 0.5,
        },
    )


# Its own business: how an agent turns, its log, and on what machine it runs.
PRIVATE = ("flow_", "method_", "agent_logs_", "default_env")


@dataclass
class Overheard:
    """All that crewai says to its sinks."""

    events: list[Any] = field(default_factory=list)

    def hear(self, _source: Any, event: Any) -> None:
        self.events.append(event)

    @property
    def types(self) -> list[str]:
        kept = [each.type for each in self.events if not each.type.startswith(PRIVATE)]
        return list(dict.fromkeys(kept))


async def test_the_framework_tells_what_steps_are_made_of_and_no_word_of_the_prompt() -> None:
    """Sinks are not documented: this is what breaks when they change."""
    overheard, crews = Overheard(), Crews(most=1)
    model = ScriptedModel([Reply(GOOD.replace("Three", SECRET))])

    token = add_stream_sink(overheard.hear)
    await crews.ask(model, ask_for_waves(), Progress(Heard().tell))
    reset_stream_sinks(token)
    crews.close()

    assert overheard.types == [
        "crew_kickoff_started",
        "task_started",
        "agent_execution_started",
        "llm_call_started",
        "llm_call_completed",
        "agent_execution_completed",
        "task_completed",
        "crew_kickoff_completed",
    ]
    assert {"crew_kickoff_started", "llm_call_started"} <= STEPS.keys()
    assert SECRET not in "".join(each.model_dump_json() for each in overheard.events if each.type.startswith("llm_"))


async def test_text_is_seen_while_it_is_written_with_offsets_and_in_full() -> None:
    numbers = iter(range(100))
    crews, model = Crews(most=1), ScriptedModel([Reply(f'{{"waves": 3, "rationale": "{SENTENCE}"}}', pause=0.02)])
    async with Broadcast("memory://") as broadcast, broadcast.subscribe(text_channel("e1")) as subscriber:
        publisher = TextPublisher(broadcast, lambda: NOW, lambda: f"{next(numbers):04}", Pace(0.02, 10))

        def writing() -> AbstractAsyncContextManager[Text]:
            return publisher.writing("e1", "f1", "planner")

        await crews.ask(model, ask_for_waves(), Progress(Heard().tell, writing))
        messages = await _messages(subscriber)
    crews.close()

    pieces = [each for each in messages if not each.whole]
    assert len(pieces) >= 4
    assert [each.offset for each in pieces] == [len("".join(p.text for p in pieces[:n])) for n in range(len(pieces))]
    assert SENTENCE.startswith("".join(each.text for each in pieces))
    assert (messages[-1].text, messages[-1].done) == (SENTENCE, True)


async def _messages(subscriber: Any) -> list[TextMessage]:
    messages: list[TextMessage] = []
    while not messages or not messages[-1].done:
        message = TextMessage.loads((await subscriber.get()).message)
        assert message is not None
        messages.append(message)
    return messages
