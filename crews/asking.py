"""What a crew is asked, what it answers, and how it may fail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, TypeVar

from crews.model import Usage
from crews.prompt import Prompt
from domain.definition import Agent

T = TypeVar("T")

# Characters of an answer; a longer one is none.
LONGEST_ANSWER = 400_000


class Failing(StrEnum):
    """Why there is no answer."""

    TIMED_OUT = "TIMED_OUT"
    MODEL_FAILED = "MODEL_FAILED"
    REFUSED = "REFUSED"
    TOO_LARGE = "TOO_LARGE"
    INVALID_ANSWER = "INVALID_ANSWER"
    CREW_FAILED = "CREW_FAILED"


class AskFailed(Exception):
    """There is no answer that can be used; the rules' result stands. The message is a sentence for a person."""

    def __init__(
        self, failing: Failing, message: str, *, code: str = "", usage: Usage | None = None, attempts: int = 0
    ) -> None:
        self.failing = failing
        self.code = code or failing.value
        self.usage = usage or Usage()
        self.attempts = attempts
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Ask(Generic[T]):
    """One question to one agent.

    `briefing` is all the agent is told of a tenant. `read` makes the answer's JSON a value or raises Refused,
    one problem per thing that is wrong. `seconds` is the deadline of all of it, repeating included.
    """

    agent: Agent
    prompt: Prompt
    briefing: str
    schema: Mapping[str, Any]
    read: Callable[[Any], T]
    seconds: float
    longest: int = LONGEST_ANSWER


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """A usable answer, and what it took; `attempts` is 2 when the first one was invalid."""

    value: T
    usage: Usage
    attempts: int
    model: str
    prompt_version: int
    prompt_sha: str
