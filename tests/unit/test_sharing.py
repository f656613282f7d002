"""What parts subscribers, and the ring they share: laws that hold whatever is asked and however slow they read."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from dataclasses import replace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access import Role, Tenant
from domain.errors import LimitExceeded
from domain.event_ports import Following
from domain.ports import Work
from resolvers.context import Caller
from schema.root import schema
from server import answers, groups
from server.answers import Known, Outlet, Payload, Place, Ring
from server.documents import Documents, Operation
from server.groups import Group, Groups
from server.sharing import Keys, nobody
from server.standings import Sight, Standing
from tests import toy

GRAPH = schema._schema
PLAIN = "subscription ($id: ID!, $after: String) { flowEvents(flowId: $id, after: $after) { cursor } }"
OWN = """subscription ($id: ID!) { flowEvents(flowId: $id) { ...F } }
fragment F on FlowStatusChanged { flow { ...G } } fragment G on MasterFlow { uiState }"""
ELSEWHERE = """subscription ($id: ID!, $after: String) { flowEvents(flowId: $id, after: $after) { cursor
  ... on FlowStatusChanged { flow { events(after: $after) { nodes { kind } } } } } }"""
ONE, OTHER = Tenant("a", "1"), Tenant("a", "2")


def caller(tenant: Tenant = ONE, *roles: Role, user: str = "alice") -> Caller:
    return toy.caller(cast("Work", None), tenant, *(roles or (Role.VIEWER,)), user=user)


def operation(text: str) -> Operation:
    return Documents(GRAPH).operation(text, None)


def test_two_people_of_the_same_roles_share() -> None:
    keys, asked = Keys(GRAPH), operation(PLAIN)

    assert keys.key(asked, {"id": "x"}, caller(user="bob")) == keys.key(asked, {"id": "x"}, caller(user="carol"))


def test_a_personal_field_parts_them_however_deep_it_is() -> None:
    keys, asked = Keys(GRAPH), operation(OWN)

    assert keys.key(asked, {"id": "x"}, caller(user="bob")) != keys.key(asked, {"id": "x"}, caller(user="carol"))
    assert keys.key(asked, {"id": "x"}, caller(user="bob")) == keys.key(asked, {"id": "x"}, caller(user="bob"))


@pytest.mark.parametrize(
    "other",
    [
        (PLAIN, {"id": "y"}, caller()),
        (PLAIN, {"id": "x"}, caller(OTHER)),
        (PLAIN, {"id": "x"}, caller(ONE, Role.ADMIN)),
        (PLAIN.replace("cursor", "cursor kind"), {"id": "x"}, caller()),
    ],
)
def test_whatever_else_differs_parts(other: Any) -> None:
    text, variables, who = other
    keys, documents = Keys(GRAPH), Documents(GRAPH)
    mine = keys.key(documents.operation(PLAIN, None), {"id": "x"}, caller())

    assert keys.key(documents.operation(text, None), variables, who) != mine


def test_a_cursor_parts_only_where_it_says_more_than_where_to_begin() -> None:
    keys = Keys(GRAPH)
    for text, same in ((PLAIN, True), (ELSEWHERE, False)):
        asked = operation(text)
        found = {keys.key(asked, {"id": "x", "after": after}, caller()) for after in ("1", "2", None)}
        assert (len(found) == 1) is same


def test_who_shares_is_nobody() -> None:
    who = replace(caller(ONE, Role.LEAD, user="bob"), email="bob@example.com", platform=True)

    shared = nobody(who)

    assert (shared.subject, shared.user, shared.email, shared.platform) == ("", "", None, False)
    assert (shared.tenant, shared.roles) == (ONE, frozenset({Role.LEAD}))


@given(st.lists(st.integers(0, answers.MOST_CHARACTERS + 10), max_size=30), st.integers(1, 400))
def test_a_ring_holds_the_newest_within_its_bounds(sizes: list[int], more: int) -> None:
    ring = Ring()
    texts = ["x" * size for size in sizes] + ["y"] * more
    for text in texts:
        ring.append(Payload(text))

    held = [ring.get(number).text for number in range(ring.begin, ring.end)]
    assert held == texts[len(texts) - len(held) :]
    assert 1 <= len(held) <= answers.MOST_ANSWERS
    assert sum(map(len, held)) <= answers.MOST_CHARACTERS


async def test_what_failed_is_not_remembered_and_what_is_remembered_is_bounded() -> None:
    known, made = Known(), []

    async def ask(number: int) -> Payload:
        async def make() -> Payload:
            made.append(number)
            return Payload("x" * 4_000, number, clean=number % 2 == 0)

        return await known.get(number, make)

    await asyncio.gather(*(ask(number // 2) for number in range(1_000)))
    assert made == list(range(500))
    made.clear()
    for number in reversed(range(500)):
        await ask(number)

    # Of the odd ones none, of the others the newest.
    kept = answers.MOST_CHARACTERS // 4_000
    assert made == [number for number in reversed(range(500)) if number % 2 or number < 500 - 2 * kept]


class Room:
    """A sink that has room now and then; what it takes stands beside what its member takes in his own turn."""

    form = "room"

    def __init__(self, got: list[int]) -> None:
        self.got = got
        self.open = True

    def shape(self, payload: Payload) -> bytes:
        return str(payload.cursor).encode()

    def write(self, data: bytes) -> bool:
        if self.open:
            self.got.append(int(data))
        return self.open


MOVES = st.lists(st.one_of(st.just("event"), st.just("turn"), st.just("room"), st.just("wait")), max_size=60)


@given(MOVES, st.integers(0, 20))
def test_each_event_comes_once_and_in_order_through_whichever_way(moves: list[str], cursor: int) -> None:
    """Events, members' turns and room in the socket in any order: sink and turns together give all of them."""
    asyncio.run(_walk(moves, cursor))


async def _walk(moves: list[str], cursor: int) -> None:
    group = Group(cast("Any", None), caller(), cast("Any", None))
    # Somebody was there before, and the group does not read by itself here.
    group._running = asyncio.create_task(asyncio.sleep(0))
    at = Place()
    got: list[int] = []
    room = Room(got)
    group.enter(at, cast("Following", _At(cursor)))
    payloads = group.payloads(at, Standing("", frozenset(), group.tell, Sight()), Outlet(room))
    told = max(0, cursor - 3)

    async def read() -> None:
        async for payload in payloads:
            got.append(cast("int", payload.cursor))  # noqa: PERF401 - it is cancelled before it ends

    reading = asyncio.create_task(read())
    for move in moves:
        if move == "event":
            told += 1
            await group._hand_out(Payload("{}", told))
        elif move == "room":
            room.open = not room.open
        else:
            await asyncio.sleep(0)
    for _ in range(5):
        await asyncio.sleep(0)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    async with aclosing(payloads):
        pass

    assert got == list(range(cursor + 1, told + 1))


class _At:
    """A place in a log that is left at once."""

    def __init__(self, cursor: int) -> None:
        self.cursor = cursor
        self.left = False

    def leave(self) -> None:
        self.left = True


async def test_a_group_that_is_stopped_before_it_begins_leaves_its_log() -> None:
    group, following = Group(cast("Any", None), caller(), cast("Any", None)), _At(0)
    group.enter(Place(), cast("Following", following))
    group.stop()
    for _ in range(3):
        await asyncio.sleep(0)

    assert following.left


def test_one_subject_has_so_many_groups_and_everybody_else_his_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "MOST_OF_ONE", 2)
    all_groups, who = Groups(cast("Any", None)), caller()

    def join(key: str, subject: str) -> Group:
        return all_groups.join(key, cast("Any", None), who, subject)

    first = join("x", "alice")
    join("y", "alice")
    join("x", "alice")
    with pytest.raises(LimitExceeded, match="End one of them"):
        join("z", "alice")
    assert (all_groups.figures()["groups"], all_groups.figures()["members"]) == (2, 3)
    join("z", "bob")
    all_groups.leave("x", first, "alice")
    with pytest.raises(LimitExceeded):
        join("w", "alice")
    all_groups.leave("x", first, "alice")

    assert join("w", "alice").members == 1
