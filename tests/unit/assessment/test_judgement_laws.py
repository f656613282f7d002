"""What a change of one thing may do to a judgement, and what it may not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.application import Component, Technology
from domain.debt import DebtCategory, Severity, TechDebtItem
from domain.debt_severity import score
from domain.decision import Decision, Strategy
from domain.natural_key import natural_key
from domain.portfolio import Portfolio
from domain.sixr.factors import Option, Reading, option_score, read_factors
from domain.sixr.gates import try_gates
from domain.sixr.staleness import changed_facts
from domain.sixr.subject import Subject
from domain.sixr.verdict import CLOSE, Verdict, judge
from domain.source import Source
from domain.standard import ArchitectureStandard
from domain.tech_debt import full_look
from domain.templates import GENERAL, applied, templates
from tests.unit.assessment.drawing import decision, subjects, unhurried
from tests.unit.assessment.portfolios import NOW, TODAY, application, call, component, new_id

BLOCKS = ("legal_block", "technical_block")
CONTROLS = ("tls", "central_authentication", "encryption_at_rest", "owasp_tested", "container_baseline")
FACTORS = tuple(
    reading.factor.key
    for reading in read_factors(Subject(application("a"), (), TODAY), component("a", "x"), {})
    if reading.factor.key not in ("past_support", "tech_debt")
)
SETTLED = st.sampled_from([None, "yes", "no"])
_STANDARDS = applied(templates()[GENERAL], (), new_id=new_id, by="ada", at=NOW)


def _item(
    finding: str, severity: Severity, component_id: str | None, standard_id: str | None, category: DebtCategory
) -> TechDebtItem:
    return TechDebtItem(
        id=new_id(),
        flow_id="flow",
        application_id="a",
        category=category,
        severity=severity,
        finding=finding,
        title=finding,
        evidence=finding,
        remediation_hours=Decimal(1),
        confidence=1.0,
        source=Source.RULES,
        component_id=component_id,
        standard_id=standard_id,
    )


def _items(categories: st.SearchStrategy[DebtCategory]) -> st.SearchStrategy[TechDebtItem]:
    return st.builds(
        _item,
        st.sampled_from("abcd"),
        st.sampled_from(Severity),
        st.sampled_from(["1", "2", None]),
        st.sampled_from(["excepted", "other", None]),
        categories,
    )


@unhurried
@given(st.lists(_items(st.sampled_from(DebtCategory)), max_size=8), _items(st.just(DebtCategory.SECURITY)))
def test_a_security_debt_more_never_lowers_the_score(items: list[TechDebtItem], added: TechDebtItem) -> None:
    assert score([*items, added], {"excepted"}) >= score(items, {"excepted"})


@unhurried
@given(
    st.fixed_dictionaries(dict.fromkeys((*CONTROLS, "internet_facing", "regulated", "redundant"), SETTLED)),
    st.fixed_dictionaries(dict.fromkeys(CONTROLS, SETTLED)),
    st.sampled_from(CONTROLS),
    st.booleans(),
)
def test_a_control_that_turns_out_to_be_missing_never_lowers_the_score(
    whole: dict[str, Any], part: dict[str, Any], missing: str, in_part: bool
) -> None:
    worse = (whole, {**part, missing: "no"}) if in_part else ({**whole, missing: "no"}, part)

    assert _debt_score(*worse) >= _debt_score(whole, part)


def _debt_score(whole: Mapping[str, Any], part: Mapping[str, Any]) -> float:
    old = Technology("Java", "7", "runtime")
    portfolio = Portfolio((application("a", **whole),), components=(component("a", "x", "service", old, **part),))
    return score(full_look(call(portfolio), _standards()))


def _standards() -> tuple[ArchitectureStandard, ...]:
    return _STANDARDS


@unhurried
@given(subjects(), st.sampled_from(BLOCKS), st.sampled_from(["no", None]))
def test_a_block_on_the_whole_never_ends_in_a_move(subject: Subject, block: str, told: str | None) -> None:
    blocked = _with_facts(subject, {block: "yes"}, {block: told})

    made = decision(blocked)

    assert (made.strategy, made.depth, made.too_close_to_call) == (Strategy.RETAIN, None, False)
    assert {each.strategy for each in made.treatments} == {Strategy.RETAIN}
    assert changed_facts(made, blocked, {}) == ()


@unhurried
@given(subjects(), st.sampled_from(BLOCKS), st.data())
def test_a_block_on_a_part_never_ends_in_a_move_of_it(subject: Subject, block: str, data: st.DataObject) -> None:
    chosen = data.draw(st.sampled_from(subject.components))
    parts = tuple(_with(part, {block: "yes"}) if part.id == chosen.id else part for part in subject.components)

    made = decision(replace(subject, components=parts))

    treatment = next(each for each in made.treatments if each.component_id == chosen.id)
    assert treatment.strategy is Strategy.RETAIN
    assert made.strategy is Strategy.RETAIN or chosen.id in made.dissenting


@unhurried
@given(subjects())
def test_confidence_of_every_part_and_of_the_whole_is_within_what_is_known(subject: Subject) -> None:
    known = {verdict.component.id: verdict.known for verdict in _verdicts(subject)}

    made = decision(subject)

    assert all(each.confidence <= round(float(known[each.component_id]), 4) for each in made.treatments)
    assert made.confidence <= round(float(max(known.values())), 4)


@unhurried
@given(subjects(), st.sampled_from(FACTORS), st.data())
def test_forgetting_a_fact_changes_the_winner_only_if_its_part_of_the_lead_exceeded_the_separation(
    subject: Subject, key: str, data: st.DataObject
) -> None:
    chosen = data.draw(st.sampled_from(subject.components))
    before = _scored(subject, chosen.id)
    forgetful = replace(_with_facts(subject, {key: None}, {key: None}), debt=subject.debt)
    after = _scored(forgetful, chosen.id)

    assert {each.factor.key for each in _changed(before, after)} <= {key}
    if after.option[0] is before.option[0]:
        return
    part = _part_of_lead(before, after, before.option, after.option)
    assert part >= _lead(before, before.option, after.option) >= _separation(before)
    # Where it is no more than the separation, the two are equal now and the shallower one stands first.
    assert part > _separation(before) or _lead(after, before.option, after.option) == 0


@unhurried
@given(subjects())
def test_too_close_to_call_is_a_separation_under_a_tenth(subject: Subject) -> None:
    for part in subject.components:
        verdict = _scored(subject, part.id)
        assert verdict.too_close is (_separation(verdict) < CLOSE)


@unhurried
@given(subjects(), st.sampled_from(FACTORS), st.sampled_from([None, "unknown", "", "n/a"]))
def test_null_unknown_and_absent_are_the_same(subject: Subject, key: str, word: str | None) -> None:
    absent = _with_facts(subject, {key: None}, {key: None})
    told = _with_facts(subject, {key: word}, {key: word})

    assert decision(told) == decision(absent)


_NAMES = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=12)


@unhurried
@given(subjects(), st.lists(_NAMES, min_size=5, max_size=5, unique_by=natural_key))
def test_renaming_an_application_and_its_components_changes_nothing(subject: Subject, names: list[str]) -> None:
    made, renamed = decision(subject), decision(_renamed(subject, names))

    assert _without_names(renamed) == _without_names(made)


@pytest.mark.parametrize("turned", [("Zulu", "Alpha"), ("Alpha", "Zulu")])
def test_which_of_two_equal_components_explains_an_alternative_does_not_hang_on_their_names(
    turned: tuple[str, str],
) -> None:
    first, second = component("a", "1", stability="high"), component("a", "2", stability="low")
    parts = tuple(
        replace(part, key=natural_key(name), name=name) for part, name in zip((first, second), turned, strict=True)
    )
    ordered = tuple(sorted(parts, key=lambda part: part.key))

    made = decision(Subject(application("a"), ordered, TODAY))

    rehost = next(each for each in made.alternatives if each.strategy is Strategy.REHOST)
    assert rehost.factors[0].because == "How stably it runs: HIGH."


def _verdicts(subject: Subject) -> list[Verdict]:
    gates = try_gates(subject)
    return [judge(subject, part, gates[part.id], {}) for part in subject.components]


def _scored(subject: Subject, part_id: str) -> Verdict:
    """The verdict by score alone, as if no gate held."""
    [part] = [each for each in subject.components if each.id == part_id]
    tried = tuple(replace(each, holds=False) for each in try_gates(subject)[part_id])
    return judge(subject, part, tried, {})


def _changed(before: Verdict, after: Verdict) -> list[Reading]:
    return [old for old, new in zip(before.readings, after.readings, strict=True) if old != new]


def _lead(verdict: Verdict, one: Option, other: Option) -> Fraction:
    return option_score(verdict.readings, one) - option_score(verdict.readings, other)


def _separation(verdict: Verdict) -> Fraction:
    others = (option for option in verdict.options if option[0] is not verdict.option[0])
    return min(_lead(verdict, verdict.option, option) for option in others)


def _part_of_lead(before: Verdict, after: Verdict, one: Option, other: Option) -> Fraction:
    """What the changed readings gave to the lead of one over the other, and give no more."""
    whole = sum((each.factor.weight for each in before.readings), Fraction(0))
    gone = Fraction(0)
    for old, new in zip(before.readings, after.readings, strict=True):
        gone += old.factor.weight * ((old.value(one) - old.value(other)) - (new.value(one) - new.value(other)))
    return gone / whole


def _with(part: Component, facts: Mapping[str, Any]) -> Component:
    return replace(part, attributes=_told(part.attributes, facts))


def _told(attributes: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes with those facts; None takes one away."""
    return {key: value for key, value in {**attributes, **facts}.items() if value is not None}


def _with_facts(subject: Subject, whole: Mapping[str, Any], parts: Mapping[str, Any]) -> Subject:
    app = replace(subject.application, attributes=_told(subject.application.attributes, whole))
    return replace(subject, application=app, components=tuple(_with(part, parts) for part in subject.components))


def _renamed(subject: Subject, names: list[str]) -> Subject:
    """Other names and keys under the same ids, in the order that an assessment takes components: of their keys."""
    whole, *own = names
    app = replace(subject.application, name=whole, key=natural_key(whole))
    parts = [
        replace(part, name=name, key=natural_key(name)) for part, name in zip(subject.components, own, strict=False)
    ]
    return replace(subject, application=app, components=tuple(sorted(parts, key=lambda part: part.key)))


def _without_names(made: Decision) -> tuple[Any, ...]:
    """Everything that is decided, and nothing of how it is told."""
    treatments = sorted(
        (each.component_id, each.strategy, each.depth or "", each.effort, each.confidence, each.compatible, each.scores)
        for each in made.treatments
    )
    return (
        (made.strategy, made.depth, made.confidence, made.too_close_to_call, made.effort, made.cost),
        treatments,
        made.alternatives,
        (set(made.rules), set(made.dissenting), set(made.facts_missing), made.risks),
        sorted(value for _, value in made.facts_used),
    )
