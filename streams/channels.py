"""What goes over the broadcaster: hints that a log has grown, and words about the connection itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

HINTS = "flotilla:hints"

# Put in by the backend, not by a publisher. RESYNC: connected, and messages may have been missed until now.
LOST = "\x00lost"
RESYNC = "\x00resync"

HINTS_A_MESSAGE = 500

Hint = tuple[str, int]


def text_channel(engagement_id: str) -> str:
    """Where the text that is being written in an engagement goes."""
    return f"flotilla:text:{engagement_id}"


def write_hints(hints: Iterable[Hint]) -> Iterator[str]:
    """Messages that name each log by its flow's or its engagement's id, and how far it reaches; nothing of a tenant."""
    rest = iter(hints)
    while some := list(islice(rest, HINTS_A_MESSAGE)):
        yield " ".join(f"{log_id}:{number}" for log_id, number in some)


def read_hints(message: str) -> Iterator[Hint]:
    """The hints in a message; what is none is passed over, for the log is polled all the same."""
    for word in message.split():
        log_id, _, number = word.rpartition(":")
        if log_id and number.isdecimal():
            yield log_id, int(number)
