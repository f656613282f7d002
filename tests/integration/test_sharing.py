"""One execution for all who ask alike, and none for who does not: over real sockets, PostgreSQL and Valkey."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from domain.access import Member, Role
from persistence.engagements import Engagements
from server import standings
from server.admission import admit
from tests.event_logs import delete_flow, writing
from tests.integration.watching import (
    FLOW_EVENTS,
    Site,
    Watcher,
    events,
    messages,
    other_engagement,
    site,
    start,
    step,
    watching,
)

ACTIONS = """subscription ($id: ID!, $after: String) { flowEvents(flowId: $id, after: $after) { cursor
  ... on FlowStatusChanged { flow { allowedActions } } ... on AgentActivity { message } } }"""
OWN = """subscription ($id: ID!, $after: String) { flowEvents(flowId: $id, after: $after) { cursor
  ... on FlowStatusChanged { flow { uiState } } ... on AgentActivity { message } } }"""
KINDS = """subscription ($id: ID!, $kinds: [FlowEventKind!]) { flowEvents(flowId: $id, after: "0", kinds: $kinds) {
  kind } }"""
ENGAGEMENT = "subscription ($after: String) { engagementEvents(after: $after) { cursor event { cursor } } }"
SAVE = "mutation ($input: SaveUiStateInput!) { saveUiState(input: $input) { errors { message } } }"


@pytest.fixture
async def here(fresh_database: str, broadcast_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    async with site(fresh_database, broadcast_url, tmp_path) as made:
        yield made


async def watch(stack: AsyncExitStack, here: Site, count: int, subject: str = "alice") -> list[Watcher]:
    return [await stack.enter_async_context(watching(here, subject)) for _ in range(count)]


async def told(here: Site, *more: str) -> int:
    """How many events the flow has after these."""
    await here.say(*more)
    return len(await here.bench.events(here.flow.id))


async def test_an_event_is_answered_once_for_all_who_ask_alike(here: Site) -> None:
    async with AsyncExitStack() as stack:
        watchers = await watch(stack, here, 5)
        before = await told(here)
        for watcher in watchers:
            await watcher.subscribe(FLOW_EVENTS, id=here.flow_id, after="0")
            await watcher.until(before)
        start = (await here.figures())["answers_total"]
        await here.say("one", "two", "three")
        got = [await watcher.until(before + 3) for watcher in watchers]
        figures = await here.figures()

    assert [messages(answers) for answers in got] == [["one", "two", "three"]] * 5
    assert [[event["cursor"] for event in events(answers)] for answers in got] == [
        [str(number) for number in range(1, before + 4)]
    ] * 5
    assert figures["answers_total"] - start == 3
    # What was replayed was answered once, too.
    assert start == before
    assert (figures["groups"], figures["members"]) == (1, 5)


async def test_the_bytes_differ_in_the_operations_id_only(here: Site) -> None:
    async with watching(here) as one, watching(here, "bob") as two:
        await one.subscribe(FLOW_EVENTS, "first", id=here.flow_id, after="0")
        await two.subscribe(FLOW_EVENTS, 'a "quoted" id', id=here.flow_id, after="0")
        count = await told(here, "said")
        await one.until(count, "first")
        await two.until(count, 'a "quoted" id')

    head = '{"id":"a \\"quoted\\" id","type":"next","payload":'
    assert two.frames[-1].startswith(head)
    assert one.frames[-1] == '{"id":"first","type":"next","payload":' + two.frames[-1].removeprefix(head)


async def test_where_one_began_does_not_part_subscribers(here: Site) -> None:
    count = await told(here, "one", "two")
    async with watching(here) as whole, watching(here) as rest:
        await whole.subscribe(FLOW_EVENTS, id=here.flow_id, after="0")
        await rest.subscribe(FLOW_EVENTS, id=here.flow_id, after=str(count - 1))
        await whole.until(count)
        await rest.until(1)
        await here.say("three")
        answers = await whole.until(count + 1), await rest.until(2)
        figures = await here.figures()

    assert [messages(each) for each in answers] == [["one", "two", "three"], ["two", "three"]]
    assert (figures["groups"], figures["answers_total"]) == (1, count + 1)


async def test_roles_that_may_do_different_things_never_share(here: Site) -> None:
    async with watching(here, "alice") as admin, watching(here, "bob") as viewer, watching(here, "carol") as another:
        for watcher in (admin, viewer, another):
            await watcher.subscribe(ACTIONS, id=here.flow_id, after="0")
            await watcher.until(1)
        figures = await here.figures()
        actions = [events(watcher.answers())[0]["flow"]["allowedActions"] for watcher in (admin, viewer, another)]

    assert figures["groups"] == 2
    assert actions == [["PAUSE", "CANCEL"], [], []]


async def test_what_is_a_persons_own_is_shared_with_nobody(here: Site) -> None:
    states = {"bob": {"panel": "bob's"}, "carol": {"panel": "carol's"}}
    for subject, state in states.items():
        async with watching(here, subject) as watcher:
            await watcher.subscribe(SAVE, input={"flowId": here.flow_id, "uiState": state})
            assert (await watcher.until(1))[0]["data"]["saveUiState"]["errors"] == []

    async with watching(here, "bob") as bob, watching(here, "carol") as carol:
        for watcher in (bob, carol):
            await watcher.subscribe(OWN, id=here.flow_id, after="0")
            await watcher.until(1)
        found = [events(watcher.answers())[0]["flow"]["uiState"] for watcher in (bob, carol)]
        figures = await here.figures()

    assert found == [states["bob"], states["carol"]]
    assert figures["groups"] == 2


async def test_engagements_never_share(here: Site) -> None:
    there = await other_engagement(here, "alice")
    async with watching(here) as mine, watching(here, "alice", there) as other:
        await mine.subscribe(ENGAGEMENT, after="0")
        await other.subscribe(ENGAGEMENT, after="0")
        await other.subscribe(FLOW_EVENTS, "2", id=here.flow_id, after="0")
        assert (await other.until_end("2"))["payload"][0]["extensions"]["code"] == "NOT_FOUND"
        count = await told(here, "ours")
        await mine.until(count)
        await asyncio.sleep(0.3)

        assert other.answers() == []
        assert (await here.figures())["groups"] == 2


async def test_different_variables_do_not_share(here: Site) -> None:
    async with watching(here) as all_kinds, watching(here) as some:
        await all_kinds.subscribe(KINDS, id=here.flow_id)
        await some.subscribe(KINDS, id=here.flow_id, kinds=["AGENT_STEP"])
        count = await told(here, "one")
        got = await all_kinds.until(count), await some.until(1)
        figures = await here.figures()

    assert [len(each) for each in got] == [count, 1]
    assert events(some.answers()) == [{"kind": "AGENT_STEP"}]
    assert figures["groups"] == 2


async def test_who_joins_and_leaves_in_mid_stream_gets_each_event_once(here: Site) -> None:
    """While 200 events come, watchers come from every cursor, and go."""
    total = len(await here.bench.events(here.flow.id)) + 200

    async def write() -> None:
        for number in range(50):
            await here.say(*(str(4 * number + each) for each in range(4)))

    async def come(after: int) -> list[str]:
        async with watching(here) as watcher:
            await watcher.subscribe(FLOW_EVENTS, id=here.flow_id, after=str(after))
            answers = await watcher.until(40, seconds=30)
            return [event["cursor"] for event in events(answers)]

    async with watching(here) as stays:
        await stays.subscribe(FLOW_EVENTS, id=here.flow_id, after="0")
        await stays.until(1)
        written = asyncio.create_task(write())
        comers = []
        for round_ in range(12):
            await stays.until(total * round_ // 14, seconds=30)
            comers.append(asyncio.create_task(come(total * round_ // 20)))
        got = await asyncio.gather(*comers)
        await written
        answers = await stays.until(total, seconds=30)

    assert [event["cursor"] for event in events(answers)] == [str(number + 1) for number in range(total)]
    for round_, cursors in enumerate(got):
        first = total * round_ // 20 + 1
        assert cursors == [str(number) for number in range(first, first + len(cursors))]


async def test_the_first_of_a_group_leaves_and_the_others_go_on(here: Site) -> None:
    async with watching(here, "bob") as stays:
        async with watching(here, "carol") as leaves:
            await leaves.subscribe(FLOW_EVENTS, id=here.flow_id, after="0")
            await leaves.until(1)
            await stays.subscribe(FLOW_EVENTS, id=here.flow_id, after="0")
            await stays.until(1)
        count = await told(here, "later")
        answers = await stays.until(count)

    assert messages(answers) == ["later"]
    figures = await here.figures()
    assert (figures["groups"], figures["members"]) == (0, 0)


async def test_who_does_not_read_holds_up_nobody_and_then_gets_everything_from_the_log(here: Site) -> None:
    """Twelve megabytes fit into no buffer on the way, and 3,000 events into no ring."""
    count = await told(here)
    async with watching(here, max_queue=1) as stalled, watching(here) as reads:
        for watcher in (stalled, reads):
            await watcher.subscribe(FLOW_EVENTS, id=here.flow_id, after="0")
            await watcher.until(count)
        stalled.reads.clear()
        for batch in range(30):
            await here.say(*(f"{100 * batch + number} {'x' * 4_000}" for number in range(100)))
        at_once = await reads.until(count + 3_000, seconds=60)
        held = len(stalled.answers())
        stalled.reads.set()
        later = await stalled.until(count + 3_000, seconds=60)

    assert held < count + 3_000
    assert [event["cursor"] for event in events(later)] == [str(number + 1) for number in range(count + 3_000)]
    assert messages(later) == messages(at_once)


async def test_text_that_is_written_reaches_all_and_who_comes_late_has_the_whole(here: Site) -> None:
    words = [f"w\u00f6rd{number} \U0001f680 " for number in range(60)]
    async with AsyncExitStack() as stack:
        watchers = await watch(stack, here, 3)
        for watcher in watchers[:2]:
            await watcher.subscribe(FLOW_EVENTS, id=here.flow_id, after="0")
            await watcher.until(1)
        async with here.writer.texts.writing(here.tenant.engagement_id, here.flow.id, "architect") as text:
            for number, word in enumerate(words):
                text.write(word)
                await asyncio.sleep(0.02)
                if number == 30:
                    await watchers[2].subscribe(FLOW_EVENTS, id=here.flow_id, after="0")
        await asyncio.gather(*(until_written(watcher) for watcher in watchers))
        figures = await here.figures()

    assert [written(watcher) for watcher in watchers] == ["".join(words)] * 3
    assert figures["groups"] == 1
    pieces = [len([event for event in events(watcher.answers()) if "offset" in event]) for watcher in watchers[:2]]
    # Two have the same pieces, each made once.
    assert pieces[0] == pieces[1] < figures["answers_total"]
    assert figures["answers_total"] < sum(pieces)


async def until_written(watcher: Watcher) -> None:
    async with asyncio.timeout(10):
        while not any(event.get("done") for event in events(watcher.answers())):
            watcher.changed.clear()
            await watcher.changed.wait()


def written(watcher: Watcher) -> str:
    """What a client makes of the pieces: each at its place, in UTF-16 code units; a gap is an error."""
    whole = b""
    for event in events(watcher.answers()):
        if "offset" in event:
            assert 2 * event["offset"] <= len(whole)
            whole = whole[: 2 * event["offset"]] + event["text"].encode("utf-16-le")
    return whole.decode("utf-16-le")


async def test_a_deleted_flow_ends_every_subscription_with_its_reason(here: Site) -> None:
    async with watching(here) as one, watching(here) as two:
        for watcher in (one, two):
            await watcher.subscribe(FLOW_EVENTS, id=here.flow_id, after="0")
            await watcher.until(1)
        here.writer.publisher.announce(await delete_flow(here.writer.engine, here.tenant, here.flow.id))
        ends = [await watcher.until_end() for watcher in (one, two)]

    assert [(end["type"], end["payload"][0]["extensions"]["code"]) for end in ends] == [("error", "NOT_FOUND")] * 2


async def test_an_event_that_cannot_be_answered_is_an_error_in_its_own_place(here: Site) -> None:
    """`source` is an enum without that word: the event's answer has an error, and the next one has none."""
    query = FLOW_EVENTS.replace("{ message }", "{ message source }")
    async with watching(here) as one, watching(here) as two:
        for watcher in (one, two):
            await watcher.subscribe(query, id=here.flow_id, after="0")
        count = await told(here, "before")
        await here.writer.tell(here.tenant, step(here.flow.id, "bad", source="NOBODY"))
        await here.say("after")
        got = [await watcher.until(count + 2) for watcher in (one, two)]

    for answers in got:
        assert [answer.get("data") is None for answer in answers[-3:]] == [False, True, False]
        assert answers[-2]["errors"][0]["extensions"]["code"] == "INTERNAL"
        assert messages([answers[-3], answers[-1]]) == ["before", "after"]


async def test_a_removed_member_is_told_and_the_others_go_on(
    fresh_database: str, broadcast_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where nothing happens: his subscription does not wait for an event to find out."""
    monkeypatch.setattr(standings, "LOOK_EVERY", 0.2)
    async with (
        site(fresh_database, broadcast_url, tmp_path) as here,
        watching(here, "bob") as gone,
        watching(here, "carol") as stays,
    ):
        for watcher in (gone, stays):
            await watcher.subscribe(FLOW_EVENTS, id=here.flow_id, after="0")
            await watcher.until(1)
        async with writing(here.writer.engine, here.tenant) as connection:
            await Engagements(connection, here.tenant).remove_member("bob")
        end = await gone.until_end()
        had = len(gone.answers())
        count = await told(here, "secret")
        answers = await stays.until(count)

    assert (end["type"], end["payload"][0]["extensions"]["code"]) == ("error", "FORBIDDEN")
    assert len(gone.answers()) == had
    assert messages(answers) == ["secret"]


async def test_a_member_with_new_roles_goes_on_as_what_he_is_now(
    fresh_database: str, broadcast_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standings, "LOOK_EVERY", 0.2)
    async with site(fresh_database, broadcast_url, tmp_path) as here, watching(here, "bob") as watcher:
        query = ACTIONS.replace("... on AgentActivity { message }", "... on FlowStatusChanged { flowStatus }")
        await watcher.subscribe(query, id=here.flow_id, after="0")
        before = len(await watcher.until(1))
        await admit(here.url, here.tenant, [Member("bob", frozenset({Role.ADMIN}))])
        await asyncio.sleep(0.6)
        other = await start(here.bench)
        await here.say("now", flow=other.id)
        count = await told(here, "now")
        answers = await watcher.until(count)
        figures = await here.figures()

    assert [event["cursor"] for event in events(answers)] == [str(number + 1) for number in range(count)]
    assert before < count
    assert figures["groups"] == 1
