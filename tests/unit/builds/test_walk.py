"""Random walks: a build never leaves its table, goes back no oftener than work was handed in, and forgets nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.builds.build import Build
from domain.builds.conversation import Message, MessageRole
from domain.builds.table import WORKING, BuildAction, BuildRole, BuildState, phase_of
from domain.errors import ErrorCode, Refused
from tests.unit.builds.building import ANSWERS, FAILING, stamp, started
from tests.unit.builds.test_table import ACTS, PAIRS

S = BuildState
ROLES = st.sampled_from(list(BuildRole))
STATES = st.none() | st.sampled_from(list(S))


class BuildWalk(RuleBasedStateMachine):
    @initialize()
    def start(self) -> None:
        self.build = started()
        self.histories: dict[BuildRole, tuple[Message, ...]] = {}
        self.handed_in = 0
        self.recovered = 0
        self.moved = self.handed = self.said = 0

    def take(self, action: str, decide: Callable[[], Build]) -> bool:
        """Whether it was done: then by a row of the table; else nothing changed and the refusal tells what may be."""
        before = replace(self.build)
        try:
            after = decide()
        except Refused as refused:
            assert (self.build, self.build.turns) == (before, before.turns)
            [problem] = refused.problems
            assert problem.code is ErrorCode.INVALID_TRANSITION
            if problem.details is not None:
                told = {(before.state, row["action"], row["to"]) for row in problem.details["allowed"]}
                assert told == {row for row in PAIRS if row[0] == before.state}
            return False
        path = before.state
        for moved in after.moves[len(before.moves) :]:
            assert moved.source is path
            assert (moved.source, moved.action, moved.target) in PAIRS
            assert moved.action in (action, BuildAction.HAND_OVER)
            path = moved.target
        assert path is after.state
        self.build = after
        return True

    @rule(role=ROLES, text=st.sampled_from(["Done.", "Here it is."]))
    def complete(self, role: BuildRole, text: str) -> None:
        before = self.build.state
        answer = replace(ANSWERS.get(before, ANSWERS[S.DISCOVERY]), role=role, text=text)
        done = self.take("COMPLETE", lambda: self.build.complete(answer, stamp()).build)
        assert done == (ACTS.get(before) == role)
        self.handed_in += done and before is S.IMPLEMENTATION

    @rule(text=st.sampled_from(["Half of it.", "Not yet."]))
    def complete_as_it_is(self, text: str) -> None:
        """By whoever acts, so that walks get far."""
        if self.build.role:
            self.complete(self.build.role, text)

    @rule()
    def fall_short(self) -> None:
        if self.build.state is S.TESTING:
            completion = self.build.complete(FAILING, stamp())
            assert (len(completion.problems), completion.build.state) == (2, S.TESTING)
            self.build = completion.build

    @rule(to=STATES)
    def retry(self, to: BuildState | None) -> None:
        before = self.build.state
        action = "RECOVER" if before is S.ERROR else "RETRY"
        ways = {target for source, act, target in PAIRS if (source, act) == (before, action)}
        done = self.take(action, lambda: self.build.retry("Once more.", to, stamp()))
        assert done == (bool(ways) and (to is None or to in ways))
        self.recovered += done and before is S.ERROR

    @rule(role=ROLES, often=st.integers(0, 3))
    def fail(self, role: BuildRole, often: int) -> None:
        if often == 0:
            before = self.build.state
            done = self.take("FAIL", lambda: self.build.fail(role, "It broke.", {}, stamp()))
            assert done == (ACTS.get(before) == role)

    @rule(role=ROLES, speaker=st.sampled_from(list(MessageRole)))
    def say(self, role: BuildRole, speaker: MessageRole) -> None:
        speaks = speaker is not MessageRole.ASSISTANT or ACTS.get(self.build.state) == role
        done = self.take("", lambda: self.build.say(role, speaker, "A word.", stamp()))
        assert done == (speaks and self.build.state is not S.COMPLETE)

    @invariant()
    def histories_and_what_is_told_only_grow(self) -> None:
        if not hasattr(self, "build"):
            return
        for role in BuildRole:
            known = self.histories.get(role, ())
            history = self.build.context(role).history
            assert history[: len(known)] == known
            self.histories[role] = history
        turns = self.build.turns
        assert {role: tuple(t.message for t in turns if t.role is role) for role in BuildRole} == self.histories
        counts: Any = (len(self.build.moves), len(self.build.handoffs), len(turns))
        assert counts >= (self.moved, self.handed, self.said)
        self.moved, self.handed, self.said = counts

    @invariant()
    def it_rests_where_somebody_works_or_nobody_has_to(self) -> None:
        if hasattr(self, "build"):
            assert str(self.build.state) in {*ACTS, "ERROR", "COMPLETE"}
            assert (self.build.failure is not None) == (self.build.state is S.ERROR)
            assert (self.build.unpassed is None) or self.build.origin is S.TESTING

    @invariant()
    def nobody_sends_back_what_was_not_handed_in(self) -> None:
        if hasattr(self, "build"):
            assert self.build.retries <= self.handed_in + self.recovered

    @invariant()
    def what_stands_comes_before_where_it_is(self) -> None:
        if not hasattr(self, "build"):
            return
        build = self.build
        earlier = WORKING if build.done else WORKING[: WORKING.index(build.origin)]
        assert set(build.completed_phases) <= set(map(phase_of, earlier))
        assert build.verified or build.state not in (S.DEPLOYMENT, S.COMPLETE)


BuildWalk.TestCase.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
TestBuildWalk = BuildWalk.TestCase
