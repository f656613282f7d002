"""What can go wrong because of a caller.

DomainError
├── Refused            the caller can mend it: one Problem per thing that is wrong, all at once
│   ├── NotFound       there is no such thing, for this caller
│   ├── StaleVersion   somebody else changed it first
│   └── KeptBack       a gate is not passed; what was answered is kept
├── Unauthenticated    no valid token
├── Forbidden          the token is valid, the role does not allow it
├── CursorExpired      the cursor is older than retention, or never was
└── LimitExceeded      more was asked than one operation may ask
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any


class ErrorCode(StrEnum):
    """The codes a client may branch on."""

    INVALID_INPUT = "INVALID_INPUT"
    NOT_FOUND = "NOT_FOUND"
    INVALID_TRANSITION = "INVALID_TRANSITION"
    PREREQUISITE_MISSING = "PREREQUISITE_MISSING"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    IDEMPOTENCY_CONFLICT = "IDEMPOTENCY_CONFLICT"
    NOT_READY = "NOT_READY"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    SELF_APPROVAL = "SELF_APPROVAL"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"
    INFEASIBLE = "INFEASIBLE"
    UNSUPPORTED_FORMAT = "UNSUPPORTED_FORMAT"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, where, and what would mend it, in a sentence."""

    code: ErrorCode
    message: str
    path: tuple[str, ...] = ()
    details: Mapping[str, Any] | None = field(default=None, compare=False)


class DomainError(Exception):
    """Something a caller caused."""


class Refused(DomainError):
    """The command was refused and nothing changed."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(" ".join(problem.message for problem in self.problems))


class NotFound(Refused):
    """There is no such thing for this caller; the same words whether it never was, was deleted or is foreign."""

    def __init__(self, thing: str, path: tuple[str, ...] = ()) -> None:
        super().__init__([Problem(ErrorCode.NOT_FOUND, f"There is no such {thing}.", path)])


class KeptBack(Refused):
    """An answer does not pass its gate. It was kept, with its entry in the audit log; nothing else changed."""


def shown_time(at: datetime) -> str:
    """A time as details of an error tell it: like the API's own, in UTC to the millisecond."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class StaleVersion(Refused):
    """Somebody else changed it since the version the caller expected."""

    def __init__(self, thing: str, details: Mapping[str, Any]) -> None:
        message = (
            f"The {thing} changed since version {details['expectedVersion']}: it is at version "
            f"{details['currentVersion']} now. Read it again and repeat the change."
        )
        super().__init__([Problem(ErrorCode.VERSION_CONFLICT, message, ("expectedVersion",), details)])


class Unauthenticated(DomainError):
    """The request carries no token that this server accepts."""


class Forbidden(DomainError):
    """The caller is known, but his role does not allow this."""


class CursorExpired(DomainError):
    """The cursor is older than what is kept, or never was: read the state again and start anew."""


class LimitExceeded(DomainError):
    """The operation asks for more than one operation may."""


def refuse(code: ErrorCode, message: str, *path: str) -> Refused:
    """A refusal for one reason."""
    return Refused([Problem(code, message, path)])
