"""Threads: conversations at a step of a flow. Their messages are numbered, and answered one after the other."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID, uuid5

from domain.builds.conversation import MessageRole
from domain.builds.fitting import tokens
from domain.errors import ErrorCode, refuse
from domain.event import Event, EventKind, WriteReply
from domain.flow_state import Stamp
from domain.source import Source

LONGEST_MESSAGE = 10_000
OUTCOME_BYTES = 64 << 10
# Messages of one thread that wait for their replies, threads of one flow that are open.
MOST_WAITING = 10
MOST_OPEN = 100
# A thread in which nothing was said for this long is over.
UNTOUCHED = timedelta(days=30)

_BREAK = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# What turns the reading direction of a line, or is no character at all. Joiners stay: emojis are made of them.
_UNSEEN = re.compile("[\u202a-\u202e\u2066-\u2069\ufeff]")
_CONTROL = frozenset({"Cc", "Cs"})


class ThreadStatus(StrEnum):
    """Whether a thread goes on. ABANDONED: nobody touched it for long, or its step was skipped."""

    ACTIVE = "ACTIVE"
    COMPLETED = "COMPLETED"
    ABANDONED = "ABANDONED"


@dataclass(frozen=True, slots=True)
class ChatMessage:
    """One message. `tokens` is what it takes of a model's window; `reply_to` is the message that it answers."""

    id: str
    flow_id: str
    thread_id: str
    sequence: int
    role: MessageRole
    content: str
    source: Source
    said_by: str
    created_at: datetime
    tokens: int
    model: str | None = None
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """A reply: what it says, who made it, and of which model."""

    content: str
    source: Source
    model: str | None = None
    tokens: int | None = None


@dataclass(frozen=True, slots=True)
class ChatThread:
    """A conversation at one step of a flow, by one of its branches where it was opened by one.

    `pending` are the messages that wait for their replies, oldest first: one of them is answered at a time. `starts` is
    how often a worker has begun the reply to the first of them.
    """

    id: str
    flow_id: str
    step: str
    branch: str | None
    return_to_step: str | None
    started_by: str
    started_at: datetime
    touched_at: datetime
    status: ThreadStatus = ThreadStatus.ACTIVE
    sequence: int = 0
    total_tokens: int = 0
    pending: tuple[str, ...] = ()
    starts: int = 0
    ended_at: datetime | None = None
    outcome: Any | None = None

    @classmethod
    def open(
        cls, flow_id: str, step: str, stamp: Stamp, brief: str, *, branch: str | None = None, back: str | None = None
    ) -> tuple[Self, ChatMessage]:
        """A new thread, whose first message tells the model, and whoever reads along, of the customer."""
        thread = cls(stamp.new_id(), flow_id, step, branch, back, stamp.by, stamp.at, stamp.at)
        return thread._with(MessageRole.SYSTEM, Said(brief, Source.RULES), stamp)

    @property
    def writer(self) -> str:
        """The name under which its replies are seen while they are written."""
        return f"{type(self).__name__}:{self.id}"

    def say(self, content: str, stamp: Stamp) -> tuple[Self, ChatMessage]:
        """A person's message; it waits for its reply."""
        self.require_active()
        if len(self.pending) >= MOST_WAITING:
            wait = f"{MOST_WAITING} messages of this thread wait for their replies. Wait for one of them."
            raise refuse(ErrorCode.LIMIT_EXCEEDED, wait, "threadId")
        thread, message = self._with(MessageRole.USER, Said(spoken(content), Source.USER), stamp)
        return replace(thread, pending=(*self.pending, message.id)), message

    def reply(self, said: Said, stamp: Stamp) -> tuple[Self, ChatMessage]:
        """The reply to the message that has waited longest."""
        to, *rest = self.pending
        thread, message = self._with(MessageRole.ASSISTANT, said, stamp, to)
        message = replace(message, id=reply_id(to))
        return replace(thread, pending=tuple(rest), starts=0), message

    def waits(self, message_id: str) -> bool:
        """Whether that message is the one to be answered now."""
        return self.status is ThreadStatus.ACTIVE and self.pending[:1] == (message_id,)

    @property
    def next_reply(self) -> WriteReply | None:
        """The job of the reply that is due; None where nothing waits."""
        return WriteReply(self.flow_id, self.id, self.pending[0]) if self.pending else None

    def complete(self, outcome: Any, stamp: Stamp) -> Self:
        """It has come to this; what still waits for a reply gets none."""
        self.require_active()
        if len(json.dumps(outcome, ensure_ascii=False).encode("utf-8", "replace")) > OUTCOME_BYTES:
            raise refuse(ErrorCode.LIMIT_EXCEEDED, "An outcome takes at most 64 KiB.", "outcome")
        return self._ended(ThreadStatus.COMPLETED, stamp.at, outcome)

    def abandon(self, at: datetime) -> Self:
        """It goes nowhere any more; one that has ended stays as it is."""
        return self._ended(ThreadStatus.ABANDONED, at, None) if self.status is ThreadStatus.ACTIVE else self

    def require_active(self) -> None:
        """Refused unless it goes on."""
        if self.status is not ThreadStatus.ACTIVE:
            message = f"This thread is {self.status.lower()}. Open another one at its step."
            raise refuse(ErrorCode.INVALID_TRANSITION, message, "threadId")

    def duration(self) -> timedelta | None:
        """From its beginning to its end; None while it goes on."""
        return self.ended_at - self.started_at if self.ended_at else None

    def changed(self, at: datetime) -> Event:
        """The event that tells that it is not as it was."""
        return Event(EventKind.CHILD_CHANGED, at, self.step, {"changed": [[type(self).__name__, self.id]]})

    def _ended(self, status: ThreadStatus, at: datetime, outcome: Any) -> Self:
        return replace(self, status=status, ended_at=at, touched_at=at, outcome=outcome, pending=(), starts=0)

    def _with(
        self, role: MessageRole, said: Said, stamp: Stamp, reply_to: str | None = None
    ) -> tuple[Self, ChatMessage]:
        content = visible(said.content)
        message = ChatMessage(
            id=stamp.new_id(),
            flow_id=self.flow_id,
            thread_id=self.id,
            sequence=self.sequence + 1,
            role=role,
            content=content,
            source=said.source,
            said_by=stamp.by,
            created_at=stamp.at,
            tokens=tokens(content) if said.tokens is None else said.tokens,
            model=said.model,
            reply_to=reply_to,
        )
        total = self.total_tokens + message.tokens
        return replace(self, sequence=message.sequence, total_tokens=total, touched_at=stamp.at), message


def reply_id(message_id: str) -> str:
    """The id of the reply to that message: nothing is replied to twice, and its reply is found by it."""
    return str(uuid5(UUID(message_id), "reply"))


def posted(message: ChatMessage, step: str) -> Event:
    """The event that tells of it."""
    data = {"messageId": message.id, "threadId": message.thread_id}
    return Event(EventKind.MESSAGE, message.created_at, step, data)


def spoken(content: str) -> str:
    """What a person says, without what nobody sees; Refused where nothing is left or it is too long."""
    plain = visible(content)
    if not plain:
        raise refuse(ErrorCode.INVALID_INPUT, "A message must not be empty.", "content")
    if len(plain) > LONGEST_MESSAGE:
        raise refuse(ErrorCode.LIMIT_EXCEEDED, f"A message has at most {LONGEST_MESSAGE:,} characters.", "content")
    return plain


def visible(text: str) -> str:
    """The text without what nobody sees: customers' own words stand in it, whoever says it."""
    plain = _UNSEEN.sub("", _BREAK.sub("\n", text)).replace("\t", " ")
    plain = "".join(each for each in plain if each == "\n" or unicodedata.category(each) not in _CONTROL)
    return unicodedata.normalize("NFC", plain).strip()
