from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain.errors import ErrorCode, NotFound, Refused, StaleVersion
from domain.flows.planning.configuration import MoveGroup
from domain.flows.planning.moving import MoveGiven, WaveGiven, delete_wave, move_applications, save_wave
from domain.flows.planning.previewing import preview_moves
from domain.planning.choices import AllocationChoice, PlanChoices, WaveChoice
from domain.planning.waves.problem import Move
from domain.source import Source
from tests.unit.planning.flow.driving import TODAY, Planning, decided, needs, plan, soft

WAVES = "wave_planning"


def planned() -> Planning:
    """b and c in wave 1, a and d in wave 2: a needs b, d needs c."""
    planning = plan(
        *"abcd",
        dependencies=[needs("a", "b"), needs("d", "c"), needs("a", "c"), soft("a", "d")],
        max_apps_per_wave=2,
    )
    planning.run(WAVES)
    assert planning.waves == {1: {"b", "c"}, 2: {"a", "d"}}
    return planning


def to(planning: Planning, number: int) -> str:
    return planning.wave(number).id


def move(planning: Planning, *moves: MoveGiven, rationale: str | None = None, version: int | None = None) -> None:
    planning.change(WAVES, move_applications, moves, rationale, version)


def test_a_move_is_kept_and_what_it_breaks_is_shown() -> None:
    planning = planned()
    ids = {wave.number: wave.id for wave in planning.plan.waves}

    move(planning, MoveGiven("b", wave_id=to(planning, 2)), rationale=" The team is away. ", version=1)

    assert planning.waves == {1: {"c"}, 2: {"a", "b", "d"}}
    assert {wave.number: wave.id for wave in planning.plan.waves} == ids
    found = planning.plan.wave_plan
    assert found
    assert (found.version, found.source, found.optimality_gap, found.levels) == (2, Source.USER, None, ())
    assert [(each.code, each.message) for each in found.violations] == [
        ("TOO_MANY", "Wave 2 has 3 applications; it takes at most 2.")
    ]
    assert found.rationale == "A person changed this plan."
    assert found.last_change
    assert (found.last_change.by, found.last_change.fields) == ("ada", ("B",))
    assert planning.wave(2).effort_hours == Decimal(60)
    because = {each.application_id: each.because for each in planning.plan.placed}
    assert because["b"].startswith("A person put it here.")
    result = planning.results[WAVES]
    assert (result.waves, result.placed, result.unassigned, result.violations) == (2, 4, 0, 1)
    assert (result.optimality_gap, result.cross_wave_dependencies) == (None, 2)


def test_a_move_is_recorded_and_learned_from() -> None:
    planning = planned()

    move(planning, MoveGiven("b", wave_id=to(planning, 2)), rationale=" The team is away. ")

    record = planning.overrides[0]
    assert planning.plan.wave_plan
    assert (record.phase, record.subject, record.rationale) == (WAVES, planning.plan.wave_plan.id, "The team is away.")
    assert record.before == [{"applicationId": "b", "application": "B", "wave": 1}]
    assert record.after == [{"applicationId": "b", "application": "B", "wave": 2}]
    lesson = planning.lessons[-1]
    assert (lesson.kind, lesson.key) == ("planning.wave_planning", "move|b")
    assert lesson.summary == "It was put into wave 1, and moved to wave 2: The team is away."
    assert lesson.data == {
        "learned": "move",
        "flowId": "flow",
        "proposed": 1,
        "chosen": 2,
        "rationale": "The team is away.",
        "strategy": "REHOST",
        "criticality": "LOW",
        "risk": 0.0,
        "hours": "20.00",
        "dependencies": 1,
    }


def test_applications_move_to_a_new_wave_and_out_of_all() -> None:
    planning = planned()

    move(
        planning, MoveGiven("a", new_wave_number=5), MoveGiven("d", new_wave_number=5), MoveGiven("b", unassigned=True)
    )

    assert planning.waves == {1: {"c"}, 5: {"a", "d"}}
    assert [(wave.number, wave.name) for wave in planning.plan.waves] == [(1, "Pilot"), (5, "Wave 5")]
    assert planning.plan.wave_plan
    assert [each.message for each in planning.plan.wave_plan.violations] == ["A needs B, which is in no wave."]
    assert planning.results[WAVES].unassigned == 1


def test_a_move_to_where_it_is_already_keeps_it_there() -> None:
    planning = planned()

    move(planning, MoveGiven("b", wave_id=to(planning, 1)))

    assert planning.waves == {1: {"b", "c"}, 2: {"a", "d"}}
    assert planning.plan.choices == PlanChoices("flow", "flow", moves=(Move("b", 1),))
    assert len(planning.lessons) == 1


ALL_WRONG = [
    (ErrorCode.INVALID_INPUT, "moves.1.applicationId", "It is named twice."),
    (ErrorCode.NOT_FOUND, "moves.2.applicationId", "There is no such application."),
    (
        ErrorCode.NOT_READY,
        "moves.4.applicationId",
        "D does not move: no accepted decision says that it does.",
    ),
    (ErrorCode.NOT_FOUND, "moves.0.to.waveId", "There is no such wave."),
    (
        ErrorCode.ALREADY_EXISTS,
        "moves.2.to.newWaveNumber",
        "There is a wave 2 already; move it there by that wave's id.",
    ),
    (ErrorCode.INVALID_INPUT, "moves.3.to.newWaveNumber", "Waves are numbered from 1 to 1,003."),
    (
        ErrorCode.INVALID_INPUT,
        "moves.5.to.unassigned",
        "Say where it goes: to a wave, to a new one, or `unassigned: true`.",
    ),
]


def test_all_that_is_wrong_with_moves_is_told_at_once() -> None:
    planning = planned()
    planning.portfolio = replace(planning.portfolio, accepted=planning.portfolio.accepted[:3])
    before = (planning.portfolio, dict(planning.results))
    moves = (
        MoveGiven("a", wave_id="no-such-wave"),
        MoveGiven("a", unassigned=True),
        MoveGiven("stranger", new_wave_number=2),
        MoveGiven("b", new_wave_number=0),
        MoveGiven("d", unassigned=True),
        MoveGiven("c"),
    )

    for ask in (
        lambda: planning.change(WAVES, move_applications, moves, None, None),
        lambda: preview_moves(planning.call(WAVES), moves),
    ):
        with pytest.raises(Refused) as refused:
            ask()

        assert [(each.code, ".".join(each.path), each.message) for each in refused.value.problems] == ALL_WRONG
        assert (planning.portfolio, planning.results) == before


def test_no_moves_are_no_change() -> None:
    planning = planned()

    with pytest.raises(Refused) as refused:
        move(planning)

    assert [each.path for each in refused.value.problems] == [("moves",)]
    assert planning.overrides == []


def test_of_two_who_move_at_once_the_second_is_told_what_changed() -> None:
    planning = planned()
    move(planning, MoveGiven("b", unassigned=True), version=1)
    before = planning.portfolio

    with pytest.raises(StaleVersion) as stale:
        move(planning, MoveGiven("c", unassigned=True), version=1)

    details = stale.value.problems[0].details
    assert details is not None
    assert (details["expectedVersion"], details["currentVersion"], details["changedBy"]) == (1, 2, "ada")
    assert details["changed"] == ["B"]
    assert planning.portfolio == before


def test_before_waves_are_planned_there_is_nothing_to_move() -> None:
    planning = plan("a")

    with pytest.raises(NotFound):
        move(planning, MoveGiven("a", new_wave_number=1))

    assert planning.plan.choices is None


def test_a_change_dates_waves_from_the_day_they_were_planned() -> None:
    planning = plan(*"ab", max_apps_per_wave=1, starts_on=None, dependencies=[needs("b", "a")])
    planning.run(WAVES)
    first = planning.wave(1).starts_on
    later = replace(planning.call(WAVES, ports=None), as_of=TODAY + timedelta(days=40))

    revised = save_wave(later, WaveGiven(None, {"name": "Late"}), None)

    assert first == date(2026, 11, 23)
    assert revised.outcome.result.as_of == TODAY
    assert [each.name for each in revised.outcome.saves if hasattr(each, "pilot")] == ["Late"]


def test_waves_that_are_as_they_were_keep_the_dates_of_the_timeline() -> None:
    planning = planned()
    dated = replace(
        planning.wave(1), starts_on=date(2027, 3, 1), ends_on=date(2027, 4, 1), cut_over_on=date(2027, 3, 20)
    )
    planning.portfolio = replace(planning.portfolio, plan=replace(planning.plan, waves=(dated, planning.wave(2))))

    move(planning, MoveGiven("a", new_wave_number=3))

    assert planning.wave(1) == dated
    assert planning.wave(3).starts_on == date(2027, 1, 18)


# ── asking first


def test_a_preview_tells_what_moves_would_do_and_does_nothing() -> None:
    planning = planned()
    before = (planning.portfolio, dict(planning.results))

    effect = preview_moves(planning.call(WAVES), [MoveGiven("b", wave_id=to(planning, 2))])

    assert [(each.wave.number, each.application_ids, each.wave.effort_hours, each.cost) for each in effect.waves] == [
        (1, ("c",), Decimal(20), None),
        (2, ("a", "b", "d"), Decimal(60), None),
    ]
    assert [each.code for each in effect.violations] == ["TOO_MANY"]
    assert effect.cross_wave_dependency_count == 2
    assert (planning.portfolio, planning.results) == before


def test_a_preview_is_what_the_move_then_comes_to() -> None:
    planning = planned()
    moves = (MoveGiven("b", new_wave_number=4), MoveGiven("c", unassigned=True))

    effect = preview_moves(planning.call(WAVES), moves)
    move(planning, *moves)

    assert planning.plan.wave_plan
    assert effect.violations == planning.plan.wave_plan.violations
    assert {each.wave.number: set(each.application_ids) for each in effect.waves} == planning.waves
    assert effect.cross_wave_dependency_count == planning.results[WAVES].cross_wave_dependencies


# ── planning anew around what people chose


def test_planning_anew_keeps_moves_and_locks_and_the_ids_of_waves() -> None:
    planning = plan(*"abcdef", dependencies=[soft("a", "b"), soft("c", "d"), soft("e", "f")], max_apps_per_wave=2)
    planning.run(WAVES)
    last = planning.plan.numbers["e"]
    planning.change(WAVES, save_wave, WaveGiven(to(planning, last), {"locked": True, "name": "Ledger"}), None)
    move(planning, MoveGiven("a", wave_id=to(planning, planning.plan.numbers["c"])))
    ids = {wave.number: wave.id for wave in planning.plan.waves}
    kept = planning.plan.numbers["a"]

    planning.run(WAVES)

    assert planning.plan.numbers["a"] == kept
    assert planning.waves[last] == {"e", "f"}
    assert (planning.wave(last).locked, planning.wave(last).name) == (True, "Ledger")
    assert {number: wave.id for number, wave in ((w.number, w) for w in planning.plan.waves)} == ids
    assert all(len(wave) == 2 for wave in planning.waves.values())
    found = planning.plan.wave_plan
    assert found
    assert (found.source, found.violations, found.optimality_gap) == (Source.RULES, (), 0.0)
    assert found.rationale.endswith(" (proven). Kept as people want it: 1 move, 1 locked wave.")


def test_planning_the_same_anew_changes_nothing() -> None:
    planning = planned()
    before = planning.plan

    planning.run(WAVES)

    assert planning.plan == before


def test_numbers_that_people_left_empty_are_told() -> None:
    planning = plan("a", "b", max_apps_per_wave=1)
    planning.run(WAVES)
    move(planning, MoveGiven("a", new_wave_number=7))

    planning.run(WAVES)

    assert planning.plan.wave_plan
    assert planning.plan.wave_plan.rationale.startswith("Waves: 2, numbered up to 7 (proven); ")


def test_what_was_taken_out_stays_out() -> None:
    planning = planned()
    move(planning, MoveGiven("d", unassigned=True))

    planning.run(WAVES)

    assert set(planning.plan.numbers) == {"a", "b", "c"}
    assert planning.plan.wave_plan
    assert planning.plan.wave_plan.violations == ()


def test_choices_about_what_is_no_longer_in_the_plan_are_left_out() -> None:
    planning = planned()
    move(planning, MoveGiven("d", new_wave_number=9))
    planning.change(WAVES, save_wave, WaveGiven(to(planning, 9), {"locked": True, "name": "Gone"}), None)
    planning.configuration = replace(planning.configuration, application_ids=("a", "b", "c"))

    planning.run(WAVES)

    assert {id for ids in planning.waves.values() for id in ids} == {"a", "b", "c"}
    # A locked wave stays, with nothing in it.
    assert planning.waves[9] == set()
    assert planning.plan.choices
    assert planning.plan.choices.moves == (Move("d", 9),)


# ── waves


def test_a_wave_is_added_at_the_end_and_stays_while_it_is_empty() -> None:
    planning = planned()

    planning.change(WAVES, save_wave, WaveGiven(None, {"name": " Stragglers ", "max_applications": 9}), 1)
    planning.run(WAVES)

    wave = planning.wave(3)
    assert (wave.name, wave.max_applications, wave.duration_days, wave.effort_hours) == ("Stragglers", 9, 0, Decimal(0))
    assert (wave.starts_on, wave.ends_on, wave.risk_score) == (None, None, 0.0)
    assert wave.rationale == "A person keeps this wave; nothing moves in it yet."
    assert planning.results[WAVES].waves == 2
    assert planning.overrides[0].before is None
    assert planning.overrides[0].after == {
        "number": 3,
        "name": "Stragglers",
        "startsOn": None,
        "locked": False,
        "maxApplications": 9,
    }


def test_what_is_not_given_stays_and_none_is_as_the_rules_say() -> None:
    planning = planned()
    wave_id = to(planning, 2)
    planning.change(WAVES, save_wave, WaveGiven(wave_id, {"name": "Ledger", "max_applications": 3}), None)

    planning.change(WAVES, save_wave, WaveGiven(wave_id, {"name": None}), None)

    assert (planning.wave(2).name, planning.wave(2).max_applications) == ("Wave 2", 3)
    assert planning.plan.choices
    assert planning.plan.choices.waves == (WaveChoice(2, max_applications=3),)


def test_a_dated_wave_starts_then_and_waves_after_it_follow() -> None:
    planning = planned()

    planning.change(WAVES, save_wave, WaveGiven(to(planning, 1), {"starts_on": date(2027, 2, 1)}), None)

    assert [(wave.starts_on, wave.ends_on) for wave in planning.plan.waves] == [
        (date(2027, 2, 1), date(2027, 2, 26)),
        (date(2027, 3, 1), date(2027, 3, 26)),
    ]


def test_a_smaller_wave_shows_that_it_is_too_full() -> None:
    planning = planned()

    planning.change(WAVES, save_wave, WaveGiven(to(planning, 2), {"max_applications": 1}), None)

    assert planning.plan.wave_plan
    assert [each.message for each in planning.plan.wave_plan.violations] == [
        "Wave 2 has 2 applications; it takes at most 1."
    ]
    assert planning.wave(2).max_applications == 1


def test_a_locked_wave_holds_what_a_person_moves_into_it_and_out_of_it() -> None:
    planning = planned()
    planning.change(WAVES, save_wave, WaveGiven(to(planning, 1), {"locked": True}), None)

    move(planning, MoveGiven("c", wave_id=to(planning, 2)), MoveGiven("d", wave_id=to(planning, 1)))

    assert planning.plan.choices
    assert planning.plan.choices.waves == (WaveChoice(1, locked_ids=("b", "d")),)
    assert planning.plan.wave_plan
    assert [each.code for each in planning.plan.wave_plan.violations] == ["DEPENDENCY"]


def test_unlocking_lets_the_next_plan_decide() -> None:
    planning = planned()
    planning.change(WAVES, save_wave, WaveGiven(to(planning, 1), {"locked": True}), None)

    planning.change(WAVES, save_wave, WaveGiven(to(planning, 1), {"locked": False}), None)

    assert not planning.wave(1).locked
    assert planning.plan.choices
    assert planning.plan.choices.waves == (WaveChoice(1),)


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"name": " "}, ("name",)),
        ({"name": "x" * 201}, ("name",)),
        ({"name": "a\nb"}, ("name",)),
        ({"starts_on": date(2126, 1, 1)}, ("startsOn",)),
        ({"max_applications": 0}, ("maxApplications",)),
        ({}, ()),
    ],
)
def test_a_wave_is_not_saved_with_what_cannot_be(given: dict[str, object], path: tuple[str, ...]) -> None:
    planning = planned()
    before = planning.portfolio

    with pytest.raises(Refused) as refused:
        planning.change(WAVES, save_wave, WaveGiven(to(planning, 1), given), None)

    assert [each.path for each in refused.value.problems] == [path]
    assert planning.portfolio == before


def test_a_deleted_wave_leaves_its_applications_in_none_and_the_others_their_numbers() -> None:
    planning = planned()
    second = to(planning, 2)
    choices = PlanChoices(
        "flow",
        "flow",
        waves=(WaveChoice(1, name="First", locked_ids=("b", "c")), WaveChoice(2, name="Second")),
        allocations=(AllocationChoice(1, "engineer", Decimal(5)), AllocationChoice(2, "engineer", Decimal(6))),
    )
    planning.portfolio = replace(planning.portfolio, plan=replace(planning.plan, choices=choices))

    planning.change(WAVES, delete_wave, to(planning, 1), 1)

    assert planning.waves == {2: {"a", "d"}}
    assert to(planning, 2) == second
    assert planning.plan.choices == PlanChoices(
        "flow",
        "flow",
        moves=(Move("b", None), Move("c", None)),
        waves=(WaveChoice(2, name="Second"),),
        allocations=(AllocationChoice(2, "engineer", Decimal(6)),),
    )
    assert planning.results[WAVES].unassigned == 2
    assert planning.overrides[0].before == {"number": 1, "name": "Pilot", "applicationIds": ["b", "c"]}
    assert planning.overrides[0].after is None


def test_a_wave_of_another_plan_is_not_there() -> None:
    planning = planned()
    call = planning.call(WAVES, ports=None)

    with pytest.raises(NotFound) as unsaved:
        save_wave(call, WaveGiven("elsewhere", {"name": "x"}), None)
    with pytest.raises(NotFound) as undeleted:
        delete_wave(call, "elsewhere", None)

    assert [(each.path, each.message) for each in unsaved.value.problems] == [(("waveId",), "There is no such wave.")]
    assert [each.path for each in undeleted.value.problems] == [("id",)]


def test_an_application_that_moves_no_more_leaves_its_wave_at_the_next_change() -> None:
    planning = planned()
    planning.portfolio = replace(planning.portfolio, accepted=planning.portfolio.accepted[1:])

    planning.change(WAVES, save_wave, WaveGiven(to(planning, 1), {"name": "First"}), None)

    assert planning.waves == {1: {"b", "c"}, 2: {"d"}}
    assert planning.results[WAVES].unassigned == 1


def test_a_group_that_a_move_tears_apart_is_shown() -> None:
    planning = plan("a", "b", "c", move_groups=(MoveGroup(("a", "b"), "Payroll"),), decisions=[decided("c", 40)])
    planning.run(WAVES)

    move(planning, MoveGiven("b", new_wave_number=2))

    assert planning.plan.wave_plan
    assert [each.code for each in planning.plan.wave_plan.violations] == ["GROUP_SPLIT"]
