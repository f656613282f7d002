"""Following a thread over real sockets: replayed, live, shared, and for nobody else's members."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.faulty_model import End, Say, Until, does, faulty_model
from tests.graph import Graph
from tests.integration.talking import Desk, desk_of
from tests.integration.watching import Site, Watcher, events, other_engagement, site, watching

FOLLOW = """subscription ($id: ID!, $after: String) { threadEvents(threadId: $id, after: $after) {
  kind cursor ... on MessagePosted { chatMessage { role content } } ... on TextDelta { writer text offset done } } }"""


@pytest.fixture
async def here(fresh_database: str, broadcast_url: str, tmp_path: Path) -> AsyncIterator[Site]:
    async with site(fresh_database, broadcast_url, tmp_path) as made:
        yield made


def posted(watcher: Watcher) -> list[tuple[str, str]]:
    found = (event for event in events(watcher.answers(), "threadEvents") if event["kind"] == "MESSAGE")
    return [(event["chatMessage"]["role"], event["chatMessage"]["content"]) for event in found]


def written(watcher: Watcher) -> list[Any]:
    return [event for event in events(watcher.answers(), "threadEvents") if event["kind"] == "TEXT_DELTA"]


async def until(watcher: Watcher, holds: Any) -> None:
    async with asyncio.timeout(20):
        while not holds(watcher):
            assert not watcher.ends(), watcher.ends()
            watcher.changed.clear()
            await watcher.changed.wait()


async def _said(desk: Desk, thread: dict[str, Any], content: str) -> asyncio.Task[None]:
    await desk.say(thread, content)
    return asyncio.create_task(desk.work())


async def test_members_see_a_reply_grow_whenever_they_come_and_others_see_no_thread(here: Site) -> None:
    go_on = asyncio.Event()
    graph = Graph(here.writer.engine, here.bench.work, here.tenant)
    async with faulty_model() as model, desk_of(graph, here.bench, model, texts=here.writer.texts.writing) as desk:
        model.reply(does(Say("First Dana, "), Until(go_on), Say("then the rest."), End()))
        thread = await desk.open(await desk.start(), "read_the_signs", "diagnose")
        async with watching(here) as early, watching(here, "bob") as late, watching(here) as stranger:
            await early.subscribe(FOLLOW, id=thread["id"], after="0")
            await until(early, lambda self: len(posted(self)) == 1)
            writing = await _said(desk, thread, "Whom first?")
            await until(early, lambda self: bool(written(self)))
            await late.subscribe(FOLLOW, id=thread["id"])
            await until(late, lambda self: bool(written(self)))
            go_on.set()
            await writing
            for watcher in (early, late):
                await until(watcher, lambda self: posted(self)[-1:] == [("ASSISTANT", "First Dana, then the rest.")])
            await stranger.subscribe(FOLLOW, id=thread["id"].replace("ChatThread", "MasterFlow"))
            refused = await stranger.until_end()
        async with watching(here, "carol", await other_engagement(here, "carol")) as foreign:
            await foreign.subscribe(FOLLOW, id=thread["id"], after="0")
            unknown = await foreign.until_end()

    assert [role for role, _ in posted(early)] == ["SYSTEM", "USER", "ASSISTANT"]
    assert [role for role, _ in posted(late)] == ["ASSISTANT"]
    for watcher in (early, late):
        assert "".join(event["text"] for event in written(watcher)) == "First Dana, then the rest."
        assert {event["writer"] for event in written(watcher)} == {thread["id"]}
        assert written(watcher)[-1]["done"]
    for end in (refused, unknown):
        assert [error["extensions"]["code"] for error in end["payload"]] == ["NOT_FOUND"]
