"""What the asking user prefers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from domain.errors import Problem
from domain.preferences import KEYS, UpdatePreferences, UserPreferences
from resolvers import preferences as commands
from resolvers.context import Caller, Context
from resolvers.reading import preferences as reading
from schema.basics import Node
from schema.commanding import Said, carry_out
from schema.ids import Verbatim
from schema.mirror import mirror
from schema.payloads import REFUSED
from schema.scalars import JSON


def _keys(part: str) -> str:
    return f"Key by key, as the whole: {', '.join(KEYS[part])}. Any other is refused."


@strawberry.input(description="What is absent stays; null is the default again. Each JSON value holds at most 64 KiB.")
class UpdatePreferencesInput:
    theme: str | None = UNSET
    timezone: str | None = strawberry.field(default=UNSET, description="IANA name.")
    notifications: Annotated[JSON, Verbatim()] | None = strawberry.field(
        default=UNSET, description=_keys("notifications")
    )
    queue: Annotated[JSON, Verbatim()] | None = strawberry.field(default=UNSET, description=_keys("queue"))
    custom: Annotated[JSON, Verbatim()] | None = strawberry.field(
        default=UNSET, description="The client's own, kept as it is."
    )


@mirror(
    UserPreferences,
    "theme timezone notifications queue custom updated_at",
    timezone="IANA name; the engagement's until the user names another.",
    updated_at="When the engagement began, where nothing was saved yet.",
)
class UserPreferencesType(Node):
    """The asking user's own, the same in all engagements of the client account."""


@dataclass(frozen=True, slots=True)
class PreferencesPayload:
    """Preferences that were changed."""

    preferences: UserPreferences | None
    errors: tuple[Problem, ...]


@mirror(PreferencesPayload, "preferences errors", preferences=REFUSED)
class PreferencesPayloadType:
    pass


async def update_preferences(context: Context, input: UpdatePreferencesInput) -> PreferencesPayload:
    """The asking user's own."""

    async def act(caller: Caller, said: Said) -> Any:
        return await commands.update_preferences(caller, UpdatePreferences(said))

    outcome = await carry_out(context, "updatePreferences", input, act)
    return PreferencesPayload(None if outcome.problems else await reading.own(context), outcome.problems)
