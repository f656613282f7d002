"""The language model that agents ask."""

from __future__ import annotations

from domain.model_status import ModelStatus
from schema.mirror import mirror


@mirror(
    ModelStatus,
    "state model checked_at message",
    model="Null where none is configured.",
    checked_at="Null where it was never asked.",
    message="What is wrong; null where nothing is.",
)
class ModelStatusType:
    pass
