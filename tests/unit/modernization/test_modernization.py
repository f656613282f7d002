"""Ranking, designing and planning a modernization: exact scores, first patterns, and an order that holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.application import Application, Component, Criticality, Technology
from domain.decision import Decision, Strategy
from domain.definition import Outcome, PhaseCall
from domain.errors import Refused
from domain.flows.modernization.assessing import ASSESSMENT, rank_candidates, rerank
from domain.flows.modernization.configuration import Cloud, ModernizationConfiguration, ModernizationOptions
from domain.flows.modernization.designing import (
    DESIGN,
    confirm_designs,
    design_targets,
    patterns,
    propose_designs,
    redesign,
)
from domain.flows.modernization.opening import open_modernization
from domain.flows.modernization.results import CandidatesRanked, DesignsAnswer
from domain.flows.modernization.working import plan_work
from domain.modernization import WorkItem
from domain.portfolio import Portfolio
from domain.reference_data import read_toml
from domain.source import Source
from tests.plans import application, decision
from tests.toy import new_id

TODAY = date(2026, 11, 21)
JAVA, COBOL = Technology("Java", "6", "language"), Technology("COBOL", None, "language")
SQL = Technology("SQL Server", "2008", "database")


def part(
    of: Application, name: str, type: str, *used: Technology, needs: Sequence[str] = (), **known: Any
) -> Component:
    return Component(new_id(), of.id, name.casefold(), name, type, used, tuple(needs), known)


def call(
    applications: Sequence[Application],
    parts: Sequence[Component] = (),
    decisions: Sequence[Decision] = (),
    results: Mapping[str, Any] | None = None,
    given: Any = None,
    held: Mapping[str, Any] | None = None,
    **options: Any,
) -> PhaseCall:
    return PhaseCall(
        flow_id="flow",
        run_id="run",
        phase=ASSESSMENT,
        configuration=ModernizationConfiguration(
            tuple(each.id for each in applications), ModernizationOptions(**options)
        ),
        results=results or {},
        portfolio=Portfolio(
            applications=tuple(applications), components=tuple(parts), accepted=tuple(decisions), **(held or {})
        ),
        as_of=TODAY,
        now=datetime(2026, 11, 21, 12, tzinfo=UTC),
        by="alice",
        new_id=new_id,
        input=given,
    )


def outcome_of(made: object) -> Outcome:
    assert isinstance(made, Outcome)
    return made


OLD = application("Old", criticality=Criticality.MISSION_CRITICAL, annual_cost=Decimal(900))
NEW = application("New", criticality=Criticality.LOW, annual_cost=Decimal(100))
GONE = application("Gone")


def test_the_one_most_worth_it_comes_first_with_every_driver_told() -> None:
    parts = [part(OLD, "core", "service", JAVA), part(NEW, "api", "service", Technology("Java", "21", "language"))]
    decisions = [replace(decision(OLD), strategy=Strategy.REFACTOR), replace(decision(GONE), strategy=Strategy.RETIRE)]

    outcome = outcome_of(rank_candidates(call([NEW, OLD, GONE], parts, decisions)))

    assert outcome.result == CandidatesRanked((OLD.id, NEW.id), (GONE.id,), TODAY)
    first, second = outcome.saves
    assert {each.name: (each.weight, each.value) for each in first.drivers} == {
        "Support": (0.25, 1.0),
        "Debt": (0.25, 0.5),
        "Criticality": (0.15, 1.0),
        "Cost": (0.15, 1.0),
        "Coupling": (0.1, 0.0),
        "Decision": (0.1, 1.0),
    }
    assert (first.number, first.score) == (1, 0.775)
    assert second.score == pytest.approx(0.25 * 0.5 + 0.15 * 0.25 + 0.15 * 0.5 + 0.1 * 0.5)
    assert [each.code for each in outcome.warnings] == ["ENDING"]


def test_bounds_of_the_list_hold() -> None:
    assert outcome_of(rank_candidates(call([NEW, OLD], most_candidates=1))).result.application_ids == (OLD.id,)
    none = outcome_of(rank_candidates(call([NEW, OLD], minimum_score=0.99)))
    assert none.result.application_ids == ()
    assert [each.message for each in none.warnings] == ["None of them stays and has a score of at least 0.99."]


def test_weights_that_cannot_be_meant_are_the_products() -> None:
    settings = {"modernizationWeights": {"support": "1e400", "debt": "x", "cost": -1, "criticality": "0.15"}}

    same = outcome_of(rank_candidates(replace(call([NEW, OLD]), settings=settings)))
    assert [each.score for each in same.saves] == [
        each.score for each in outcome_of(rank_candidates(call([NEW, OLD]))).saves
    ]


def test_a_person_ranks_anew_and_nobody_else_is_taken_up() -> None:
    before = CandidatesRanked((OLD.id, NEW.id), (), TODAY)
    wanted = replace(before, application_ids=(NEW.id,))
    results = {ASSESSMENT: before}
    outcome = rerank(call([NEW, OLD], results=results, given=replace(wanted, as_of=date(1999, 1, 1))))

    assert outcome.result == CandidatesRanked((NEW.id,), (OLD.id,), TODAY)
    assert [(each.application_id, each.number) for each in outcome.saves] == [(NEW.id, 1)]
    for broken in ((), ("x",), (NEW.id, NEW.id)):
        with pytest.raises(Refused):
            rerank(call([NEW, OLD], results=results, given=replace(before, application_ids=broken)))


@pytest.mark.parametrize(
    ("type", "used", "pattern"),
    [
        ("service", (COBOL,), "Strangler fig"),
        ("database", (), "Managed database"),
        ("server", (SQL,), "Managed database"),
        ("nightly batch job", (), "Event-driven batch"),
        ("web frontend", (JAVA,), "Single-page application behind an API"),
        ("file share", (), "Object storage"),
        ("service", (JAVA,), "Containerized service"),
        ("server", (JAVA, SQL), "Containerized service"),
        ("database", (JAVA, SQL), "Containerized service"),
        ("database", (SQL, Technology("PL/SQL", None, "language")), "Managed database"),
        ("server", (JAVA, Technology("WebLogic Server", "12", "middleware")), "Containerized service"),
        ("server", (Technology("Kafka", None, "middleware"),), "Managed messaging"),
        ("profile builder", (), "Containerized service"),
        ("fileserver", (), "Object storage"),
        ("admin UI", (), "Single-page application behind an API"),
    ],
)
def test_the_first_pattern_that_fits_is_taken(type: str, used: tuple[Technology, ...], pattern: str) -> None:
    ranked = {ASSESSMENT: CandidatesRanked((OLD.id,), (), TODAY)}
    outcome = design_targets(call([OLD], [part(OLD, "it", type, *used)], results=ranked, cloud=Cloud.AWS))

    (design,) = outcome.result.designs
    assert design.pattern == pattern
    assert design.services == tuple(next(each for each in patterns() if each.name == pattern).services["aws"])


def test_what_it_is_now_names_what_is_past_its_support() -> None:
    ranked = {ASSESSMENT: CandidatesRanked((OLD.id,), (), TODAY)}
    outcome = design_targets(call([OLD], [part(OLD, "db", "database", SQL)], results=ranked))

    assert outcome.saves[0].current_state == (
        "Database on SQL Server 2008. Past support: SQL Server 2008 since 2019-07-09."
    )


def designed(parts: Sequence[Component], *applications: Application) -> dict[str, Any]:
    ranked = {ASSESSMENT: CandidatesRanked(tuple(each.id for each in applications), (), TODAY)}
    result = design_targets(call(applications, parts, results=ranked)).result
    answer = propose_designs(call(applications, parts, results={DESIGN: result}))
    confirmed = confirm_designs(call(applications, parts, results={DESIGN: result}, given=answer))
    return {**ranked, DESIGN: confirmed.result}


def test_a_design_that_a_person_changed_is_his_and_the_others_stay_the_rules() -> None:
    parts = [part(OLD, "a", "service"), part(OLD, "b", "service")]
    results = designed(parts, OLD)
    first, second = results[DESIGN].designs
    wanted = replace(results[DESIGN], designs=(replace(first, pattern="Modular monolith"), second))

    outcome = redesign(call([OLD], parts, results=results, given=wanted))
    assert [each.source for each in outcome.result.designs] == [Source.USER, Source.RULES]
    assert [each.pattern for each in outcome.saves] == ["Modular monolith", "Containerized service"]
    for broken in ((first, first), (replace(first, component_id="x"),), (replace(first, target_state=" "),)):
        with pytest.raises(Refused):
            redesign(call([OLD], parts, results=results, given=replace(wanted, designs=broken)))


def test_only_designs_that_are_there_are_confirmed() -> None:
    parts = [part(OLD, "a", "service")]
    for wrong in ((), ("x",)):
        with pytest.raises(Refused):
            confirm_designs(call([OLD], parts, results=designed(parts, OLD), given=DesignsAnswer(wrong)))


def test_the_hours_of_a_part_are_its_patterns_by_its_size() -> None:
    parts = [part(OLD, "a", "service"), part(OLD, "b", "service", thousand_lines=25)]
    outcome = outcome_of(plan_work(call([OLD], parts, results=designed(parts, OLD))))

    hours = {(each.title.partition(":")[0], each.component_id): each.effort_hours for each in outcome.saves}
    assert hours["Prepare the platform", None] == Decimal(40)
    assert hours["Build the target", parts[0].id] == Decimal(90)
    assert hours["Build the target", parts[1].id] == Decimal(225)
    assert outcome.result.effort_hours == Decimal(40 + 200 + 500)
    assert outcome.result.items == 9


def test_the_hours_are_those_of_the_pattern_that_a_person_took() -> None:
    parts = [part(OLD, "a", "service")]
    results = designed(parts, OLD)
    (design,) = results[DESIGN].designs
    results[DESIGN] = replace(results[DESIGN], designs=(replace(design, pattern="Managed database"),))

    assert outcome_of(plan_work(call([OLD], parts, results=results))).result.effort_hours == Decimal(40 + 120)


def test_no_work_is_planned_for_what_is_there_no_more() -> None:
    parts = [part(OLD, "a", "service"), part(OLD, "b", "service")]
    outcome = outcome_of(plan_work(call([OLD], parts[:1], results=designed(parts, OLD))))

    assert outcome.result.items == 5
    assert [each.code for each in outcome.warnings] == ["COMPONENTS_GONE"]


def test_the_shares_of_tasks_and_the_weights_of_drivers_are_wholes() -> None:
    data = read_toml("modernization")
    assert sum(Decimal(str(task["share"])) for task in data["task"]) == 1
    assert sum(Decimal(str(weight)) for weight in data["weights"].values()) == 1
    assert patterns()[-1].fits(part(OLD, "x", "anything"))


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=20))
def test_whatever_needs_what_all_work_is_ordered_and_nothing_is_lost(edges: list[tuple[int, int]]) -> None:
    plain = [part(OLD if number % 2 else NEW, f"p{number}", "service") for number in range(8)]
    needs = {number: tuple(plain[b].id for a, b in edges if a == number) for number in range(8)}
    parts = [replace(each, depends_on=needs[number]) for number, each in enumerate(plain)]

    items: tuple[WorkItem, ...] = outcome_of(
        plan_work(call([OLD, NEW], parts, results=designed(parts, OLD, NEW)))
    ).saves
    number_of = {each.id: each.number for each in items}

    assert sorted(number_of.values()) == list(range(1, 2 + 8 * 4 + 1))
    assert all(number_of[before] < each.number for each in items for before in each.depends_on)


def test_another_run_keeps_the_ids_of_what_is_still_to_be_done() -> None:
    parts = [part(OLD, "a", "service")]
    results = designed(parts, OLD)
    first = outcome_of(plan_work(call([OLD], parts, results=results)))
    stale = replace(first.saves[0], id=new_id(), key="other")
    again = outcome_of(plan_work(call([OLD], parts, results=results, held={"work_items": (*first.saves, stale)})))

    assert again.saves == first.saves
    assert again.removes == (stale,)


def test_a_start_names_everything_wrong() -> None:
    wanted = call([OLD], minimum_score=2.0, most_candidates=0)
    strange = replace(wanted.configuration, application_ids=(OLD.id, OLD.id, "x"))

    with pytest.raises(Refused) as refused:
        open_modernization(replace(wanted, configuration=strange))
    assert [each.path[2:] for each in refused.value.problems] == [
        ("applicationIds", "1"),
        ("applicationIds", "2"),
        ("options", "minimumScore"),
        ("options", "mostCandidates"),
    ]
