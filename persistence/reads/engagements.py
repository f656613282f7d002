"""Reading the engagement, its members and its audit log, and the engagements that a subject may select."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ColumnElement, RowMapping, Text, func, literal, select

from domain.access import Experience, Member, Role
from domain.engagement import Engagement
from domain.known import AuditEntry, ClientAccount, KnownEngagement, SelectableEngagement
from domain.listing import AuditEntries, Members, SelectableEngagements
from persistence.reads.source import Rows, Source, contains, downwards, made_by, same, upwards
from persistence.tables import audit_log, client_accounts, engagements, events, members

_last_position = (
    select(func.coalesce(func.max(events.c.position), 0))
    .where(events.c.engagement_id == engagements.c.id)
    .scalar_subquery()
)


def _engagement(row: RowMapping) -> KnownEngagement:
    names = ("id", "client_account_id", "name", "currency", "timezone", "settings", "version")
    return KnownEngagement(
        Engagement(**{name: row[name] for name in names}),
        ClientAccount(row["client_account_id"], row["client_account_name"]),
        row["created_at"],
        row["last_position"],
    )


def _member(row: RowMapping) -> Member:
    experience = Experience(row["experience"]) if row["experience"] else None
    return Member(row["subject"], _roles(row), row["email"], experience)


def _roles(row: RowMapping) -> frozenset[Role]:
    return frozenset(Role(role) for role in row["roles"])


def _entry(row: RowMapping) -> AuditEntry:
    names = ("id", "at", "by", "acting_for", "mutation", "subject_id", "reason", "outcome", "before", "after")
    return AuditEntry(**{name: row[name] for name in names})


def _selectable(row: RowMapping) -> SelectableEngagement:
    return SelectableEngagement(
        client_account_id=row["client_account_id"],
        client_account_name=row["client_account_name"],
        engagement_id=row["engagement_id"],
        name=row["name"],
        roles=_roles(row),
    )


ENGAGEMENTS = Rows(
    table=engagements.join(client_accounts, client_accounts.c.id == engagements.c.client_account_id),
    columns=(
        *engagements.c,
        client_accounts.c.name.label("client_account_name"),
        _last_position.label("last_position"),
    ),
    id=engagements.c.id,
    tenant=engagements.c.id,
    make=made_by(_engagement),
)
MEMBERS = Rows(
    table=members,
    columns=tuple(members.c),
    id=members.c.subject,
    tenant=members.c.engagement_id,
    make=made_by(_member),
)
ENTRIES = Rows(
    table=audit_log,
    columns=tuple(audit_log.c),
    id=audit_log.c.id,
    tenant=audit_log.c.engagement_id,
    make=made_by(_entry),
)
# Across tenants: what is seen is what the subject is a member of, which row-level security says again.
SELECTABLE = Rows(
    table=members.join(engagements, engagements.c.id == members.c.engagement_id).join(
        client_accounts, client_accounts.c.id == engagements.c.client_account_id
    ),
    columns=(
        members.c.engagement_id,
        members.c.roles,
        engagements.c.name,
        engagements.c.client_account_id,
        client_accounts.c.name.label("client_account_name"),
    ),
    id=members.c.engagement_id,
    tenant=None,
    make=made_by(_selectable),
)


def _chosen(listing: SelectableEngagements) -> Iterable[ColumnElement[bool]]:
    yield members.c.subject == literal(listing.subject, Text)
    if listing.search:
        named = client_accounts.c.name.concat(" ").concat(engagements.c.name)
        yield contains(named, listing.search)


def _audited(listing: AuditEntries) -> Iterable[ColumnElement[bool]]:
    yield from same(audit_log.c.subject_id, listing.subject_id)
    yield from same(audit_log.c.by, listing.by)
    if listing.since is not None:
        yield audit_log.c.at >= listing.since


ROWS: dict[type, Rows] = {KnownEngagement: ENGAGEMENTS}

SOURCES: dict[type, Source] = {
    Members: Source(rows=MEMBERS, order=upwards(members.c.subject)),
    AuditEntries: Source(rows=ENTRIES, order=downwards(audit_log.c.at, audit_log.c.id), where=_audited),
    SelectableEngagements: Source(rows=SELECTABLE, order=upwards(engagements.c.name, engagements.c.id), where=_chosen),
}
