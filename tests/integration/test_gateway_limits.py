"""What a call may take: time, memory, tokens, places; and what is never told of it."""

from __future__ import annotations

import asyncio
import io
import logging
import resource
import socket
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, contextmanager, suppress
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
import structlog

from crews.gateway import Api, CallRecord, Gateway, Limits, MemoryBudget
from crews.gateway.dialect import estimate_tokens
from crews.model import Delta, ModelFailed
from server.logging import configure_logging
from server.models import open_gateway
from server.settings import Settings
from tests.faulty_model import Endless, FaultyModel, Raw, Reply, Say, Until, does, fails, faulty_model, says
from tests.integration.gateways import KEY, QUICK, endpoint, gateway, outcome, parts, question

BOTH = pytest.mark.parametrize("api", list(Api))
SMALL = Limits(call_seconds=20, silence_seconds=10, backoff_seconds=0.01, answer_size=64 << 10)
MIB = 1 << 20
TOKENS = estimate_tokens("You plan.", "How many waves?")


@pytest.fixture
async def model() -> AsyncIterator[FaultyModel]:
    async with faulty_model() as served:
        yield served


@contextmanager
def at_most(bytes_more: int) -> Iterator[None]:
    """The block never holds so many more bytes than when it began; the server's share is in it, too."""
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        yield
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most - before < bytes_more


@BOTH
async def test_cancelled_in_the_middle_it_is_quiet_at_once_and_the_server_sees_it(model: FaultyModel, api: Api) -> None:
    records: list[CallRecord] = []
    model.reply(does(Say("3 wa"), Until()))
    said = asyncio.Event()

    async def listen() -> None:
        async for _ in asked.of("e").ask(question()):
            said.set()

    async with gateway(model, api, observe=records.append) as asked:
        listening = asyncio.create_task(listen())
        await said.wait()
        begun = asyncio.get_running_loop().time()
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
        await model.until_disconnected()
        took = asyncio.get_running_loop().time() - begun

    assert took < 1
    assert [(each.outcome, each.usage.estimated) for each in records] == [("CANCELLED", True)]


@BOTH
@pytest.mark.parametrize("reply", [does(Until()), fails(429, retry_after="15"), fails(500)])
async def test_cancelled_before_the_first_word_it_is_quiet_at_once(model: FaultyModel, api: Api, reply: Reply) -> None:
    limits = Limits(call_seconds=20, backoff_seconds=15)
    model.reply(reply)

    async with gateway(model, api, limits) as asked:
        asking = asyncio.create_task(outcome(asked))
        await model.until_received(1)
        await model.until(lambda _: reply.status == 200 or model.open == 0)
        begun = asyncio.get_running_loop().time()
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking
        await model.until(lambda _: model.open == 0)

    assert asyncio.get_running_loop().time() - begun < 1
    assert (len(model.received), model.disconnects) == (1, 1 if reply.status == 200 else 0)


@BOTH
async def test_who_stops_listening_ends_the_request(model: FaultyModel, api: Api) -> None:
    model.reply(does(Say("3 wa"), Until()))

    async with gateway(model, api) as asked, aclosing(asked.ask("e", question())) as answer:
        assert await anext(answer) == Delta("3 wa")
        await answer.aclose()
        await model.until_disconnected()


@BOTH
async def test_an_endless_answer_is_cut_off(model: FaultyModel, api: Api) -> None:
    model.reply(does(Endless("wave " * 200)))

    async with gateway(model, api, SMALL) as asked:
        await outcome(asked)
        model.reply(does(Endless("wave " * 200)))
        with at_most(4 * MIB):
            said, code = await outcome(asked)

    assert code == "ANSWER_TOO_LARGE"
    assert 63 << 10 < len(said) <= 64 << 10
    await model.until_disconnected(2)


@BOTH
@pytest.mark.parametrize(
    ("content_type", "status"),
    [("application/json", 200), ("text/event-stream", 200), ("application/json", 500), ("text/event-stream", 401)],
)
async def test_ten_megabytes_at_once_are_not_read(model: FaultyModel, api: Api, content_type: str, status: int) -> None:
    megabyte = b"data: " + b"a" * (MIB - 6)
    endless = Reply((*(Raw(megabyte) for _ in range(10)), Until()), status, {"content-type": content_type})
    model.reply(endless, endless)

    async with gateway(model, api, SMALL) as asked:
        await outcome(asked)
        # The piece that the server holds, and what is under way.
        with at_most(6 * MIB):
            ended = await outcome(asked)

    assert ended == ("", "ANSWER_TOO_LARGE")
    await model.until_disconnected(2)


async def test_what_is_compressed_unasked_is_not_unpacked(model: FaultyModel) -> None:
    packed = Reply((Raw(b"\x1f\x8b"),), 200, {"content-type": "text/event-stream", "content-encoding": "gzip"})
    model.reply(packed)

    async with gateway(model) as asked:
        assert await outcome(asked) == ("", "ANSWER_TOO_LARGE")

    assert model.received[0].headers["accept-encoding"] == "identity"


@BOTH
async def test_a_prompt_that_is_too_large_is_not_sent(model: FaultyModel, api: Api) -> None:
    async with gateway(model, api, Limits(prompt_size=1000)) as asked:
        assert await outcome(asked, question("ä" * 600)) == ("", "PROMPT_TOO_LARGE")
        assert await outcome(asked, question("a" * 600)) == ("OK", "COMPLETE")

    assert len(model.received) == 1


@BOTH
async def test_no_more_calls_at_once_than_there_are_places(model: FaultyModel, api: Api) -> None:
    go_on = asyncio.Event()
    model.reply(Reply((Until(go_on), *says("3").steps)), stays=True)

    async with gateway(model, api, Limits(concurrency=3)) as asked:
        calls = [asyncio.create_task(outcome(asked)) for _ in range(8)]
        await model.until_received(3)
        # A place is given back by those that wait no longer, too.
        calls[0].cancel()
        await model.until_received(4)
        go_on.set()
        ended = await asyncio.gather(*calls[1:])

    assert ended == [("3", "COMPLETE")] * 7
    assert model.most_open <= 4
    assert len(model.received) == 8


@BOTH
async def test_waiting_for_a_place_ends_with_the_call(model: FaultyModel, api: Api) -> None:
    model.reply(does(Until()))

    async with gateway(model, api, Limits(concurrency=1)) as asked:
        first = asyncio.create_task(outcome(asked))
        await model.until_received(1)

        assert await outcome(asked, question(seconds=0.1)) == ("", "TIMED_OUT")

        first.cancel()
        await model.until_disconnected()
    assert len(model.received) == 1


@BOTH
async def test_an_endpoint_that_keeps_failing_is_left_alone_and_tried_with_one_call(
    model: FaultyModel, api: Api
) -> None:
    limits = Limits(attempts=1, failures=3, rest_seconds=0.3)
    model.reply(fails(500), fails(500), fails(500))

    async with gateway(model, api, limits) as asked:
        failed = [await outcome(asked) for _ in range(5)]
        assert failed == [("", "BROKEN")] * 3 + [("", "RESTING")] * 2
        assert len(model.received) == 3
        await asyncio.sleep(0.3)
        go_on = asyncio.Event()
        model.reply(Reply((Until(go_on), *says("3").steps)))
        trial = asyncio.create_task(outcome(asked))
        await model.until_received(4)
        beside = await outcome(asked)
        go_on.set()

        assert (beside, await trial) == (("", "RESTING"), ("3", "COMPLETE"))
        assert await outcome(asked) == ("OK", "COMPLETE")


@BOTH
async def test_a_wrong_key_or_a_busy_endpoint_does_not_open_the_breaker(model: FaultyModel, api: Api) -> None:
    limits = Limits(attempts=1, failures=1, rest_seconds=300)
    model.reply(fails(401), fails(429), fails(404), says("3"))

    async with gateway(model, api, limits) as asked:
        ended = [(await outcome(asked))[1] for _ in range(4)]

    assert ended == ["UNAUTHORIZED", "BUSY", "UNKNOWN_MODEL", "COMPLETE"]


@BOTH
async def test_an_engagement_that_has_used_its_day_is_refused_and_others_are_not(model: FaultyModel, api: Api) -> None:
    budget = MemoryBudget(TOKENS + 100, lambda: date(2026, 11, 21))
    model.reply(says("3", usage=(20, 10)))

    async with gateway(model, api, Limits(answer_tokens=100), budget=budget) as asked:
        first = await outcome(asked, engagement="one")
        second = await outcome(asked, engagement="one")
        other = await outcome(asked, engagement="two")

    assert [first, second, other] == [("3", "COMPLETE"), ("", "LIMIT_EXCEEDED"), ("OK", "COMPLETE")]
    assert len(model.received) == 2
    assert (budget.left("one"), budget.left("two")) == (TOKENS + 70, TOKENS + 90)


@BOTH
async def test_a_call_that_failed_or_was_cancelled_costs_what_it_used(model: FaultyModel, api: Api) -> None:
    budget = MemoryBudget(100_000, lambda: date(2026, 11, 21))
    model.reply(fails(401), does(Say("123456"), Until()))

    async with gateway(model, api, QUICK, budget=budget) as asked:
        await outcome(asked)
        assert budget.left("e") == 100_000
        async with aclosing(asked.ask("e", question())) as answer:
            await anext(answer)

    assert budget.left("e") == 100_000 - TOKENS - 2


@BOTH
async def test_neither_keys_nor_prompts_nor_answers_are_logged_or_shown(model: FaultyModel, api: Api) -> None:
    written = io.StringIO()
    handlers, level = list(logging.getLogger().handlers), logging.getLogger().level
    configure_logging("debug", "json")
    logging.getLogger().handlers[0].setStream(written)  # type: ignore[attr-defined]
    settings = Settings.read(
        {
            "FLOTILLA_MODEL": "small",
            "FLOTILLA_MODEL_URL": model.anthropic_url if api is Api.ANTHROPIC else model.url,
            "FLOTILLA_MODEL_KEY": KEY,
            "FLOTILLA_MODEL_API": api.value,
        }
    )
    model.reply(says("an unspeakable answer"), fails(401, KEY), fails(400, KEY), does(Say("x")))
    try:
        asked = await open_gateway(settings)
        await asked.check()
        for _ in range(4):
            await outcome(asked, question("an unspeakable prompt"))
        failure = await fail(asked)
        await asked.close()
    finally:
        logging.getLogger().handlers[:] = handlers
        logging.getLogger().setLevel(level)
        structlog.reset_defaults()

    told = written.getvalue()
    assert told.count('"model_called"') == 5
    shown = f"{told} {settings!r} {asked!r} {asked._lines!r} {failure!r} {failure.__cause__!r} {failure.__context__!r}"
    assert [word for word in (KEY, "unspeakable") if word in shown] == []
    assert KEY in str(model.received[0].headers)


async def fail(asked: Gateway) -> ModelFailed:
    with pytest.raises(ModelFailed) as caught:
        await parts(asked, question("an unspeakable prompt", seconds=0.001))
    return caught.value


@BOTH
async def test_a_failure_brings_no_other_exception_along(model: FaultyModel, api: Api) -> None:
    """crewai looks through the chain for what reads like a quota, and repeats."""
    model.reply(fails(429, "rate limit"))

    async with gateway(model, api, Limits(attempts=1)) as asked:
        with pytest.raises(ModelFailed) as caught:
            await parts(asked, question())

    assert (caught.value.code, caught.value.__cause__, caught.value.__context__) == ("BUSY", None, None)


@BOTH
async def test_nobody_but_the_endpoint_is_called(model: FaultyModel, api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    called: list[Any] = []
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://203.0.113.1:3128")
    connect = socket.socket.connect

    def noting(opened: socket.socket, address: Any) -> None:
        called.append(address)
        connect(opened, address)

    monkeypatch.setattr(socket.socket, "connect", noting)

    async with gateway(model, api) as asked:
        await asked.check()
        await outcome(asked)

    assert set(called) == {("127.0.0.1", model.port)}
    assert len(model.received) == 1


@BOTH
async def test_five_hundred_calls_leave_nothing_behind(model: FaultyModel, api: Api) -> None:
    async def ask(count: int) -> None:
        for number in range(count):
            model.reply(says("3") if number % 2 else does(Say("3")))
            await outcome(asked)
            model.forget()
            model.received.clear()

    async with gateway(model, api, Limits(failures=1_000_000)) as asked:
        await ask(50)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        await ask(500)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before

    assert grown < 20 << 10


@BOTH
async def test_callers_without_time_do_not_open_the_breaker(model: FaultyModel, api: Api) -> None:
    model.reply(does(Until()), says("3"))

    async with gateway(model, api, Limits(failures=1, rest_seconds=300)) as asked:
        assert await outcome(asked, question(seconds=0.3)) == ("", "TIMED_OUT")
        assert await outcome(asked) == ("3", "COMPLETE")


@BOTH
async def test_models_at_one_address_rest_together(model: FaultyModel, api: Api) -> None:
    other = replace(endpoint(model, api), model="large")
    model.reply(fails(500))

    async with gateway(model, api, Limits(attempts=1, failures=1), roles={"judge": other}) as asked:
        assert await outcome(asked, question(agent="judge")) == ("", "BROKEN")
        assert await outcome(asked) == ("", "RESTING")

    assert len(model.received) == 1


async def test_who_reads_slowly_does_not_make_the_endpoint_silent(model: FaultyModel) -> None:
    model.reply(says("3", " waves"))

    async with gateway(model, limits=Limits(silence_seconds=0.2)) as asked:
        answer = asked.ask("e", question())
        await anext(answer)
        await asyncio.sleep(0.3)

        assert await anext(answer) == Delta(" waves")
        await answer.aclose()


async def test_who_is_refused_waits_for_no_place(model: FaultyModel) -> None:
    model.reply(does(Until()))

    async with gateway(model, limits=Limits(concurrency=1, prompt_size=100)) as asked:
        first = asyncio.create_task(outcome(asked))
        await model.until_received(1)

        assert await outcome(asked, question("a" * 100)) == ("", "PROMPT_TOO_LARGE")

        first.cancel()
        await model.until_disconnected()
