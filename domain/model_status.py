"""What is known of the language model that agents ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ModelState(StrEnum):
    """Whether the language model can be asked."""

    READY = "READY"
    UNAUTHORIZED = "UNAUTHORIZED"
    UNREACHABLE = "UNREACHABLE"
    UNKNOWN_MODEL = "UNKNOWN_MODEL"
    NOT_CONFIGURED = "NOT_CONFIGURED"


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What is known of the model; without one the built-in rules do the work."""

    state: ModelState
    model: str | None = None
    checked_at: datetime | None = None
    message: str | None = None
