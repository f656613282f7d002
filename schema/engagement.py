"""Who is asking, and where: the viewer, engagements and their members, the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from domain.access import Member, Role
from domain.engagement import OwnNumbers
from domain.known import AuditEntry, ClientAccount, KnownEngagement, SelectableEngagement
from domain.preferences import UserPreferences
from domain.request import OK
from resolvers.context import Context
from resolvers.reading import engagement as reading
from resolvers.reading.preferences import own as own_preferences
from schema.acts import act_of
from schema.basics import Node
from schema.connections import connection
from schema.ids import show_ids
from schema.loading import computed, loaded
from schema.mirror import Id, mirror


@dataclass(frozen=True, slots=True)
class Asking:
    """The user who asks."""

    member: Member | None


@mirror(ClientAccount, "name")
class ClientAccountType(Node):
    pass


@mirror(
    Member,
    "email experience",
    email="Null where it is not known.",
    experience="Weighs the priority of customer-success work.",
)
class MemberType:
    @computed
    @staticmethod
    def user_id(member: Member) -> str:
        return member.subject

    @computed
    @staticmethod
    def roles(member: Member) -> tuple[Role, ...]:
        return _sorted(member.roles)


@mirror(KnownEngagement, "client_account created_at")
class EngagementType(Node):
    @computed
    @staticmethod
    def name(known: KnownEngagement) -> str:
        return known.engagement.name

    @computed
    @staticmethod
    def currency(known: KnownEngagement) -> str:
        return known.engagement.currency

    @computed
    @staticmethod
    def timezone(known: KnownEngagement) -> str:
        """IANA name; its today is the product's today."""
        return known.engagement.timezone

    @computed
    @staticmethod
    def settings(known: KnownEngagement) -> Any:
        """The engagement's own numbers over the product's defaults."""
        return known.engagement.settings

    @computed
    @staticmethod
    def settings_schema(_known: KnownEngagement, context: Context) -> Any:
        """JSON Schema of `settings`."""
        return context.caller.shapes.schema(OwnNumbers)

    @computed
    @staticmethod
    def event_cursor(known: KnownEngagement) -> str:
        """The newest event's cursor: query it, then subscribe to `engagementEvents` with `after`."""
        return str(known.last_position)

    @loaded
    @staticmethod
    async def members(context: Context, engagements: list[KnownEngagement]) -> list[tuple[Member, ...]]:
        return await reading.members(context, engagements)


@mirror(Asking)
class Viewer:
    @computed
    @staticmethod
    def user_id(_asking: Asking, context: Context) -> str:
        return context.caller.user

    @computed
    @staticmethod
    def email(asking: Asking) -> str | None:
        """Null where the member has none."""
        return asking.member.email if asking.member else None

    @computed
    @staticmethod
    def roles(_asking: Asking, context: Context) -> tuple[Role, ...]:
        return _sorted(context.caller.roles)

    @loaded
    @staticmethod
    async def client_account(context: Context, viewers: list[Asking]) -> list[ClientAccount]:
        found = (await reading.current(context)).client_account
        return [found for _ in viewers]

    @loaded
    @staticmethod
    async def engagement(context: Context, viewers: list[Asking]) -> list[KnownEngagement]:
        found = await reading.current(context)
        return [found for _ in viewers]

    @loaded
    @staticmethod
    async def preferences(context: Context, viewers: list[Asking]) -> list[UserPreferences]:
        found = await own_preferences(context)
        return [found for _ in viewers]


@mirror(
    SelectableEngagement,
    "client_account_name name",
)
class SelectableEngagementType:
    """What the tenant headers may say; not a node, since it may lie outside the selected engagement."""

    @computed
    @staticmethod
    def client_account_key(selectable: SelectableEngagement) -> str:
        """Value of X-Client-Account-ID."""
        return selectable.client_account_id

    @computed
    @staticmethod
    def engagement_key(selectable: SelectableEngagement) -> str:
        """Value of X-Engagement-ID."""
        return selectable.engagement_id

    @computed
    @staticmethod
    def roles(selectable: SelectableEngagement) -> tuple[Role, ...]:
        return _sorted(selectable.roles)


@mirror(
    AuditEntry,
    "at by acting_for mutation reason outcome",
    acting_for="Whom a service acted for; null where somebody acted for himself.",
    reason="Null where nobody gave one.",
)
class AuditEntryType:
    """One mutation: carried out, refused, repeated, or failed."""

    @computed
    @staticmethod
    def subject_id(entry: AuditEntry) -> Id | None:
        """Null where it was about nothing that has an id."""
        if entry.subject_id is None:
            return None
        act = act_of(entry.mutation)
        return Id(f"{act.about if entry.outcome == OK else act.named}:{entry.subject_id}")

    @computed
    @staticmethod
    def before(entry: AuditEntry) -> Any | None:
        """How its flow stood, and the ids of what is gone; null where nothing stood before."""
        return _shown(entry, entry.before)

    @computed
    @staticmethod
    def after(entry: AuditEntry) -> Any | None:
        """How its flow stands, and the ids of what was made or changed; null where nothing stands now."""
        return _shown(entry, entry.after)


def _shown(entry: AuditEntry, value: Any) -> Any:
    """Its JSON with global ids; those of the things it is about are of the type that the mutation changes."""
    if not isinstance(value, Mapping) or "ids" not in value:
        return show_ids(value)
    type_ = act_of(entry.mutation).about
    return {**show_ids(value), "ids": [f"{type_}:{id}" for id in value["ids"]]}


def _sorted(roles: frozenset[Role]) -> tuple[Role, ...]:
    return tuple(role for role in Role if role in roles)


connection(SelectableEngagement, "SelectableEngagement")
connection(AuditEntry, "AuditEntry", counted=False)
