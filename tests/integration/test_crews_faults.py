"""A crew against an endpoint on a real socket: what is sent, and that every fault ends as a typed failure in time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from crews.asking import Answer, AskFailed, Failing
from crews.crew import Crews
from crews.gateway import Endpoint, Gateway, Limits
from crews.model import Usage
from crews.progress import Progress
from tests.faulty_model import (
    Drop,
    Endless,
    FaultyModel,
    Reply,
    Reset,
    Say,
    Until,
    does,
    fails,
    faulty_model,
    says,
    sends,
)
from tests.unit.crews.scripted import GOOD, Heard, Read, ask_for_waves

LIMITS = Limits(silence_seconds=5, backoff_seconds=0.02, answer_size=1 << 20)


@dataclass
class Stand:
    """A crew, a gateway and an endpoint."""

    crews: Crews
    gateway: Gateway
    model: FaultyModel

    async def ask(self, seconds: float = 10.0, read: Read | None = None) -> Answer[int]:
        progress = Progress(Heard().tell, (read or Read()).writing)
        return await self.crews.ask(self.gateway.of("e1"), ask_for_waves(seconds=seconds), progress)


@pytest_asyncio.fixture
async def stand() -> AsyncIterator[Stand]:
    async with faulty_model() as model:
        stand = Stand(Crews(most=2), Gateway(Endpoint("scripted", model.url, key="k"), limits=LIMITS), model)
        yield stand
        stand.crews.close()
        await stand.gateway.close()


async def test_the_schema_goes_with_every_request_and_no_tool_does(stand: Stand) -> None:
    stand.model.reply(says('{"waves": 99}'), says(GOOD[:20], GOOD[20:]))
    read = Read()

    answer = await stand.ask(read=read)

    assert (answer.value, answer.attempts, answer.usage) == (3, 2, Usage(14, 6))
    assert [each.body["response_format"]["json_schema"]["schema"]["required"] for each in stand.model.received] == [
        ["waves"]
    ] * 2
    assert [each.body.get("tools") for each in stand.model.received] == [None] * 2
    assert ["".join(text) for text in read.texts] == ["", "Three waves are enough."]


FAULTS = [
    pytest.param(fails(401), Failing.MODEL_FAILED, "UNAUTHORIZED", id="401"),
    pytest.param(fails(429, "Rate limit reached.", retry_after="60"), Failing.MODEL_FAILED, "BUSY", id="429"),
    pytest.param(fails(500), Failing.MODEL_FAILED, "BROKEN", id="500"),
    pytest.param(does(Say('{"wav')), Failing.MODEL_FAILED, "TRUNCATED", id="truncated"),
    pytest.param(does(Say('{"wav'), Reset()), Failing.MODEL_FAILED, "INTERRUPTED", id="reset"),
    pytest.param(does(Say('{"wav'), Drop()), Failing.MODEL_FAILED, "INTERRUPTED", id="dropped"),
    pytest.param(sends(b"<html>"), Failing.MODEL_FAILED, "MALFORMED", id="malformed"),
    pytest.param(says("I cannot help with that."), Failing.INVALID_ANSWER, "INVALID_ANSWER", id="refusing"),
    pytest.param(says("", reason="content_filter"), Failing.REFUSED, "REFUSED", id="filtered"),
    pytest.param(says("[]"), Failing.INVALID_ANSWER, "INVALID_ANSWER", id="wrong type"),
    pytest.param(says('{"waves": "x"}'), Failing.INVALID_ANSWER, "INVALID_ANSWER", id="wrong schema"),
    pytest.param(says('{"waves":', reason="length"), Failing.INVALID_ANSWER, "INVALID_ANSWER", id="cut"),
    pytest.param(says("x" * 10_000_000), Failing.MODEL_FAILED, "ANSWER_TOO_LARGE", id="10 MB"),
    pytest.param(does(Endless("wave " * 100)), Failing.TOO_LARGE, "TOO_LARGE", id="endless"),
    pytest.param(does(Until()), Failing.TIMED_OUT, "TIMED_OUT", id="silent"),
    pytest.param(does(Say("{"), Until()), Failing.TIMED_OUT, "TIMED_OUT", id="stuck"),
]


@pytest.mark.parametrize(("reply", "failing", "code"), FAULTS)
async def test_every_fault_is_a_typed_failure_within_the_deadline(
    stand: Stand, reply: Reply, failing: Failing, code: str
) -> None:
    stand.model.reply(reply, stays=True)
    seconds = 1.0 if failing is Failing.TIMED_OUT else 10.0
    started = time.monotonic()

    with pytest.raises(AskFailed) as failed:
        await stand.ask(seconds=seconds)

    assert (failed.value.failing, failed.value.code) == (failing, code)
    assert time.monotonic() - started < seconds + 1


async def test_after_any_fault_the_next_ask_is_answered(stand: Stand) -> None:
    stand.model.reply(does(Say("{"), Until()), says(GOOD))

    with pytest.raises(AskFailed):
        await stand.ask(seconds=0.5)

    assert (await stand.ask()).value == 3


async def test_cancelling_in_mid_sentence_is_quiet_at_once_and_the_endpoint_sees_it(stand: Stand) -> None:
    stand.model.reply(does(Say('{"rationale": "Because'), Until()))
    read = Read()
    task = asyncio.create_task(stand.ask(read=read))
    await read.begun.wait()

    started = time.monotonic()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await stand.model.until_disconnected(1)

    assert time.monotonic() - started < 1
    assert "".join(read.pieces) == "Because"
