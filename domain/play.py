"""How our own crew plays the part of whoever a phase waits for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from domain.definition import Outcome, PhaseCall


@dataclass(frozen=True, slots=True)
class Asked:
    """What a model is told in a conversation: each of `messages` is who speaks (user, assistant) and what he says."""

    system: str
    messages: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Play:
    """How our own crew plays the part of whoever a phase waits for.

    `question` is what its agent's model is asked, in at most so many bytes. `read` makes the phase's answer of the
    words that come back, or raises Refused with what is to be mended. `keep` is what is kept of words that are none.
    """

    question: Callable[[PhaseCall, int], Asked]
    read: Callable[[PhaseCall, str], Any]
    keep: Callable[[PhaseCall, str], Outcome]
