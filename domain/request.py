"""The mutation that is being carried out: for the audit log, and so that a repeat is harmless."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from domain.errors import DomainError, Problem

# What a request came to, as the audit log says it.
OK = "OK"
REPEATED = "REPEATED"
FAILED = "FAILED"
CANCELLED = "CANCELLED"


def refused(codes: Iterable[str]) -> str:
    """The outcome of a request that was refused for these reasons."""
    return f"REFUSED: {', '.join(dict.fromkeys(codes))}"


@dataclass(frozen=True, slots=True)
class Request:
    """One mutation by name. With a `key`, the same key and input a second time get the first answer again."""

    mutation: str
    input_hash: str
    key: str | None = None
    subject_id: str | None = None
    reason: str | None = None

    @classmethod
    def of(cls, mutation: str, data: Mapping[str, Any], **about: str | None) -> Self:
        """The request with the hash of its canonical input: JSON with sorted keys."""
        canonical = json.dumps(data, sort_keys=True, separators=(",", ":"), default=str)
        return cls(mutation, hashlib.sha256(canonical.encode()).hexdigest(), **about)


@dataclass(frozen=True, slots=True)
class Acting:
    """Who carries out what: `user` acts, `subject` is whom the token was given to."""

    user: str
    subject: str
    request: Request | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request came to: the ids of what it made or changed, or the problems it was refused for.

    `data` is what else the caller is told, as JSON, where reading these things anew would not tell it.
    """

    ids: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    data: Mapping[str, Any] | None = None


NO_ANSWER = Answer()


class Repeated(DomainError):
    """The same request was carried out before; this is what it came to."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        super().__init__("This request was carried out before.")
