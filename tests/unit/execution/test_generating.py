"""Generated runbooks: steps by strategy, their order, minutes and owners; and what is kept when they are made anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.decision import Strategy
from domain.definition import Pattern
from domain.dependency import DependencyKind
from domain.errors import Refused
from domain.flows.execution.facts import MIGRATION, READINESS, VALIDATION
from domain.portfolio import Portfolio
from domain.runbook import RunbookStep, StepReport, StepStatus, in_order, reported
from tests.unit.assessment.portfolios import NOW, component, needs
from tests.unit.execution.driving import Executing, application, decided, pool

S = StepStatus


def going(portfolio: Portfolio, patterns: tuple[Pattern, ...] = ()) -> Executing:
    """An execution whose runbook is there."""
    executing = Executing(portfolio, patterns=patterns)
    executing.run(READINESS)
    executing.pass_all(READINESS)
    executing.answer(READINESS, *executing.configuration.application_ids)
    executing.run(MIGRATION)
    return executing


def steps(executing: Executing, application_id: str | None = None) -> tuple[RunbookStep, ...]:
    found = executing.portfolio.steps_of(MIGRATION)
    return tuple(each for each in found if application_id is None or each.application_id == application_id)


def report(executing: Executing, wanted: Sequence[RunbookStep], status: StepStatus) -> None:
    for step in wanted:
        changed, problems = reported(steps(executing), step.id, StepReport(status, note="So."), "ada", NOW)
        assert problems == ()
        executing.keep(*changed)


def test_each_strategy_has_its_steps_and_each_part_its_own() -> None:
    portfolio = Portfolio(
        applications=(application("shop", data_volume_gb=200),),
        accepted=(decided("shop", Strategy.REHOST, db=Strategy.REPLATFORM, fax=Strategy.RETIRE),),
        components=(
            component("shop", "db", "database"),
            component("shop", "web", depends_on=("db",)),
            component("shop", "job", depends_on=("web",)),
            component("shop", "fax"),
        ),
    )

    executing = going(portfolio)

    assert [(each.kind, each.title, each.planned_minutes) for each in steps(executing)] == [
        ("open", "Open the change window, and tell everybody: The move", 15),
        ("freeze", "Freeze changes of Shop", 10),
        ("replicate", "Replicate web", 30),
        ("replicate", "Replicate job", 30),
        ("provision", "Set db up on the managed platform", 60 + 40),
        ("leave", "Take fax out of use; it does not move", 20),
        ("stop", "Stop Shop at its source", 15),
        ("synchronize", "Copy what has changed in the data of Shop, and compare", 20 + 2),
        ("start", "Start Shop at the target", 20),
        ("test", "Test Shop at the target", 45),
        ("switch", "Switch the users of Shop over", 20),
        ("watch", "Watch Shop with its users at work", 60),
        ("close", "Close the change window, and tell everybody: The move", 15),
    ]
    result = executing.results[MIGRATION]
    assert (result.steps, result.planned_minutes, result.longest_minutes) == (13, 402, 322)
    by_title = {each.title: each for each in steps(executing)}
    web, job = by_title["Replicate web"], by_title["Replicate job"]
    assert web.id in job.depends_on
    assert web.rollback == "Stop the replication, and delete the copy of web."
    assert by_title["Test Shop at the target"].rollback is None


def test_a_product_that_takes_its_place_is_configured_and_never_started() -> None:
    portfolio = Portfolio(
        applications=(application("crm"),),
        accepted=(decided("crm", Strategy.REPURCHASE),),
        components=(component("crm", "app"),),
    )

    executing = going(portfolio)

    assert [each.kind for each in steps(executing, "crm")] == [
        "freeze", "subscribe", "stop", "synchronize", "test", "switch", "watch",
    ]  # fmt: skip
    assert steps(executing, "crm")[1].planned_minutes == 120 + 20


def test_a_consumer_is_stopped_once_its_provider_is_switched_over() -> None:
    portfolio = Portfolio(
        applications=(application("a-till"), application("ledger"), application("mail")),
        accepted=(decided("a-till"), decided("ledger"), decided("mail")),
        dependencies=(needs("a-till", "ledger"), needs("a-till", "mail", DependencyKind.SOFT)),
    )

    executing = going(portfolio)

    stop = next(each for each in steps(executing, "a-till") if each.kind == "stop")
    titles = {each.id: each.title for each in steps(executing)}
    assert [titles[id] for id in stop.depends_on] == ["Freeze changes of A-Till", "Switch the users of Ledger over"]
    numbers = {(each.application_id, each.kind): each.number for each in steps(executing)}
    assert numbers["ledger", "switch"] < numbers["a-till", "stop"]


def test_what_needs_each_other_moves_as_one() -> None:
    portfolio = Portfolio(
        applications=(application("one"), application("two")),
        accepted=(decided("one"), decided("two")),
        dependencies=(needs("one", "two"), needs("two", "one")),
    )

    executing = going(portfolio)

    own = {each.id for each in steps(executing, "one")}
    assert all(set(each.depends_on).isdisjoint(own) for each in steps(executing, "two"))


def test_owners_are_pools_by_role_else_who_answers_or_whom_people_named_before() -> None:
    data = {"corrected": "owner", "step": "switch", "department": None, "owner": "Night shift"}
    patterns = (Pattern("execution.migration_execution", "", data, 0.8, "p1"),)
    portfolio = Portfolio(
        applications=(application("shop", business_owner="Ada"),),
        accepted=(decided("shop"),),
        pools=(pool("Old hands", "tester", removed=True), pool("Testers", "QA"), pool("Guess", "qa", suggested=True)),
    )

    executing = going(portfolio, patterns)

    owners = {each.kind: each.owner for each in steps(executing)}
    assert (owners["test"], owners["stop"], owners["freeze"], owners["open"]) == ("Testers", "Grace", "Ada", None)
    assert owners["switch"] == "Night shift"


def test_what_was_reported_and_named_is_kept_when_it_is_made_anew() -> None:
    portfolio = Portfolio(
        applications=(application("shop"),),
        accepted=(decided("shop"),),
        components=(component("shop", "vm"), component("shop", "old")),
    )
    executing = going(portfolio)
    before = {each.key: each for each in steps(executing)}
    report(executing, [before["run:open"], before["shop:freeze"], before["shop:replicate:old"]], S.COMPLETED)
    executing.keep(replace(next(e for e in steps(executing) if e.key == "shop:stop"), owner="Eve"))
    executing.portfolio = replace(executing.portfolio, components=(component("shop", "vm"), component("shop", "new")))

    executing.run(MIGRATION)

    after = {each.key: each for each in steps(executing)}
    assert after["shop:freeze"].status is S.COMPLETED
    assert (after["shop:stop"].owner, after["shop:stop"].id) == ("Eve", before["shop:stop"].id)
    assert after["shop:replicate:new"].status is S.READY
    assert after["shop:replicate:old"].status is S.COMPLETED
    assert sorted(each.number for each in after.values()) == list(range(1, len(after) + 1))


def test_who_is_signed_off_has_arrived_and_who_is_not_is_back() -> None:
    portfolio = Portfolio(
        applications=(application("shop", regulated="yes"), application("till")),
        accepted=(decided("shop"), decided("till")),
    )
    executing = going(portfolio)
    report(executing, steps(executing), S.COMPLETED)
    executing.answer(MIGRATION, "shop", "till")
    executing.run(VALIDATION)
    assert [each.key.partition(":")[2] for each in executing.portfolio.checks_of(VALIDATION)][:8] == [
        "runbook", "function", "reconciliation", "connections", "performance", "operations", "controls", "acceptance",
    ]  # fmt: skip
    runbook = next(each for each in executing.portfolio.checks_of(VALIDATION) if each.key == "till:runbook")
    assert (runbook.passed, runbook.evidence) == (True, "7 steps, 0 of 191 planned minutes.")
    executing.pass_all(VALIDATION)

    with pytest.raises(Refused, match="Till is at its new place and not signed off"):
        executing.answer(VALIDATION, "shop")
    report(executing, [steps(executing)[-1], *steps(executing, "till")[::-1]], S.ROLLED_BACK)
    assert executing.proposed(VALIDATION) == ("shop",)
    outcome = executing.answer(VALIDATION, "shop")

    assert {each.id: str(each.readiness) for each in executing.portfolio.applications} == {
        "shop": "MIGRATED",
        "till": "READY_FOR_PLANNING",
    }
    assert (outcome.result.application_ids, outcome.result.returned_application_ids) == (("shop",), ("till",))
    assert outcome.result.signed_off_by == "lead"


@st.composite
def portfolios(draw: st.DrawFn) -> Portfolio:
    """Up to six applications with any hard dependencies, circles too."""
    names = [f"app{number}" for number in range(draw(st.integers(1, 6)))]
    strategies = st.sampled_from([Strategy.REHOST, Strategy.REPLATFORM, Strategy.REFACTOR, Strategy.REPURCHASE])
    pairs = st.tuples(st.sampled_from(names), st.sampled_from(names)).filter(lambda pair: pair[0] != pair[1])
    edges = draw(st.sets(pairs, max_size=10)) if len(names) > 1 else set()
    return Portfolio(
        applications=tuple(application(name) for name in names),
        accepted=tuple(decided(name, draw(strategies)) for name in names),
        dependencies=tuple(needs(*edge) for edge in sorted(edges)),
        components=tuple(component(name, "vm") for name in names),
    )


@settings(max_examples=40)
@given(portfolios())
def test_providers_are_switched_over_no_later_than_their_consumers(portfolio: Portfolio) -> None:
    executing = going(portfolio)
    made = steps(executing)
    place = {each.id: each.number for each in made}
    number = {(each.application_id, each.kind): each.number for each in made}
    reach = _reach({(each.from_id, each.to_id) for each in portfolio.dependencies})

    assert [each.number for each in in_order(made)] == list(range(1, len(made) + 1))
    assert all(place[before] < each.number for each in made for before in each.depends_on)
    for edge in portfolio.dependencies:
        if (edge.to_id, edge.from_id) not in reach:
            assert number[edge.to_id, "switch"] < number[edge.from_id, "stop"]


def _reach(edges: set[tuple[str, str]]) -> set[tuple[str, str]]:
    found = set(edges)
    while more := {(a, d) for a, b in found for c, d in found if b == c} - found:
        found |= more
    return found
