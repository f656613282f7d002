"""What an agent did for a phase."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.source import Source


@dataclass(frozen=True, slots=True)
class AgentContribution:
    """One contribution to one run. Confidence is 0 to 1 where the agent tells."""

    id: str
    flow_id: str
    run_id: str
    phase: str
    agent: str
    action: str
    source: Source
    started_at: datetime
    finished_at: datetime | None = None
    details: Mapping[str, Any] = field(default_factory=dict)
    confidence: float | None = None
