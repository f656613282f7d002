"""What a user prefers, the same in all engagements of a client account."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import available_timezones

from domain.errors import ErrorCode
from domain.given import Checking

THEME = "system"
LONGEST_THEME = 50
LARGEST_PART = 64 << 10
_PARTS = ("notifications", "queue", "custom")


@dataclass(frozen=True, slots=True)
class UserPreferences:
    """What a user sees by; what he never said is as by default."""

    id: str
    theme: str
    timezone: str
    notifications: Any
    queue: Any
    custom: Any
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class SavedPreferences:
    """What a user has said; None is the default."""

    updated_at: datetime
    theme: str | None = None
    timezone: str | None = None
    notifications: Any = None
    queue: Any = None
    custom: Any = None


@dataclass(frozen=True, slots=True)
class UpdatePreferences:
    """What is not among `given` stays; what is None there is as by default again."""

    given: Mapping[str, Any] = field(default_factory=dict)

    def checked(self) -> Mapping[str, Any]:
        """What is given, or Refused with everything that is wrong with it."""
        checking = Checking()
        kept = dict(self.given)
        if kept.get("theme") is not None:
            kept["theme"] = checking.needed(kept["theme"], "theme", longest=LONGEST_THEME)
        zone = kept.get("timezone")
        if zone is not None and zone not in available_timezones():
            checking.wrong(
                f"There is no time zone {zone[:LONGEST_THEME]!r}. Give a name such as Europe/Berlin.", "timezone"
            )
        for name in _PARTS:
            if len(json.dumps(kept.get(name), ensure_ascii=False).encode()) > LARGEST_PART:
                checking.wrong("This holds at most 64 KiB.", name, code=ErrorCode.LIMIT_EXCEEDED)
        checking.done()
        return kept


def id_of(client_account_id: str, user: str) -> str:
    """The id of a user's preferences, saved or not."""
    return str(uuid5(UUID(client_account_id), user))


def preferred(saved: SavedPreferences, id: str, timezone: str) -> UserPreferences:
    """What he said over the defaults; his time zone is the engagement's until he says otherwise."""
    parts = {name: {} if getattr(saved, name) is None else getattr(saved, name) for name in _PARTS}
    return UserPreferences(
        id=id,
        theme=saved.theme or THEME,
        timezone=saved.timezone or timezone,
        updated_at=saved.updated_at,
        **parts,
    )
