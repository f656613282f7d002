"""Overriding a decision: what it carries along, and what it refuses."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from domain.debt import Severity
from domain.decision import Decision, DecisionChanged, HoursRange, RefactorDepth, Risk, Strategy
from domain.errors import ErrorCode, NotFound, Refused
from domain.flows.assessment.override import override_decision
from domain.learning import Lesson
from domain.portfolio import Portfolio
from domain.sixr.overriding import DecisionChange, TreatmentChange
from domain.source import Source
from tests.unit.assessment.portfolios import NOW, application, component, needs
from tests.unit.assessment.sample import sample
from tests.unit.assessment.walking import Walk

STRATEGIES = "component_sixr_strategies"


@pytest.fixture
def suite() -> Walk:
    """A service, a database and a part that must stay, decided by the rules."""
    parts = (
        component("suite", "web", depends_on=("db",), server_count=4),
        component("suite", "db", "database", server_count=5),
        component("suite", "hsm", "appliance", technical_block="yes", server_count=1),
    )
    calm: dict[str, Any] = {
        "stability": "high", "modernization_need": "none", "exit_pressure": "high", "platform_compatible": "yes",
        "needs_decomposition": "no", "too_outdated": "no", "managed_equivalent": "no", "licence_overhead": "none",
    }  # fmt: skip
    walk = Walk(Portfolio(applications=(application("suite", **calm),), components=parts))
    walk.open()
    walk.through("initialization", "architecture_minimums", "tech_debt_analysis", STRATEGIES)
    return walk


def strategies(decision: Decision) -> dict[str, Strategy]:
    return {each.component_id.rpartition("-")[2]: each.strategy for each in decision.treatments}


def test_a_treatment_rolls_up_again(suite: Walk) -> None:
    before = suite.decision("suite")

    after = suite.override("suite", treatments=(TreatmentChange("suite-db", Strategy.REPLATFORM),))

    assert (before.strategy, before.dissenting) == (Strategy.REHOST, ("suite-hsm",))
    assert (after.strategy, after.recommended) == (Strategy.REPLATFORM, Strategy.REHOST)
    assert after.dissenting == ("suite-hsm", "suite-web")
    assert strategies(after) == {"web": Strategy.REHOST, "db": Strategy.REPLATFORM, "hsm": Strategy.RETAIN}
    assert {each.component_id: each.source for each in after.treatments if each.source is Source.USER} == {
        "suite-db": Source.USER
    }


def test_effort_and_cost_follow(suite: Walk) -> None:
    before = suite.decision("suite")

    after = suite.override("suite", treatments=(TreatmentChange("suite-db", Strategy.RETIRE),))

    # Medium complexity is 20 h a server to move, 6 h to retire: 4 x 12 and 5 x 6 at low.
    assert before.effort.likely == Decimal("108.00")
    assert after.effort.likely == Decimal("78.00")
    assert after.cost == after.effort.likely * 115
    [web] = [each for each in after.treatments if each.component_id == "suite-web"]
    assert (web.compatible, web.compatibility_issues) == (
        False,
        ("db: It needs what is retired; a replacement must come first.",),
    )


def test_a_strategy_takes_along_what_may_move(suite: Walk) -> None:
    after = suite.override("suite", strategy=Strategy.REPLATFORM)

    assert strategies(after) == {"web": Strategy.REPLATFORM, "db": Strategy.REPLATFORM, "hsm": Strategy.RETAIN}
    assert after.dissenting == ("suite-hsm",)


def test_a_strategy_leaves_what_a_person_settled_before(suite: Walk) -> None:
    suite.override("suite", treatments=(TreatmentChange("suite-db", Strategy.REPURCHASE),))

    after = suite.override("suite", strategy=Strategy.RETAIN)

    assert strategies(after) == {"web": Strategy.RETAIN, "db": Strategy.REPURCHASE, "hsm": Strategy.RETAIN}


def test_without_a_strategy_treatments_roll_up_and_what_followed_goes_back(suite: Walk) -> None:
    suite.override("suite", strategy=Strategy.REPLATFORM)

    after = suite.override("suite", treatments=(TreatmentChange("suite-db", Strategy.REHOST),))

    assert after.strategy is Strategy.REHOST
    assert strategies(after) == {"web": Strategy.REHOST, "db": Strategy.REHOST, "hsm": Strategy.RETAIN}


def test_an_architect_may_move_what_the_rules_keep(suite: Walk) -> None:
    after = suite.override("suite", treatments=(TreatmentChange("suite-hsm", Strategy.REPLATFORM),))

    assert strategies(after)["hsm"] is Strategy.REPLATFORM
    [moved] = [each for each in after.treatments if each.component_id == "suite-hsm"]
    assert (moved.recommended, moved.rationale) == (Strategy.RETAIN, "Agreed with the owner.")


def test_a_refactor_without_a_depth_takes_the_best_one(suite: Walk) -> None:
    after = suite.override("suite", strategy=Strategy.REFACTOR)
    deeper = suite.override("suite", strategy=Strategy.REFACTOR, depth=RefactorDepth.REWRITE)

    assert after.depth is RefactorDepth.CODE
    assert deeper.depth is RefactorDepth.REWRITE
    assert deeper.effort.likely > after.effort.likely


def test_risks_effort_and_group_change_nothing_else(suite: Walk) -> None:
    before = suite.decision("suite")
    hours = HoursRange(Decimal(1), Decimal(2), Decimal(3))
    risk = Risk("Only Bob knows it", Severity.HIGH, "Ask Bob.")

    after = suite.override("suite", effort=hours, risks=(risk,), move_group="Payments")

    assert (after.effort, after.cost, after.risks) == (
        hours,
        Decimal("230.00"),
        (replace(risk, source=Source.USER),),
    )
    assert [(hint.group, hint.application_ids) for hint in after.move_group_hints] == [("Payments", ("suite",))]
    assert (after.strategy, after.treatments) == (before.strategy, before.treatments)


def test_hours_a_person_gave_stay_when_he_changes_a_risk(suite: Walk) -> None:
    hours = HoursRange(Decimal(1), Decimal(2), Decimal(3))
    suite.override("suite", effort=hours)

    assert suite.override("suite", risks=()).effort == hours


@pytest.mark.parametrize(
    ("change", "problems"),
    [
        ({}, [("INVALID_INPUT", ())]),
        ({"strategy": Strategy.RETAIN, "rationale": "  "}, [("INVALID_INPUT", ("rationale",))]),
        ({"strategy": Strategy.REHOST, "depth": RefactorDepth.CODE}, [("INVALID_INPUT", ("depth",))]),
        ({"depth": RefactorDepth.CODE}, [("INVALID_INPUT", ("depth",))]),
        (
            {"effort": HoursRange(Decimal(3), Decimal(2), Decimal(4))},
            [("INVALID_INPUT", ("effort",))],
        ),
        (
            {"effort": HoursRange(Decimal(-1), Decimal(2), Decimal(4))},
            [("INVALID_INPUT", ("effort",))],
        ),
        (
            {
                "treatments": (
                    TreatmentChange("ghost", Strategy.REHOST),
                    TreatmentChange("suite-db", Strategy.RETIRE, RefactorDepth.CODE),
                    TreatmentChange("suite-db", Strategy.RETAIN),
                )
            },
            [
                ("NOT_FOUND", ("treatments", "0", "componentId")),
                ("INVALID_INPUT", ("treatments", "1", "depth")),
                ("INVALID_INPUT", ("treatments",)),
            ],
        ),
    ],
)
def test_everything_that_is_wrong_is_named_and_nothing_changes(
    suite: Walk, change: dict[str, Any], problems: list[tuple[str, tuple[str, ...]]]
) -> None:
    before = suite.portfolio

    with pytest.raises(Refused) as refused:
        suite.override("suite", **change)

    assert [(each.code, each.path) for each in refused.value.problems] == problems
    assert suite.portfolio == before


def test_commercial_software_is_not_refactored_by_hand_either() -> None:
    walk = Walk(sample(), ["erp"])
    walk.open()
    walk.through("initialization", "architecture_minimums", "tech_debt_analysis", STRATEGIES)

    with pytest.raises(Refused) as refused:
        walk.override("erp", strategy=Strategy.REFACTOR)

    [problem] = refused.value.problems
    assert (problem.code, problem.path) == (ErrorCode.INVALID_INPUT, ("strategy",))


def test_an_override_is_recorded_and_learned_from(suite: Walk) -> None:
    change = DecisionChange("  Licences end.  ", strategy=Strategy.RETAIN)

    made = override_decision(suite.call(STRATEGIES), "suite", change)

    assert (made.override.subject, made.override.phase, made.override.rationale) == (
        suite.decision("suite").id,
        STRATEGIES,
        "Licences end.",
    )
    assert (made.override.before["strategy"], made.override.after["strategy"]) == ("REHOST", "RETAIN")
    assert made.override.after["depth"] is None
    (lesson,) = [value for value in made.outcome.saves if isinstance(value, Lesson)]
    assert (lesson.data["recommended"], lesson.data["chosen"]) == ("REHOST", "RETAIN")
    assert made.outcome.result.decisions[0].strategy is Strategy.RETAIN


def test_there_is_no_decision_of_an_application_outside_the_flow(suite: Walk) -> None:
    with pytest.raises(NotFound):
        suite.override("ghost", strategy=Strategy.RETAIN)


def test_acceptance_outlives_an_override(suite: Walk) -> None:
    assert suite.decision("suite").accepted

    after = suite.override("suite", strategy=Strategy.RETAIN)

    assert after.accepted
    assert replace(after, accepted=False) != after


@pytest.fixture
def blocked() -> Walk:
    """Two parts, one of which must stay and holds most of the effort: the whole is to stay."""
    parts = (
        component("vault", "web", server_count=1, stability="high"),
        component("vault", "hsm", "appliance", technical_block="yes", server_count=4),
    )
    walk = Walk(Portfolio(applications=(application("vault"),), components=parts))
    walk.open()
    walk.through("initialization", "architecture_minimums", "tech_debt_analysis", STRATEGIES)
    return walk


def test_overruling_a_hard_block_moves_what_it_kept_with_its_hours_and_a_warning(blocked: Walk) -> None:
    before = blocked.decision("vault")

    after = blocked.override("vault", strategy=Strategy.REHOST)

    assert (before.strategy, before.recommended) == (Strategy.RETAIN, Strategy.RETAIN)
    assert strategies(after) == {"web": Strategy.REHOST, "hsm": Strategy.REHOST}
    assert after.dissenting == ()
    # Low complexity: 12 h each of five servers.
    assert (after.effort.likely, after.cost) == (Decimal("60.00"), Decimal("6900.00"))
    assert [each.effort.likely for each in after.treatments] == [Decimal("48.00"), Decimal("12.00")]
    warned = next(risk for risk in after.risks if risk.title == "The rules keep it where it is")
    assert (warned.severity, warned.mitigation) == (
        Severity.HIGH,
        "It cannot be moved for technical reasons. Have that lifted before it moves.",
    )
    back = blocked.override("vault", strategy=Strategy.RETAIN)
    assert (back.effort.likely, back.risks) == (Decimal("0.00"), before.risks)


def test_reviving_what_was_to_be_retired_takes_its_parts_along() -> None:
    walk = Walk(sample(), ["unused"])
    walk.open()
    walk.through("initialization", "architecture_minimums", "tech_debt_analysis", STRATEGIES)
    before = walk.decision("unused")

    after = walk.override("unused", strategy=Strategy.REPLATFORM)

    assert before.strategy is Strategy.RETIRE
    assert [each.strategy for each in after.treatments] == [Strategy.REPLATFORM]
    assert "Data may still be needed" in [risk.title for risk in before.risks]
    assert "Data may still be needed" not in [risk.title for risk in after.risks]


def test_staying_on_what_nobody_supports_is_warned_of() -> None:
    walk = Walk(sample(), ["orders"])
    walk.open()
    walk.through("initialization", "architecture_minimums", "tech_debt_analysis", STRATEGIES)

    after = walk.override("orders", strategy=Strategy.RETAIN)

    titles = [risk.title for risk in after.risks]
    assert titles[0] == "It stays on what nobody supports"
    assert after.risks[0].severity is Severity.HIGH
    assert after.effort.likely == Decimal("0.00")


def test_a_persons_risks_outlive_another_choice(suite: Walk) -> None:
    own = Risk("Only Bob knows it", Severity.HIGH, "Ask Bob.")
    suite.override("suite", risks=(own,))

    after = suite.override("suite", strategy=Strategy.RETIRE)

    assert after.risks[0].title == "Only Bob knows it"
    assert "Data may still be needed" in [risk.title for risk in after.risks]


def test_a_neighbour_that_no_longer_fits_is_one_version_later_and_others_are_as_they_were() -> None:
    walk = Walk(replace(sample(), dependencies=(needs("portal", "orders"),)))
    walk.open()
    walk.through("initialization", "architecture_minimums", "tech_debt_analysis", STRATEGIES)
    before = {each.application_id: each for each in walk.portfolio.decisions}

    made = override_decision(walk.call(STRATEGIES), "orders", DecisionChange("It goes.", strategy=Strategy.RETIRE))

    changed = {each.application_id: each for each in made.outcome.saves if isinstance(each, Decision)}
    assert sorted(changed) == ["orders", "portal"]
    assert {name: each.version - before[name].version for name, each in changed.items()} == {"orders": 1, "portal": 1}
    assert changed["portal"].last_change == DecisionChanged("ada", NOW, ("risks",))
