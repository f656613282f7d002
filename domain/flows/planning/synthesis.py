"""The plan in short: totals, a summary to paste into a mail, what should be done, and a person's own words for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from domain.definition import Outcome, PhaseCall
from domain.errors import ErrorCode, NotFound
from domain.flows.planning.recommending import recommendations
from domain.flows.planning.results import PlanSummed
from domain.flows.planning.revised import Revised, changed, choices_of, with_choices
from domain.flows.planning.summary import summary
from domain.flows.planning.wave_lessons import of_sizes
from domain.flows.planning.waves import wave_problem
from domain.given import LONGEST_NAME, LONGEST_TEXT, Checking
from domain.learning import Lesson
from domain.override import recorded
from domain.planning.choices import ChosenRecommendation, SynthesisChoice
from domain.planning.plan import Plan, PlanSynthesis, Priority, Recommendation
from domain.source import Source

SYNTHESIS = "synthesis"
MOST_RECOMMENDATIONS = 100
_SHOWN_AS = {
    "total_applications": "totalApplications",
    "total_waves": "totalWaves",
    "total_duration_days": "totalDurationDays",
    "total_cost": "totalCost",
    "skill_gaps": "skillGaps",
    "summary": "summary",
    "recommendations": "recommendations",
    "source": "source",
}


@dataclass(frozen=True, slots=True)
class RecommendationGiven:
    """A recommendation as a person writes it."""

    title: str
    detail: str
    priority: Priority


@dataclass(frozen=True, slots=True)
class SynthesisGiven:
    """What a person writes of the synthesis: of `given` the keys `summary` and `recommendations`.

    What `given` does not name stays as it is, None is as the rules say again; recommendations replace the list.
    """

    rationale: str
    given: Mapping[str, Any] = field(default_factory=dict)


def synthesize(call: PhaseCall) -> Outcome:
    """Totals, and in words what they mean; a person's own words win over the rules'.

    How large waves came out is learned here again: people may have moved applications since they were placed.
    """
    plan = call.portfolio.plan
    after = _synthesis(call, plan.synthesis)
    lessons = (of_sizes(call, wave_problem(call), len(plan.placed), moving_waves(plan)),) if plan.placed else ()
    return Outcome(_result(call, after), saves=(after, *lessons))


def override_synthesis(call: PhaseCall, wanted: SynthesisGiven) -> Revised:
    """The synthesis in the person's words, or Refused with everything that is wrong.

    The version that is expected is the flow's, as the payload returns no synthesis: the command compares it.
    """
    before = call.portfolio.plan.synthesis
    if before is None:
        raise NotFound("synthesis", ("flowId",))
    checking = Checking()
    rationale = checking.needed(wanted.rationale, "rationale", longest=LONGEST_TEXT)
    if not wanted.given:
        checking.wrong("Say what to change: the summary, the recommendations or both.")
    words = dict(_read(wanted.given, checking))
    checking.done()
    choices = choices_of(call)
    chosen = replace(choices.synthesis or SynthesisChoice(), **words)
    none_left = chosen == SynthesisChoice()
    choices = replace(choices, synthesis=None if none_left else chosen)
    after = replace(_synthesis(with_choices(call, choices), before), completed_at=before.completed_at)
    return Revised(
        subject=before.id,
        outcome=Outcome(
            result=replace(_result(call, after), as_of=call.results[SYNTHESIS].as_of),
            saves=(choices, after, _lesson(before, after, rationale)),
        ),
        override=recorded(call, before.id, _told(before, words), _told(after, words), rationale),
    )


def _synthesis(call: PhaseCall, held: PlanSynthesis | None) -> PlanSynthesis:
    """One version later where anything but the time differs from what is held."""
    own = choices_of(call).synthesis or SynthesisChoice()
    plan = call.portfolio.plan
    fresh = PlanSynthesis(
        id=held.id if held else call.new_id(),
        flow_id=call.flow_id,
        total_applications=len(call.portfolio.applications),
        total_waves=moving_waves(plan),
        total_duration_days=duration_days(plan),
        total_cost=plan.cost.total if plan.cost else call.results["cost_estimation"].total,
        skill_gaps=len(plan.resource_plan.skill_gaps) if plan.resource_plan else 0,
        summary=summary(call) if own.summary is None else own.summary,
        recommendations=recommendations(call) if own.recommendations is None else _chosen(own.recommendations),
        completed_at=call.now,
        source=Source.RULES if own == SynthesisChoice() else Source.USER,
        last_change=held.last_change if held else None,
        version=held.version if held else 1,
    )
    fields = [shown for name, shown in _SHOWN_AS.items() if held and getattr(held, name) != getattr(fresh, name)]
    return replace(fresh, last_change=changed(call, *fields), version=fresh.version + 1) if fields else fresh


def moving_waves(plan: Plan) -> int:
    """Waves that move something: a person may have added one and left it empty."""
    return len({each.wave_id for each in plan.placed})


def duration_days(plan: Plan) -> int:
    """Calendar days from the first day of the plan's activities to the last, both counted; 0 where there are none."""
    if not plan.activities:
        return 0
    first = min(each.starts_on for each in plan.activities)
    return (max(each.ends_on for each in plan.activities) - first).days + 1


def _chosen(words: Sequence[ChosenRecommendation]) -> tuple[Recommendation, ...]:
    return tuple(Recommendation(each.title, each.detail, Priority(each.priority)) for each in words)


def _result(call: PhaseCall, synthesis: PlanSynthesis) -> PlanSummed:
    return PlanSummed(
        as_of=call.as_of,
        summary=synthesis.summary,
        waves=synthesis.total_waves,
        applications=synthesis.total_applications,
        total=synthesis.total_cost,
        recommendations=len(synthesis.recommendations),
        completed_at=synthesis.completed_at,
    )


def _read(given: Mapping[str, Any], checking: Checking) -> Iterator[tuple[str, Any]]:
    if "summary" in given:
        text = given["summary"]
        yield "summary", None if text is None else checking.needed(text, "summary", longest=LONGEST_TEXT)
    if "recommendations" in given:
        words = given["recommendations"]
        yield "recommendations", None if words is None else tuple(_recommended(words, checking))


def _recommended(words: Sequence[RecommendationGiven], checking: Checking) -> Iterator[ChosenRecommendation]:
    if len(words) > MOST_RECOMMENDATIONS:
        message = f"A plan has at most {MOST_RECOMMENDATIONS} recommendations."
        checking.wrong(message, "recommendations", code=ErrorCode.LIMIT_EXCEEDED)
    for index, each in enumerate(words):
        path = ("recommendations", str(index))
        title = checking.needed(each.title, *path, "title", longest=LONGEST_NAME)
        detail = checking.needed(each.detail, *path, "detail", longest=LONGEST_TEXT)
        yield ChosenRecommendation(title, detail, str(each.priority))


def _told(synthesis: PlanSynthesis, names: Mapping[str, Any]) -> dict[str, Any]:
    """What of a synthesis an override tells: a JSON value."""
    words = [{"title": e.title, "detail": e.detail, "priority": str(e.priority)} for e in synthesis.recommendations]
    whole = {"summary": synthesis.summary, "recommendations": words}
    return {name: whole[name] for name in names}


def _lesson(before: PlanSynthesis, after: PlanSynthesis, rationale: str) -> Lesson:
    """What people recommend and the rules did not, and what they left out."""
    proposed = [each.title for each in before.recommendations]
    chosen = [each.title for each in after.recommendations]
    data = {
        "corrected": "synthesis",
        "proposed": [title for title in proposed if title not in chosen],
        "chosen": [title for title in chosen if title not in proposed],
        "summary": after.summary != before.summary,
        "rationale": rationale,
    }
    summary_said = f"The synthesis was written by a person: {rationale}"
    return Lesson(f"planning.{SYNTHESIS}", summary_said, data, key="synthesis", conclusion=("proposed", "chosen"))
