"""A person's change to what was proposed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Override:
    """What stood before, what stands now, and why: appended, never edited. `subject` names what was changed."""

    id: str
    flow_id: str
    phase: str
    subject: str
    before: Any
    after: Any
    rationale: str | None
    created_by: str
    created_at: datetime
