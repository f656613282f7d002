"""What a model may say of costs, budgets and designs: no number of its own, and only trade-offs take in its words."""

from __future__ import annotations

import pytest

from domain.agents.permission import BUDGET, DESIGNS, RUN_COSTS, WORK, WORTH
from domain.agents.proposals import (
    BudgetProposed,
    DesignsProposed,
    RiskProposed,
    RunCostsProposed,
    TextProposed,
    WorkProposed,
    WorthProposed,
)
from domain.agents.reviewing import Reviewed, review
from domain.debt import Severity
from domain.modernization import TargetDesign
from domain.source import Source
from tests.unit.agents.working import key_of, work_of


def said(text: str, key: str) -> TextProposed:
    return TextProposed(key, text, "It is so.", 0.8)


def risk(key: str) -> RiskProposed:
    return RiskProposed(key, "It may slip", Severity.MEDIUM, "Ask early.", "It is long.", 0.6)


def changes_nothing(kind: str, done: Reviewed) -> bool:
    return done.outcome is work_of(kind)[1] and done.source is Source.RULES


def test_costs_are_advised_on_without_a_figure_of_the_models_own() -> None:
    done = review(
        RUN_COSTS,
        *work_of(RUN_COSTS),
        RunCostsProposed(
            assumptions=(
                said("The 12000.00 a year hold no licences.", key_of(RUN_COSTS, work_of(RUN_COSTS), "Ledger")),
            ),
            suggestions=(said("It could be had for 777 a year.", "ALL"), said("Ask for a discount.", "ALL")),
        ),
    )

    assert changes_nothing(RUN_COSTS, done)
    assert [each.details["text"] for each in done.suggestions] == [
        "The 12000.00 a year hold no licences.",
        "Ask for a discount.",
    ]
    (left_out,) = done.dropped
    assert left_out.message.endswith("left out: The costs: it holds figures that are not the analysis's: 777.")


@pytest.mark.parametrize(
    ("kind", "proposal", "about"),
    [
        (BUDGET, BudgetProposed((risk("M2"), risk("ALL"), risk("M99"))), ["2027-02", "The budget"]),
        (WORK, WorkProposed((risk("I1"), risk("A1"))), ["Prepare the platform", "Shop"]),
    ],
)
def test_risks_are_told_and_change_nothing(
    kind: str, proposal: BudgetProposed | WorkProposed, about: list[str]
) -> None:
    done = review(kind, *work_of(kind), proposal)

    assert changes_nothing(kind, done)
    assert sorted(each.message.partition(":")[0] for each in done.suggestions) == about


def test_a_rank_is_only_talked_about() -> None:
    done = review(WORTH, *work_of(WORTH), WorthProposed((said("Worth more than its score.", "A2"),)))

    assert changes_nothing(WORTH, done)
    assert [each.message.partition(":")[0] for each in done.suggestions] == ["Wiki"]


def test_trade_offs_stand_behind_the_rules_in_the_list_and_in_the_result() -> None:
    _, before = work_of(DESIGNS)
    proposal = DesignsProposed(
        tradeoffs=(said("Procedures are tested one by one.", "D1"), said("It takes 999 days.", "D2")),
        suggestions=(said("A workflow service would do.", "D3"),),
    )
    done = review(DESIGNS, *work_of(DESIGNS), proposal)

    first, *others = [each for each in done.outcome.saves if isinstance(each, TargetDesign)]
    rules = before.result.designs[0].tradeoffs
    assert first.tradeoffs == f"{rules}\n\nA model adds: Procedures are tested one by one."
    assert (first.source, done.source, done.confidence) == (
        Source.MODEL_CHECKED_BY_RULES,
        Source.MODEL_CHECKED_BY_RULES,
        0.8,
    )
    assert [(each.tradeoffs, each.source) for each in done.outcome.result.designs] == [
        (first.tradeoffs, first.source),
        *((each.tradeoffs, Source.RULES) for each in others),
    ]
    assert [each.details["text"] for each in done.suggestions] == ["A workflow service would do."]
    assert [each.message.endswith("the designs': 999.") for each in done.dropped] == [True]
