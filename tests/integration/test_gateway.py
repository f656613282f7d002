"""Asking a model by either protocol, on a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from crews.gateway import Api, CallRecord, Gateway
from crews.model import Delta, Ending, Finished, Message, ModelRequest, Speaker, Usage
from domain.model_status import ModelState, ModelStatus
from tests.faulty_model import End, FaultyModel, Say, Think, does, fails, faulty_model, says
from tests.integration.gateways import KEY, QUICK, SCHEMA, endpoint, gateway, outcome, parts, question

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
BOTH = pytest.mark.parametrize("api", list(Api))


@pytest.fixture
async def model() -> AsyncIterator[FaultyModel]:
    async with faulty_model() as served:
        yield served


@BOTH
async def test_an_answer_comes_in_pieces_and_ends_with_what_it_took(model: FaultyModel, api: Api) -> None:
    model.reply(says('{"waves"', ": 3}", usage=(11, 5)))

    async with gateway(model, api) as asked:
        told = await parts(asked, question())

    assert told == [Delta('{"waves"'), Delta(": 3}"), Finished(Ending.COMPLETE, Usage(11, 5), "small")]


async def test_chat_completions_are_sent_messages_schema_and_key(model: FaultyModel) -> None:
    async with gateway(model) as asked:
        await parts(asked, question())

    sent = model.received[0]
    assert (sent.path, sent.headers["authorization"]) == ("/v1/chat/completions", f"Bearer {KEY}")
    assert sent.body == {
        "model": "small",
        "messages": [{"role": "system", "content": "You plan."}, {"role": "user", "content": "How many waves?"}],
        "max_tokens": 8192,
        "stream": True,
        "stream_options": {"include_usage": True},
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": SCHEMA, "strict": False},
        },
    }


async def test_messages_are_sent_system_schema_and_key(model: FaultyModel) -> None:
    async with gateway(model, Api.ANTHROPIC) as asked:
        await parts(asked, question())

    sent = model.received[0]
    assert (sent.path, sent.headers["x-api-key"]) == ("/v1/messages", KEY)
    assert sent.body == {
        "model": "small",
        "system": "You plan.",
        "messages": [{"role": "user", "content": "How many waves?"}],
        "max_tokens": 8192,
        "stream": True,
        "output_config": {"format": {"type": "json_schema", "schema": SCHEMA}},
    }


async def test_without_a_schema_none_is_sent(model: FaultyModel) -> None:
    async with gateway(model) as asked:
        await parts(asked, question(schema={}))

    assert "response_format" not in model.received[0].body


@BOTH
async def test_an_endpoint_that_takes_no_schema_is_told_it_in_words_from_then_on(model: FaultyModel, api: Api) -> None:
    model.reply(fails(400, "response_format is not supported"), says("{}"), says("{}"))

    async with gateway(model, api) as asked:
        first = await outcome(asked)
        second = await outcome(asked)

    assert (first, second) == (("{}", "COMPLETE"), ("{}", "COMPLETE"))
    assert len(model.received) == 3
    for sent in model.received[1:]:
        assert not {"response_format", "output_config", "stream_options"} & sent.body.keys()
        assert '"required":["waves"]' in sent.text


@BOTH
async def test_a_question_that_is_refused_either_way_unlearns_nothing(model: FaultyModel, api: Api) -> None:
    model.reply(fails(400), fails(400), says("{}"))

    async with gateway(model, api) as asked:
        refused = await outcome(asked)
        await outcome(asked)

    assert refused == ("", "REJECTED")
    assert {"response_format", "output_config"} & model.received[2].body.keys()


@BOTH
@pytest.mark.parametrize(("reason", "ending"), [("stop", "COMPLETE"), ("length", "CUT"), ("content_filter", "REFUSED")])
async def test_how_it_ended_is_told(model: FaultyModel, api: Api, reason: str, ending: str) -> None:
    model.reply(says("a", reason=reason))

    async with gateway(model, api) as asked:
        assert await outcome(asked) == ("a", ending)


@BOTH
async def test_an_ending_of_no_known_kind_is_no_answer(model: FaultyModel, api: Api) -> None:
    model.reply(says("a", reason="tool_calls"))

    async with gateway(model, api) as asked:
        assert await outcome(asked) == ("a", "MALFORMED")


@BOTH
async def test_usage_that_is_not_told_is_estimated(model: FaultyModel, api: Api) -> None:
    model.reply(says("äöü-", "123", usage=None))

    async with gateway(model, api) as asked:
        end = (await parts(asked, question()))[-1]

    # 9 and 15 bytes in threes, and 4 for each of the two messages; 10 bytes of answer.
    assert end == Finished(Ending.COMPLETE, Usage(3 + 5 + 8, 4, estimated=True), "small")


@BOTH
async def test_what_a_model_thinks_is_no_text_of_its_answer(model: FaultyModel, api: Api) -> None:
    model.reply(does(Think("Well, "), Think("let me see."), Say("3"), End()))

    async with gateway(model, api) as asked:
        assert await outcome(asked) == ("3", "COMPLETE")


async def test_a_role_has_its_own_model_where_one_is_named() -> None:
    async with faulty_model() as small, faulty_model() as large:
        asked = Gateway(endpoint(small), {"judge": endpoint(large, Api.ANTHROPIC, "large")}, limits=QUICK)
        end = (await parts(asked, question(agent="judge")))[-1]
        await parts(asked, question(agent="planner"))
        await asked.close()

        assert isinstance(end, Finished)
        assert end.model == "large"
        assert [each.body["model"] for each in (*large.received, *small.received)] == ["large", "small"]


async def test_without_a_model_nobody_is_asked() -> None:
    asked = Gateway(None)

    assert await outcome(asked) == ("", "NOT_CONFIGURED")
    assert await asked.check() == ModelStatus(ModelState.NOT_CONFIGURED)
    assert not asked.configured


@BOTH
async def test_a_conversation_keeps_its_order(model: FaultyModel, api: Api) -> None:
    said = (Message(Speaker.USER, "One"), Message(Speaker.ASSISTANT, "Two"), Message(Speaker.USER, "Three"))

    async with gateway(model, api) as asked:
        await parts(asked, ModelRequest("planner", said, {}, 10))

    sent = [(each["role"], each["content"]) for each in model.received[0].body["messages"]]
    assert sent == [("user", "One"), ("assistant", "Two"), ("user", "Three")]


@BOTH
async def test_what_a_call_came_to_is_told(model: FaultyModel, api: Api) -> None:
    records: list[CallRecord] = []
    model.reply(fails(500), says("a", usage=(5, 2)), fails(401))

    async with gateway(model, api, observe=records.append) as asked:
        await outcome(asked, engagement="one")
        await outcome(asked, engagement="two")

    told = [(each.engagement, each.agent, each.outcome, each.attempts, each.usage) for each in records]
    assert told == [
        ("one", "planner", "COMPLETE", 2, Usage(5, 2)),
        ("two", "planner", "UNAUTHORIZED", 1, Usage()),
    ]
    first = records[0].first_text_seconds
    assert first is not None
    assert 0 < first <= records[0].seconds < 5
    assert records[1].first_text_seconds is None


@BOTH
async def test_a_check_finds_all_well_without_using_the_model(model: FaultyModel, api: Api) -> None:
    async with gateway(model, api, clock=lambda: NOW) as asked:
        status = await asked.check()

    assert status == ModelStatus(ModelState.READY, "small", NOW)
    assert (model.probes, len(model.received)) == (1, 0)


@BOTH
async def test_a_check_finds_a_wrong_key(model: FaultyModel, api: Api) -> None:
    model.key = "another"

    async with gateway(model, api, clock=lambda: NOW) as asked:
        status = await asked.check()

    assert status == ModelStatus(ModelState.UNAUTHORIZED, "small", NOW, "small: The model's endpoint refuses the key.")


@BOTH
async def test_a_check_finds_a_model_that_nobody_knows(model: FaultyModel, api: Api) -> None:
    model.models = ["another"]
    model.reply(fails(404, "model not found"))

    async with gateway(model, api, clock=lambda: NOW) as asked:
        status = await asked.check()

    assert (status.state, status.message) == (
        ModelState.UNKNOWN_MODEL,
        "small: The endpoint does not know the model, or its address lacks a part such as /v1.",
    )


@BOTH
@pytest.mark.parametrize("models", [None, ["another"]])
async def test_a_model_that_is_not_listed_and_answers_is_ready(
    model: FaultyModel, api: Api, models: list[str] | None
) -> None:
    model.models = models

    async with gateway(model, api) as asked:
        status = await asked.check()

    assert status.state is ModelState.READY
    assert [each.body["max_tokens"] for each in model.received] == [1]


@BOTH
async def test_a_check_finds_nobody_there(api: Api) -> None:
    async with faulty_model() as stopped:
        pass

    async with gateway(stopped, api) as asked:
        status = await asked.check()

    assert (status.state, status.message) == (
        ModelState.UNREACHABLE,
        "small: The model's endpoint cannot be reached.",
    )


async def test_a_check_of_more_endpoints_tells_the_worst_of_them(model: FaultyModel) -> None:
    async with faulty_model() as stopped:
        pass
    asked = Gateway(endpoint(model), {"judge": endpoint(stopped, name="large")}, clock=lambda: NOW)

    status = await asked.check()
    await asked.close()

    assert status == ModelStatus(ModelState.UNREACHABLE, "small", NOW, "large: The model's endpoint cannot be reached.")
