"""Making engagements and saying who may do what in them, on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.access import Experience, Member, Role, Tenant
from domain.engagement import CreateEngagement, SaveEngagementSettings, SetMember
from domain.errors import ErrorCode, Forbidden, Refused
from domain.flows import DEFINITIONS
from domain.request import Request
from persistence.database import open_database, reading
from persistence.engagements import Memberships
from persistence.event_log import EventReader
from persistence.tables import audit_log
from persistence.work import Outlets, Works
from resolvers.context import Caller
from resolvers.engagement import create_engagement, save_engagement_settings, set_member
from server.authentication import NOWHERE
from server.composition import new_id, now
from shapes.codec import Codec

ADMIN = frozenset({Role.ADMIN})
MANY_DAYS = [str(date(2026, 1, 1) + timedelta(days)) for days in range(1_001)]


@dataclass
class Desk:
    """A database, and somebody who may make engagements in it."""

    engine: AsyncEngine
    platform: Caller

    async def engagement(self, name: str = "Datacentre exit") -> Caller:
        """Its first ADMIN, in a new engagement of a new client account."""
        made = await create_engagement(self.platform, CreateEngagement(name, "EUR", None, "Acme"))
        tenant = Tenant(made.client_account_id, made.id)
        return replace(self.platform, tenant=tenant, roles=ADMIN, platform=False)

    async def member(self, tenant: Tenant, subject: str) -> Member | None:
        return await Memberships(self.engine).find(tenant, subject)

    async def audited(self, tenant: Tenant) -> list[tuple[str, str]]:
        async with reading(self.engine, tenant) as connection:
            query = select(audit_log.c.mutation, audit_log.c.outcome).order_by(audit_log.c.at, audit_log.c.id)
            return [(row.mutation, row.outcome) for row in await connection.execute(query)]


@pytest.fixture
async def desk(fresh_database: str) -> AsyncIterator[Desk]:
    engine = open_database(fresh_database)

    async def nothing(*_: object) -> None:
        return None

    works = Works(engine, DEFINITIONS, Outlets(nothing, nothing, lambda _heads: None), now, new_id)
    platform = Caller(
        subject="root",
        user="root",
        roles=frozenset(),
        tenant=NOWHERE,
        clock=now,
        ids=new_id,
        shapes=Codec(),
        open_work=works,
        request=Request.of("createEngagement", {}),
        email="root@example.com",
        platform=True,
    )
    yield Desk(engine, platform)
    await engine.dispose()


def codes(refused: Refused) -> list[tuple[ErrorCode, tuple[str, ...]]]:
    return [(problem.code, problem.path) for problem in refused.problems]


async def test_whoever_makes_an_engagement_is_its_first_admin(desk: Desk) -> None:
    root = await desk.engagement()

    assert await desk.member(root.tenant, "root") == Member("root", ADMIN, "root@example.com")
    assert await desk.audited(root.tenant) == [("createEngagement", "OK")]


async def test_a_second_engagement_of_the_same_client_account(desk: Desk) -> None:
    first = (await desk.engagement()).tenant

    second = await create_engagement(desk.platform, CreateEngagement("Cloud", "USD", first.client_account_id))

    assert second.client_account_id == first.client_account_id
    assert await desk.member(Tenant(first.client_account_id, second.id), "root") is not None


async def test_only_the_platform_makes_engagements(desk: Desk) -> None:
    admin = await desk.engagement()

    with pytest.raises(Forbidden):
        await create_engagement(admin, CreateEngagement("Mine", "USD", None, "Mine"))


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (CreateEngagement(" ", "USD", None, "Acme"), ("name",)),
        (CreateEngagement("a" * 201, "USD", None, "Acme"), ("name",)),
        (CreateEngagement("a\0b", "USD", None, "Acme"), ("name",)),
        (CreateEngagement("a", "usd", None, "Acme"), ("currency",)),
        (CreateEngagement("a", "EURO", None, "Acme"), ("currency",)),
        (CreateEngagement("a", "USD", None, ""), ("clientAccount", "newName")),
    ],
)
async def test_what_cannot_be_an_engagement_is_refused(
    desk: Desk, command: CreateEngagement, path: tuple[str, ...]
) -> None:
    with pytest.raises(Refused) as refused:
        await create_engagement(desk.platform, command)

    assert codes(refused.value) == [(ErrorCode.INVALID_INPUT, path)]


async def test_an_unknown_client_account_is_not_found(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        await create_engagement(desk.platform, CreateEngagement("a", "USD", new_id()))

    assert codes(refused.value) == [(ErrorCode.NOT_FOUND, ("clientAccount", "id"))]


async def test_a_member_is_added_changed_and_removed(desk: Desk) -> None:
    root = await desk.engagement()
    await set_member(root, SetMember("bob", frozenset({Role.LEAD}), "bob@example.com", Experience.SENIOR))
    added = await desk.member(root.tenant, "bob")

    await set_member(root, SetMember("bob", frozenset({Role.VIEWER, Role.ARCHITECT})))
    changed = await desk.member(root.tenant, "bob")

    await set_member(root, SetMember("bob", frozenset()))
    removed = await desk.member(root.tenant, "bob")

    assert added == Member("bob", frozenset({Role.LEAD}), "bob@example.com", Experience.SENIOR)
    assert changed == Member("bob", frozenset({Role.VIEWER, Role.ARCHITECT}))
    assert removed is None
    events = await EventReader(desk.engine).page(root.tenant, None, 0, 10)
    assert [event.data for event in events] == [{"changed": [["Engagement", root.tenant.engagement_id]]}] * 3


@pytest.mark.parametrize("roles", [frozenset(), frozenset({Role.LEAD})])
async def test_the_last_admin_stays(desk: Desk, roles: frozenset[Role]) -> None:
    root = await desk.engagement()

    with pytest.raises(Refused) as refused:
        await set_member(root, SetMember("root", roles))

    assert codes(refused.value) == [(ErrorCode.INVALID_INPUT, ("roles",))]
    assert (await desk.member(root.tenant, "root")) == Member("root", ADMIN, "root@example.com")


async def test_two_admins_cannot_remove_each_other_at_once(desk: Desk) -> None:
    root = await desk.engagement()
    await set_member(root, SetMember("bob", ADMIN))

    answers = await asyncio.gather(
        set_member(root, SetMember("bob", frozenset())),
        set_member(root, SetMember("root", frozenset())),
        return_exceptions=True,
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["Engagement", "Refused"]
    left = [await desk.member(root.tenant, subject) for subject in ("root", "bob")]
    assert len([member for member in left if member]) == 1


async def test_two_admins_cannot_both_step_down_at_once(desk: Desk) -> None:
    root = await desk.engagement()
    await set_member(root, SetMember("bob", ADMIN))
    bob = replace(root, subject="bob", user="bob")

    answers = await asyncio.gather(
        set_member(root, SetMember("root", frozenset({Role.LEAD}))),
        set_member(bob, SetMember("bob", frozenset({Role.VIEWER}))),
        return_exceptions=True,
    )

    assert sorted(type(answer).__name__ for answer in answers) == ["Engagement", "Refused"]
    left = [await desk.member(root.tenant, subject) for subject in ("root", "bob")]
    assert len([member for member in left if member and Role.ADMIN in member.roles]) == 1


async def test_who_was_removed_meanwhile_makes_nobody_a_member(desk: Desk) -> None:
    """He was let in as an ADMIN, and removed before his command came to its turn."""
    root = await desk.engagement()
    await set_member(root, SetMember("bob", ADMIN))
    bob = replace(root, subject="bob", user="bob")
    await set_member(root, SetMember("bob", frozenset()))

    for command in (SetMember("bob", ADMIN), SetMember("mallory", ADMIN), SetMember("root", frozenset())):
        with pytest.raises(Forbidden):
            await set_member(bob, command)

    found = [await desk.member(root.tenant, subject) for subject in ("root", "bob", "mallory")]
    assert found == [Member("root", ADMIN, "root@example.com"), None, None]


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (SetMember("", ADMIN), ("userId",)),
        (SetMember("system", ADMIN), ("userId",)),
        (SetMember("a\0b", ADMIN), ("userId",)),
        (SetMember("a" * 256, ADMIN), ("userId",)),
        (SetMember(" a", ADMIN), ("userId",)),
        (SetMember("bob", ADMIN, "no address"), ("email",)),
    ],
)
async def test_what_cannot_be_a_member_is_refused(desk: Desk, command: SetMember, path: tuple[str, ...]) -> None:
    root = await desk.engagement()

    with pytest.raises(Refused) as refused:
        await set_member(root, command)

    assert codes(refused.value) == [(ErrorCode.INVALID_INPUT, path)]


async def test_who_is_no_member_cannot_be_removed(desk: Desk) -> None:
    root = await desk.engagement()

    with pytest.raises(Refused) as refused:
        await set_member(root, SetMember("bob", frozenset()))

    assert codes(refused.value) == [(ErrorCode.NOT_FOUND, ("userId",))]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CONTRIBUTOR, Role.ARCHITECT, Role.LEAD])
async def test_members_and_settings_are_an_admins(desk: Desk, role: Role) -> None:
    other = replace(await desk.engagement(), roles=frozenset({role}))

    with pytest.raises(Forbidden):
        await set_member(other, SetMember("bob", ADMIN))
    with pytest.raises(Forbidden):
        await save_engagement_settings(other, SaveEngagementSettings(timezone="Europe/Berlin"))


async def test_settings_are_saved_as_one_more_version(desk: Desk) -> None:
    root = await desk.engagement()

    numbers = {
        "blendedRate": "99.50",
        "sixrWeights": {"stability": 3},
        "holidays": ["2026-12-25"],
        "levellingSeconds": 10,
    }
    saved = await save_engagement_settings(root, SaveEngagementSettings("Europe/Berlin", numbers, 1))

    assert (saved.timezone, saved.settings, saved.version) == ("Europe/Berlin", numbers, 2)
    async with root.work() as uow:
        assert await uow.engagement() == saved


@pytest.mark.parametrize(
    ("command", "code", "path"),
    [
        (SaveEngagementSettings("Europe/Atlantis"), ErrorCode.INVALID_INPUT, ("timezone",)),
        (SaveEngagementSettings("../../etc/passwd"), ErrorCode.INVALID_INPUT, ("timezone",)),
        (SaveEngagementSettings("UTC", None, 7), ErrorCode.VERSION_CONFLICT, ("expectedVersion",)),
        (SaveEngagementSettings(None, {"unheardOf": 1}), ErrorCode.INVALID_INPUT, ("settings", "unheardOf")),
        (SaveEngagementSettings(None, {"blendedRate": "-1"}), ErrorCode.INVALID_INPUT, ("settings", "blendedRate")),
        (SaveEngagementSettings(None, {"blendedRate": "x"}), ErrorCode.INVALID_INPUT, ("settings", "blendedRate")),
        (SaveEngagementSettings(None, {"holidays": ["x"]}), ErrorCode.INVALID_INPUT, ("settings", "holidays", "0")),
        (SaveEngagementSettings(None, {"holidays": MANY_DAYS}), ErrorCode.LIMIT_EXCEEDED, ("settings", "holidays")),
        (
            SaveEngagementSettings(None, {"levellingSeconds": 61}),
            ErrorCode.INVALID_INPUT,
            ("settings", "levellingSeconds"),
        ),
        (
            SaveEngagementSettings(None, {"sixrWeights": {"stability": 0}}),
            ErrorCode.INVALID_INPUT,
            ("settings", "sixrWeights", "stability"),
        ),
        (
            SaveEngagementSettings(None, {"sixrWeights": {"luck": 1}}),
            ErrorCode.INVALID_INPUT,
            ("settings", "sixrWeights", "luck"),
        ),
    ],
)
async def test_settings_that_will_not_do_are_refused(
    desk: Desk, command: SaveEngagementSettings, code: ErrorCode, path: tuple[str, ...]
) -> None:
    root = await desk.engagement()

    with pytest.raises(Refused) as refused:
        await save_engagement_settings(root, command)

    assert codes(refused.value) == [(code, path)]
    async with root.work() as uow:
        assert (await uow.engagement()).version == 1


async def test_a_member_of_two_engagements_is_in_one_at_a_time(desk: Desk) -> None:
    first, second = await desk.engagement("First"), await desk.engagement("Second")

    async with first.work() as uow:
        one = await uow.engagement()
    async with second.work() as uow:
        two = await uow.engagement()

    assert (one.name, two.name) == ("First", "Second")


async def test_membership_is_of_the_client_account_too(desk: Desk) -> None:
    first, second = (await desk.engagement()).tenant, (await desk.engagement()).tenant

    assert await desk.member(Tenant(first.client_account_id, second.engagement_id), "root") is None
    assert await desk.member(first, "mallory") is None
