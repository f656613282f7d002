"""What a decision about a build comes to beside the build itself: moves, handoffs, and what was refused and kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from domain.builds.table import BuildAction, BuildRole, BuildState


@dataclass(frozen=True, slots=True)
class Answer:
    """What a role says its phase comes to: `result` is of the phase's type, `data` the same as JSON."""

    role: BuildRole
    text: str
    result: Any
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a completed phase came to, until the build goes back to it or before it."""

    answer: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unpassed:
    """The last answer that did not pass its gate, and each reason why."""

    reasons: tuple[str, ...]
    answer: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BuildFailure:
    """What a role said went wrong, and where."""

    state: BuildState
    role: BuildRole
    message: str
    details: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, slots=True)
class Moved:
    """One move that was made: one event each."""

    source: BuildState
    action: BuildAction
    target: BuildState
    at: datetime
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Handoff:
    """Work that passed from one working state to another: on to the next role, or back with a reason."""

    id: str
    from_state: BuildState
    to_state: BuildState
    from_role: BuildRole | None
    to_role: BuildRole | None
    reason: str | None
    data: Mapping[str, Any]
    created_at: datetime
