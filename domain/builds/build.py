"""The build: every decision about one. A decision returns a new value that carries its moves, handoffs and turns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from domain.builds.build_state import BuildStanding
from domain.builds.changes import Answer, BuildFailure, Handoff, Moved, Standing, Unpassed
from domain.builds.conversation import MessageRole, RoleContext, Turn, spoken
from domain.builds.gates import Shown, coverage_needed, open_gates
from domain.builds.results import RESULTS, impossible
from domain.builds.table import ROLES, BuildAction, BuildRole, BuildState, Move, before, moves_from, phase_of
from domain.errors import ErrorCode, Problem, Refused, refuse
from domain.flow_state import Stamp

LONGEST_REASON = 10_000

A = BuildAction
S = BuildState


@dataclass(frozen=True, slots=True)
class Build(BuildStanding):
    """One build of a project."""

    @classmethod
    def start(cls, id_: str, project_id: str, build_id: str, requirements: Any, stamp: Stamp) -> Self:
        """A new build: the assistant is asked what is wanted."""
        asked = RoleContext(ROLES[S.DISCOVERY], data={"phase": phase_of(S.DISCOVERY), "results": {}})
        return cls(id_, project_id, build_id, requirements, stamp.at, contexts={asked.role: asked})

    def complete(self, answer: Answer, stamp: Stamp, settings: Mapping[str, Any] | None = None) -> Completion:
        """The role's answer joins its history; where every gate of its phase is passed, the build moves on."""
        move = self.acting(A.COMPLETE, answer.role)
        if not isinstance(answer.result, RESULTS[self.state]):
            raise TypeError(f"{self.state} comes to {RESULTS[self.state].__name__}, not to {type(answer.result)}.")
        wrong = impossible(answer.result)
        if wrong:
            raise Refused(wrong)
        told = self._said(answer.role, MessageRole.ASSISTANT, answer.text, stamp, "aiResponse")
        shown = Shown(answer.result, self.verified, coverage_needed(settings or {}))
        problems = open_gates(self.state, shown)
        if problems:
            return Completion(told._kept_back(answer, problems), problems)
        return Completion(told._completed(move, answer, stamp))

    def retry(self, reason: str, to: BuildState | None, stamp: Stamp) -> Self:
        """Back to the implementation with a reason, or out of an error to one of the states before deployment."""
        action = A.RECOVER if self.state is S.ERROR else A.RETRY
        self.require(action)
        target = to or self.way_back
        move = next((row for row in moves_from(self.state, action) if row.target is target), None)
        if move is None:
            raise Refused([self.refusal(action, "toState", to=target)])
        why = _reason(reason, "reason")
        told = {"from": phase_of(self.origin), "reason": why, **self._unpassed_data()}
        if self.unpassed:
            # How a failure is repeated stands there, and the role that mends it does not see another's history.
            told["answer"] = self.unpassed.answer
        if self.failure:
            told["error"] = {"message": self.failure.message, "details": dict(self.failure.details)}
        handoff = self._handoff(stamp, self.state, move.target, why, told)
        moved = self._moved(move, stamp, why)._entered(stamp, {"sentBack": told})
        return replace(moved, handoffs=(*moved.handoffs, handoff), retries=moved.retries + (action is A.RETRY))

    def fail(self, role: BuildRole, message: str, details: Mapping[str, Any], stamp: Stamp) -> Self:
        """The role says that it cannot go on."""
        move = self.acting(A.FAIL, role)
        why = _reason(message, "message")
        failure = BuildFailure(self.state, role, why, details, stamp.at)
        return replace(self._moved(move, stamp, why), failure=failure, entered_at=stamp.at)

    def say(self, role: BuildRole, speaker: MessageRole, content: str, stamp: Stamp) -> Self:
        """One more turn in a role's conversation. A role answers only while it acts; people may write to any."""
        if self.state is S.COMPLETE:
            raise refuse(ErrorCode.INVALID_TRANSITION, "Nothing is said any more to a build that is COMPLETE.", "role")
        if speaker is MessageRole.ASSISTANT and role is not self.role:
            raise Refused([self.misplaced(role)])
        return self._said(role, speaker, content, stamp, "content")

    # ── how it moves

    def _said(self, role: BuildRole, speaker: MessageRole, content: str, stamp: Stamp, path: str) -> Self:
        message = spoken(speaker, content, stamp.at, path)
        contexts = {**self.contexts, role: self.context(role).saying(message)}
        return replace(self, contexts=contexts, turns=(*self.turns, Turn(role, message)))

    def _kept_back(self, answer: Answer, problems: tuple[Problem, ...]) -> Self:
        unpassed = Unpassed(tuple(problem.message for problem in problems), answer.text, answer.data)
        kept = replace(self, unpassed=unpassed)
        return kept._knowing(answer.role, {**self.context(answer.role).data, **kept._unpassed_data()})

    def _completed(self, move: Move, answer: Answer, stamp: Stamp) -> Self:
        standing = {**self.standing, phase_of(self.state): Standing(answer.text, answer.data)}
        moved = replace(self, standing=standing)._moved(move, stamp)
        if moved.state in ROLES or moved.state is S.COMPLETE:
            return moved._entered(stamp, {})
        [passing] = moves_from(moved.state, A.HAND_OVER)
        told = {"phase": phase_of(self.state), "result": answer.data}
        handoff = self._handoff(stamp, self.state, passing.target, None, told)
        passed = moved._moved(passing, stamp)._entered(stamp, {"from": phase_of(self.state)})
        return replace(passed, handoffs=(*passed.handoffs, handoff))

    def _moved(self, move: Move, stamp: Stamp, reason: str | None = None) -> Self:
        made = Moved(move.source, move.action, move.target, stamp.at, reason)
        return replace(self, state=move.target, moves=(*self.moves, made))

    def _entered(self, stamp: Stamp, told: Mapping[str, Any]) -> Self:
        """What was made at this state or after it does not stand any more; its role is told what does."""
        kept = {phase_of(state) for state in before(self.state)}
        standing = {phase: each for phase, each in self.standing.items() if phase in kept}
        entered = replace(self, standing=standing, unpassed=None, failure=None, entered_at=stamp.at)
        if entered.role is None:
            return entered
        results = {phase: each.data for phase, each in standing.items()}
        return entered._knowing(entered.role, {"phase": phase_of(entered.state), "results": results, **told})

    def _knowing(self, role: BuildRole, data: Mapping[str, Any]) -> Self:
        return replace(self, contexts={**self.contexts, role: replace(self.context(role), data=data)})

    def _unpassed_data(self) -> dict[str, Any]:
        if self.unpassed is None:
            return {}
        return {"gates": list(self.unpassed.reasons), "result": self.unpassed.data}

    def _handoff(
        self, stamp: Stamp, source: BuildState, target: BuildState, reason: str | None, data: Mapping[str, Any]
    ) -> Handoff:
        roles = ROLES.get(source), ROLES[target]
        return Handoff(stamp.new_id(), source, target, *roles, reason, data, stamp.at)


@dataclass(frozen=True, slots=True)
class Completion:
    """What completing a phase came to. With `problems` it is refused, and the build is to be saved all the same."""

    build: Build
    problems: tuple[Problem, ...] = ()

    @property
    def refused(self) -> Refused | None:
        """What to raise once the build is saved."""
        return Refused(self.problems) if self.problems else None


def _reason(text: str, path: str) -> str:
    plain = text.strip()
    if not plain:
        raise refuse(ErrorCode.INVALID_INPUT, "Say why.", path)
    if len(plain) > LONGEST_REASON:
        raise refuse(ErrorCode.LIMIT_EXCEEDED, f"This takes at most {LONGEST_REASON:,} characters.", path)
    return plain
