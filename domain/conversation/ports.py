"""How conversations reach a model and what is kept of them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.access import Tenant
from domain.builds.conversation import Message
from domain.contract import FoundPassage
from domain.model_usage import ModelUsage
from domain.saved_action import ActionExecution, SavedAction
from domain.thread import ChatMessage, ChatThread

# Who replies, where settings have a model for each role.
AGENT = "customer_conversation"


@dataclass(frozen=True, slots=True)
class Question:
    """What a model is asked in a thread: `brief` is all it is told of the tenant beside what was said.

    With `passages` it answers from these alone, and cites them.
    """

    tenant: Tenant
    flow_id: str
    writer: str
    brief: str
    turns: tuple[Message, ...]
    passages: tuple[FoundPassage, ...] | None = None


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a model said, and what that took."""

    content: str
    usage: ModelUsage
    estimated: bool = False


class VoiceFailed(Exception):
    """No reply of a model to be had: the rules reply. `code` says why, for the log; `usage` is what it took."""

    def __init__(self, code: str, message: str, usage: ModelUsage | None = None, *, estimated: bool = False) -> None:
        self.code = code
        self.usage = usage
        self.estimated = estimated
        super().__init__(message)


class Writer(Protocol):
    """A text that people see while it is written."""

    def write(self, piece: str) -> None: ...


class Voice(Protocol):
    """What replies in threads as a model does, where one is configured."""

    @property
    def speaks(self) -> bool:
        """Whether there is a model to be asked."""

    async def reply(self, question: Question) -> Spoken:
        """Seen while it is written; within its deadlines, or VoiceFailed. Cancelling it ends the request at once."""

    def writing(self, question: Question) -> AbstractAsyncContextManager[Writer]:
        """A reply that is not a model's, seen in the same way."""


class ThreadRepository(Protocol):
    """Threads of the engagement. A thread's flow is locked before the thread."""

    async def flow_of(self, thread_id: str) -> str:
        """The flow that it is in, held by nobody; NotFound where there is no such thread."""

    async def get(self, thread_id: str) -> ChatThread:
        """Locked until the unit of work ends; NotFound where there is none."""

    async def save(self, thread: ChatThread, messages: Sequence[ChatMessage] = ()) -> None:
        """The thread, and what was said in it."""

    async def history(self, thread_id: str) -> tuple[ChatMessage, ...]:
        """The first message and the newest of the others, oldest first."""

    async def active(self, flow_id: str, step: str | None = None) -> tuple[ChatThread, ...]:
        """Those of that flow, or of that step of it, that go on; locked."""

    async def wanted(self, thread_id: str, message_id: str) -> bool:
        """Whether the reply to that message is still asked for; nothing is held."""


class ActionRepository(Protocol):
    """Actions of the client account, and what was executed in the engagement's flows."""

    async def find(self, key: str) -> SavedAction | None:
        """The account's action of that key, or the one that is built in."""

    async def save(self, action: SavedAction, by: str, at: datetime) -> SavedAction:
        """A new one, or in the place of the account's own of that key; as it is kept."""

    async def record(self, execution: ActionExecution) -> None: ...
