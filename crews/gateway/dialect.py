"""What the gateway needs of an endpoint's protocol, and what both protocols share."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from crews.gateway.endpoint import Question
from crews.model import Ending, Message, Speaker


@dataclass(frozen=True, slots=True)
class Piece:
    """One event of an answer. `alive` says that the model works, though what it thinks is no text of its answer."""

    text: str = ""
    alive: bool = False
    ending: Ending | None = None
    prompt_tokens: int | None = None
    answer_tokens: int | None = None


class Dialect(Protocol):
    """An endpoint as its protocol has it. Closing a stream ends the request."""

    @property
    def raises(self) -> type[Exception]:
        """What the protocol's client raises."""

    def stream(self, question: Question) -> AsyncGenerator[Piece, None]: ...

    async def knows(self, model: str) -> bool:
        """Whether the endpoint lists the model; asked without using it."""

    async def close(self) -> None: ...


class NoAnswer(ValueError):
    """An event of no known form."""


def words_of(value: Any) -> str:
    """Text of an event, which may be null and must not be a number; halves of a character pair become marks."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise NoAnswer
    return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")


def count_of(value: Any) -> int | None:
    """Tokens as an event tells them, where it tells them."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def spoken(question: Question) -> Sequence[Message]:
    """The messages; with the schema in words where the endpoint does not take it as one."""
    if question.structured or not question.schema:
        return question.messages
    schema = json.dumps(question.schema, ensure_ascii=False, separators=(",", ":"))
    wanted = f"Answer with one JSON object that this JSON Schema describes, and nothing else:\n{schema}"
    return (Message(Speaker.SYSTEM, wanted), *question.messages)


def estimate_tokens(*texts: str) -> int:
    """What a text takes at most in most languages, where the endpoint does not say."""
    return sum(-(-size_of(text) // 3) + 4 for text in texts)


def size_of(text: str) -> int:
    """Bytes of UTF-8, also of what is no good Unicode."""
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
