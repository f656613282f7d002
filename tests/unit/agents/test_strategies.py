"""What a model may say about 6R strategies: among what was scored, never against a gate."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from domain.agents.permission import STRATEGIES
from domain.agents.proposals import RiskProposed, StrategiesProposed, TextProposed, TreatmentProposed
from domain.agents.reviewing import Reviewed, review, subjects_of
from domain.debt import Severity
from domain.decision import RefactorDepth, Strategy
from domain.portfolio import Portfolio
from domain.source import Source
from tests.unit.agents.working import Work, assessed, decisions, key_of, parted, ran, walked, with_parts
from tests.unit.assessment.portfolios import application, component
from tests.unit.assessment.sample import sample

PHASE = "component_sixr_strategies"


def work() -> Work:
    return assessed(PHASE)


def treat(name: str, strategy: Strategy, of: Work | None = None, **fields: Any) -> TreatmentProposed:
    given: dict[str, Any] = {"reason": "The team knows it well.", "confidence": 0.8} | fields
    return TreatmentProposed(key_of(STRATEGIES, of or work(), name), strategy, **given)


def judged(*treatments: TreatmentProposed, of: Work | None = None, **parts: Any) -> Reviewed:
    return review(STRATEGIES, *(of or work()), StrategiesProposed(treatments, **parts))


def test_a_close_second_is_taken_over_and_carried_through_effort_cost_and_result() -> None:
    done = judged(treat("Twins / main", Strategy.REPLATFORM))

    before, after = decisions(work()[1])["twins"], decisions(done.outcome)["twins"]
    assert (before.strategy, after.strategy, after.recommended) == (Strategy.REHOST, *[Strategy.REPLATFORM] * 2)
    assert after.treatments[0].effort.likely > before.treatments[0].effort.likely
    assert after.cost == after.effort.likely * Decimal(115)
    assert after.treatments[0].rationale == f"{before.rationale}\nA model chose it: The team knows it well."
    assert after.rationale == after.treatments[0].rationale
    assert (after.source, after.treatments[0].source) == (Source.MODEL_CHECKED_BY_RULES,) * 2
    assert after.rules == (*before.rules, "MODEL-CHECKED")
    assert after.confidence == before.confidence
    summary = next(each for each in done.outcome.result.decisions if each.application_id == "twins")
    assert summary.strategy is Strategy.REPLATFORM
    assert (done.source, done.confidence) == (Source.MODEL_CHECKED_BY_RULES, 0.8)


def test_what_is_too_close_to_call_stays_so_for_a_person() -> None:
    done = judged(treat("Twins / main", Strategy.REPLATFORM))

    assert decisions(done.outcome)["twins"].too_close_to_call
    assert done.outcome.warnings == work()[1].warnings


def test_all_other_decisions_are_the_rules_own() -> None:
    done = judged(treat("Twins / main", Strategy.REPLATFORM))

    before, after = decisions(work()[1]), decisions(done.outcome)
    assert {name for name in before if before[name] != after[name]} == {"twins"}
    assert [each.id for each in done.outcome.saves] == [each.id for each in work()[1].saves]


def test_both_sides_are_told_with_their_reasons() -> None:
    [told] = judged(treat("Twins / main", Strategy.REPLATFORM)).contradictions

    before = decisions(work()[1])["twins"]
    assert told.code == "MODEL_DISAGREES"
    assert told.details["rules"] == {"value": "REHOST", "because": before.treatments[0].rationale}
    assert told.details["model"] == {
        "value": "REPLATFORM", "because": "The team knows it well.", "confidence": 0.8
    }  # fmt: skip
    assert (told.details["applied"], told.details["applicationId"]) == (True, "twins")


@pytest.mark.parametrize(
    ("name", "strategy", "why"),
    [
        ("Blocked / main", Strategy.REHOST, "a gate decides, which nobody but a person overrules"),
        ("Unused / main", Strategy.REPLATFORM, "a gate decides, which nobody but a person overrules"),
        ("Crm / main", Strategy.REHOST, "a gate decides, which nobody but a person overrules"),
        ("Erp / main", Strategy.REFACTOR, "it was not scored for this component"),
        ("Shop / main", Strategy.REHOST, "it scores more than 0.2 less"),
    ],
)
def test_what_may_not_be_is_told_and_left(name: str, strategy: Strategy, why: str) -> None:
    done = judged(treat(name, strategy, confidence=1.0))

    assert done.outcome == work()[1]
    [told] = done.contradictions
    assert told.message.endswith(f"The rules' word stands: {why}.")
    assert told.details["applied"] is False
    assert (done.source, done.confidence) == (Source.RULES, None)


@pytest.mark.parametrize("strategy", [Strategy.RETIRE, Strategy.RETAIN, Strategy.REPURCHASE])
def test_a_model_never_names_what_a_gate_gives(strategy: Strategy) -> None:
    done = judged(treat("Twins / main", strategy))

    assert done.outcome == work()[1]
    [told] = done.dropped
    assert told.message == (
        'What a model proposed in treatments about "A11.C1" was left out: strategy: it takes one of REHOST, '
        "REPLATFORM, REFACTOR."
    )


def test_a_model_that_is_not_sure_only_tells_it() -> None:
    done = judged(treat("Twins / main", Strategy.REPLATFORM, confidence=0.49))

    assert done.outcome == work()[1]
    assert done.contradictions[0].message.endswith("The rules' word stands: the model is not sure enough.")


def test_what_a_person_has_overridden_or_accepted_stays() -> None:
    walk = walked(with_parts(), PHASE)
    walk.run(PHASE)
    walk.override("solo", strategy=Strategy.REPLATFORM)
    held = ran(walk, PHASE)

    rationale = TextProposed(key_of(STRATEGIES, held, "Solo"), "No.", "It is so.", 1.0)
    done = judged(treat("Solo / main", Strategy.REHOST, held), of=held, rationales=(rationale,))

    assert done.outcome == held[1]
    assert done.contradictions[0].message.endswith("a person has settled it.")
    assert [each.details["because"] for each in done.dropped] == ["Solo: a person has settled it"]


def test_a_part_that_must_stay_stays_while_another_is_treated_otherwise() -> None:
    done = judged(treat("Bank / core", Strategy.REPLATFORM, parted()), of=parted())

    before, after = decisions(parted()[1])["bank"], decisions(done.outcome)["bank"]
    old = {each.component_id: each for each in before.treatments}
    new = {each.component_id: each for each in after.treatments}
    assert new["bank-vault"] == old["bank-vault"]
    assert new["bank-core"].strategy is Strategy.REPLATFORM
    assert {key for key in old if old[key].strategy is not new[key].strategy} == {"bank-core"}
    assert before.strategy is after.strategy


def test_an_application_that_stays_is_not_moved_by_its_parts() -> None:
    parts = (component("old", "core", legal_block="yes"), component("old", "web"))
    held = ran(walked(Portfolio(applications=(application("old"),), components=parts), PHASE), PHASE)
    assert decisions(held[1])["old"].strategy is Strategy.RETAIN

    done = judged(treat("Old / web", Strategy.REPLATFORM, held), of=held)

    assert decisions(done.outcome)["old"].strategy is Strategy.RETAIN


def test_a_refactor_without_a_depth_is_the_best_scored_one() -> None:
    done = judged(treat("Twins / main", Strategy.REFACTOR))

    assert decisions(done.outcome)["twins"].depth is RefactorDepth.CODE


def test_reasons_are_said_behind_the_rules_own() -> None:
    key = key_of(STRATEGIES, work(), "Orders")
    done = judged(rationales=(TextProposed(key, "It is \x1b[31mold\u202e.", "So it is.", 0.9),))

    before, after = decisions(work()[1])["orders"], decisions(done.outcome)["orders"]
    assert after.rationale == f"{before.rationale}\n\nA model adds: It is old."
    assert (after.strategy, after.effort, after.rules) == (before.strategy, before.effort, before.rules)
    assert after.source is Source.MODEL_CHECKED_BY_RULES


def test_at_most_three_risks_enter_the_worst_first_and_none_twice() -> None:
    key = key_of(STRATEGIES, work(), "Orders")
    risks = tuple(
        RiskProposed(key, f"Risk {n}", severity, "Look at it.", "It may be.", 0.9)
        for n, severity in enumerate([Severity.LOW, Severity.HIGH, Severity.MEDIUM, Severity.LOW])
    )

    again = RiskProposed(key, "RISK 1", Severity.HIGH, "look at it.", "No.", 0.2)
    done = judged(risks=(*risks, again))

    own = [each for each in decisions(done.outcome)["orders"].risks if each.source is Source.MODEL_CHECKED_BY_RULES]
    assert [each.title for each in own] == ["Risk 1", "Risk 2", "Risk 0"]
    assert [each.details["because"] for each in done.dropped] == ["Orders: a model adds at most 3 risks"]


def test_a_risk_cannot_pass_for_one_of_the_rules() -> None:
    key = key_of(STRATEGIES, work(), "Orders")
    done = judged(risks=(RiskProposed(key, "Does not fit Crm", Severity.LOW, "No.", "No.", 0.9),))

    assert done.outcome == work()[1]
    assert len(done.dropped) == 1


def test_each_agent_has_its_own_rights_and_speaks_of_what_it_was_shown() -> None:
    proposal = StrategiesProposed((treat("Twins / main", Strategy.REPLATFORM),))

    checker = review(STRATEGIES, *work(), proposal, agent="compatibility_checker")
    blind = review(STRATEGIES, *work(), proposal, shown={"A1"})

    assert (checker.outcome, blind.outcome) == (work()[1], work()[1])
    assert checker.dropped[0].details["because"] == "this agent may not propose it"
    assert blind.dropped[0].details["because"] == "nothing was shown under that key"


def test_a_second_run_that_comes_to_the_same_keeps_the_version() -> None:
    walk = walked(with_parts(), PHASE)
    proposal = StrategiesProposed((treat("Solo / main", Strategy.REPLATFORM, parted()),))
    walk._take(PHASE, review(STRATEGIES, *ran(walk, PHASE), proposal).outcome)
    first = walk.decision("solo")
    walk._take(PHASE, review(STRATEGIES, *ran(walk, PHASE), proposal).outcome)

    assert first.source is Source.MODEL_CHECKED_BY_RULES
    assert walk.decision("solo") == first


def test_what_a_person_accepted_stays_accepted_while_it_comes_out_the_same() -> None:
    walk = walked(sample(), PHASE)
    held = ran(walk, PHASE)
    proposal = StrategiesProposed((treat("Orders / main", Strategy.REHOST, held),))
    walk._take(PHASE, review(STRATEGIES, *held, proposal).outcome)
    walk.answer(PHASE)
    accepted = walk.decision("orders")

    walk._take(PHASE, review(STRATEGIES, *ran(walk, PHASE), proposal).outcome)
    again = walk.decision("orders")
    walk.run(PHASE)

    assert (accepted.strategy, accepted.accepted) == (Strategy.REHOST, True)
    assert again == accepted
    assert (walk.decision("orders").strategy, walk.decision("orders").accepted) == (Strategy.REPLATFORM, False)


def test_keys_are_those_of_the_applications_by_name() -> None:
    subjects = subjects_of(STRATEGIES, *work())

    assert (subjects["A1"].name, subjects["A11.C1"].name) == ("Billing", "Twins / main")


def test_two_agents_speak_one_after_the_other() -> None:
    key = key_of(STRATEGIES, work(), "Orders")
    call, outcome = work()
    for agent, text in (("migration_strategist", "One."), ("compatibility_checker", "Two.")):
        rationale = TextProposed(key, text, "So it is.", 0.9)
        outcome = review(STRATEGIES, call, outcome, StrategiesProposed(rationales=(rationale,)), agent=agent).outcome

    assert decisions(outcome)["orders"].rationale.endswith("\n\nA model adds: One.\n\nTwo.")
