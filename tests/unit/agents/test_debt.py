"""What a model may say about technical debt: a step of severity, evidence, and items of its own."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from domain.agents.permission import DEBT
from domain.agents.proposals import DebtProposed, ItemProposed, SeverityProposed, TextProposed
from domain.agents.reviewing import Reviewed, review
from domain.debt import DebtCategory, Severity, TechDebtItem
from domain.source import Source
from tests.unit.agents.working import Work, assessed, key_of, ran, walked
from tests.unit.assessment.sample import sample

PHASE = "tech_debt_analysis"
STRUTS = "Billing: Struts 1.3 is past its end of support"


def work() -> Work:
    return assessed(PHASE)


def judged(of: Work | None = None, agent: str | None = None, **parts: Any) -> Reviewed:
    return review(DEBT, *(of or work()), DebtProposed(**parts), agent=agent)


def items(done: Reviewed) -> dict[str, TechDebtItem]:
    return {each.id: each for each in done.outcome.saves if isinstance(each, TechDebtItem)}


def own(name: str, severity: Severity, confidence: float = 0.8) -> SeverityProposed:
    return SeverityProposed(key_of(DEBT, work(), name), severity, "It is reached from outside.", confidence)


def added(title: str, subject: str = "Mystery", **fields: Any) -> ItemProposed:
    given: dict[str, Any] = {
        "category": DebtCategory.SECURITY,
        "severity": Severity.MEDIUM,
        "title": title,
        "evidence": "Nothing is known of its backups.",
        "hours": 8.25,
        "reason": "All others have them.",
        "confidence": 0.9,
    }
    return ItemProposed(key_of(DEBT, work(), subject), **(given | fields))


def test_a_severity_moves_by_a_step_and_the_scores_with_it() -> None:
    done = judged(severities=(own(STRUTS, Severity.CRITICAL),))

    [new] = [each for each in items(done).values() if each.severity is Severity.CRITICAL]
    assert (new.title, new.confidence, new.source) == (
        "Struts 1.3 is past its end of support", 0.8, Source.MODEL_CHECKED_BY_RULES
    )  # fmt: skip
    before = {each.application_id: each.score for each in work()[1].result.applications}
    after = {each.application_id: each.score for each in done.outcome.result.applications}
    assert {name for name in before if before[name] != after[name]} == {"billing"}
    assert after["billing"] > before["billing"]


def test_two_steps_are_told_and_not_taken() -> None:
    done = judged(severities=(own(STRUTS, Severity.LOW, 1.0),))

    assert done.outcome is work()[1]
    [told] = done.contradictions
    assert (told.details["rules"]["value"], told.details["model"]["value"]) == ("HIGH", "LOW")
    assert told.message.endswith("The rules' word stands: it is more than one step away.")


def test_a_second_agent_does_not_move_it_on() -> None:
    first = judged(severities=(own(STRUTS, Severity.MEDIUM),)).outcome

    second = judged((work()[0], first), severities=(own(STRUTS, Severity.LOW),))

    assert second.outcome is first
    assert second.contradictions[0].message.endswith("a model has already weighed it.")


def test_evidence_is_said_behind_that_of_the_rules() -> None:
    key = key_of(DEBT, work(), STRUTS)
    done = judged(evidence=(TextProposed(key, "CVE-2017-5638 is <b>open</b>.", "Known.", 0.9),))

    before = {each.id: each for each in work()[1].saves if isinstance(each, TechDebtItem)}
    [new] = [each for each in items(done).values() if each != before[each.id]]
    assert new.evidence == f"{before[new.id].evidence}\n\nA model adds: CVE-2017-5638 is <b>open</b>."
    assert new.severity is before[new.id].severity
    assert done.outcome.result == work()[1].result


def test_an_item_of_its_own_is_flagged_bounded_and_counted() -> None:
    done = judged(items=(added("No backups"),))

    [new] = [each for each in items(done).values() if each.application_id == "mystery"]
    assert (new.title, new.severity, new.confidence) == ("No backups", Severity.MEDIUM, 0.5)
    assert (new.remediation_hours, new.source) == (Decimal("8.2"), Source.MODEL_CHECKED_BY_RULES)
    assert new.finding.startswith("model:")
    [summed] = [each for each in done.outcome.result.applications if each.application_id == "mystery"]
    assert (summed.items, summed.score) == (1, 1.2)


def test_at_most_two_items_an_application_and_none_that_the_rules_have() -> None:
    titles = ("A", "B", "C")
    known = added("struts 1.3 is past its END of support", "Billing")
    done = judged(items=(*(added(each) for each in titles), known))

    assert len([each for each in items(done).values() if each.finding.startswith("model:")]) == 2
    assert sorted(each.details["because"] for each in done.dropped) == [
        "Billing: the rules have found it already",
        "Mystery: a model adds at most 2 items to an application",
    ]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"severity": Severity.CRITICAL}, "severity: it takes one of MEDIUM, LOW"),
        ({"hours": 1e9}, "hours: it takes a number from 0 to 200"),
        ({"hours": float("nan")}, "hours: it takes a number from 0 to 200"),
        ({"title": "\u200b\x1b[1m"}, "title: nothing is left of its text"),
        ({"reason": " "}, "reason: nothing is left of its text"),
        ({"confidence": 1.5}, "confidence: it takes a number from 0 to 1"),
    ],
)
def test_what_is_out_of_bounds_is_left_out_and_told(fields: dict[str, Any], why: str) -> None:
    done = judged(items=(replace(added("No backups"), **fields),))

    assert done.outcome is work()[1]
    assert [each.details["because"] for each in done.dropped] == [why]


def test_a_reviewer_of_security_adds_nothing_else() -> None:
    items_ = (added("Slow", category=DebtCategory.PERFORMANCE),)

    assert judged(agent="security_reviewer", items=items_).outcome is work()[1]
    assert judged(agent="debt_analyst", items=items_).outcome is not work()[1]


def test_what_a_model_added_keeps_its_id_and_what_a_person_said_of_it() -> None:
    walk = walked(sample(), PHASE)
    proposal = DebtProposed(items=(added("No backups"),))
    walk._take(PHASE, review(DEBT, *ran(walk, PHASE), proposal).outcome)
    [first] = [each for each in walk.portfolio.debt if each.finding.startswith("model:")]

    again = review(DEBT, *ran(walk, PHASE), proposal)

    assert [each.id for each in items(again).values() if each.finding.startswith("model:")] == [first.id]
    assert first.id not in {each.id for each in again.outcome.removes}
