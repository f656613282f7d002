"""What a user prefers, the same in all engagements of a client account."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import available_timezones

from domain.customer_success.kinds import WorkflowKind
from domain.errors import ErrorCode
from domain.given import Checking

THEME = "system"
LONGEST_THEME = 50
LARGEST_PART = 64 << 10
_PARTS = ("notifications", "queue", "custom")
LARGEST_PAGE = 100


@dataclass(frozen=True, slots=True)
class Preference:
    """One key of a part: what it is by default, and what it may be."""

    default: Any
    allowed: str
    takes: Callable[[Any], bool]


def _yes_or_no(default: bool) -> Preference:  # noqa: FBT001
    return Preference(default, "true or false", lambda value: isinstance(value, bool))


def _one_of(default: str, *words: str) -> Preference:
    return Preference(default, f"one of {', '.join(words)}", lambda value: value in words)


def _kinds(value: Any) -> bool:
    words = tuple(WorkflowKind)
    return isinstance(value, list) and all(each in words for each in value) and len(set(value)) == len(value)


def _page(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= LARGEST_PAGE


# What the keys of these parts are; `custom` is the client's own and has any.
KEYS: Mapping[str, Mapping[str, Preference]] = MappingProxyType(
    {
        "notifications": {
            "inApp": _yes_or_no(True),
            "email": _yes_or_no(False),
            "assignments": _yes_or_no(True),
            "dueTasks": _yes_or_no(True),
            "replies": _yes_or_no(True),
            "digest": _one_of("NONE", "NONE", "DAILY", "WEEKLY"),
        },
        "queue": {
            "kinds": Preference(list(WorkflowKind), f"a list of {', '.join(WorkflowKind)}, each once", _kinds),
            "groupByCustomer": _yes_or_no(False),
            "pageSize": Preference(50, f"a whole number from 1 to {LARGEST_PAGE}", _page),
        },
    }
)


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
    """What is not among `given` stays, key by key of the parts that have keys; what is None is as by default again."""

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
        for name in KEYS:
            _check_keys(kept.get(name), name, checking)
        for name in _PARTS:
            if len(json.dumps(kept.get(name), ensure_ascii=False).encode()) > LARGEST_PART:
                checking.wrong("This holds at most 64 KiB.", name, code=ErrorCode.LIMIT_EXCEEDED)
        checking.done()
        return kept


def _check_keys(value: Any, part: str, checking: Checking) -> None:
    """Only keys that there are, with values that they take."""
    if value is None:
        return
    if not isinstance(value, Mapping):
        checking.wrong("This is an object of keys and values.", part)
        return
    for key, item in value.items():
        known = KEYS[part].get(key)
        if known is None:
            shown = key[:LONGEST_THEME]
            checking.wrong(f"There is no preference {shown!r} here; there are {', '.join(KEYS[part])}.", part, shown)
        elif item is not None and not known.takes(item):
            checking.wrong(f"This is {known.allowed}.", part, key)


def id_of(client_account_id: str, user: str) -> str:
    """The id of a user's preferences, saved or not."""
    return str(uuid5(UUID(client_account_id), user))


def preferred(saved: SavedPreferences, id: str, timezone: str) -> UserPreferences:
    """What he said over the defaults; his time zone is the engagement's until he says otherwise."""
    parts = {name: _over_defaults(getattr(saved, name), keys) for name, keys in KEYS.items()}
    return UserPreferences(
        id=id,
        theme=saved.theme or THEME,
        timezone=saved.timezone or timezone,
        updated_at=saved.updated_at,
        custom={} if saved.custom is None else saved.custom,
        **parts,
    )


def _over_defaults(said: Any, keys: Mapping[str, Preference]) -> dict[str, Any]:
    given = said if isinstance(said, Mapping) else {}
    return {key: each.default if given.get(key) is None else given[key] for key, each in keys.items()}
