"""What enters of a model's proposal: the permitted, carried through the phase's own rules; the rest is told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from domain.agents.applying import Applying, PhaseReview
from domain.agents.cleaning import line
from domain.agents.phases import (
    advice,
    carrying_out,
    cleansing,
    debt,
    dependencies,
    finops,
    mapping,
    modernization,
    observability,
    pages,
    strategies,
    synthesis,
    waves,
)
from domain.agents.proposals import Proposal
from domain.agents.sifting import DROPPED, dropped, sift
from domain.agents.subjects import Subjects
from domain.definition import Outcome, PhaseCall, Warning
from domain.source import Source

# More than this nobody reads: the rest is counted.
MOST_TOLD = 40
LONGEST_NAME = 80

REVIEWS: Mapping[str, PhaseReview] = MappingProxyType(
    {
        each.kind: each
        for each in (
            mapping.REVIEW,
            cleansing.REVIEW,
            dependencies.REVIEW,
            debt.REVIEW,
            strategies.REVIEW,
            pages.REVIEW,
            waves.REVIEW,
            synthesis.REVIEW,
            *advice.REVIEWS,
            *carrying_out.REVIEWS,
            *finops.REVIEWS,
            *modernization.REVIEWS,
            *observability.REVIEWS,
        )
    }
)


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A phase's outcome after an agent has spoken.

    `outcome` has the rules' warnings alone, brought up to date; the other three are what a person is told beside them.
    `source` is RULES where nothing entered, and `confidence` the least of what did.
    """

    outcome: Outcome
    dropped: tuple[Warning, ...] = ()
    contradictions: tuple[Warning, ...] = ()
    suggestions: tuple[Warning, ...] = ()
    source: Source = Source.RULES
    confidence: float | None = None

    @property
    def told(self) -> Outcome:
        """The outcome with everything that a person should know of the review among its warnings."""
        warnings = (*self.outcome.warnings, *self.contradictions, *self.suggestions, *self.dropped)
        return replace(self.outcome, warnings=warnings)


def reviewable(kind: str) -> bool:
    """Whether agents may work on that kind of work, `<flow type>.<phase>`."""
    return kind in REVIEWS


def proposal_type(kind: str) -> type:
    """What a model's answer for that kind of work is decoded into."""
    return REVIEWS[kind].proposal


def subjects_of(kind: str, call: PhaseCall, outcome: Outcome) -> Subjects:
    """What agents are asked about, by the keys under which they are."""
    return REVIEWS[kind].subjects(call, outcome)


def count_of(kind: str, outcome: Outcome, subjects: Collection[object]) -> int:
    """How many there are of these: more than have keys, where there are very many."""
    return max(len(subjects), REVIEWS[kind].count(outcome))


def review(
    kind: str,
    call: PhaseCall,
    outcome: Outcome,
    proposal: Proposal,
    *,
    agent: str | None = None,
    shown: Collection[str] | None = None,
    strange: Collection[str] = (),
) -> Reviewed:
    """The outcome with what of the proposal is permitted and holds; with nothing permitted, the outcome itself.

    `agent` narrows the permissions to its own, `shown` the subjects to those that it was told of; `strange` names what
    an answer held beside the proposal.
    """
    phase = REVIEWS[kind]
    subjects = phase.subjects(call, outcome)
    sifted = sift(kind, agent, proposal, subjects, shown)
    applying = Applying(call, outcome, subjects, sifted)
    phase.apply(applying)
    unasked = (dropped(line(name, LONGEST_NAME), "", "nobody asked for it", {}) for name in strange)
    return Reviewed(
        outcome=applying.outcome,
        dropped=_few((*unasked, *sifted.dropped, *applying.left_out)),
        contradictions=_few(applying.contradictions),
        suggestions=_few(applying.suggestions),
        source=Source.MODEL_CHECKED_BY_RULES if applying.entered else Source.RULES,
        confidence=min(applying.entered, default=None),
    )


def _few(warnings: Collection[Warning]) -> tuple[Warning, ...]:
    told = tuple(warnings)
    rest = len(told) - MOST_TOLD
    if rest <= 0:
        return told
    message = f"Of a model's answer {rest:,} more are not listed."
    return (*told[:MOST_TOLD], Warning(DROPPED, message, None, {"more": rest}))
