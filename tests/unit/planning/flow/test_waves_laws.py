"""What holds of every plan, whatever its portfolio and whatever people choose in it."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import ErrorCode, Problem, Refused
from domain.flows.planning.moving import MoveGiven, WaveGiven, move_applications, save_wave
from tests.unit.planning.flow.driving import Planning, needs, plan, soft

WAVES = "wave_planning"
IDS = "abcdef"
FEW, MANY = settings(max_examples=15), settings(max_examples=80)

Edge = tuple[str, str, bool]
Moves = dict[str, int | None]
edges = st.lists(
    st.tuples(st.sampled_from(IDS), st.sampled_from(IDS), st.booleans()), max_size=6, unique_by=lambda edge: edge[:2]
)
moves = st.dictionaries(st.sampled_from(IDS), st.one_of(st.none(), st.integers(1, 5)), max_size=3)


def made(drawn: list[Edge], most: int, hours: int) -> Planning:
    dependencies = [(needs if hard else soft)(one, other) for one, other, hard in drawn if one != other]
    return plan(*IDS, dependencies=dependencies, max_apps_per_wave=most, hours=hours)


def planned(planning: Planning) -> bool:
    """Whether there are waves now; where not, that is said to be impossible and nothing is changed."""
    before = planning.portfolio
    problems: tuple[Problem, ...] = ()
    try:
        planning.run(WAVES)
    except Refused as refused:
        problems = refused.problems
    assert not problems or planning.portfolio == before
    assert {each.code for each in problems} <= {ErrorCode.INFEASIBLE}
    return not problems


def check_waves(drawn: list[Edge], most: int, hours: int) -> None:
    planning, again = made(drawn, most, hours), made(drawn[::-1], most, hours)
    if not planned(planning):
        return

    placed = planning.plan.numbers
    assert placed.keys() == set(IDS)
    assert planning.plan.wave_plan
    assert planning.plan.wave_plan.violations == ()
    assert sorted(planning.waves) == list(range(1, len(planning.waves) + 1))
    assert all(1 <= len(wave) <= most for wave in planning.waves.values())
    assert all(placed[other] <= placed[one] for one, other, hard in drawn if hard)
    assert sum((wave.effort_hours for wave in planning.plan.waves), Decimal(0)) == 6 * hours
    assert len({wave.id for wave in planning.plan.waves}) == len(planning.plan.waves)
    planned(again)
    assert again.waves == planning.waves


def check_choices(drawn: list[Edge], most: int, wanted: Moves, lock: int) -> None:
    planning = made(drawn, most, 20)
    if not planned(planning):
        return
    if wanted:
        planning.change(WAVES, move_applications, given_moves(planning, wanted), None, None)
    number = sorted(planning.waves)[lock % len(planning.waves)] if planning.waves else None
    if number is not None:
        planning.change(WAVES, save_wave, WaveGiven(planning.wave(number).id, {"locked": True}), None)
    held = {number: planning.waves[number]} if number is not None else {}
    ids = {wave.number: wave.id for wave in planning.plan.waves}
    if not planned(planning):
        return

    assert {id: planning.plan.numbers.get(id) for id in wanted} == wanted
    assert {number: planning.waves[number] for number in held} == held
    assert all(ids.get(wave.number, wave.id) == wave.id for wave in planning.plan.waves)
    settled = planning.plan
    planning.run(WAVES)
    assert planning.plan == settled


def given_moves(planning: Planning, wanted: Moves) -> list[MoveGiven]:
    ids = {wave.number: wave.id for wave in planning.plan.waves}
    return [
        MoveGiven(id, ids.get(number or 0), None if number in ids else number, unassigned=number is None)
        for id, number in wanted.items()
    ]


@FEW
@given(edges, st.integers(1, 4), st.sampled_from([1, 20, 333]))
def test_waves_keep_every_constraint_and_every_hour(drawn: list[Edge], most: int, hours: int) -> None:
    check_waves(drawn, most, hours)


@FEW
@given(edges, st.integers(2, 4), moves, st.integers(0, 3))
def test_planning_anew_keeps_what_people_chose_and_settles(
    drawn: list[Edge], most: int, wanted: Moves, lock: int
) -> None:
    check_choices(drawn, most, wanted, lock)


@pytest.mark.slow
@MANY
@given(edges, st.integers(1, 4), st.sampled_from([1, 20, 333]))
def test_waves_keep_every_constraint_of_many_plans(drawn: list[Edge], most: int, hours: int) -> None:
    check_waves(drawn, most, hours)


@pytest.mark.slow
@MANY
@given(edges, st.integers(2, 4), moves, st.integers(0, 3))
def test_planning_many_plans_anew_keeps_what_people_chose(
    drawn: list[Edge], most: int, wanted: Moves, lock: int
) -> None:
    check_choices(drawn, most, wanted, lock)
