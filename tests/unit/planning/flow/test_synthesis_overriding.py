"""A person's own words for a plan."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.errors import ErrorCode, NotFound, Refused
from domain.flows.planning.synthesis import RecommendationGiven, SynthesisGiven, override_synthesis
from domain.learning import Lesson
from domain.planning.plan import PlanSynthesis, Priority, Recommendation
from domain.source import Source
from tests.unit.planning.flow.costed import DECISIONS, small_plan
from tests.unit.planning.flow.driving import Planning

SYNTHESIS = "synthesis"
OWN = RecommendationGiven("Ask the board", "They decide in May.", Priority.URGENT)


@pytest.fixture
def planning() -> Planning:
    found = small_plan()
    found.run("cost_estimation")
    found.run(SYNTHESIS)
    return found


def given(**words: Any) -> SynthesisGiven:
    return SynthesisGiven("It reads better.", words)


def synthesis(planning: Planning) -> PlanSynthesis:
    assert planning.plan.synthesis is not None
    return planning.plan.synthesis


def test_a_persons_words_stand_and_the_rest_stays(planning: Planning) -> None:
    before = synthesis(planning)

    revised = planning.change(SYNTHESIS, override_synthesis, given(summary=" We move. "))

    after = synthesis(planning)
    assert (after.id, after.summary, after.recommendations) == (before.id, "We move.", before.recommendations)
    assert (after.source, after.version, after.total_cost) == (Source.USER, 2, before.total_cost)
    assert after.last_change is not None
    assert after.last_change.fields == ("summary", "source")
    assert planning.results[SYNTHESIS].summary == "We move."
    assert (revised.subject, revised.override.rationale) == (after.id, "It reads better.")
    assert (revised.override.before, revised.override.after) == ({"summary": before.summary}, {"summary": "We move."})


def test_recommendations_replace_the_list(planning: Planning) -> None:
    revised = planning.change(SYNTHESIS, override_synthesis, given(recommendations=(OWN,)))

    assert synthesis(planning).recommendations == (
        Recommendation("Ask the board", "They decide in May.", Priority.URGENT),
    )  # fmt: skip
    assert revised.override.after == {
        "recommendations": [{"title": "Ask the board", "detail": "They decide in May.", "priority": "URGENT"}]
    }
    lesson = next(each for each in revised.outcome.saves if isinstance(each, Lesson))
    assert lesson.kind == "planning.synthesis"
    assert lesson.data["chosen"] == ["Ask the board"]


def test_none_at_all_may_be_recommended(planning: Planning) -> None:
    planning.change(SYNTHESIS, override_synthesis, given(recommendations=()))

    assert synthesis(planning).recommendations == ()


def test_words_survive_planning_anew_and_null_takes_them_back(planning: Planning) -> None:
    before = synthesis(planning)
    planning.change(SYNTHESIS, override_synthesis, given(summary="We move.", recommendations=(OWN,)))
    planning.portfolio = replace(planning.portfolio, accepted=DECISIONS[:2])
    planning.run(SYNTHESIS)
    assert (synthesis(planning).summary, len(synthesis(planning).recommendations)) == ("We move.", 1)
    planning.portfolio = replace(planning.portfolio, accepted=DECISIONS)

    planning.change(SYNTHESIS, override_synthesis, given(summary=None))
    assert (synthesis(planning).summary, synthesis(planning).source) == (before.summary, Source.USER)
    planning.change(SYNTHESIS, override_synthesis, given(recommendations=None))

    assert (synthesis(planning).recommendations, synthesis(planning).source) == (before.recommendations, Source.RULES)
    assert planning.plan.choices is not None
    assert planning.plan.choices.synthesis is None


def test_everything_that_is_wrong_is_told_at_once(planning: Planning) -> None:
    before = planning.plan
    wrong = RecommendationGiven("", "x" * 10_001, Priority.LOW)
    wanted = SynthesisGiven(" ", {"summary": "", "recommendations": (OWN, wrong)})

    with pytest.raises(Refused) as refused:
        planning.change(SYNTHESIS, override_synthesis, wanted)

    assert [problem.path for problem in refused.value.problems] == [
        ("rationale",),
        ("summary",),
        ("recommendations", "1", "title"),
        ("recommendations", "1", "detail"),
    ]
    assert planning.plan == before


def test_it_must_say_what_to_change(planning: Planning) -> None:
    before = planning.plan

    with pytest.raises(Refused, match="Say what to change"):
        planning.change(SYNTHESIS, override_synthesis, given())

    assert planning.plan == before


def test_there_are_only_so_many(planning: Planning) -> None:
    before = planning.plan

    with pytest.raises(Refused) as refused:
        planning.change(SYNTHESIS, override_synthesis, given(recommendations=(OWN,) * 101))

    assert [problem.code for problem in refused.value.problems] == [ErrorCode.LIMIT_EXCEEDED]
    assert planning.plan == before


def test_before_a_plan_is_summed_up_there_is_nothing_to_override() -> None:
    with pytest.raises(NotFound):
        small_plan().change(SYNTHESIS, override_synthesis, given(summary="We move."))
