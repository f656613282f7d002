"""How the engine reaches whoever plays a part in a conversation: what he is asked, and the words that come back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from domain.access import Tenant
from domain.agents.ports import AgentFailed, Tell
from domain.definition import Agent
from domain.model_usage import ModelUsage
from domain.play import Asked


@dataclass(frozen=True, slots=True)
class Part:
    """One part in one flow. Of the tenant's facts the model gets what is asked alone."""

    tenant: Tenant
    flow_id: str
    agent: Agent
    asked: Asked


@dataclass(frozen=True, slots=True)
class Words:
    """What a model said, and what that took."""

    text: str
    usage: ModelUsage
    estimated: bool = False


class Players(Protocol):
    """Who plays parts in this process, where a model is configured."""

    def plays(self, agent: str) -> bool:
        """Whether there is a model for that part."""

    def room(self, agent: str) -> int:
        """How many bytes of the tenant's facts, and of what was said, that part is told at most."""

    async def play(self, part: Part, tell: Tell) -> Words:
        """Seen while it is written; within its deadline, or AgentFailed. Cancelling it ends the request at once."""


class NoPlayers:
    """No model is configured: the rules do what they can."""

    def plays(self, agent: str) -> bool:  # noqa: ARG002 - nobody plays
        return False

    def room(self, agent: str) -> int:  # noqa: ARG002 - nobody plays
        return 0

    async def play(self, part: Part, tell: Tell) -> Words:  # noqa: ARG002 - nobody plays
        raise AgentFailed("NOT_CONFIGURED", "No model is configured.")
