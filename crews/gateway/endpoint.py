"""Where a model is asked, and how much of everything an answer may take."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from crews.model import Message


class Api(StrEnum):
    """The protocol that an endpoint speaks."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A model at an address. The key is left out of the representation, which ends up in logs."""

    model: str
    url: str
    key: str = field(default="", repr=False)
    api: Api = Api.OPENAI


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, sizes in bytes of UTF-8, tokens, and counts."""

    # A call with all its repeats, however much longer its caller would wait.
    call_seconds: float = 120.0
    # Until the first text of an attempt, and between any two pieces after it.
    silence_seconds: float = 30.0
    prompt_size: int = 512 << 10
    answer_size: int = 512 << 10
    answer_tokens: int = 8_192
    # Calls of this process at once; the others wait, within their deadline.
    concurrency: int = 8
    attempts: int = 4
    # Before the second attempt; doubles with each one more.
    backoff_seconds: float = 0.5
    # Failures in a row after which an endpoint is left alone, and for how long.
    failures: int = 5
    rest_seconds: float = 15.0
    longest_rest_seconds: float = 300.0


@dataclass(frozen=True, slots=True)
class Question:
    """What one attempt sends. `structured` says whether the endpoint is trusted to hold itself to the schema."""

    model: str
    messages: tuple[Message, ...] = field(repr=False)
    schema: Mapping[str, Any] = field(repr=False)
    answer_tokens: int
    structured: bool
