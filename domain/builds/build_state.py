"""A build as it stands: its state, what its phases came to, what its roles know, and what is allowed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Self

from domain.builds.changes import BuildFailure, Handoff, Moved, Standing, Unpassed
from domain.builds.conversation import RoleContext, Turn
from domain.builds.table import (
    ROLES,
    VERB,
    WORKING,
    BuildAction,
    BuildRole,
    BuildState,
    Move,
    before,
    moves_from,
    phase_of,
    role_after,
)
from domain.errors import ErrorCode, Problem, Refused

A = BuildAction
S = BuildState

TITLE: Mapping[BuildRole, str] = MappingProxyType(
    {
        BuildRole.Q_ASSISTANT: "Q assistant",
        BuildRole.CODE_WRITER: "code writer",
        BuildRole.TEST_AUDITOR: "test auditor",
        BuildRole.VERIFICATION_OVERSEER: "verification overseer",
        BuildRole.RELEASE_MANAGER: "release manager",
    }
)


@dataclass(frozen=True, slots=True)
class BuildStanding:
    """One build of a project.

    `requirements` are the tenant's own JSON. `standing` is what completed phases came to, by their keys. `moves`,
    `handoffs` and `turns` are what the decisions since loading came to, in order; saving writes them. A decision reads
    no history: it may be loaded with as much of it as is wanted.
    """

    id: str
    project_id: str
    build_id: str
    requirements: Any
    entered_at: datetime
    state: BuildState = S.DISCOVERY
    contexts: Mapping[BuildRole, RoleContext] = field(default_factory=dict)
    standing: Mapping[str, Standing] = field(default_factory=dict)
    unpassed: Unpassed | None = None
    failure: BuildFailure | None = None
    retries: int = 0
    moves: tuple[Moved, ...] = field(default=(), compare=False)
    handoffs: tuple[Handoff, ...] = field(default=(), compare=False)
    turns: tuple[Turn, ...] = field(default=(), compare=False)

    # ── what it is

    @property
    def role(self) -> BuildRole | None:
        """Who acts now; nobody in an error and at the end."""
        return ROLES.get(self.state)

    @property
    def next_role(self) -> BuildRole | None:
        """Who acts after the current role; out of an error, who is most likely asked again."""
        if self.role:
            return role_after(self.role)
        return ROLES[self.way_back] if self.state is S.ERROR else None

    @property
    def completed_phases(self) -> tuple[str, ...]:
        """The phases whose results stand, in their order."""
        return tuple(phase_of(state) for state in WORKING if phase_of(state) in self.standing)

    @property
    def passed_over(self) -> tuple[str, ...]:
        """Phases before the current one without a result: left out by whoever went on from an error."""
        return tuple(phase_of(state) for state in before(self.state) if phase_of(state) not in self.standing)

    @property
    def done(self) -> bool:
        """True at the end."""
        return self.state is S.COMPLETE

    @property
    def verified(self) -> bool:
        """True while an approved verification stands."""
        verification = self.standing.get(phase_of(S.VERIFICATION))
        return verification is not None and verification.data.get("approved") is True

    @property
    def origin(self) -> BuildState:
        """The working state it is in, or was in when it failed."""
        return self.failure.state if self.failure else self.state

    @property
    def way_back(self) -> BuildState:
        """Where it goes back to if nobody says: the implementation, and out of an error where it failed.

        There is no way from an error into the deployment: what is deployed is verified again.
        """
        if self.state is not S.ERROR:
            return S.IMPLEMENTATION
        return S.VERIFICATION if self.origin is S.DEPLOYMENT else self.origin

    @property
    def next_action(self) -> str:
        """What is to be done now, in a sentence."""
        if self.done:
            return "Nothing: the build is complete."
        if self.role is None:
            states = ", ".join(move.target for move in moves_from(S.ERROR))
            return f"Say why and to which state it goes back with requestBuildRetry: {states}."
        told = f"The {TITLE[self.role]} completes the {phase_of(self.state)} phase"
        back = ", or it goes back to the implementation with a reason" if moves_from(self.state, A.RETRY) else ""
        gates = f" Not passed yet: {' '.join(self.unpassed.reasons)}" if self.unpassed else ""
        return f"{told}{back}.{gates}"

    def context(self, role: BuildRole) -> RoleContext:
        """What that role knows and has said."""
        return self.contexts.get(role) or RoleContext(role)

    def recalling(self, context: RoleContext) -> Self:
        """The same with that role's context, whose history may be a part of all that was said."""
        return replace(self, contexts={**self.contexts, context.role: context})

    def known(self, role: BuildRole) -> dict[str, Any]:
        """All that role is told, as JSON: what the build is for, and what was handed to it."""
        asked = {"projectId": self.project_id, "buildId": self.build_id, "requirements": self.requirements}
        return {**asked, **self.context(role).data}

    # ── what is allowed

    def acting(self, action: BuildAction, role: BuildRole) -> Move:
        """The row of the table by which that role does it now, or Refused with what is allowed instead."""
        self.require(action)
        [move] = moves_from(self.state, action)
        if move.role is not role:
            raise Refused([self.misplaced(role)])
        return move

    def require(self, action: BuildAction) -> None:
        """Raise Refused INVALID_TRANSITION unless the table has it for this state."""
        if not moves_from(self.state, action):
            raise Refused([self.refusal(action)])

    def refusal(self, action: BuildAction, *path: str, to: BuildState | None = None) -> Problem:
        """Why that cannot be done now, with all that can."""
        where = f" to {to}" if to else ""
        message = f"Cannot {VERB[action]} a build that is in {self.state}{where}. Allowed now: {self._listed()}."
        return Problem(ErrorCode.INVALID_TRANSITION, message, path, self._allowed())

    def misplaced(self, role: BuildRole) -> Problem:
        """Why that role does not act now."""
        acts = f"{self.role} does" if self.role else "no role does"
        message = f"{role} does not act in {self.state}; {acts}. Allowed now: {self._listed()}."
        return Problem(ErrorCode.INVALID_TRANSITION, message, ("role",), self._allowed())

    def _listed(self) -> str:
        rows = (f"{m.action} to {m.target}{f' by {m.role}' if m.role else ''}" for m in moves_from(self.state))
        return ", ".join(rows) or "nothing"

    def _allowed(self) -> dict[str, Any]:
        allowed = [
            {"action": str(m.action), "to": str(m.target), "role": str(m.role) if m.role else None}
            for m in moves_from(self.state)
        ]
        return {"state": str(self.state), "role": str(self.role) if self.role else None, "allowed": allowed}
