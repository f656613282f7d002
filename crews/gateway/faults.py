"""What can go wrong with a call, which of it is worth repeating, and which of it speaks against the endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Fault(StrEnum):
    """Why there is no answer; the code of a ModelFailed."""

    NOT_CONFIGURED = "NOT_CONFIGURED"
    UNAUTHORIZED = "UNAUTHORIZED"
    UNKNOWN_MODEL = "UNKNOWN_MODEL"
    UNREACHABLE = "UNREACHABLE"
    RESTING = "RESTING"
    BUSY = "BUSY"
    BROKEN = "BROKEN"
    REJECTED = "REJECTED"
    TIMED_OUT = "TIMED_OUT"
    INTERRUPTED = "INTERRUPTED"
    TRUNCATED = "TRUNCATED"
    MALFORMED = "MALFORMED"
    PROMPT_TOO_LARGE = "PROMPT_TOO_LARGE"
    ANSWER_TOO_LARGE = "ANSWER_TOO_LARGE"
    LIMIT_EXCEEDED = "LIMIT_EXCEEDED"


@dataclass(frozen=True, slots=True)
class Setback:
    """How an attempt failed, and how many seconds the endpoint asked to be left alone."""

    fault: Fault
    wait: float | None = None


# Only before the first text: what a reader has seen is not taken back.
REPEATED = frozenset({Fault.UNREACHABLE, Fault.BUSY, Fault.BROKEN, Fault.INTERRUPTED, Fault.TRUNCATED})

# Others say that the endpoint is well and the question is not.
COUNTED = frozenset(
    {Fault.UNREACHABLE, Fault.BROKEN, Fault.TIMED_OUT, Fault.INTERRUPTED, Fault.TRUNCATED, Fault.MALFORMED}
)

# None of them may read like a quota: crewai waits for seconds and repeats what does.
MESSAGES: Mapping[Fault, str] = MappingProxyType(
    {
        Fault.NOT_CONFIGURED: "No model is configured.",
        Fault.UNAUTHORIZED: "The model's endpoint refuses the key.",
        Fault.UNKNOWN_MODEL: "The endpoint does not know the model, or its address lacks a part such as /v1.",
        Fault.UNREACHABLE: "The model's endpoint cannot be reached.",
        Fault.RESTING: "The model's endpoint has failed several times in a row and is left alone for a while.",
        Fault.BUSY: "The model's endpoint takes no more requests for now.",
        Fault.BROKEN: "The model's endpoint has failed.",
        Fault.REJECTED: "The model's endpoint does not take the request.",
        Fault.TIMED_OUT: "The model did not answer in time.",
        Fault.INTERRUPTED: "The connection to the model broke off.",
        Fault.TRUNCATED: "The model's answer broke off.",
        Fault.MALFORMED: "The model's endpoint answers in no known form.",
        Fault.PROMPT_TOO_LARGE: "There is more to tell the model than it may be told at once.",
        Fault.ANSWER_TOO_LARGE: "The model's answer was too long to be one.",
        Fault.LIMIT_EXCEEDED: "The engagement has used what it may ask of the model today.",
    }
)
