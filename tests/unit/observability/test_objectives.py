"""Which objectives applications are given, and what people may do to them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.application import Application, Criticality
from domain.artifact import Artifact
from domain.errors import Refused
from domain.flows.observability.results import MonitoringSet, ObjectivesAnswer
from domain.flows.observability.setting import SETUP, confirm_objectives, reset_objectives, set_objectives
from domain.observability import Indicator, ServiceLevelObjective
from domain.source import Source
from tests.plans import application
from tests.unit.observability.calling import call, component, confirmed, files, proposed

PAYROLL = application("Payroll", criticality=Criticality.MISSION_CRITICAL)
LEDGER = application("Ledger", criticality=Criticality.LOW)


@pytest.mark.parametrize(
    ("criticality", "target", "minutes"),
    [
        (Criticality.MISSION_CRITICAL, 99.95, "21.6"),
        (Criticality.HIGH, 99.9, "43.2"),
        (Criticality.MEDIUM, 99.5, "216"),
        (Criticality.LOW, 99.0, "432"),
    ],
)
def test_availability_is_by_criticality(criticality: Criticality, target: float, minutes: str) -> None:
    outcome = proposed(application("Shop", criticality=criticality))

    first = outcome.result.objectives[0]
    assert (first.indicator, first.target, first.window) == (Indicator.AVAILABILITY, target, "30d")
    word = criticality.replace("_", " ").lower()
    assert first.rationale == (
        f"Its criticality is {word}: {target:g} % over 30 days leave {minutes} minutes without an answer."
    )
    assert outcome.warnings == ()


def test_an_unknown_criticality_is_taken_as_medium_and_said() -> None:
    outcome = proposed(application("Shop"))

    assert outcome.result.objectives[0].target == 99.5
    assert outcome.result.objectives[0].rationale.startswith("Nobody knows its criticality; taken as medium:")
    [warning] = outcome.warnings
    assert (warning.code, warning.details) == ("CRITICALITY_ASSUMED", {"applications": ["Shop"]})


@pytest.mark.parametrize(
    ("types", "milliseconds"),
    [
        (("database", "web server"), 1000.0),
        (("database", "rest-api"), 300.0),
        (("database", "service"), 500.0),
        (("message queue",), 200.0),
        (("database",), 100.0),
        (("batch",), None),
        ((), 500.0),
        (("mystery",), 500.0),
    ],
)
def test_latency_is_by_what_waits_first(types: tuple[str, ...], milliseconds: float | None) -> None:
    found = proposed(LEDGER, components=[component(LEDGER, each) for each in types]).result.objectives

    targets = {each.indicator: each.target for each in found}
    assert targets == {Indicator.AVAILABILITY: 99.0} | ({Indicator.LATENCY: milliseconds} if milliseconds else {})


def test_objectives_keep_their_ids_and_what_is_no_more_is_removed() -> None:
    first = proposed(PAYROLL, LEDGER)

    again = call(PAYROLL, objectives=first.saves)
    outcome: Any = set_objectives(again)
    kept = {each.id for each in first.saves if each.application_id == PAYROLL.id}
    assert {each.id for each in outcome.saves} == kept
    assert {each.application_id for each in outcome.removes} == {LEDGER.id}


def test_files_are_made_of_what_is_confirmed_alone() -> None:
    result: MonitoringSet = proposed(PAYROLL, LEDGER).result
    chosen = [each for each in result.objectives if each.application_id == PAYROLL.id][:1]

    wanted = call(PAYROLL, LEDGER, results={SETUP: result}, given=ObjectivesAnswer((chosen[0].objective_id,)))
    outcome = confirm_objectives(wanted)

    service = f"payroll-{PAYROLL.id[-8:]}"
    assert sorted(files(outcome)) == [f"{service}.openslo.yaml", f"{service}.rules.yaml"]
    rows = [each for each in outcome.saves if isinstance(each, ServiceLevelObjective)]
    assert [each.confirmed for each in rows] == [
        each.objective_id == chosen[0].objective_id for each in result.objectives
    ]


def test_an_answer_names_objectives_that_are_there() -> None:
    result = proposed(PAYROLL).result

    for ids, path in ((("strange",), ("data", "objectiveIds", "0")), ((), ("data", "objectiveIds"))):
        with pytest.raises(Refused) as refused:
            confirm_objectives(call(PAYROLL, results={SETUP: result}, given=ObjectivesAnswer(ids)))
        assert refused.value.problems[0].path == path


def test_files_follow_another_target_as_a_new_version_and_only_the_changed_ones() -> None:
    before = confirmed(PAYROLL, LEDGER)
    held = [each for each in before.saves if isinstance(each, Artifact)]
    result: MonitoringSet = before.result
    changed = tuple(
        replace(each, target=99.99) if each.application_id == PAYROLL.id and "avail" in each.indicator else each
        for each in result.objectives
    )

    given = replace(result, objectives=changed)
    outcome = reset_objectives(call(PAYROLL, LEDGER, results={SETUP: result}, given=given, configurations=held))

    made = [each for each in outcome.saves if isinstance(each, Artifact)]
    assert {(each.title, each.version, each.source) for each in made} == {
        ("OpenSLO: Payroll", 2, Source.USER),
        ("Prometheus rules: Payroll", 2, Source.USER),
    }
    assert {each.id for each in made} < {each.id for each in held}
    mine = next(each for each in outcome.result.objectives if each.target == 99.99)
    assert mine.source is Source.USER
    assert mine.rationale == (
        "Set by a person, instead of 99.95 %. 99.99 % over 30 days leave 4.3 minutes without an answer."
    )
    assert [each for each in outcome.result.objectives if each.source is Source.USER] == [mine]


def test_files_of_an_application_without_objectives_are_removed_and_those_of_people_stay() -> None:
    before = confirmed(PAYROLL, LEDGER)
    held = [each for each in before.saves if isinstance(each, Artifact)]
    own = replace(held[0], id="own", metadata={})
    result: MonitoringSet = before.result
    left = tuple(each for each in result.objectives if each.application_id == LEDGER.id)

    outcome = reset_objectives(
        call(
            PAYROLL,
            LEDGER,
            results={SETUP: result},
            given=replace(result, objectives=left),
            configurations=[*held, own],
        )
    )

    gone = [each for each in outcome.removes if isinstance(each, Artifact)]
    assert {each.title for each in gone} == {"OpenSLO: Payroll", "Prometheus rules: Payroll"}
    assert "own" not in {each.id for each in gone}
    assert not [each for each in outcome.saves if isinstance(each, Artifact)]


def test_nothing_is_written_before_anybody_has_confirmed() -> None:
    result: MonitoringSet = proposed(PAYROLL).result
    changed = tuple(replace(each, target=each.target - 0.5) for each in result.objectives)

    outcome = reset_objectives(call(PAYROLL, results={SETUP: result}, given=replace(result, objectives=changed)))

    assert [type(each) for each in outcome.saves] == [ServiceLevelObjective] * 2


def _strange(result: MonitoringSet, **values: Any) -> MonitoringSet:
    return replace(result, objectives=(replace(result.objectives[0], **values), *result.objectives[1:]))


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"target": 100.0}, ("data", "objectives", "0", "target")),
        ({"target": float("nan")}, ("data", "objectives", "0", "target")),
        ({"rationale": " "}, ("data", "objectives", "0", "rationale")),
        ({"objective_id": "strange"}, ("data", "objectives", "0", "objectiveId")),
        ({"window": "7d"}, ("data", "objectives", "0")),
    ],
)
def test_what_an_objective_cannot_be_is_refused(values: dict[str, Any], path: tuple[str, ...]) -> None:
    result = proposed(PAYROLL).result

    with pytest.raises(Refused) as refused:
        reset_objectives(call(PAYROLL, results={SETUP: result}, given=_strange(result, **values)))

    assert [each.path for each in refused.value.problems] == [path]


def test_applications_of_one_name_have_files_of_their_own() -> None:
    twin: Application = replace(application("Payroll"), criticality=Criticality.LOW)

    assert len(files(confirmed(PAYROLL, twin))) == 4


def test_files_go_with_the_last_objective_that_was_confirmed() -> None:
    first = proposed(PAYROLL).result
    chosen = first.objectives[0]
    answer = ObjectivesAnswer((chosen.objective_id,))
    before = confirm_objectives(call(PAYROLL, results={SETUP: first}, given=answer))
    held = [each for each in before.saves if isinstance(each, Artifact)]

    given = replace(before.result, objectives=first.objectives[1:])
    outcome = reset_objectives(call(PAYROLL, results={SETUP: before.result}, given=given, configurations=held))

    assert outcome.result.confirmed_objective_ids == ()
    assert [each for each in outcome.removes if isinstance(each, Artifact)] == held
