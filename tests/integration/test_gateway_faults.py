"""Every way in which a model's server can fail, and what becomes of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from crews.gateway import Api, Limits
from tests.faulty_model import (
    Drop,
    Endless,
    FaultyModel,
    Raw,
    Reply,
    Reset,
    Say,
    Slowly,
    Think,
    Until,
    does,
    fails,
    faulty_model,
    says,
    sends,
)
from tests.integration.gateways import QUICK, gateway, outcome, question

BOTH = pytest.mark.parametrize("api", list(Api))
IMPATIENT = Limits(call_seconds=20, silence_seconds=0.2, backoff_seconds=0.01)


@pytest.fixture
async def model() -> AsyncIterator[FaultyModel]:
    async with faulty_model() as served:
        yield served


@BOTH
@pytest.mark.parametrize(
    ("status", "code"), [(401, "UNAUTHORIZED"), (403, "UNAUTHORIZED"), (404, "UNKNOWN_MODEL"), (302, "REJECTED")]
)
async def test_what_asking_again_cannot_mend_is_asked_once(
    model: FaultyModel, api: Api, status: int, code: str
) -> None:
    model.reply(fails(status), stays=True)

    async with gateway(model, api) as asked:
        assert await outcome(asked, question(schema={})) == ("", code)

    # A rejected one is asked a second time, in plainer words.
    assert len(model.received) == (2 if code == "REJECTED" else 1)


@BOTH
@pytest.mark.parametrize(
    "reply",
    [fails(500), fails(503), fails(529), does(Reset()), does(Drop()), does(Raw(b": wait\n\n"), Drop())],
    ids=["500", "503", "529", "reset", "dropped", "dropped-later"],
)
async def test_what_may_pass_is_asked_again(model: FaultyModel, api: Api, reply: Reply) -> None:
    model.reply(reply, reply, says("3"))

    async with gateway(model, api) as asked:
        assert await outcome(asked) == ("3", "COMPLETE")

    assert len(model.received) == 3


@BOTH
async def test_what_does_not_pass_ends_after_four_attempts(model: FaultyModel, api: Api) -> None:
    model.reply(fails(500), stays=True)

    async with gateway(model, api) as asked:
        assert await outcome(asked) == ("", "BROKEN")

    assert len(model.received) == 4


@BOTH
async def test_nobody_listens(api: Api) -> None:
    async with faulty_model() as stopped:
        pass

    async with gateway(stopped, api) as asked:
        assert await outcome(asked) == ("", "UNREACHABLE")


@BOTH
@pytest.mark.parametrize("after", ["0.3", "Sat, 21 Nov 2020 07:28:00 GMT"])
async def test_a_busy_endpoint_is_asked_again_when_it_says(model: FaultyModel, api: Api, after: str) -> None:
    model.reply(fails(429, retry_after=after), says("3"))
    begun = asyncio.get_running_loop().time()

    async with gateway(model, api) as asked:
        assert await outcome(asked) == ("3", "COMPLETE")

    assert len(model.received) == 2
    waited = asyncio.get_running_loop().time() - begun
    assert waited >= 0.3 if after == "0.3" else waited < 5


@BOTH
async def test_a_busy_endpoint_that_wants_more_time_than_there_is_is_not_waited_for(
    model: FaultyModel, api: Api
) -> None:
    model.reply(fails(429, retry_after="60"))

    async with gateway(model, api) as asked:
        assert await outcome(asked) == ("", "BUSY")

    assert len(model.received) == 1


@BOTH
async def test_no_message_reads_like_a_quota_to_crewai(model: FaultyModel, api: Api) -> None:
    from crews.gateway.faults import MESSAGES

    markers = ("rate limit", "rate-limit", "too many requests", "throttled", "resource exhausted", "429")
    assert [text for text in MESSAGES.values() if any(marker in text.lower() for marker in markers)] == []


@BOTH
@pytest.mark.parametrize("step", [Until(), Think("Hm."), Raw(b": ping\n\n")], ids=["at-once", "thinking", "pinging"])
async def test_a_silent_endpoint_is_given_up(model: FaultyModel, api: Api, step: Until | Think | Raw) -> None:
    model.reply(does(step, Until()))

    async with gateway(model, api, IMPATIENT) as asked:
        assert await outcome(asked) == ("", "TIMED_OUT")

    await model.until_disconnected()
    assert len(model.received) == 1


@BOTH
async def test_events_without_text_are_silence(model: FaultyModel, api: Api) -> None:
    model.reply(does(Endless("")))

    async with gateway(model, api, IMPATIENT) as asked:
        ended = await asyncio.wait_for(outcome(asked, question(seconds=0.5)), 5)

    assert ended == ("", "TIMED_OUT")
    await model.until_disconnected()


@BOTH
async def test_one_that_falls_silent_is_given_up(model: FaultyModel, api: Api) -> None:
    model.reply(does(Say("3 wa"), Until()))

    async with gateway(model, api, IMPATIENT) as asked:
        assert await outcome(asked) == ("3 wa", "TIMED_OUT")

    await model.until_disconnected()


@BOTH
async def test_a_slow_one_is_cut_off_at_the_deadline_of_the_call(model: FaultyModel, api: Api) -> None:
    model.reply(does(*(step for _ in range(100) for step in (Say("a"), Slowly(0.05)))))
    begun = asyncio.get_running_loop().time()

    async with gateway(model, api) as asked:
        said, code = await outcome(asked, question(seconds=0.5))

    assert code == "TIMED_OUT"
    assert 1 <= len(said) <= 10
    assert asyncio.get_running_loop().time() - begun < 1
    await model.until_disconnected()


@BOTH
async def test_pauses_between_attempts_end_with_the_call(model: FaultyModel, api: Api) -> None:
    model.reply(fails(500), stays=True)
    limits = Limits(call_seconds=0.5, backoff_seconds=30)

    async with gateway(model, api, limits) as asked:
        ended = await asyncio.wait_for(outcome(asked), 0.5)

    assert ended == ("", "BROKEN")
    assert len(model.received) == 1


@BOTH
@pytest.mark.parametrize(("end", "code"), [((), "TRUNCATED"), ((Drop(),), "INTERRUPTED"), ((Reset(),), "INTERRUPTED")])
async def test_an_answer_that_breaks_off_is_none_and_is_not_begun_again(
    model: FaultyModel, api: Api, end: tuple[Drop | Reset, ...], code: str
) -> None:
    seen = asyncio.Event()
    model.reply(does(Say("3 wa"), Until(seen), *end))

    async with gateway(model, api) as asked:
        asking = asyncio.create_task(outcome(asked))
        await model.until_received(1)
        await asyncio.sleep(0.05)
        seen.set()

        assert await asking == ("3 wa", code)

    assert len(model.received) == 1


@BOTH
@pytest.mark.parametrize(
    "body",
    [
        b"data: {nope\n\n",
        b"data: 3\n\n",
        b"data: []\n\n",
        b'data: {"choices": "abc"}\n\n',
        b'data: {"choices": [{"delta": {"content": 7}}]}\n\n',
        b'data: {"choices": [{"delta": 7, "finish_reason": ["stop"]}]}\n\n',
        b"data: " + b"[" * 100_000 + b"\n\n",
        b"\xff\xfe\n\n",
        b"<html>Welcome to the proxy</html>",
        b"",
    ],
    ids=range(10),
)
async def test_a_stream_of_something_else_is_no_answer(model: FaultyModel, api: Api, body: bytes) -> None:
    named = body.replace(b"data:", b"event: content_block_delta\ndata:", 1) if api is Api.ANTHROPIC else body
    model.reply(sends(named, "text/event-stream"), stays=True)

    async with gateway(model, api) as asked:
        said, code = await outcome(asked)

    assert said == ""
    assert code in {"MALFORMED", "TRUNCATED"}


@BOTH
@pytest.mark.parametrize("content_type", ["application/json", "text/html"])
async def test_a_whole_answer_where_a_stream_was_asked_for_is_none(
    model: FaultyModel, api: Api, content_type: str
) -> None:
    model.reply(sends(json.dumps({"choices": [{"message": {"content": "3"}}]}).encode(), content_type))

    async with gateway(model, api) as asked:
        assert await outcome(asked) == ("", "MALFORMED")


@BOTH
async def test_an_error_in_the_stream_is_one(model: FaultyModel, api: Api) -> None:
    error = b'event: error\ndata: {"type": "error", "error": {"type": "overloaded_error", "message": "Later."}}\n\n'
    model.reply(sends(error, "text/event-stream"), says("3"))

    async with gateway(model, api) as asked:
        assert await outcome(asked) == ("3", "COMPLETE")


@BOTH
async def test_halves_of_characters_do_no_harm(model: FaultyModel, api: Api) -> None:
    model.reply(says("a\ud83d", "b"))

    async with gateway(model, api) as asked:
        assert await outcome(asked) == ("a?b", "COMPLETE")


@BOTH
async def test_a_redirect_takes_the_prompt_nowhere(model: FaultyModel, api: Api) -> None:
    async with faulty_model() as elsewhere:
        target = f"{elsewhere.anthropic_url}/v1/chat/completions"
        moved = Reply((Raw(b"{}"),), 307, {"location": target, "content-type": "application/json"})
        model.reply(moved, stays=True)

        async with gateway(model, api) as asked:
            assert await outcome(asked) == ("", "REJECTED")

        assert elsewhere.received == []


@BOTH
async def test_a_server_that_comes_back_is_used_again(api: Api) -> None:
    async with faulty_model() as first:
        asked_of = first
        async with gateway(first, api, QUICK) as asked:
            assert await outcome(asked) == ("OK", "COMPLETE")
            first.reply(does(Say("3 wa"), Reset()), fails(500), does(Drop()), says("3"))
            assert (await outcome(asked))[1] == "INTERRUPTED"
            assert await outcome(asked) == ("3", "COMPLETE")
    assert len(asked_of.received) == 5
