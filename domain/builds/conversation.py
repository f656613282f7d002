"""What was said to and by the roles of a build: each has a history and a context of its own, which only grow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Self

from domain.builds.table import BuildRole
from domain.errors import ErrorCode, refuse

# As long as a text may be that comes with a command.
LONGEST_BYTES = 1024 * 1024


class MessageRole(StrEnum):
    """Who speaks in a conversation with a model."""

    SYSTEM = "SYSTEM"
    USER = "USER"
    ASSISTANT = "ASSISTANT"


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation."""

    role: MessageRole
    content: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Turn:
    """A message that was added to a role's history since the build was loaded."""

    role: BuildRole
    message: Message


@dataclass(frozen=True, slots=True)
class RoleContext:
    """What one role has been told and has said: `data` is what was handed to it last, as JSON."""

    role: BuildRole
    history: tuple[Message, ...] = ()
    data: Mapping[str, Any] = field(default_factory=dict)

    def saying(self, message: Message) -> Self:
        """The same with one more message at its end."""
        return replace(self, history=(*self.history, message))

    def last(self, number: int | None = None) -> tuple[Message, ...]:
        """The newest messages, oldest first; all where no number is given."""
        if number is None:
            return self.history
        return self.history[-number:] if number > 0 else ()


def spoken(role: MessageRole, content: str, at: datetime, *path: str) -> Message:
    """A message, or Refused where there is nothing in it or too much."""
    if not content.strip():
        raise refuse(ErrorCode.INVALID_INPUT, "A message must not be empty.", *path)
    if len(content.encode("utf-8", "surrogatepass")) > LONGEST_BYTES:
        raise refuse(ErrorCode.LIMIT_EXCEEDED, f"A message takes at most {LONGEST_BYTES:,} bytes of UTF-8.", *path)
    return Message(role, content, at)
