"""Overriding a decision: the change carried through the phase, the record of it, and what is learned from it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from domain.decision import Decision, DecisionChanged
from domain.definition import Outcome, PhaseCall
from domain.errors import NotFound
from domain.flows.assessment.results import SixRDecisions
from domain.flows.assessment.strategies import amended, fit, terms_of
from domain.learning import Lesson
from domain.override import Override, recorded
from domain.sixr.overriding import DecisionChange, differing, overridden, told
from domain.sixr.subject import Subject, subjects

PHASE = "component_sixr_strategies"


@dataclass(frozen=True, slots=True)
class OverriddenDecision:
    """The decision as it is now; `outcome` holds it with neighbours whose risks changed, the lesson and the result."""

    decision: Decision
    override: Override
    outcome: Outcome


def override_decision(call: PhaseCall, application_id: str, change: DecisionChange) -> OverriddenDecision:
    """What the change comes to, or Refused with everything that is wrong with it.

    Of the decisions the portfolio holds at least its own and those of the applications that need it; what was chosen
    for the others is read from the phase's result.
    """
    before = next((each for each in call.portfolio.decisions if each.application_id == application_id), None)
    about = next(subjects(call.portfolio, call.flow_id, call.as_of, application_id), None)
    if before is None or about is None:
        raise NotFound("decision", ("applicationId",))
    after = overridden(before, change, about, terms_of(call))
    others = [each for each in call.portfolio.decisions if each.id != after.id]
    decided: SixRDecisions = call.results[PHASE]
    strategies = {each.application_id: each.strategy for each in decided.decisions}
    fitted = fit([after, *others], call.portfolio, strategies)
    pairs = zip(fitted, [before, *others], strict=True)
    changed = tuple(_changed(call, old, each) for each, old in pairs if each != old)
    return OverriddenDecision(
        decision=changed[0],
        override=recorded(call, changed[0].id, told(before), told(changed[0]), change.rationale.strip()),
        outcome=Outcome(amended(call, changed), saves=(*changed, _lesson(before, changed[0], change, about))),
    )


def _changed(call: PhaseCall, before: Decision, after: Decision) -> Decision:
    """One version later, whether it was changed itself or a neighbour no longer fits it."""
    last = DecisionChanged(call.by, call.now, differing(before, after))
    return replace(after, version=before.version + 1, last_change=last)


def _lesson(before: Decision, after: Decision, change: DecisionChange, subject: Subject) -> Lesson:
    """Recommended and chosen, with the facts: what a later decision on the like of it should weigh."""
    technologies = {each.name for part in subject.components for each in subject.technologies(part)}
    return Lesson(
        kind=f"assessment.{PHASE}",
        summary=f"{before.recommended} was recommended, {after.strategy} chosen: {change.rationale.strip()}",
        data={
            "recommended": str(before.recommended),
            "chosen": str(after.strategy),
            "depth": after.depth and str(after.depth),
            "rationale": change.rationale.strip(),
            "technologies": sorted(technologies),
            "facts": dict(before.facts_used),
        },
        key=subject.application.key,
        conclusion=("recommended", "chosen", "depth"),
        premise=("recommended",),
        settles=("chosen", "depth"),
    )
