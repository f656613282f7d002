"""What a person or a pipeline gives at a build's pauses: the same as completing the phase takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from domain.builds.changes import Answer
from domain.builds.results import BuildDeployed, BuildTested, BuildVerified
from domain.builds.table import BuildRole, BuildState


@dataclass(frozen=True, slots=True)
class FreeAnswer:
    """At the phases whose result has the shape that their role gives it."""

    role: BuildRole
    ai_response: str
    phase_result: dict[str, Any]
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class AuditAnswer:
    """At the testing."""

    role: BuildRole
    ai_response: str
    phase_result: BuildTested
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class VerificationAnswer:
    """At the verification."""

    role: BuildRole
    ai_response: str
    phase_result: BuildVerified
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class DeploymentAnswer:
    """At the deployment."""

    role: BuildRole
    ai_response: str
    phase_result: BuildDeployed
    comment: str | None = None


Given = FreeAnswer | AuditAnswer | VerificationAnswer | DeploymentAnswer

ANSWERS: Mapping[BuildState, type[Given]] = MappingProxyType(
    {
        BuildState.DISCOVERY: FreeAnswer,
        BuildState.PLANNING: FreeAnswer,
        BuildState.IMPLEMENTATION: FreeAnswer,
        BuildState.TESTING: AuditAnswer,
        BuildState.VERIFICATION: VerificationAnswer,
        BuildState.DEPLOYMENT: DeploymentAnswer,
    }
)


def answer_of(given: Given, phase_result: Mapping[str, Any]) -> Answer:
    """What was given, as the build takes it; `phase_result` is its result as JSON."""
    return Answer(given.role, given.ai_response, given.phase_result, phase_result)
