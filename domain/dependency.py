"""Dependencies between applications."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from domain.application import Criticality
from domain.errors import ErrorCode, refuse


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


@dataclass(frozen=True, slots=True)
class SaveDependency:
    """What a person says of a dependency: a new one, or the one of that id; what `given` does not name stays."""

    from_id: str
    to_id: str
    kind: DependencyKind
    id: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)


def saved(
    held: Dependency | None, beside: Iterable[Dependency], command: SaveDependency, new_id: str, by: str
) -> Dependency:
    """The dependency as the person says; `beside` are those that touch the one who needs."""
    if command.from_id == command.to_id:
        raise refuse(ErrorCode.INVALID_INPUT, "An application does not depend on itself.", "toId")
    ends = (command.from_id, command.to_id)
    own = held.id if held else None
    if any((each.from_id, each.to_id) == ends and each.id != own for each in beside):
        message = "There is a dependency between these two already; save that one by its id."
        raise refuse(ErrorCode.ALREADY_EXISTS, message, "toId")
    base = held or Dependency(new_id, *ends, command.kind, by)
    after = replace(base, from_id=ends[0], to_id=ends[1], kind=command.kind, **command.given)
    return base if after == base else replace(after, origin=by, confidence=1.0)
