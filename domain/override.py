"""A person's change to what was proposed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from domain.definition import PhaseCall


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


def recorded(call: PhaseCall, subject: str, before: Any, after: Any, rationale: str | None = None) -> Override:
    """What the person who calls has changed, now, in that phase."""
    return Override(
        id=call.new_id(),
        flow_id=call.flow_id,
        phase=call.phase,
        subject=subject,
        before=before,
        after=after,
        rationale=rationale,
        created_by=call.by,
        created_at=call.now,
    )
