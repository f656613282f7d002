from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import Refused
from domain.planning.calendar import Blackout
from domain.planning.waves.input import check
from domain.planning.waves.placing import SearchBudget
from domain.planning.waves.planning import plan_waves
from domain.planning.waves.problem import (
    Candidate,
    GivenGroup,
    HardDependency,
    Move,
    PoolCapacity,
    SoftTie,
    WaveLimits,
    WaveProblem,
    WaveSetting,
)
from solvers.waves.conflicts import conflict, possible
from solvers.waves.constraints import only
from tests.unit.planning.waves.problems import InProcess, apps

SOME = SearchBudget(1)
IDS = "abcdefgh"
BY_MOVES = {"DEPENDENCY", "GROUP_SPLIT", "TOO_MANY", "TOO_LONG"}


@st.composite
def settled_problems(draw: st.DrawFn) -> WaveProblem:
    """Circles, a group, locked waves, limits of single waves, blackouts: often more than can be kept."""
    ids = st.sampled_from(IDS)
    candidates = tuple(
        Candidate(id, id, (("engineer", Decimal(draw(st.integers(1, 300)))),), draw(st.integers(0, 4)) / 4)
        for id in IDS
    )
    pairs = st.lists(st.tuples(ids, ids).filter(lambda pair: pair[0] != pair[1]), max_size=8)
    locks = draw(st.dictionaries(st.integers(1, 4), st.sets(ids, max_size=3), max_size=2))
    locked: set[str] = set()
    wave_settings = []
    for number, members in locks.items():
        wave_settings.append(WaveSetting(number, tuple(sorted(members - locked))))
        locked |= members
    own = draw(st.lists(st.integers(1, 4).filter(lambda number: number not in locks), max_size=1))
    wave_settings.extend(WaveSetting(number, max_applications=draw(st.integers(1, 5))) for number in own)
    group = draw(st.sets(ids, min_size=2, max_size=3))
    return WaveProblem(
        candidates,
        tuple(HardDependency(*pair) for pair in draw(pairs)),
        tuple(SoftTie(pair) for pair in draw(pairs)),
        draw(st.sampled_from([(), (GivenGroup(tuple(sorted(group)), "G"),)])),
        WaveLimits(draw(st.integers(2, 4)), 30, draw(st.integers(1, 2))),
        (PoolCapacity("engineer", Decimal(24)),),
        blackouts=(Blackout(date(2027, 2, 1), date(2027, 2, 12)),),
        starts_on=date(2027, 1, 4),
        settings=tuple(wave_settings),
    )


@settings(max_examples=25)
@given(settled_problems())
def test_locks_are_kept_or_a_conflict_is_named_in_which_all_is_needed(problem: WaveProblem) -> None:
    try:
        check(problem)
        plan = plan_waves(problem, InProcess(), SOME)
    except Refused:
        found = conflict(problem)
        assert not possible(only(problem, set(found)))
        for each in found:
            assert possible(only(problem, set(found) - {each}))
        return

    # Only what is too long by itself, or was locked so, breaks a limit.
    assert {violation.code for violation in plan.violations} <= {"TOO_LONG", "TOO_MANY"}
    locked = {each.number for each in problem.settings if each.locked_ids}
    assert {wave for each in plan.violations if each.code == "TOO_MANY" for wave in each.waves} <= locked


@settings(max_examples=25)
@given(settled_problems(), st.dictionaries(st.sampled_from(IDS), st.sampled_from([None, 1, 2, 3, 5]), max_size=4))
def test_moves_are_kept_whatever_they_break(problem: WaveProblem, wishes: dict[str, int | None]) -> None:
    moved = replace(problem, settings=(), moves=tuple(Move(*each) for each in wishes.items()))
    try:
        plan = plan_waves(moved, InProcess(), SOME)
    except Refused as refused:
        # What cannot be without the moves cannot be with them.
        assert any("at most" in each.message for each in refused.problems)  # noqa: PT017 - not every example is refused
        return

    placed = {id: wave.number for wave in plan.waves for id in wave.application_ids}
    assert {id: placed.get(id) for id in wishes} == wishes
    assert {violation.code for violation in plan.violations} <= BY_MOVES


@pytest.mark.slow
@settings(max_examples=25)
@given(settled_problems())
def test_shuffled_input_gives_the_same_plan(problem: WaveProblem) -> None:
    shuffled = replace(
        problem,
        candidates=problem.candidates[::-1],
        hard=problem.hard[::-1],
        soft=problem.soft[::-1],
        settings=problem.settings[::-1],
        groups=tuple(replace(each, application_ids=each.application_ids[::-1]) for each in problem.groups),
    )
    try:
        check(problem)
        plan = plan_waves(problem, InProcess(), SOME)
    except Refused:
        return

    assert plan_waves(shuffled, InProcess(), SOME) == plan


def test_a_plan_of_which_a_person_took_everything_is_empty() -> None:
    problem = WaveProblem(apps("ab"), moves=(Move("a", None), Move("b", None)))

    plan = plan_waves(problem, InProcess(), SOME)

    assert plan.waves == ()
    assert plan.unassigned == ("a", "b")
    assert plan.violations == ()


def test_a_move_far_beyond_the_last_wave_is_kept() -> None:
    ids = [f"app {number}" for number in range(60)]
    chain = tuple(HardDependency(one, other) for one, other in zip(ids[1:], ids, strict=False))
    problem = WaveProblem(apps(ids), chain, limits=WaveLimits(2), moves=(Move(ids[40], 1000),))

    plan = plan_waves(problem, InProcess(), SOME)

    placed = {id: wave.number for wave in plan.waves for id in wave.application_ids}
    assert placed[ids[40]] == 1000
    assert plan.violations == ()
