"""Decommissions by their rules alone: candidates and blockers, retention, and the order of the shutdown."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.application import Application, ApplicationChange, Environment, Readiness, Technology
from domain.decision import Decision, Strategy
from domain.decommission import BlockerCode, CandidateReason
from domain.definition import Outcome, PhaseCall
from domain.errors import Refused
from domain.flows.decommission import DEFINITION
from domain.flows.decommission.configuration import DecommissionConfiguration, DecommissionOptions
from domain.flows.decommission.facts import DATA, PLANNING, SHUTDOWN
from domain.flows.decommission.results import (
    ApprovedApplications,
    ArchiveGiven,
    ConfirmedApplications,
    VerifiedArchives,
)
from domain.flows.decommission.shutting_down import refuse_while_needed
from domain.known import DatedChange
from domain.override import Override
from domain.portfolio import Portfolio
from domain.runbook import RunbookStep, StepReport, StepStatus, in_order, reported
from tests.unit.assessment.portfolios import NOW, application, call, component, needs
from tests.unit.execution.driving import decided


def retired(name: str, **fields: Any) -> tuple[Application, Decision]:
    return application(name, readiness=Readiness.READY_FOR_PLANNING, **fields), decided(name, Strategy.RETIRE)


class Decommissioning:
    """One decommission of the applications of a portfolio."""

    def __init__(self, portfolio: Portfolio, **options: Any) -> None:
        self.portfolio = portfolio
        ids = tuple(each.id for each in portfolio.applications)
        self.configuration = DecommissionConfiguration(ids, DecommissionOptions(**options))
        self.results: dict[str, Any] = {}

    def call(self, phase: str, **fields: Any) -> PhaseCall:
        return call(self.portfolio, self.results, phase=phase, configuration=self.configuration, **fields)

    def run(self, phase: str) -> Outcome:
        outcome = DEFINITION.phase(phase).rules(self.call(phase))
        assert isinstance(outcome, Outcome)
        return self._kept(phase, outcome)

    def answer(self, phase: str, answer: Any) -> Outcome:
        pause = DEFINITION.phase(phase).pause
        assert pause is not None
        return self._kept(phase, pause.decide(self.call(phase, input=answer)))

    def proposed(self, phase: str) -> Any:
        pause = DEFINITION.phase(phase).pause
        assert pause is not None
        return pause.propose(self.call(phase))

    def _kept(self, phase: str, outcome: Outcome) -> Outcome:
        self.portfolio = self.portfolio.after(outcome.saves)
        self.results[phase] = outcome.result
        return outcome

    def through(self, *phases: str) -> None:
        """Those phases, each with what it proposes."""
        for phase in phases:
            self.run(phase)
            self.answer(phase, self.proposed(phase))

    def report(self, key: str, status: StepStatus) -> None:
        steps = self.portfolio.steps_of(SHUTDOWN)
        step = next(each for each in steps if each.key == key)
        changed, problems = reported(steps, step.id, StepReport(status, note="So."), "ada", NOW)
        assert problems == ()
        self.portfolio = self.portfolio.after(changed)

    def blockers(self, id: str) -> list[BlockerCode]:
        return next([b.code for b in c.blockers] for c in self.portfolio.candidates if c.application_id == id)


def of(*pairs: tuple[Application, Decision], **fields: Any) -> Portfolio:
    applications, decisions = zip(*pairs, strict=True)
    return Portfolio(applications=applications, accepted=decisions, **fields)


def test_what_stands_in_the_way_is_told_and_what_goes_together_does_not() -> None:
    portfolio = of(
        retired("a"),
        retired("b", contract_end="2027-01-31"),
        retired("c", legal_hold="yes"),
        retired("d"),
        dependencies=(needs("a", "d"), needs("live", "c"), needs("gone", "a")),
        neighbours=(application("live"), application("gone", readiness=Readiness.RETIRED)),
    )
    flow = Decommissioning(portfolio)

    outcome = flow.run(PLANNING)

    assert [flow.blockers(id) for id in "abcd"] == [
        [],
        [BlockerCode.CONTRACT_END],
        [BlockerCode.LIVE_DEPENDENTS, BlockerCode.LEGAL_HOLD],
        [],
    ]
    assert flow.proposed(PLANNING).approved_application_ids == ("a", "d")
    assert [each.message for each in outcome.warnings] == [
        "The contract of B runs until 2027-01-31.",
        "C is needed by what is live: Live.",
        "Data of C are under a legal hold: they are kept as long as it lasts.",
    ]
    with pytest.raises(Refused, match="D is needed by what is live: A"):
        flow.answer(PLANNING, ApprovedApplications(("d",)))
    flow.answer(PLANNING, ApprovedApplications(("a", "d")))
    assert {each.application_id for each in flow.portfolio.candidates if each.approved} == {"a", "d"}


def test_what_a_blocked_dependent_needs_goes_on_with_it() -> None:
    portfolio = of(
        retired("x", contract_end="2027-01-31"),
        retired("y"),
        retired("z"),
        dependencies=(needs("x", "y"), needs("y", "z")),
    )
    flow = Decommissioning(portfolio)

    flow.run(PLANNING)

    assert flow.proposed(PLANNING).approved_application_ids == ()


def test_a_lead_waves_through_what_may_be_and_that_outlives_another_run() -> None:
    flow = Decommissioning(of(retired("b", contract_end="2027-01-31")))
    flow.run(PLANNING)
    given = flow.results[PLANNING]
    waved = replace(given.candidates[0], blockers=(replace(given.candidates[0].blockers[0], waived=True),))
    revise = DEFINITION.phase(PLANNING).revise
    assert revise is not None

    outcome = revise(flow.call(PLANNING, input=replace(given, candidates=(waved,))))
    flow.portfolio = flow.portfolio.after(outcome.saves)
    flow.run(PLANNING)

    assert outcome.result.application_ids == ("b",)
    assert flow.proposed(PLANNING).approved_application_ids == ("b",)


def test_the_source_of_what_has_moved_is_a_candidate_until_it_is_off() -> None:
    moved = application("shop", readiness=Readiness.MIGRATED)
    portfolio = Portfolio(
        applications=(moved,),
        accepted=(decided("shop"),),
        dependencies=(needs("till", "shop"),),
        neighbours=(application("till"),),
    )
    flow = Decommissioning(portfolio)
    flow.run(PLANNING)
    assert flow.portfolio.candidates[0].reason is CandidateReason.MIGRATED
    assert flow.blockers("shop") == [BlockerCode.SOURCE_IN_USE]

    flow.portfolio = replace(flow.portfolio, neighbours=(application("till", readiness=Readiness.MIGRATED),))
    flow.through(PLANNING, DATA)
    flow.run(SHUTDOWN)
    assert [each.kind for each in flow.portfolio.steps_of(SHUTDOWN)] == ["backup", "close", "stop", "release", "end"]
    assert flow.portfolio.steps_of(SHUTDOWN)[2].title == "Stop the source of Shop, and leave it stopped for a while"
    assert {each.kind for each in flow.portfolio.archives} == {"copy"}
    for step in flow.portfolio.steps_of(SHUTDOWN):
        flow.report(step.key, StepStatus.COMPLETED)
    outcome = flow.answer(SHUTDOWN, ConfirmedApplications(("shop",)))

    (change,) = [each for each in outcome.saves if isinstance(each, ApplicationChange)]
    assert (change.field, change.after) == ("source", "SWITCHED_OFF")
    assert flow.portfolio.applications[0].readiness is Readiness.MIGRATED
    again = replace(flow.portfolio, changes=(DatedChange(change, NOW),))
    with pytest.raises(Refused, match="Shop has moved, and its source is switched off already"):
        DEFINITION.opening.decide(call(again, phase=PLANNING, configuration=flow.configuration))


@pytest.mark.parametrize(
    ("fields", "kind", "until"),
    [
        ({"department": "Clinic"}, "health", date(2032, 11, 21)),
        ({"department": "Finance"}, "finance", date(2033, 11, 21)),
        ({"regulated": "yes"}, "regulated", date(2033, 11, 21)),
        ({"environment": Environment.TEST, "department": "Finance"}, "test", date(2027, 2, 19)),
        ({}, "business", date(2029, 11, 21)),
    ],
)
def test_data_are_kept_as_long_as_their_kind_asks_for(fields: dict[str, Any], kind: str, until: date) -> None:
    flow = Decommissioning(of(retired("shop", **fields)))
    flow.through(PLANNING)

    flow.run(DATA)

    data, logs = flow.portfolio.archives
    assert (data.data_set, data.kind, data.retention_until) == ("Data of Shop", kind, until)
    assert (logs.data_set, logs.kind) == ("Configuration and logs", "test" if kind == "test" else "log")
    assert data.destination == "archive/shop/Data of Shop"


def test_each_part_that_stores_data_is_a_data_set_and_an_engagement_has_its_own_years() -> None:
    portfolio = of(
        retired("shop"),
        components=(
            component("shop", "web"),
            component("shop", "orders", "database"),
            component("shop", "vm", "server", Technology("Oracle Database", "19", "database")),
        ),
    )
    flow = Decommissioning(portfolio, archive_destination="s3://cold/", retention_years={"business": 10})
    flow.through(PLANNING)

    flow.run(DATA)

    assert [(each.data_set, each.destination, each.retention_until) for each in flow.portfolio.archives] == [
        ("Data of orders", "s3://cold/shop/Data of orders", date(2036, 11, 21)),
        ("Data of vm", "s3://cold/shop/Data of vm", date(2036, 11, 21)),
        ("Configuration and logs", "s3://cold/shop/Configuration and logs", date(2027, 11, 21)),
    ]


def test_what_a_person_settles_of_an_archive_is_kept_as_an_override_and_over_another_run() -> None:
    flow = Decommissioning(of(retired("shop")))
    flow.through(PLANNING)
    flow.run(DATA)
    archives = flow.proposed(DATA).archives
    longer = (replace(archives[0], retention_until=date(2040, 1, 1)), archives[1])

    for wrong in (archives[:1], (replace(archives[0], verified=False), archives[1])):
        with pytest.raises(Refused, match="is not"):
            flow.answer(DATA, VerifiedArchives(wrong))
    with pytest.raises(Refused, match="no earlier than today"):
        flow.answer(DATA, VerifiedArchives((replace(archives[0], retention_until=date(2026, 1, 1)), archives[1])))
    with pytest.raises(Refused, match="no such data set"):
        flow.answer(DATA, VerifiedArchives((ArchiveGiven("shop", "Else", "there"),)))
    outcome = flow.answer(DATA, VerifiedArchives(longer, "The auditors asked."))
    (override,) = [each for each in outcome.saves if isinstance(each, Override)]
    flow.run(DATA)

    assert (override.before["retentionUntil"], override.after["retentionUntil"]) == ("2029-11-21", "2040-01-01")
    assert override.rationale == "The auditors asked."
    assert flow.portfolio.archives[0].retention_until == date(2040, 1, 1)
    assert flow.portfolio.archives[0].verified is False


def test_nothing_is_switched_off_that_something_live_needs_by_now() -> None:
    flow = Decommissioning(of(retired("a"), retired("b"), dependencies=(needs("b", "a"),)))
    flow.through(PLANNING, DATA)
    flow.run(SHUTDOWN)
    for kind in ("announce", "backup"):
        flow.report(f"a:{kind}", StepStatus.COMPLETED)
    flow.portfolio = replace(
        flow.portfolio,
        dependencies=(*flow.portfolio.dependencies, needs("live", "a")),
        neighbours=(application("live"),),
    )
    steps = {each.key: each for each in flow.portfolio.steps_of(SHUTDOWN)}

    refused = refuse_while_needed(flow.call(SHUTDOWN), steps["a:stop"], StepStatus.COMPLETED)

    assert refused == "A is still needed by what is live: Live."
    assert refuse_while_needed(flow.call(SHUTDOWN), steps["a:backup"], StepStatus.COMPLETED) is None
    assert refuse_while_needed(flow.call(SHUTDOWN), steps["a:stop"], StepStatus.ROLLED_BACK) is None
    assert refuse_while_needed(flow.call(SHUTDOWN), steps["b:stop"], StepStatus.COMPLETED) is None
    assert flow.proposed(SHUTDOWN).confirmed_application_ids == ()


def test_who_is_not_confirmed_is_as_it_was() -> None:
    flow = Decommissioning(of(retired("a"), retired("b")))
    flow.through(PLANNING, DATA)
    flow.run(SHUTDOWN)
    for step in flow.portfolio.steps_of(SHUTDOWN):
        if step.application_id == "a":
            flow.report(step.key, StepStatus.COMPLETED)
    flow.report("b:announce", StepStatus.COMPLETED)

    with pytest.raises(Refused, match="B is neither confirmed nor as it was"):
        flow.answer(SHUTDOWN, ConfirmedApplications(("a",)))
    flow.report("b:announce", StepStatus.ROLLED_BACK)
    flow.answer(SHUTDOWN, ConfirmedApplications(("a",)))

    assert {each.id: each.readiness for each in flow.portfolio.applications} == {
        "a": Readiness.RETIRED,
        "b": Readiness.READY_FOR_PLANNING,
    }


@st.composite
def graphs(draw: st.DrawFn) -> Portfolio:
    """Up to six applications that are to be retired, with any dependencies, circles too."""
    names = [f"app{number}" for number in range(draw(st.integers(1, 6)))]
    pairs = st.tuples(st.sampled_from(names), st.sampled_from(names)).filter(lambda pair: pair[0] != pair[1])
    edges = draw(st.sets(pairs, max_size=12)) if len(names) > 1 else set()
    return of(*(retired(name) for name in names), dependencies=tuple(needs(*edge) for edge in sorted(edges)))


@settings(max_examples=40)
@given(graphs())
def test_dependents_are_stopped_first(portfolio: Portfolio) -> None:
    flow = Decommissioning(portfolio)
    flow.through(PLANNING, DATA)
    flow.run(SHUTDOWN)
    steps = flow.portfolio.steps_of(SHUTDOWN)
    number = {each.key: each.number for each in steps}
    reach = _reach({(each.from_id, each.to_id) for each in portfolio.dependencies})

    assert [each.id for each in in_order(steps)] == [each.id for each in steps]
    for edge in portfolio.dependencies:
        if (edge.to_id, edge.from_id) not in reach:
            assert number[f"{edge.from_id}:stop"] < number[f"{edge.to_id}:close"]


def _reach(edges: set[tuple[str, str]]) -> set[tuple[str, str]]:
    found = set(edges)
    while more := {(a, d) for a, b in found for c, d in found if b == c} - found:
        found |= more
    return found


def test_steps_are_kept_when_they_are_made_anew() -> None:
    flow = Decommissioning(of(retired("a")))
    flow.through(PLANNING, DATA)
    flow.run(SHUTDOWN)
    flow.report("a:announce", StepStatus.COMPLETED)
    before: list[RunbookStep] = list(flow.portfolio.steps_of(SHUTDOWN))

    flow.run(SHUTDOWN)

    assert list(flow.portfolio.steps_of(SHUTDOWN)) == before


def test_what_is_put_elsewhere_is_read_back_before_its_source_goes() -> None:
    flow = Decommissioning(of(retired("a")))
    flow.through(PLANNING, DATA)
    flow.run(SHUTDOWN)
    revise = DEFINITION.phase(DATA).revise
    assert revise is not None
    result = flow.results[DATA]
    moved = (replace(result.archives[0], destination="tape 7", verified=False), result.archives[1])

    flow._kept(DATA, revise(flow.call(DATA, input=replace(result, archives=moved))))

    stop = next(each for each in flow.portfolio.steps_of(SHUTDOWN) if each.kind == "stop")
    assert refuse_while_needed(flow.call(SHUTDOWN), stop, StepStatus.RUNNING) == "Not verified yet: Data of A."
    again = (replace(moved[0], verified=True), moved[1])
    flow._kept(DATA, revise(flow.call(DATA, input=replace(result, archives=again))))
    assert refuse_while_needed(flow.call(SHUTDOWN), stop, StepStatus.RUNNING) is None
    assert [each.verified_by for each in flow.portfolio.archives] == ["ada", "ada"]


def test_a_waiver_taken_back_takes_the_approval_back() -> None:
    flow = Decommissioning(of(retired("a"), retired("b", contract_end="2027-01-31")))
    flow.run(PLANNING)
    revise = DEFINITION.phase(PLANNING).revise
    assert revise is not None
    given = flow.results[PLANNING]
    waved = (given.candidates[0], _waved(given.candidates[1], waived=True))
    flow._kept(PLANNING, revise(flow.call(PLANNING, input=replace(given, candidates=waved))))
    flow.answer(PLANNING, flow.proposed(PLANNING))
    assert flow.results[PLANNING].application_ids == ("a", "b")

    back = (waved[0], _waved(waved[1], waived=False))
    flow._kept(PLANNING, revise(flow.call(PLANNING, input=replace(flow.results[PLANNING], candidates=back))))

    assert flow.results[PLANNING].application_ids == ("a",)
    assert {each.application_id: each.approved for each in flow.portfolio.candidates} == {"a": True, "b": False}


def _waved(candidate: Any, *, waived: bool) -> Any:
    return replace(candidate, blockers=tuple(replace(each, waived=waived) for each in candidate.blockers))
