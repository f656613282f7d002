"""synthesis: words behind the rules' summary, and recommendations beside theirs."""

from __future__ import annotations

from dataclasses import replace

from domain.agents.applying import Applying, PhaseReview, behind
from domain.agents.permission import SYNTHESIS
from domain.agents.phases.plans import keeps_to_the_plan, whole_subject
from domain.agents.proposals import SynthesisProposed
from domain.agents.subjects import resaved, saved
from domain.definition import PhaseCall
from domain.flows.planning.results import PlanSummed
from domain.flows.planning.revised import choices_of
from domain.flows.planning.synthesis import MOST_RECOMMENDATIONS
from domain.planning.choices import SynthesisChoice
from domain.planning.plan import PlanSynthesis, Recommendation
from domain.source import Source

_BY_PERSON = "a person has written it"


def _apply(applying: Applying) -> None:
    found = saved(applying.outcome, PlanSynthesis)
    if not found:
        return
    before: PlanSynthesis = found[-1]
    after = _recommended(applying, _summed_up(applying, before))
    if after == before:
        return
    after = _as_held(replace(after, source=Source.MODEL_CHECKED_BY_RULES), applying.call)
    result: PlanSummed = applying.outcome.result
    applying.outcome = replace(
        applying.outcome,
        result=replace(
            result,
            summary=after.summary,
            recommendations=len(after.recommendations),
            completed_at=after.completed_at,
        ),
        saves=resaved(applying.outcome, {after.id: after}, PlanSynthesis),
    )


def _own(call: PhaseCall) -> SynthesisChoice:
    return choices_of(call).synthesis or SynthesisChoice()


def _summed_up(applying: Applying, synthesis: PlanSynthesis) -> PlanSynthesis:
    for item in applying.of("summaries"):
        if _own(applying.call).summary is not None:
            applying.drop(item, _BY_PERSON)
        elif keeps_to_the_plan(applying, item, item.value.text):
            summary = behind(synthesis.summary, item.value.text)
            if summary != synthesis.summary:
                synthesis = replace(synthesis, summary=summary)
                applying.enter(item)
    return synthesis


def _recommended(applying: Applying, synthesis: PlanSynthesis) -> PlanSynthesis:
    for item in applying.of("recommendations"):
        new = Recommendation(item.value.title, item.value.detail, item.value.priority)
        if any(each.title.casefold() == new.title.casefold() for each in synthesis.recommendations):
            continue
        if _own(applying.call).recommendations is not None:
            applying.drop(item, _BY_PERSON)
        elif len(synthesis.recommendations) >= MOST_RECOMMENDATIONS:
            applying.drop(item, f"a plan has at most {MOST_RECOMMENDATIONS} recommendations")
        elif keeps_to_the_plan(applying, item, f"{new.title} {new.detail}"):
            synthesis = replace(synthesis, recommendations=(*synthesis.recommendations, new))
            applying.enter(item)
    return synthesis


def _as_held(after: PlanSynthesis, call: PhaseCall) -> PlanSynthesis:
    """What says the same as in an earlier run keeps its version."""
    held = call.portfolio.plan.synthesis
    if held is None:
        return after
    same = replace(after, version=held.version, last_change=held.last_change, completed_at=held.completed_at)
    return replace(held, completed_at=after.completed_at) if same == held else after


REVIEW = PhaseReview(SYNTHESIS, SynthesisProposed, whole_subject, _apply)
