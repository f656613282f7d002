"""What a plan breaks."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """A constraint that is broken, in a sentence, and by which applications and waves."""

    code: str
    message: str
    application_ids: tuple[str, ...] = ()
    waves: tuple[int, ...] = ()
