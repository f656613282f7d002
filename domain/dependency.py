"""Dependencies between applications."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from domain.application import Criticality


class DependencyKind(StrEnum):
    """HARD: synchronous or shared data. SOFT: asynchronous or replaceable. SHARED_SERVICE: what nearly all use."""

    HARD = "HARD"
    SOFT = "SOFT"
    SHARED_SERVICE = "SHARED_SERVICE"


@dataclass(frozen=True, slots=True)
class Dependency:
    """`from_id` needs `to_id` (application ids). `origin` names its import or person; confidence is 0 to 1."""

    id: str
    from_id: str
    to_id: str
    kind: DependencyKind
    origin: str
    criticality: Criticality | None = None
    protocol: str | None = None
    confidence: float = 1.0
