"""Who is removed, or may do less, is served as such within half a minute, over sockets and event streams."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from domain.access import Role, Tenant
from server import standings
from server.standings import LOOK_AGAIN_AFTER, LOOK_EVERY, LOOK_WITHIN, SURE_FOR
from server.tokens import issue
from tests.integration.test_event_streams import following, take
from tests.integration.test_sharing import ACTIONS
from tests.integration.watching import Site, events, site, start, watching

ASLEEP = "subscription { engagementEvents { changedIds } }"
SET = """mutation ($user: String!, $roles: [Role!]!) {
  setMember(input: {userId: $user, roles: $roles}) { errors { code } } }"""
HALF_A_MINUTE = 30.0


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks follow each other as fast as a test needs them."""
    monkeypatch.setattr(standings, "LOOK_EVERY", 0.2)


async def set_roles(here: Site, user: str, *roles: Role, as_: str = "alice") -> Any:
    async with httpx.AsyncClient(base_url=f"http://{here.address}") as client:
        body = {"query": SET, "variables": {"user": user, "roles": list(roles)}}
        return (await client.post("/graphql", json=body, headers=here.headers(as_))).json()


def acting_for(here: Site, user: str) -> dict[str, str]:
    token = issue(here.data, "service", lifetime=timedelta(hours=1), act_as=True)
    return here.headers() | {"Authorization": f"Bearer {token}", "X-User-ID": user}


def test_a_look_that_fails_and_one_that_succeeds_are_half_a_minute_apart_at_most() -> None:
    """Nothing is delivered once the last look is older; the last one that fails may take its whole time."""
    assert LOOK_EVERY + LOOK_WITHIN < HALF_A_MINUTE
    assert SURE_FOR + LOOK_AGAIN_AFTER + LOOK_WITHIN < HALF_A_MINUTE


async def test_a_removed_member_is_told_on_every_transport_though_nothing_happens(
    fresh_database: str, broadcast_url: str, tmp_path: Path
) -> None:
    async with (
        site(fresh_database, broadcast_url, tmp_path) as here,
        watching(here, "bob") as socket,
        watching(here, "alice") as admin,
        following(f"http://{here.address}", here.headers("bob"), ASLEEP) as stream,
        following(f"http://{here.address}", acting_for(here, "bob"), ASLEEP) as service,
    ):
        await socket.subscribe(ASLEEP)
        await admin.subscribe(ASLEEP)
        await asyncio.sleep(0.3)
        assert (await set_roles(here, "bob"))["data"] == {"setMember": {"errors": []}}
        async with asyncio.timeout(HALF_A_MINUTE / 3):
            ended = await socket.until_end()
            streamed = [await until_error(each) for each in (stream, service)]
        told = await admin.until(1)
        await socket.subscribe("{ viewer { userId } }", "2")
        again = await socket.until_end("2")

    assert (ended["type"], ended["payload"][0]["extensions"]["code"]) == ("error", "FORBIDDEN")
    assert streamed == ["FORBIDDEN"] * 2
    assert told[0]["data"]["engagementEvents"]["changedIds"] == [f"Engagement:{here.tenant.engagement_id}"]
    assert (again["type"], again["payload"][0]["extensions"]["code"]) == ("error", "FORBIDDEN")


async def until_error(stream: Any) -> str:
    """The code that a stream ends with; what it tells before, such as the removal itself, is passed over."""
    while True:
        ((_, event, data),) = await take(stream, 1)
        if event == "next" and "errors" in data:
            return str(data["errors"][0]["extensions"]["code"])
        assert event == "next", (event, data)


async def test_who_may_do_less_is_answered_as_such(fresh_database: str, broadcast_url: str, tmp_path: Path) -> None:
    async with site(fresh_database, broadcast_url, tmp_path) as here:
        await set_roles(here, "bob", Role.ADMIN)
        query = "subscription { engagementEvents { flow { id allowedActions } } }"
        async with watching(here, "bob") as watcher:
            await watcher.subscribe(query)
            await asyncio.sleep(0.1)
            first = await start(here.bench, "First")
            before = await until_flow(watcher, first.id)
            await set_roles(here, "bob", Role.VIEWER)
            await asyncio.sleep(0.8)
            second = await start(here.bench, "Second")
            after = await until_flow(watcher, second.id)

    assert before == ["PAUSE", "CANCEL"]
    assert after == []


async def until_flow(watcher: Any, flow_id: str) -> list[str]:
    """What may be done with that flow, as the first event of it tells."""
    async with asyncio.timeout(15):
        while True:
            for event in events(watcher.answers(), "engagementEvents"):
                if event["flow"] and event["flow"]["id"] == f"MasterFlow:{flow_id}":
                    return list(event["flow"]["allowedActions"])
            watcher.changed.clear()
            await watcher.changed.wait()


async def test_while_nobody_knows_nothing_is_delivered(
    fresh_database: str, broadcast_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The members cannot be read for longer than we may be unsure of them: the event waits, and is not lost."""
    monkeypatch.setattr(standings, "SURE_FOR", 0.5)
    monkeypatch.setattr(standings, "LOOK_AGAIN_AFTER", 0.1)
    monkeypatch.setattr(standings, "LOOK_WITHIN", 0.1)
    locked = asyncio.Event()
    find = standings.Standings._look

    async def look(self: Any, tenant: Tenant) -> None:
        await locked.wait()
        await find(self, tenant)

    async with site(fresh_database, broadcast_url, tmp_path) as here, watching(here, "bob") as watcher:
        await watcher.subscribe(ACTIONS, id=here.flow_id, after="0")
        had = len(await watcher.until(len(await here.bench.events(here.flow.id))))
        monkeypatch.setattr(standings.Standings, "_look", look)
        await asyncio.sleep(1.2)
        await here.say("late")
        await asyncio.sleep(0.5)
        held = len(watcher.answers())
        locked.set()
        answers = await watcher.until(had + 1)

    assert held == had
    assert events(answers)[-1]["message"] == "late"
