"""Lists of threads, of what was said in them, and of actions."""

from __future__ import annotations

from dataclasses import dataclass

from domain.listing import Listing
from domain.saved_action import ActionExecution, SavedAction
from domain.thread import ChatMessage, ChatThread


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadsOfFlow(Listing[ChatThread]):
    """A flow's threads, newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagesOfThread(Listing[ChatMessage]):
    """What was said in a thread, by number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedActions(Listing[SavedAction]):
    """Those that are built in, then the client account's own by key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExecutionsOfFlow(Listing[ActionExecution]):
    """What was executed in a flow, newest first."""
