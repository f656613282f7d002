"""What a person or a pipeline may ask of builds, as plain values; the ids are bare UUIDs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from domain.builds.conversation import MessageRole
from domain.builds.table import BuildRole, BuildState


@dataclass(frozen=True, slots=True)
class CompleteBuildPhase:
    """The role's answer, and what its phase comes to, as JSON."""

    flow_id: str
    role: BuildRole
    ai_response: str
    phase_result: Any
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class RequestBuildRetry:
    """Back, or out of an error; where to if nobody says is the build's to know."""

    flow_id: str
    reason: str
    to_state: BuildState | None = None
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class AddBuildMessage:
    """One more turn in a role's conversation."""

    flow_id: str
    role: BuildRole
    message_role: MessageRole
    content: str


@dataclass(frozen=True, slots=True)
class ReportBuildError:
    """The role that acts cannot go on."""

    flow_id: str
    role: BuildRole
    message: str
    details: Mapping[str, Any] = field(default_factory=dict)
    expected_version: int | None = None
