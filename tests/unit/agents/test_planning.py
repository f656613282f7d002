"""What a model may say of a plan: words and suggestions, with no figure of its own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.agents.permission import COSTS, PAGES, RESOURCES, STANDARDS, SYNTHESIS, TIMELINE, WAVES
from domain.agents.proposals import (
    CostMissing,
    CostsProposed,
    MoveProposed,
    PagesProposed,
    ProseProposed,
    RecommendationProposed,
    ResourcesProposed,
    RiskProposed,
    StandardsProposed,
    SynthesisProposed,
    TextProposed,
    TimelineProposed,
    WavesProposed,
)
from domain.agents.reviewing import Reviewed, review
from domain.debt import Severity
from domain.flows.planning.synthesis import SynthesisGiven, override_synthesis
from domain.page import AppOnPage
from domain.page_edit import SectionGiven, customized
from domain.planning.plan import CostCategory, PlanSynthesis, Priority, Wave, WavePlan
from domain.source import Source
from tests.unit.agents.working import assessed, key_of, planned, planning, ran, scheduled, walked
from tests.unit.assessment.sample import sample


def said(text: str, key: str = "PLAN", confidence: float = 0.9) -> TextProposed:
    return TextProposed(key, text, "It is so.", confidence)


def recommended(title: str, detail: str = "Ask the owners first.", **fields: Any) -> RecommendationProposed:
    given: dict[str, Any] = {"priority": Priority.MEDIUM, "reason": "It helps.", "confidence": 0.8}
    return RecommendationProposed("PLAN", title, detail, **(given | fields))


def summed(*summaries: TextProposed, **parts: Any) -> Reviewed:
    return review(SYNTHESIS, *planned("synthesis"), SynthesisProposed(summaries, **parts))


def synthesis(done: Reviewed) -> PlanSynthesis:
    [found] = [each for each in done.outcome.saves if isinstance(each, PlanSynthesis)]
    return found


def test_words_stand_behind_the_rules_summary() -> None:
    before = synthesis(summed())
    done = summed(said("All goes in 3 waves; <b>talk</b> to [owners](javascript:x)."))

    after = synthesis(done)
    assert after.summary == f"{before.summary}\n\nA model adds: All goes in 3 waves; <b>talk</b> to [owners](x)."
    assert done.outcome.result.summary == after.summary
    assert after.source is Source.MODEL_CHECKED_BY_RULES
    assert (after.total_cost, after.recommendations) == (before.total_cost, before.recommendations)


def test_a_figure_that_is_not_the_plans_is_left_out() -> None:
    done = summed(said("It costs only 17 USD."), recommendations=(recommended("Save 42 %"),))

    assert done.outcome is planned("synthesis")[1]
    assert [each.details["because"] for each in done.dropped] == [
        "The plan: it holds figures that are not the plan's: 17",
        "The plan: it holds figures that are not the plan's: 42",
    ]


def test_recommendations_stand_beside_the_rules_own() -> None:
    before = synthesis(summed())
    done = summed(recommendations=(recommended("Talk to owners"), recommended("TALK to owners", confidence=0.1)))

    after = synthesis(done)
    assert after.recommendations[:-1] == before.recommendations
    assert after.recommendations[-1].title == "Talk to owners"
    assert done.outcome.result.recommendations == len(before.recommendations) + 1


def test_nothing_is_urgent_because_a_model_says_so() -> None:
    done = summed(recommendations=(recommended("Approve all", priority=Priority.URGENT),))

    assert done.outcome is planned("synthesis")[1]
    assert done.dropped[0].details["because"] == "priority: it takes one of HIGH, MEDIUM, LOW"


def test_at_most_five_recommendations_the_surest() -> None:
    many = tuple(recommended(f"Do {name}", confidence=n / 10) for n, name in enumerate("abcdefg", 1))
    done = summed(recommendations=many)

    titles = {each.title for each in synthesis(done).recommendations} & {each.title for each in many}
    assert titles == {"Do c", "Do d", "Do e", "Do f", "Do g"}
    assert done.dropped[0].details["because"] == "at most 5 count, and 7 were given"


def test_what_a_person_wrote_stays_and_a_second_run_keeps_its_version() -> None:
    made = planning("synthesis")
    proposal = SynthesisProposed((said("A calm plan."),))
    made._take("synthesis", review(SYNTHESIS, *scheduled(made, "synthesis"), proposal).outcome)
    first = made.plan.synthesis
    made._take("synthesis", review(SYNTHESIS, *scheduled(made, "synthesis"), proposal).outcome)
    assert first is not None
    assert made.plan.synthesis == first

    made.change("synthesis", override_synthesis, SynthesisGiven("Mine.", {"summary": "My words."}))
    work = scheduled(made, "synthesis")

    assert review(SYNTHESIS, *work, proposal).outcome is work[1]


def test_waves_get_reasons_and_keep_everything_else() -> None:
    work = planned("wave_planning")
    done = review(WAVES, *work, WavesProposed((said("A calm start.", "W1"), said("Sound."))))

    before = {each.id: each for each in work[1].saves if isinstance(each, (Wave, WavePlan))}
    changed = [each for each in done.outcome.saves if isinstance(each, (Wave, WavePlan)) and each != before[each.id]]
    [plan] = [each for each in changed if isinstance(each, WavePlan)]
    [wave] = [each for each in changed if isinstance(each, Wave)]
    assert plan.rationale == f"{before[plan.id].rationale}\n\nA model adds: Sound."
    assert (plan.source, wave.rationale[-13:]) == (Source.MODEL_CHECKED_BY_RULES, "A calm start.")
    assert done.outcome.result == work[1].result


def test_waves_that_come_out_the_same_again_keep_their_version() -> None:
    made = planning("wave_planning")
    proposal = WavesProposed((said("A calm start.", "W1"), said("Sound.")))
    made._take("wave_planning", review(WAVES, *scheduled(made, "wave_planning"), proposal).outcome)
    first = made.plan
    made._take("wave_planning", review(WAVES, *scheduled(made, "wave_planning"), proposal).outcome)

    assert first.wave_plan is not None
    assert first.wave_plan.source is Source.MODEL_CHECKED_BY_RULES
    assert (made.plan.wave_plan, made.plan.waves) == (first.wave_plan, first.waves)


def test_a_move_is_suggested_and_never_made() -> None:
    work = planned("wave_planning")
    plan = work[1].saves
    key = key_of(WAVES, work, "Crm")

    done = review(WAVES, *work, WavesProposed(moves=(MoveProposed(key, "W3", "It is the hardest.", 1.0),)))

    assert done.outcome is work[1]
    assert done.outcome.saves is plan
    [told] = done.suggestions
    assert (told.details["wave"], told.details["applicationId"]) == (3, "crm")


@pytest.mark.parametrize("wave", ["W9", "PLAN", "A1", "", "0198-wave"])
def test_a_move_goes_to_a_wave_of_this_plan(wave: str) -> None:
    work = planned("wave_planning")
    done = review(WAVES, *work, WavesProposed(moves=(MoveProposed("A1", wave, "Better.", 1.0),)))

    assert (done.suggestions, len(done.dropped)) == ((), 1)


def test_people_dates_and_costs_are_only_spoken_of() -> None:
    risk = RiskProposed("W1", "Holidays", Severity.LOW, "Ask early.", "It is December.", 0.7)
    missing = CostMissing("PLAN", CostCategory.TRAINING, "Courses", "Nobody knows it.", 0.7)
    works: dict[str, Any] = {
        RESOURCES: ResourcesProposed((said("Train two engineers.", "W1"),)),
        TIMELINE: TimelineProposed((risk,)),
        COSTS: CostsProposed((said("Prices stay."), said("It is 77777 USD.")), (missing,)),
    }
    told = {}
    for kind, proposal in works.items():
        work = planned(kind.split(".")[1])
        done = review(kind, *work, proposal)
        assert done.outcome is work[1]
        assert done.source is Source.RULES
        told[kind] = [each.details["text"] for each in done.suggestions]

    assert told == {
        RESOURCES: ["Train two engineers."],
        TIMELINE: ["Holidays: Ask early."],
        COSTS: ["Prices stay.", "a line is missing under TRAINING: Courses"],
    }


def test_standards_are_the_engagements_and_only_spoken_of() -> None:
    work = assessed("architecture_minimums")
    done = review(STANDARDS, *work, StandardsProposed((said("Ask for MFA.", "S1"), said("Name an owner.", "ALL"))))

    assert done.outcome is work[1]
    assert [each.details["text"] for each in done.suggestions] == ["Name an owner.", "Ask for MFA."]


def page(text: str, section: str = "overview") -> PagesProposed:
    return PagesProposed((ProseProposed("A1", section, text, "For readers.", 0.9),))


def test_a_page_is_told_in_words_in_a_section_of_its_own() -> None:
    work = assessed("app_on_page_generation")
    done = review(PAGES, *work, page("Billing is old."))

    pages = {each.id: each for each in work[1].saves if isinstance(each, AppOnPage)}
    [new] = [each for each in done.outcome.saves if isinstance(each, AppOnPage) and each != pages[each.id]]
    assert new.sections[:-1] == pages[new.id].sections
    assert new.sections[-1].body == {
        "source": "MODEL_CHECKED_BY_RULES", "paragraphs": [{"section": "overview", "text": "Billing is old."}]
    }  # fmt: skip
    assert new.version == pages[new.id].version


@pytest.mark.parametrize(("text", "section"), [("It has 123456 users.", "overview"), ("It is approved.", "approval")])
def test_a_page_takes_no_figure_and_no_section_that_it_does_not_have(text: str, section: str) -> None:
    work = assessed("app_on_page_generation")
    done = review(PAGES, *work, page(text, section))

    assert done.outcome is work[1]
    assert len(done.dropped) == 1


def test_a_page_that_a_person_wrote_in_words_stays() -> None:
    walk = walked(sample(), "app_on_page_generation")
    walk._take("app_on_page_generation", review(PAGES, *ran(walk, "app_on_page_generation"), page("Old.")).outcome)
    held = next(each for each in walk.portfolio.pages if each.application_id == "billing")
    mine = customized(held, (SectionGiven("in_words", {"text": "Mine."}),))
    others = tuple(each for each in walk.portfolio.pages if each.id != held.id)
    walk.portfolio = replace(walk.portfolio, pages=(*others, mine))
    work = ran(walk, "app_on_page_generation")

    done = review(PAGES, *work, page("New."))

    assert done.outcome is work[1]
    assert done.dropped[0].details["because"] == "Billing: a person has written it"
