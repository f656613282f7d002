"""What crews ask of a model, whoever serves it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol


class Speaker(StrEnum):
    """Who says a message."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a conversation."""

    speaker: Speaker
    text: str


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One request: `agent` chooses the model where settings have one per role, `schema` is of the answer's JSON.

    Without a schema the answer is plain text. `answer_tokens` is what it may take at most, where that is less than
    the settings allow.
    """

    agent: str
    messages: tuple[Message, ...]
    schema: Mapping[str, Any]
    seconds: float
    answer_tokens: int | None = None

    def most_tokens(self, allowed: int) -> int:
        """What the answer may take where the settings allow that much."""
        return allowed if self.answer_tokens is None else min(allowed, self.answer_tokens)


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens in and out; estimated where an endpoint did not tell."""

    prompt_tokens: int = 0
    answer_tokens: int = 0
    estimated: bool = False

    def __add__(self, other: Usage) -> Usage:
        estimated = self.estimated or other.estimated
        return Usage(self.prompt_tokens + other.prompt_tokens, self.answer_tokens + other.answer_tokens, estimated)


class Ending(StrEnum):
    """Why an answer ended: CUT where the model's limit on length was reached, REFUSED where a filter stopped it."""

    COMPLETE = "COMPLETE"
    CUT = "CUT"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True)
class Delta:
    """The next piece of an answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Finished:
    """The end of an answer; all of it has been in the deltas."""

    ending: Ending
    usage: Usage
    model: str


class ModelFailed(Exception):
    """No answer to be had, after whatever repeating made sense; `code` says why, for people and for metrics."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


class Model(Protocol):
    """A model behind a gateway. Closing the iterator ends the request; the end of a good answer is a Finished."""

    def ask(self, request: ModelRequest) -> AsyncIterator[Delta | Finished]: ...
