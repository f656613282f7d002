"""What people do to engagements: make them, say who may do what in them, set their own numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from domain.access import Member, Role, Tenant
from domain.engagement import (
    SYSTEM,
    CreateEngagement,
    Engagement,
    OwnNumbers,
    SaveEngagementSettings,
    SetMember,
    change_member,
)
from domain.errors import NotFound
from domain.event import Event, EventKind
from resolvers.context import Caller


async def create_engagement(caller: Caller, command: CreateEngagement) -> Engagement:
    """A new engagement, whose first ADMIN is whoever makes it; for the platform's own tokens."""
    caller.need_platform()
    tenant = Tenant(command.client_account_id or caller.ids(), caller.ids())
    engagement = Engagement.create(tenant.engagement_id, tenant.client_account_id, command)
    if command.client_account_id is not None:
        await _check_account(caller, tenant)
    first = Member(caller.subject if caller.user == SYSTEM else caller.user, frozenset({Role.ADMIN}), caller.email)
    async with replace(caller, tenant=tenant).work() as uow:
        if command.client_account_name is not None:
            await uow.engagements.add_account(command.client_account_name.strip())
        await uow.engagements.add(engagement)
        await uow.engagements.save_member(first)
        uow.touch(engagement.id)
    return engagement


async def _check_account(caller: Caller, tenant: Tenant) -> None:
    # Not in the transaction that follows: a refusal is kept in the audit log of an engagement,
    # and here there is none yet.
    async with caller.open_work(tenant) as uow:
        if not await uow.engagements.has_account():
            raise NotFound("client account", ("clientAccount", "id"))


async def set_member(caller: Caller, command: SetMember) -> Engagement:
    """Say what somebody may do from now on."""
    caller.need(Role.ADMIN)
    async with caller.work() as uow:
        engagement = await uow.engagements.get()
        members = await uow.engagements.members()
        _among(members, caller).need(Role.ADMIN)
        member = change_member(members, command)
        uow.witness(*(_standing(command.subject, each) for each in (_of(members, command.subject), member)))
        if member is None:
            await uow.engagements.remove_member(command.subject)
        else:
            await uow.engagements.save_member(member)
        uow.touch(engagement.id)
        uow.tell(_changed(caller, engagement))
    return engagement


def _among(members: Iterable[Member], caller: Caller) -> Caller:
    """The caller with what he may do now that nobody else changes it: he may have been removed a moment ago."""
    own = _of(members, caller.subject if caller.user == SYSTEM else caller.user)
    return replace(caller, roles=own.roles if own else frozenset())


def _of(members: Iterable[Member], subject: str) -> Member | None:
    return next((member for member in members if member.subject == subject), None)


def _standing(subject: str, member: Member | None) -> Mapping[str, Any] | None:
    """Who may do what, for the audit log; None for who is no member."""
    return None if member is None else {"member": {"userId": subject, "roles": sorted(member.roles)}}


async def save_engagement_settings(caller: Caller, command: SaveEngagementSettings) -> Engagement:
    """Set the engagement's own numbers and its time zone."""
    caller.need(Role.ADMIN)
    if command.settings is not None:
        numbers = caller.shapes.encode(caller.shapes.decode(OwnNumbers, command.settings, ("settings",)))
        given = {name: number for name, number in numbers.items() if number is not None}
        command = replace(command, settings=given)
    async with caller.work() as uow:
        engagement = (await uow.engagements.get()).change(command)
        await uow.engagements.save(engagement)
        uow.touch(engagement.id)
        uow.tell(_changed(caller, engagement))
    return engagement


def _changed(caller: Caller, engagement: Engagement) -> Event:
    return Event(EventKind.CHILD_CHANGED, caller.now(), data={"changed": [["Engagement", engagement.id]]})
