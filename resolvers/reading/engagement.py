"""Queries about the engagement, its members, and what was done in it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from domain.access import SYSTEM, Member, Role, Tenant
from domain.errors import NotFound
from domain.known import AuditEntry, KnownEngagement, SelectableEngagement
from domain.listing import AuditEntries, Members, SelectableEngagements
from domain.reading import WHOLE, Page, Window
from resolvers.context import Context


async def current(context: Context) -> KnownEngagement:
    """The engagement that the request selects, read once for the operation."""
    shelf = context.loaded.shelf(_engagements, {})
    found: list[KnownEngagement | None] = await shelf.fill(context, [context.caller.tenant])
    if found[0] is None:
        raise NotFound("engagement")
    return found[0]


async def _engagements(context: Context, tenants: Sequence[Tenant]) -> list[KnownEngagement | None]:
    found = await context.reads.get(KnownEngagement, [tenant.engagement_id for tenant in tenants])
    return [found.get(tenant.engagement_id) for tenant in tenants]


async def members(context: Context, engagements: Sequence[KnownEngagement]) -> list[tuple[Member, ...]]:
    """Who may do what in each engagement: the one that is selected, or one that the caller has just made."""
    return [await _members(context, known) for known in engagements]


async def _members(context: Context, known: KnownEngagement) -> tuple[Member, ...]:
    if known.id == context.caller.tenant.engagement_id:
        return (await context.reads.pages([Members()], WHOLE))[0].items
    async with context.caller.open_work(Tenant(known.client_account.id, known.id)) as uow:
        return await uow.engagements.members()


async def account_name(context: Context, engagement_id: str) -> str:
    """The name of the client account of an engagement that the caller may select."""
    caller = context.caller
    names = {caller.subject, caller.user}
    for subject in names:
        found = (await context.reads.pages([SelectableEngagements(subject=subject)], WHOLE))[0].items
        name = next((each.client_account_name for each in found if each.engagement_id == engagement_id), None)
        if name is not None:
            return name
    raise NotFound("engagement")


async def member(context: Context) -> Member | None:
    """The caller's own membership; a service that acts for nobody may have none."""
    caller = context.caller
    everybody = (await context.reads.pages([Members()], WHOLE))[0].items
    return next((each for name in (caller.user, caller.subject) for each in everybody if each.subject == name), None)


async def selectable(context: Context, search: str | None, window: Window) -> Page[SelectableEngagement]:
    """Every engagement that the caller's token may select."""
    caller = context.caller
    subject = caller.subject if caller.user == SYSTEM else caller.user
    listing = SelectableEngagements(subject=subject, search=search)
    return (await context.reads.pages([listing], window))[0]


async def audited(
    context: Context, subject_id: str | None, by: str | None, since: datetime | None, window: Window
) -> Page[AuditEntry]:
    """The audit log, for an ADMIN."""
    context.caller.need(Role.ADMIN)
    listing = AuditEntries(subject_id=subject_id, by=by, since=since)
    return (await context.reads.pages([listing], window))[0]
