"""The language model that agents ask."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from schema.enums import ModelState
from schema.mirror import mirror


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """What is known of the model; without one the built-in rules do the work."""

    state: ModelState
    model: str | None = None
    checked_at: datetime | None = None
    message: str | None = None


@mirror(
    ModelStatus,
    "state model checked_at message",
    model="Null where none is configured.",
    checked_at="Null where it was never asked.",
    message="What is wrong; null where nothing is.",
)
class ModelStatusType:
    pass
