"""What holds for every decision, whatever is known."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.decision import RefactorDepth, Strategy
from domain.sixr.factors import OPTIONS, option_score, read_factors, share_known
from domain.sixr.gates import try_gates
from domain.sixr.overriding import DecisionChange, overridden
from domain.sixr.staleness import changed_facts
from domain.sixr.subject import Subject
from domain.sixr.verdict import judge
from tests.unit.assessment.drawing import decision, subjects, terms, unhurried
from tests.unit.assessment.portfolios import TODAY, application, component


@unhurried
@given(subjects())
def test_the_same_facts_give_the_same_decision(subject: Subject) -> None:
    assert decision(subject) == decision(subject)


@unhurried
@given(subjects())
def test_confidence_is_never_above_the_share_known(subject: Subject) -> None:
    gates = try_gates(subject)
    verdicts = [judge(subject, part, gates[part.id], {}) for part in subject.components]

    assert all(0 <= each.confidence <= each.known <= 1 for each in verdicts)
    assert 0 <= decision(subject).confidence <= round(float(max(each.known for each in verdicts)), 4)


@unhurried
@given(subjects())
def test_commercial_software_is_never_refactored(subject: Subject) -> None:
    commercial = {part.id for part in subject.components if subject.fact(part, "commercial_product") is True}

    for treatment in decision(subject).treatments:
        if treatment.component_id in commercial:
            assert treatment.strategy is not Strategy.REFACTOR
            assert all(score.strategy is not Strategy.REFACTOR for score in treatment.scores)


BLOCKS = ("legal_block", "technical_block")


@unhurried
@given(subjects())
def test_what_must_stay_is_never_moved(subject: Subject) -> None:
    """A block on the whole that every part denies holds all of them: nobody knows what it is about."""
    parts = subject.components
    blocked = {part.id for part in parts for key in BLOCKS if subject.fact(part, key) is True}
    for key in BLOCKS:
        denied = all(part.attributes.get(key) is False for part in parts)
        if denied and subject.application.attributes.get(key) is True:
            blocked = {part.id for part in parts}

    made = decision(subject)

    assert {each.component_id for each in made.treatments if each.strategy is Strategy.RETAIN} == blocked
    if len(blocked) == len(subject.components):
        assert made.strategy is Strategy.RETAIN


@unhurried
@given(subjects())
def test_what_a_running_application_needs_is_never_retired(subject: Subject) -> None:
    if subject.dependents:
        assert decision(subject).strategy is not Strategy.RETIRE


@unhurried
@given(subjects())
def test_a_depth_comes_with_refactor_and_only_with_it(subject: Subject) -> None:
    made = decision(subject)

    assert (made.depth is not None) is (made.strategy is Strategy.REFACTOR)
    for treatment in made.treatments:
        assert (treatment.depth is not None) is (treatment.strategy is Strategy.REFACTOR)


@unhurried
@given(subjects())
def test_effort_goes_from_low_over_likely_to_high_and_is_what_the_parts_add_up_to(subject: Subject) -> None:
    made = decision(subject)

    assert 0 <= made.effort.low <= made.effort.likely <= made.effort.high
    parts = sum(each.effort.likely for each in made.treatments)
    assert abs(parts - made.effort.likely) <= len(made.treatments) * Decimal("0.01")
    assert made.cost == made.effort.likely * 115


@unhurried
@given(subjects())
def test_alternatives_come_best_first_and_name_every_strategy_once(subject: Subject) -> None:
    alternatives = decision(subject).alternatives

    assert [each.score for each in alternatives] == sorted((each.score for each in alternatives), reverse=True)
    by_rules = [each.strategy for each in alternatives if each.source == "RULES"]
    assert len(by_rules) == len(set(by_rules))
    assert set(Strategy) - set(by_rules) <= {Strategy.REFACTOR}


@unhurried
@given(subjects())
def test_the_order_of_components_does_not_matter(subject: Subject) -> None:
    turned = replace(subject, components=subject.components[::-1])

    one, other = decision(subject), decision(turned)

    assert (one.strategy, one.depth, one.effort, one.confidence, one.too_close_to_call) == (
        other.strategy,
        other.depth,
        other.effort,
        other.confidence,
        other.too_close_to_call,
    )


@unhurried
@given(subjects())
def test_facts_that_did_not_change_make_no_decision_stale(subject: Subject) -> None:
    assert changed_facts(decision(subject), subject, {}) == ()


@unhurried
@given(subjects(), st.sampled_from(Strategy))
def test_an_override_in_passing_neither_moves_what_must_stay_nor_revives_what_is_retired(
    subject: Subject, strategy: Strategy
) -> None:
    made = decision(subject)
    gated = {
        each.component_id: each.strategy
        for each in made.treatments
        if each.strategy in (Strategy.RETAIN, Strategy.RETIRE) and each.strategy is not made.recommended
    }
    if strategy in (Strategy.RETIRE, Strategy.REFACTOR):
        return

    after = overridden(made, DecisionChange("Because.", strategy=strategy), subject, terms())

    assert after.strategy is strategy
    for treatment in after.treatments:
        if treatment.component_id in gated:
            assert treatment.strategy in (gated[treatment.component_id], Strategy.RETAIN)


@pytest.mark.parametrize("key", ["stability", "too_outdated", "tech_debt", "past_support"])
def test_an_unknown_fact_says_the_same_for_every_strategy(key: str) -> None:
    subject = Subject(application("a"), (component("a", "x"),), TODAY)

    readings = read_factors(subject, subject.components[0], {})

    [unknown] = [each for each in readings if each.factor.key == key]
    assert {unknown.value(option) for option in OPTIONS} == {Fraction(1, 2)}
    assert {option_score(readings, option) for option in OPTIONS} == {Fraction(1, 2)}
    assert share_known(readings) == 0


def test_the_engagement_may_weigh_factors_its_own_way() -> None:
    subject = Subject(application("a", too_outdated="yes"), (component("a", "x"),), TODAY)
    part = subject.components[0]

    heavy = read_factors(subject, part, {"sixrWeights": {"too_outdated": 31, "strategic": "much"}})

    weights = {each.factor.key: each.factor.weight for each in heavy}
    assert (weights["too_outdated"], weights["strategic"]) == (Fraction(31), Fraction(2))
    assert option_score(heavy, (Strategy.REFACTOR, RefactorDepth.REWRITE)) == Fraction(31 + 14, 59)
