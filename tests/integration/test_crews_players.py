"""Parts played by a model on a real socket: read while they are written, paid for, and failed within the deadline."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

import pytest

from crews.playing import CrewPlayers
from crews.progress import Writer
from domain.access import Tenant
from domain.agents.playing import Part
from domain.agents.ports import AgentFailed
from domain.definition import Agent
from domain.model_usage import ModelUsage
from domain.play import Asked
from tests.faulty_model import End, FaultyModel, Say, does, fails, faulty_model, says
from tests.integration.gateways import gateway
from tests.unit.crews.scripted import Heard, Read

ASKED = Asked("You write code.", (("user", "Greet."), ("assistant", "hello"), ("user", "Go on.")))
PART = Part(Tenant("c", "e"), "f", Agent("code_writer", "Code writer", "Write it."), ASKED)


class Shown:
    """What readers of a flow see, and under whose name."""

    def __init__(self) -> None:
        self.read = Read()
        self.writers: list[tuple[str, str, str]] = []

    def writing(self, *writer: str) -> AbstractAsyncContextManager[Writer]:
        engagement, flow, name = writer
        self.writers.append((engagement, flow, name))
        return self.read.writing()


@pytest.fixture
async def model() -> AsyncIterator[FaultyModel]:
    async with faulty_model() as served:
        yield served


async def test_words_are_seen_while_they_are_written_and_paid_for(model: FaultyModel) -> None:
    model.reply(says("print(", "'hello')", usage=(11, 5)))
    shown, heard = Shown(), Heard()

    async with gateway(model) as asked:
        words = await CrewPlayers(asked, shown.writing, 20, 2_000).play(PART, heard.tell)

    assert (words.text, words.usage) == ("print('hello')", ModelUsage("openai", "small", 11, 5, 1))
    assert shown.writers == [("e", "f", "code_writer")]
    assert shown.read.pieces == ["print(", "'hello')"]
    assert [percent for _, percent in heard.messages] == [10, 30, 90]
    assert [each["role"] for each in model.received[0].body["messages"]] == ["system", "user", "assistant", "user"]
    assert "response_format" not in model.received[0].body


async def test_a_model_that_breaks_off_is_paid_for_and_named(model: FaultyModel) -> None:
    model.reply(does(Say("print(")))

    async with gateway(model) as asked:
        with pytest.raises(AgentFailed) as failed:
            await CrewPlayers(asked, Shown().writing, 20, 2_000).play(PART, Heard().tell)

    assert failed.value.code == "TRUNCATED"
    assert failed.value.usage is not None
    assert (failed.value.usage.requests, failed.value.estimated) == (1, True)


async def test_a_model_that_would_not_says_so(model: FaultyModel) -> None:
    model.reply(does(Say("No."), End("content_filter")))

    async with gateway(model) as asked:
        with pytest.raises(AgentFailed) as failed:
            await CrewPlayers(asked, Shown().writing, 20, 2_000).play(PART, Heard().tell)

    assert failed.value.code == "REFUSED"


async def test_a_key_that_is_refused_is_asked_once(model: FaultyModel) -> None:
    model.reply(fails(401))

    async with gateway(model) as asked:
        with pytest.raises(AgentFailed):
            await CrewPlayers(asked, Shown().writing, 20, 2_000).play(PART, Heard().tell)

    assert len(model.received) == 1


async def test_a_part_is_told_as_much_as_settings_and_window_have_room_for(model: FaultyModel) -> None:
    async with gateway(model) as asked:
        assert CrewPlayers(asked, Shown().writing, 20, 2_000).plays("code_writer")
        assert CrewPlayers(asked, Shown().writing, 20, 2_000, window=100_000).room("code_writer") == 8_000
        assert CrewPlayers(asked, Shown().writing, 20, 12_000, window=8_192).room("code_writer") == 12_288
