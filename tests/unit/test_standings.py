"""Looking at the members of live subscriptions: together, for as long as there are any, and never on an old look."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import cast

import pytest

from domain.access import Role, Tenant
from domain.ports import Work
from resolvers.context import Caller
from server import standings
from server.standings import Standings
from tests import toy

ONE, OTHER = Tenant("a", "1"), Tenant("a", "2")
VIEWER = frozenset({Role.VIEWER})


class Members:
    """Who is a member, who was asked for, and whether it can be said at all."""

    def __init__(self, *subjects: str) -> None:
        self.roles = dict.fromkeys(subjects, VIEWER)
        self.asked: list[tuple[Tenant, frozenset[str]]] = []
        self.away = False

    async def find(self, tenant: Tenant, subjects: Collection[str]) -> Mapping[str, frozenset[Role]]:
        self.asked.append((tenant, frozenset(subjects)))
        if self.away:
            # A database that does not answer, not one that says so.
            await asyncio.Event().wait()
        return {subject: self.roles[subject] for subject in subjects if subject in self.roles}


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = {"LOOK_EVERY": 0.02, "LOOK_WITHIN": 0.02, "LOOK_AGAIN_AFTER": 0.01, "SURE_FOR": 0.2}
    for name, seconds in quick.items():
        monkeypatch.setattr(standings, name, seconds)


def caller(user: str, tenant: Tenant = ONE) -> Caller:
    return toy.caller(cast("Work", None), tenant, Role.VIEWER, user=user)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - of things that tell nobody
            await asyncio.sleep(0.005)


def nothing() -> None:
    pass


async def test_an_engagement_is_asked_for_once_for_all_who_follow_it() -> None:
    members = Members("alice", "bob")
    looking = Standings(members.find)
    with (
        looking.watch(caller("alice"), nothing) as one,
        looking.watch(caller("alice"), nothing),
        looking.watch(caller("bob"), nothing) as two,
        looking.watch(caller("bob", OTHER), nothing),
    ):
        await until(lambda: len(members.asked) >= 2)

        assert set(members.asked) == {(ONE, frozenset({"alice", "bob"})), (OTHER, frozenset({"bob"}))}
        assert [one.changed, two.changed] == [False, False]


async def test_nobody_is_asked_for_once_nobody_follows() -> None:
    members = Members("alice")
    looking = Standings(members.find)
    with looking.watch(caller("alice"), nothing):
        await until(lambda: len(members.asked) >= 1)
    count = len(members.asked)
    await asyncio.sleep(0.1)

    assert len(members.asked) == count


@pytest.mark.parametrize("roles", [None, frozenset({Role.ADMIN}), frozenset({Role.VIEWER, Role.LEAD})])
async def test_who_has_other_roles_is_woken_and_nobody_else(roles: frozenset[Role] | None) -> None:
    members, woken = Members("alice", "bob"), asyncio.Event()
    looking = Standings(members.find)
    with looking.watch(caller("alice"), woken.set) as changed, looking.watch(caller("bob"), nothing) as same:
        if roles is None:
            del members.roles["alice"]
        else:
            members.roles["alice"] = roles
        async with asyncio.timeout(5):
            await woken.wait()

        assert (changed.changed, same.changed) == (True, False)


async def test_a_look_that_fails_holds_deliveries_back_until_one_succeeds() -> None:
    members = Members("alice")
    looking = Standings(members.find)
    with looking.watch(caller("alice"), nothing) as standing:
        members.away = True
        assert standing.sure
        await until(lambda: not standing.sure)
        waiting = asyncio.create_task(standing.be_sure())
        await asyncio.sleep(0.05)
        assert not waiting.done()
        members.away = False
        async with asyncio.timeout(5):
            await waiting

        assert standing.sure
        assert not standing.changed


async def test_who_was_not_seen_for_long_is_not_served_though_every_look_succeeds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Many engagements and a slow database: each look is in time, and all of them together are not."""
    monkeypatch.setattr(standings, "LOOK_WITHIN", 5.0)

    async def find(_tenant: Tenant, subjects: Collection[str]) -> Mapping[str, frozenset[Role]]:
        await asyncio.sleep(0.3)
        return dict.fromkeys(subjects, VIEWER)

    looking = Standings(find)
    with looking.watch(caller("alice"), nothing), looking.watch(caller("bob", OTHER), nothing) as last:
        await until(lambda: not last.sure)
