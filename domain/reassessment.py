"""Sending applications back to assessment: what was asked for, by whom, and where it led."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class RequestReassessment:
    """The applications to assess again, why, and what planning found that should be weighed."""

    application_ids: tuple[str, ...]
    reason: str
    planning_flow_id: str | None = None
    context: Any = None


@dataclass(frozen=True, slots=True)
class Reassessment:
    """One such request. `handed_over_by` are the assessments that had decided about the applications before.

    A flow that is deleted leaves it without that flow.
    """

    id: str
    application_ids: tuple[str, ...]
    reason: str
    requested_by: str
    requested_at: datetime
    handed_over_by: tuple[str, ...] = ()
    context: Any = field(default_factory=dict)
    assessment_flow_id: str | None = None
    planning_flow_id: str | None = None
