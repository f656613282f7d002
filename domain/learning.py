"""What was learned from a run or from a person's override."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class LearningScope(StrEnum):
    """Who may profit from it."""

    ENGAGEMENT = "ENGAGEMENT"
    CLIENT_ACCOUNT = "CLIENT_ACCOUNT"


@dataclass(frozen=True, slots=True)
class LearningPattern:
    """Something learned, offered to similar work later. `kind` is `<flow type>.<phase>`; confidence is 0 to 1."""

    id: str
    scope: LearningScope
    kind: str
    summary: str
    data: Mapping[str, Any]
    confidence: float
    flow_id: str | None
    created_at: datetime
    uses: int = 0
