"""How the engine reaches agents that ask a model: what it hands over, what comes back, and that nothing may."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

from domain.access import Tenant
from domain.agents.briefing import LONGEST, Briefing
from domain.agents.proposals import Proposal
from domain.definition import Agent
from domain.event import Event, EventKind
from domain.model_usage import ModelUsage
from domain.ports import Clock
from domain.source import Source


@dataclass(frozen=True, slots=True)
class Step:
    """How far an agent is: `percent` of the phase's ask, `confidence` 0 to 1 where the agent tells."""

    message: str
    percent: int | None = None
    confidence: float | None = None

    def event(self, agent: str, run_id: str, phase: str, clock: Clock) -> Event:
        """As the durable log holds it."""
        data: dict[str, Any] = {"agent": agent, "runId": run_id, "message": self.message, "source": Source.MODEL}
        if self.percent is not None:
            data["percent"] = self.percent
        if self.confidence is not None:
            data["confidence"] = self.confidence
        return Event(EventKind.AGENT_STEP, clock(), phase, data)


Tell = Callable[[Step], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Question:
    """One agent's ask for one run. Of the tenant's facts the model gets the briefing alone."""

    tenant: Tenant
    flow_id: str
    agent: Agent
    briefing: Briefing


@dataclass(frozen=True, slots=True)
class Proposed:
    """What an agent proposes, and what that took.

    `attempts` is 2 where the first answer was invalid; `prompt` names the prompt's file, version and SHA-256; `strange`
    names what the answer held and nobody had asked for.
    """

    proposal: Proposal
    usage: ModelUsage
    estimated: bool
    attempts: int
    prompt: str
    strange: tuple[str, ...] = ()


class AgentFailed(Exception):
    """There is no answer that can be used: the rules' result stands. The message is a sentence for a person."""

    def __init__(self, code: str, message: str, usage: ModelUsage | None = None, *, estimated: bool = False) -> None:
        self.code = code
        self.usage = usage
        self.estimated = estimated
        super().__init__(message)


class Agents(Protocol):
    """Agents of this process; `longest` is how many characters one is told at most."""

    @property
    def longest(self) -> int: ...

    def asks(self, kind: str, agent: str) -> bool:
        """Whether that agent asks a model about that kind of work, `<flow type>.<phase>`."""

    async def ask(self, question: Question, tell: Tell) -> Proposed:
        """Within its deadline, or AgentFailed; cancelling it ends the request to the model at once."""


class NoAgents:
    """No model is configured: the rules do all the work."""

    longest = LONGEST

    def asks(self, kind: str, agent: str) -> bool:  # noqa: ARG002 - nobody asks
        return False

    async def ask(self, question: Question, tell: Tell) -> Proposed:  # noqa: ARG002 - nobody asks
        raise AgentFailed("NOT_CONFIGURED", "No model is configured.")
