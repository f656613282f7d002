"""What may be said for a deeper change: only what is its own reason."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.application import Component
from domain.decision import RefactorDepth, Strategy
from domain.sixr.factors import Factor, Option, read_factors
from domain.sixr.gates import try_gates
from domain.sixr.overriding import DecisionChange, overridden
from domain.sixr.subject import Subject
from domain.sixr.verdict import judge
from tests.unit.assessment.drawing import decision, subjects, terms, unhurried
from tests.unit.assessment.portfolios import TODAY, application, component

CODE: Option = (Strategy.REFACTOR, RefactorDepth.CODE)
ARCHITECTURE: Option = (Strategy.REFACTOR, RefactorDepth.ARCHITECTURE)
REWRITE: Option = (Strategy.REFACTOR, RefactorDepth.REWRITE)
OF_ARCHITECTURE = frozenset({"needs_decomposition", "scales_unevenly", "strategic"})
FACTORS = tuple(
    reading.factor for reading in read_factors(Subject(application("a"), (), TODAY), component("a", "x"), {})
)
WEIGHTS = st.fixed_dictionaries({}, optional={each.key: st.sampled_from([0.5, 1, 20]) for each in FACTORS})
by_factor = pytest.mark.parametrize("factor", FACTORS, ids=lambda factor: factor.key)


@by_factor
def test_a_rewrite_is_above_a_new_architecture_only_where_it_is_too_outdated_to_change(factor: Factor) -> None:
    assert _above(factor, REWRITE, ARCHITECTURE) is (factor.key == "too_outdated")


@by_factor
def test_a_new_architecture_is_above_changed_code_only_for_its_own_reasons(factor: Factor) -> None:
    assert _above(factor, ARCHITECTURE, CODE) is (factor.key in OF_ARCHITECTURE)


@unhurried
@given(subjects(), WEIGHTS)
def test_no_part_is_rewritten_that_nobody_calls_too_outdated_to_change(
    subject: Subject, weights: dict[str, Any]
) -> None:
    gates = try_gates(subject)

    for part in subject.components:
        verdict = judge(subject, part, gates[part.id], {"sixrWeights": weights})
        assert verdict.option != REWRITE or subject.fact(part, "too_outdated") is True


@unhurried
@given(subjects(), st.sampled_from([None, "no", "unknown"]))
def test_a_rewrite_never_wins_while_nothing_says_it_is_too_outdated(subject: Subject, told: str | None) -> None:
    current = _said(subject, {"too_outdated": told})

    made = decision(current)

    assert made.depth is not RefactorDepth.REWRITE
    assert RefactorDepth.REWRITE not in {each.depth for each in made.treatments}
    assert RefactorDepth.REWRITE not in {each.depth for each in made.alternatives if each.source == "RULES"}


def test_a_person_may_still_choose_a_rewrite() -> None:
    subject = Subject(application("a"), (component("a", "x"),), TODAY)
    change = DecisionChange("Bought with its team.", strategy=Strategy.REFACTOR, depth=RefactorDepth.REWRITE)

    after = overridden(decision(subject), change, subject, terms())

    assert (after.strategy, after.depth) == REWRITE


def test_outdatedness_alone_is_enough_for_a_rewrite() -> None:
    made = decision(Subject(application("a", too_outdated="yes"), (component("a", "x"),), TODAY))

    assert (made.strategy, made.depth, made.too_close_to_call) == (*REWRITE, False)


def _above(factor: Factor, one: Option, other: Option) -> bool:
    """True where one's value exceeds the other's at either end: values run evenly, so then only."""
    pairs = zip(factor.ends[one], factor.ends[other], strict=True)
    return any(Fraction(mine) > Fraction(theirs) for mine, theirs in pairs)


def _said(subject: Subject, facts: Mapping[str, str | None]) -> Subject:
    """The application and each of its parts, of which this is said and nothing else under those keys."""
    app = replace(subject.application, attributes={**subject.application.attributes, **facts})
    return replace(subject, application=app, components=tuple(_told(part, facts) for part in subject.components))


def _told(part: Component, facts: Mapping[str, str | None]) -> Component:
    return replace(part, attributes={**part.attributes, **facts})
