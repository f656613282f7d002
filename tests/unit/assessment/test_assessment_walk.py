"""A portfolio driven through every phase of an assessment, with the strategies it must come to."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.access import Role
from domain.application import Readiness, Technology
from domain.debt import Severity
from domain.decision import HoursRange, RefactorDepth, Strategy
from domain.definition import Phase
from domain.errors import ErrorCode, Refused
from domain.flows.assessment import DEFINITION
from domain.flows.assessment.results import (
    ArchitectureAnswer,
    FinalizationAnswer,
    SixRAnswer,
    TechDebtAnswer,
)
from domain.page import PageSection
from domain.source import Source
from domain.standard import ApprovalStatus, ExceptionKind, StandardException
from tests.unit.assessment.portfolios import NOW, application, component, needs
from tests.unit.assessment.sample import sample
from tests.unit.assessment.walking import Walk

STRATEGIES = "component_sixr_strategies"
BEFORE_STRATEGIES = ("initialization", "architecture_minimums", "tech_debt_analysis")
ALL = tuple(phase.key for phase in DEFINITION.phases)


def walked(*phases: str, walk: Walk | None = None) -> Walk:
    """An assessment of the sample, opened and driven by its own proposals."""
    walk = walk or Walk(sample())
    walk.open()
    walk.through(*phases)
    return walk


def test_every_gate_and_depth_comes_to_its_strategy() -> None:
    walk = walked(*BEFORE_STRATEGIES, STRATEGIES)

    decisions = walk.portfolio.decisions
    assert {each.application_id: (each.strategy, each.depth, each.too_close_to_call) for each in decisions} == {
        "blocked": (Strategy.RETAIN, None, False),
        "unused": (Strategy.RETIRE, None, False),
        "idle": (Strategy.RETIRE, None, False),
        "crm": (Strategy.REPURCHASE, None, False),
        "portal": (Strategy.REHOST, None, False),
        "orders": (Strategy.REPLATFORM, None, False),
        "billing": (Strategy.REFACTOR, RefactorDepth.CODE, False),
        "shop": (Strategy.REFACTOR, RefactorDepth.ARCHITECTURE, False),
        "ledger": (Strategy.REFACTOR, RefactorDepth.REWRITE, False),
        "erp": (Strategy.REPLATFORM, None, False),
        "twins": (Strategy.REHOST, None, True),
        "mystery": (Strategy.REHOST, None, True),
    }  # fmt: skip


def test_the_whole_assessment_goes_through_on_its_own_proposals() -> None:
    walk = walked(*ALL)

    readiness = {each.id: each.readiness for each in walk.portfolio.applications}
    assert readiness.pop("blocked") is Readiness.RETAINED
    assert readiness.pop("twins") is Readiness.READY_FOR_ASSESSMENT
    assert readiness.pop("mystery") is Readiness.READY_FOR_ASSESSMENT
    assert set(readiness.values()) == {Readiness.READY_FOR_PLANNING}
    result = walk.results["finalization"]
    assert result.handoff.decommission_ids == ("unused", "idle")
    assert result.handoff.retained_ids == ("blocked",)
    assert result.handoff.application_ids == ("crm", "portal", "orders", "billing", "shop", "ledger", "erp")
    assert [each.application_id for each in result.left_out] == ["twins", "mystery"]


def test_the_report_adds_up() -> None:
    walk = walked(*ALL)

    report = walk.results["finalization"].report
    decided = [each for each in walk.portfolio.decisions if each.accepted]
    assert report.applications == 10
    assert {each.strategy: each.applications for each in report.by_strategy} == {
        Strategy.REHOST: 1,
        Strategy.REPLATFORM: 2,
        Strategy.REFACTOR: 3,
        Strategy.REPURCHASE: 1,
        Strategy.RETIRE: 2,
        Strategy.RETAIN: 1,
    }
    assert report.total_effort_hours == sum(each.effort.likely for each in decided)
    assert report.total_cost == report.total_effort_hours * 115
    assert report.tech_debt_score == walk.results["tech_debt_analysis"].score


def test_what_is_too_close_to_call_is_neither_proposed_nor_accepted() -> None:
    walk = walked(*BEFORE_STRATEGIES)
    walk.run(STRATEGIES)
    proposed = walk.proposal(STRATEGIES).accepted_application_ids

    assert {"twins", "mystery"}.isdisjoint(proposed)
    with pytest.raises(Refused) as refused:
        walk.answer(STRATEGIES, SixRAnswer(("portal", "twins", "nobody")))
    assert [(each.code, each.path) for each in refused.value.problems] == [
        (ErrorCode.NOT_FOUND, ("data", "acceptedApplicationIds", "2")),
    ]
    with pytest.raises(Refused) as refused:
        walk.answer(STRATEGIES, SixRAnswer(("portal", "twins")))
    assert [(each.code, each.path) for each in refused.value.problems] == [
        (ErrorCode.NOT_READY, ("data", "acceptedApplicationIds", "1")),
    ]
    assert not any(each.accepted for each in walk.portfolio.decisions)


def test_those_left_out_are_named_as_warnings() -> None:
    walk = walked(*BEFORE_STRATEGIES, STRATEGIES)

    assert sorted(warning.message for warning in walk.warnings) == [
        "Mystery stays undecided: it is too close to call. It is left out of finalization.",
        "Twins stays undecided: it is too close to call. It is left out of finalization.",
    ]


def test_an_override_settles_what_is_too_close_to_call() -> None:
    walk = walked(*BEFORE_STRATEGIES, STRATEGIES)

    decision = walk.override("twins", strategy=Strategy.REPLATFORM)

    assert (decision.strategy, decision.recommended) == (Strategy.REPLATFORM, Strategy.REHOST)
    assert (decision.source, decision.too_close_to_call, decision.version) == (Source.USER, False, 2)
    assert decision.effort == HoursRange(Decimal("11.00"), Decimal("14.00"), Decimal("17.00"))
    assert decision.cost == Decimal("1610.00")
    assert "twins" in walk.proposal(STRATEGIES).accepted_application_ids


def test_an_application_in_scope_that_nothing_is_known_of_says_so() -> None:
    walk = walked(*BEFORE_STRATEGIES, STRATEGIES)

    mystery = walk.decision("mystery")
    assert mystery.confidence == 0.0
    assert mystery.facts_used == (("dependents", "none"),)
    assert {"legal_block", "business_value", "stability", "technologies"} <= set(mystery.facts_missing)
    assert mystery.risks[0].title == "Little is known of it"


def test_opening_takes_the_applications_and_cancelling_gives_them_back() -> None:
    portfolio = sample()
    planned = replace(portfolio.applications[0], readiness=Readiness.PLANNED)
    walk = Walk(replace(portfolio, applications=(planned, *portfolio.applications[1:])))

    walk.open()

    assert {each.readiness for each in walk.portfolio.applications} == {Readiness.IN_ASSESSMENT}
    walk.close()
    assert [each.readiness for each in walk.portfolio.applications[:2]] == [
        Readiness.PLANNED,
        Readiness.READY_FOR_ASSESSMENT,
    ]
    assert {each.readiness_before for each in walk.portfolio.applications} == {None}
    assert [(each.before, each.after) for each in walk.history if each.application_id == "blocked"] == [
        ("PLANNED", "IN_ASSESSMENT"),
        ("IN_ASSESSMENT", "PLANNED"),
    ]


def test_what_another_assessment_holds_is_neither_given_back_nor_finalized() -> None:
    walk = walked(*BEFORE_STRATEGIES, STRATEGIES)
    elsewhere = replace(walk.application("portal"), held_by="another")
    others = tuple(each for each in walk.portfolio.applications if each.id != "portal")
    walk.portfolio = replace(walk.portfolio, applications=(*others, elsewhere))
    walk.run("finalization")

    with pytest.raises(Refused, match="Portal is in another assessment that has not ended"):
        walk.answer("finalization", FinalizationAnswer(("portal",)))
    walk.close()

    assert walk.application("portal") == elsewhere


def test_a_start_is_refused_naming_every_application_that_cannot_be_assessed() -> None:
    portfolio = sample()
    one, two, *others = portfolio.applications
    taken = replace(one, readiness=Readiness.IN_ASSESSMENT)
    bare = replace(two, readiness=Readiness.NOT_READY, readiness_gaps=("Its criticality is unknown.",))
    walk = Walk(replace(portfolio, applications=(taken, bare, *others)), ["blocked", "unused", "ghost", "crm", "crm"])

    with pytest.raises(Refused) as refused:
        walk.open()

    path = ("configuration", "assessment", "applicationIds")
    assert [(each.code, each.path) for each in refused.value.problems] == [
        (ErrorCode.NOT_READY, (*path, "0")),
        (ErrorCode.NOT_READY, (*path, "1")),
        (ErrorCode.NOT_FOUND, (*path, "2")),
        (ErrorCode.INVALID_INPUT, (*path, "4")),
    ]
    assert refused.value.problems[1].message == "Unused is not ready for assessment. Its criticality is unknown."


@pytest.mark.parametrize("count", [0, 101])
def test_a_start_takes_one_to_a_hundred_applications(count: int) -> None:
    walk = Walk(sample(), ["crm"])
    walk.configuration = replace(walk.configuration, application_ids=tuple(str(n) for n in range(count)))

    with pytest.raises(Refused, match="takes 1 to 100 applications"):
        walk.open()


def test_initialization_gives_two_figures_with_the_facts_behind_them() -> None:
    walk = walked("initialization")

    blocked, *others = walk.results["initialization"].applications
    assert blocked.migration_readiness.value == 17.1  # 6 of 35 facts
    assert blocked.business_impact.value == 33.3  # (4 x 50 + 2 x 0) / 6
    assert blocked.business_impact.known == ("criticality", "dependents")
    assert walk.application("blocked").business_impact == 33.3
    assert blocked.version == walk.application("blocked").version
    assert all(each.migration_readiness.value <= 100 for each in others)


def test_without_standards_the_general_template_is_taken_and_kept() -> None:
    walk = walked("initialization", "architecture_minimums")

    result = walk.results["architecture_minimums"]
    assert (result.template, result.captured, len(result.standard_ids)) == ("general", True, 16)
    assert walk.run("architecture_minimums").standard_ids == tuple(each.id for each in walk.portfolio.standards)
    with pytest.raises(Refused, match="no such standard"):
        walk.answer("architecture_minimums", ArchitectureAnswer(("ghost",)))


def test_only_the_standards_that_were_confirmed_count() -> None:
    walk = Walk(sample())
    walk.open()
    walk.through("initialization")
    walk.run("architecture_minimums")

    walk.answer("architecture_minimums", ArchitectureAnswer(()))
    walk.run("tech_debt_analysis")

    assert {item.standard_id for item in walk.portfolio.debt} == {None}


def test_confirming_debt_counts_what_a_person_dismissed() -> None:
    walk = walked("initialization", "architecture_minimums")
    before = walk.run("tech_debt_analysis")
    dismissed = tuple(replace(item, dismissed=True) for item in walk.portfolio.debt)
    walk.portfolio = replace(walk.portfolio, debt=dismissed)

    after = walk.answer("tech_debt_analysis", TechDebtAnswer(("erp",), comment="Seen."))

    assert before.score > 0
    assert (after.score, after.confirmed_application_ids) == (0.0, ("erp",))


def test_a_second_run_changes_nothing() -> None:
    walk = walked(*BEFORE_STRATEGIES, STRATEGIES)
    debt, decisions = walk.portfolio.debt, walk.portfolio.decisions

    walk.run("tech_debt_analysis")
    walk.run(STRATEGIES)

    assert walk.portfolio.debt == debt
    assert [replace(each, version=1) for each in walk.portfolio.decisions] == [
        replace(each, version=1) for each in decisions
    ]


def test_an_override_survives_a_second_run() -> None:
    walk = walked(*BEFORE_STRATEGIES, STRATEGIES)
    walk.override("portal", strategy=Strategy.RETAIN)

    walk.run(STRATEGIES)

    assert walk.decision("portal").strategy is Strategy.RETAIN
    assert walk.decision("portal").source is Source.USER


def test_an_override_is_made_again_on_changed_facts() -> None:
    walk = walked(*BEFORE_STRATEGIES, STRATEGIES)
    walk.override("portal", strategy=Strategy.RETAIN)
    changed = replace(walk.application("portal"), attributes={"stability": "low"})
    others = tuple(each for each in walk.portfolio.applications if each.id != "portal")
    walk.portfolio = replace(walk.portfolio, applications=(*others, changed))

    walk.run(STRATEGIES)

    decision = walk.decision("portal")
    assert (decision.strategy, decision.source, decision.rationale) == (
        Strategy.RETAIN,
        Source.USER,
        "Agreed with the owner.",
    )


def test_pages_hold_every_section_and_keep_what_a_person_wrote() -> None:
    walk = walked(*BEFORE_STRATEGIES, STRATEGIES, "app_on_page_generation")
    page = next(each for each in walk.portfolio.pages if each.application_id == "portal")

    assert page.headline == "Portal: REHOST, confidence 34 %, about 12.00 hours"
    assert [section.key for section in page.sections] == [
        "overview", "ownership", "current_state", "integration", "components", "tech_debt", "treatments",
        "alternatives", "compliance", "dependencies", "move_group", "risks", "readiness", "history", "unknown_facts",
    ]  # fmt: skip
    own = PageSection("overview", "Overview", {"text": "Ours."}, customized=True)
    written = replace(page, sections=(own, *page.sections[1:]), customized=True)
    walk.portfolio = replace(
        walk.portfolio, pages=tuple(written if each.id == page.id else each for each in walk.portfolio.pages)
    )
    walk.run("app_on_page_generation")
    again = next(each for each in walk.portfolio.pages if each.application_id == "portal")
    assert again == written


def test_finalization_names_every_open_gate() -> None:
    walk = walked(*BEFORE_STRATEGIES, STRATEGIES)
    pending = StandardException("e", "flow", "crm", ExceptionKind.EXCEPTION, "Vendor.", "ada", NOW)
    walk.portfolio = replace(walk.portfolio, exceptions=(pending,))
    walk.run("finalization")

    with pytest.raises(Refused) as refused:
        walk.answer("finalization", FinalizationAnswer(("crm", "twins", "portal")))

    assert [(each.code, each.path[-1], each.message) for each in refused.value.problems] == [
        (ErrorCode.NOT_READY, "0", "Crm has 1 exception(s) that nobody has decided."),
        (ErrorCode.NOT_READY, "1", "Twins is too close to call; override its decision, then accept it."),
    ]
    assert walk.application("portal").readiness is Readiness.IN_ASSESSMENT
    walk.portfolio = replace(walk.portfolio, exceptions=(replace(pending, status=ApprovalStatus.REJECTED),))
    walk.answer("finalization", FinalizationAnswer(("crm", "portal")))
    assert walk.application("crm").readiness is Readiness.READY_FOR_PLANNING
    assert walk.application("orders").readiness is Readiness.READY_FOR_ASSESSMENT


def test_with_nothing_accepted_finalization_says_what_is_missing() -> None:
    walk = Walk(sample(), ["mystery"])
    walk.open()
    walk.through(*BEFORE_STRATEGIES, STRATEGIES)
    walk.run("finalization")

    with pytest.raises(Refused) as refused:
        walk.answer("finalization")

    assert [each.message for each in refused.value.problems] == [
        "There is no application to finalize; accept a decision first.",
        "Mystery is too close to call; override its decision, then accept it.",
    ]


def test_neighbours_that_do_not_fit_are_risks_of_the_one_that_needs_the_other() -> None:
    portfolio = replace(sample(), dependencies=(needs("portal", "blocked"),))
    walk = walked(*BEFORE_STRATEGIES, STRATEGIES, walk=Walk(portfolio))

    assert [risk.title for risk in walk.decision("portal").risks] == ["Does not fit Blocked"]
    walk.override("portal", strategy=Strategy.RETAIN)
    assert [risk.title for risk in walk.decision("portal").risks] == ["Its data centre is to be left"]
    walk.override("blocked", strategy=Strategy.RETIRE)
    assert [(risk.title, risk.severity) for risk in walk.decision("portal").risks] == [
        ("Its data centre is to be left", Severity.MEDIUM),
        ("Does not fit Blocked", Severity.HIGH),
    ]


def test_move_groups_are_handed_over() -> None:
    edges = (needs("portal", "orders"), needs("orders", "portal"))
    walk = walked(*ALL, walk=Walk(replace(sample(), dependencies=edges)))

    groups = {
        each.group: (each.application_ids, each.strength) for each in walk.results["finalization"].handoff.move_groups
    }

    assert groups == {
        "Cycle of Orders, Portal": (("orders", "portal"), 1.0),
        "Around Orders": (("orders", "portal"), 0.5),
        "Around Portal": (("orders", "portal"), 0.5),
    }


def test_parts_are_treated_on_their_own_and_those_otherwise_are_named() -> None:
    app = application("suite", legal_block="no")
    parts = (
        component("suite", "web", "service", too_outdated="no", stability="high", platform_compatible="yes",
                  modernization_need="none", exit_pressure="high", server_count=6),
        component("suite", "hsm", "appliance", technical_block="yes", server_count=1),
    )  # fmt: skip
    walk = Walk(replace(sample(), applications=(app,), components=parts))
    walk.open()
    walk.through(*BEFORE_STRATEGIES)
    walk.run(STRATEGIES)

    decision = walk.decision("suite")
    assert {each.component_id: each.strategy for each in decision.treatments} == {
        "suite-web": Strategy.REHOST,
        "suite-hsm": Strategy.RETAIN,
    }
    assert (decision.strategy, decision.dissenting) == (Strategy.REHOST, ("suite-hsm",))
    assert decision.rules == ("RETAIN-HARD", "6R-SCORE", "ROLL-UP-DEPTH")


def test_an_imported_wish_is_an_alternative_that_decides_nothing() -> None:
    app = replace(sample().applications[0], attributes={"legal_block": "yes", "sixr_wish": "Rehost"})
    walk = Walk(replace(sample(), applications=(app,)))
    walk.open()
    walk.through(*BEFORE_STRATEGIES)
    walk.run(STRATEGIES)

    decision = walk.decision("blocked")
    assert decision.strategy is Strategy.RETAIN
    assert [each.strategy for each in decision.alternatives if each.source is Source.USER] == [Strategy.REHOST]


def test_roles_weights_and_areas_are_those_of_the_field() -> None:
    roles = {phase.key: phase.pause.answered_by for phase in DEFINITION.phases if phase.pause}

    assert roles == {
        "architecture_minimums": Role.ARCHITECT,
        "tech_debt_analysis": Role.CONTRIBUTOR,
        STRATEGIES: Role.ARCHITECT,
        "app_on_page_generation": Role.CONTRIBUTOR,
        "finalization": Role.LEAD,
    }
    assert [DEFINITION.progress_when_complete(key) for key in ALL] == [10, 20, 50, 75, 90, 100]
    assert DEFINITION.route("f", "app_on_page_generation") == "/assess/app-on-page-generation?flow=f"
    assert [phase.key for phase in DEFINITION.phases if phase.optional] == ["app_on_page_generation"]


@pytest.mark.parametrize("phase", DEFINITION.phases, ids=lambda phase: phase.key)
def test_every_phase_names_who_works_on_it(phase: Phase) -> None:
    assert phase.agents


def test_past_support_of_a_mission_critical_part_is_named_as_a_risk() -> None:
    walk = walked(*BEFORE_STRATEGIES, STRATEGIES)

    assert [risk.title for risk in walk.decision("erp").risks][:2] == [
        "AIX 7.1 is past its end of support",
        "Oracle Database 11.2 is past its end of support",
    ]
    assert Technology("AIX", "7.1", "operating_system") in walk.application("erp").technologies
