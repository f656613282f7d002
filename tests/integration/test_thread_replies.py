"""Replies of a model in threads: streamed, timed, bounded, checked against documents, and stopped when nobody asks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from crews.gateway import MemoryBudget
from crews.talking import Patience
from domain.contract import FoundPassage
from domain.errors import NotFound
from domain.event import WriteReply
from domain.flows import DEFINITIONS
from persistence.contracts import Contracts
from persistence.database import open_database
from persistence.reads import PostgresReads
from resolvers.context import Context
from schema.root import schema
from server.documents import Documents
from server.execution import Execution
from tests.faulty_model import End, FaultyModel, Say, Slowly, Until, does, fails, faulty_model, says
from tests.graph import Graph
from tests.integration.conftest import Bench, postgres_bench
from tests.integration.talking import COMPLETE, READ, Desk, desk_of
from tests.nodes import Node, node
from tests.toy import caller, new_id, new_tenant, now

pytestmark = pytest.mark.asyncio(loop_scope="module")

FOLLOW = """subscription ($id: ID!, $after: String) { threadEvents(threadId: $id, after: $after) {
  __typename kind cursor ... on MessagePosted { chatMessage { role content source } }
  ... on TextDelta { writer text offset done } } }"""
CANCEL = "mutation ($input: FlowActionInput!) { cancelFlow(input: $input) { errors { message } } }"
_documents = Documents(schema._schema)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(module_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(module_database) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def graph(module_database: str, bench: Bench) -> AsyncIterator[Graph]:
    engine = open_database(module_database)
    yield Graph(engine, bench.work, bench.tenant)
    await engine.dispose()


@pytest_asyncio.fixture(loop_scope="module")
async def model() -> AsyncIterator[FaultyModel]:
    async with faulty_model() as made:
        yield made


async def talking(desk: Desk, branch: str = "diagnose") -> tuple[str, dict[str, Any]]:
    flow_id = await desk.start()
    return flow_id, await desk.open(flow_id, "read_the_signs", branch)


async def follow(graph: Graph, live: Node, thread: dict[str, Any], after: str | None, until: int) -> list[Any]:
    """What a subscriber gets until so many messages were posted."""
    execution = Execution(schema._schema, _documents.operation(FOLLOW, None), {"id": thread["id"], "after": after})
    asking = caller(graph.work, graph.tenant)
    got: list[Any] = []

    def reads() -> PostgresReads:
        return PostgresReads(graph.engine, graph.tenant, "alice", DEFINITIONS)

    async with (
        asyncio.timeout(20),
        reads() as first,
        aclosing(await execution.events(Context(asking, first, live.hub))) as events,
    ):
        async for event in events:
            async with reads() as own:
                answer = await execution.deliver(event, Context(asking, own, live.hub))
            got.append(answer["data"]["threadEvents"])
            if sum(each["kind"] == "MESSAGE" for each in got) == until:
                break
    return got


def heard(events: list[Any]) -> str:
    """What a client makes of the pieces, each put at its place."""
    text = ""
    for piece in (event for event in events if event["kind"] == "TEXT_DELTA"):
        assert piece["offset"] <= len(text)
        text = text[: piece["offset"]] + piece["text"]
    return text


async def test_a_reply_is_seen_while_it_is_written_and_then_posted(
    graph: Graph, bench: Bench, model: FaultyModel
) -> None:
    seen = asyncio.Event()
    model.reply(does(Say("Call Dana "), Until(seen), Say("first."), End()))
    async with (
        node(graph.engine, "memory://", poll_seconds=0.05) as live,
        desk_of(graph, bench, model, texts=live.texts.writing) as desk,
    ):
        _, thread = await talking(desk)
        await desk.say(thread, "Whom do I call?")
        reading = asyncio.create_task(follow(graph, live, thread, "0", 3))
        writing = asyncio.create_task(desk.work())
        await model.until_received(1)
        await asyncio.sleep(0.3)
        late = asyncio.create_task(follow(graph, live, thread, None, 1))
        await asyncio.sleep(0.2)
        seen.set()
        await writing
        events, joined = await reading, await late

    posted = [event["chatMessage"] for event in events if event["kind"] == "MESSAGE"]
    assert [message["role"] for message in posted] == ["SYSTEM", "USER", "ASSISTANT"]
    assert posted[-1] == {"role": "ASSISTANT", "content": "Call Dana first.", "source": "MODEL"}
    assert heard(events) == heard(joined) == "Call Dana first."
    assert {event["writer"] for event in events if event["kind"] == "TEXT_DELTA"} == {thread["id"]}
    assert joined[-1]["chatMessage"]["content"] == "Call Dana first."


@pytest.mark.parametrize("foreign", ["of another tenant", "of another type", "that never was"])
async def test_a_thread_that_is_not_there_cannot_be_followed(
    graph: Graph, bench: Bench, model: FaultyModel, foreign: str
) -> None:
    async with node(graph.engine, "memory://") as live, desk_of(graph, bench, model) as desk:
        _, thread = await talking(desk)
        ids = {"of another type": thread["flow"]["id"], "that never was": f"ChatThread:{new_id()}"}
        asking = replace(graph, tenant=new_tenant()) if foreign == "of another tenant" else graph

        with pytest.raises(NotFound, match=r"^There is no such thread\.$"):
            await follow(asking, live, {"id": ids.get(foreign, thread["id"])}, "0", 1)
        assert (await asking.data(READ, id=ids.get(foreign, thread["id"])))["thread"] is None


async def test_a_model_is_told_of_this_customer_and_of_what_was_said(
    graph: Graph, bench: Bench, model: FaultyModel
) -> None:
    model.reply(says("One."), says("Two."))
    async with desk_of(graph, bench, model) as desk:
        flow_id, thread = await talking(desk)
        await desk.say(thread, "First?")
        await desk.work()
        await desk.say(thread, "Second?")
        await desk.work()
        messages = await desk.said(thread)
        usage = "query ($id: ID!) { flow(id: $id) { performance { usage { model promptTokens requests } } } }"
        used = (await graph.data(usage, id=flow_id))["flow"]["performance"]["usage"]

    told = model.received[1].body["messages"]
    assert [each["role"] for each in told] == ["system", "user", "assistant", "user"]
    assert [each["content"] for each in told[1:]] == ["First?", "One.", "Second?"]
    assert "- customer, name: Acme Ltd" in told[0]["content"]
    assert model.received[1].body["max_tokens"] == 1_024
    assert [(each["model"], each["tokens"]) for each in messages[2::2]] == [("small", 3), ("small", 3)]
    assert used == [{"model": "small", "promptTokens": 14, "requests": 2}]


@pytest.mark.parametrize("trouble", ["slow", "down", "empty", "broken off", "refused"])
async def test_where_the_model_says_nothing_the_rules_reply(
    graph: Graph, bench: Bench, model: FaultyModel, trouble: str
) -> None:
    replies = {
        "slow": does(Slowly(5), Say("Late."), End()),
        "down": fails(503),
        "empty": says(" \n\x07"),
        "broken off": does(Say("Half of ")),
        "refused": says("I will not.", reason="content_filter"),
    }
    model.reply(replies[trouble], stays=True)
    async with desk_of(graph, bench, model, patience=Patience(0.3, 2)) as desk:
        _, thread = await talking(desk)
        await desk.say(thread, "When is the renewal?")
        async with asyncio.timeout(4):
            await desk.work()
        reply = (await desk.said(thread))[-1]

    assert (reply["role"], reply["source"], reply["model"]) == ("ASSISTANT", "RULES", None)
    assert "- renewal, days until: 55" in reply["content"]


async def test_a_reply_has_an_end(graph: Graph, bench: Bench, model: FaultyModel) -> None:
    model.reply(does(Say("So "), Slowly(0.4), Say("far "), Until()))
    async with desk_of(graph, bench, model, patience=Patience(0.3, 0.9)) as desk:
        _, thread = await talking(desk)
        await desk.say(thread, "Who is the critic?")
        await desk.work()
        reply = (await desk.said(thread))[-1]
        await model.until_disconnected()

    assert (reply["source"], "Dana Rice" in reply["content"]) == ("RULES", True)


async def test_what_a_model_says_is_plain_text(graph: Graph, bench: Bench, model: FaultyModel) -> None:
    model.reply(says("Look\x1b[31m at ![me](http://x/y.png) and javascript:alert(1)\u202e."))
    async with desk_of(graph, bench, model) as desk:
        _, thread = await talking(desk)
        await desk.say(thread, "Hello")
        await desk.work()
        reply = (await desk.said(thread))[-1]

    assert (reply["content"], reply["source"]) == ("Look at me and alert(1).", "MODEL")


async def test_two_messages_at_once_are_answered_in_order(graph: Graph, bench: Bench, model: FaultyModel) -> None:
    model.reply(says("To one."), says("To two."))
    async with desk_of(graph, bench, model) as desk:
        _, thread = await talking(desk)
        await asyncio.gather(desk.say(thread, "One?"), desk.say(thread, "Two?"))
        await desk.work()
        said = await desk.said(thread)

    assert [each["sequence"] for each in said] == [1, 2, 3, 4, 5]
    assert [each["content"] for each in said[3:]] == ["To one.", "To two."]
    second = model.received[1].body["messages"]
    assert [each["content"] for each in second[1:]] == [said[1]["content"], "To one.", said[2]["content"]]


async def test_a_job_that_is_begun_twice_replies_once(graph: Graph, bench: Bench, model: FaultyModel) -> None:
    async with desk_of(graph, bench, model) as desk:
        _, thread = await talking(desk)
        await desk.say(thread, "Hello")
        (job,) = bench.take_jobs()
        assert isinstance(job, WriteReply)
        done = await asyncio.gather(desk.reply(job), desk.reply(job))
        again = await desk.reply(job)
        said = await desk.said(thread)

    assert (sorted(done), again, len(said)) == ([False, True], False, 3)


async def test_a_reply_that_keeps_ending_its_worker_is_made_by_rules(
    graph: Graph, bench: Bench, model: FaultyModel
) -> None:
    async with desk_of(graph, bench, model) as desk:
        _, thread = await talking(desk)
        await desk.say(thread, "Who is the critic?")
        (job,) = bench.take_jobs()
        assert isinstance(job, WriteReply)
        async with bench.work(bench.tenant) as uow:
            held = await uow.threads.get(job.thread_id)
            await uow.threads.save(type(held)(**{**_fields(held), "starts": 3}))
        await desk.reply(job)
        reply = (await desk.said(thread))[-1]

    assert (reply["source"], model.received) == ("RULES", [])


def _fields(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


@pytest.mark.parametrize("end", ["cancel", "complete"])
async def test_a_reply_that_nobody_asks_for_any_more_stops_within_a_second(
    graph: Graph, bench: Bench, model: FaultyModel, end: str
) -> None:
    model.reply(does(Say("So "), Until()))
    async with desk_of(graph, bench, model) as desk:
        flow_id, thread = await talking(desk)
        await desk.say(thread, "Hello")
        writing = asyncio.create_task(desk.work())
        await model.until_received(1)
        if end == "cancel":
            assert (await desk.do(CANCEL, flowId=flow_id))["errors"] == []
        else:
            assert (await desk.do(COMPLETE, threadId=thread["id"]))["errors"] == []
        async with asyncio.timeout(1):
            await writing
            await model.until_disconnected()

        assert len(await desk.said(thread)) == 2


async def test_history_is_cut_to_the_models_window(graph: Graph, bench: Bench, model: FaultyModel) -> None:
    model.reply(says("OK"), stays=True)
    async with desk_of(graph, bench, model, window=4_096) as desk:
        _, thread = await talking(desk)
        for number in range(4):
            await desk.say(thread, f"{number}: " + "x" * 2_400)
            await desk.work()

    told = model.received[-1].body["messages"]
    size = sum(-(-len(each["content"].encode()) // 3) + 4 for each in told)
    assert size <= 4_096 - 1_024
    kept = [each["content"][:2] for each in told if each["role"] == "user"]
    assert (told[0]["role"], "0:" in kept, kept[-1]) == ("system", False, "3:")


async def test_what_a_day_allows_is_kept_to(graph: Graph, bench: Bench, model: FaultyModel) -> None:
    budget = MemoryBudget(100, lambda: now().date())
    async with desk_of(graph, bench, model, budget=budget) as desk:
        _, thread = await talking(desk)
        await desk.say(thread, "Who is the critic?")
        await desk.work()
        reply = (await desk.said(thread))[-1]

    assert (reply["source"], model.received) == ("RULES", [])


TERMS = FoundPassage(
    "p", "terms.pdf", "It begins on 1 March 2026. Either party may give 90 days of notice.", 1.0, page=3
)


@pytest.mark.parametrize(
    ("said", "source", "begins"),
    [
        ("Notice is 90 days [1].", "MODEL_CHECKED_BY_RULES", "Notice is 90 days [1].\n\n[1] terms.pdf, page 3: "),
        ("Notice is 60 days [1].", "RULES", "This is what the documents of this customer say:\n[1] terms.pdf, page 3"),
        ("Notice is 90 days.", "RULES", "This is what the documents"),
    ],
)
async def test_answers_from_documents_are_checked_against_them(
    graph: Graph, bench: Bench, model: FaultyModel, monkeypatch: pytest.MonkeyPatch, said: str, source: str, begins: str
) -> None:
    async def found(*_given: Any) -> tuple[FoundPassage, ...]:
        return (TERMS,)

    monkeypatch.setattr(Contracts, "passages", found)
    model.reply(says(said))
    async with desk_of(graph, bench, model) as desk:
        _, thread = await talking(desk, "promised")
        await desk.say(thread, "How long is notice?")
        await desk.work()
        reply = (await desk.said(thread))[-1]

    assert reply["source"] == source
    assert reply["content"].startswith(begins)
    assert "Either party may give 90 days of notice." in reply["content"]
    assert "[1] terms.pdf, page 3\nIt begins on 1 March 2026." in model.received[0].text
