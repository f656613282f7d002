"""When everything happens: waves put into dates that dependencies, people and blackouts allow."""

from __future__ import annotations

from domain.definition import Outcome, PhaseCall
from domain.flows.planning.timeline_request import timeline_request
from domain.flows.planning.timeline_rows import TimelineRows
from domain.flows.planning.timeline_warnings import timeline_warnings
from domain.planning.checking.timelines import check_timeline
from domain.planning.settings import levelling_budget
from domain.planning.timeline import TimelineDraft, levelled_timeline
from domain.planning.wave_request import TimelineRequest


class WrongTimeline(Exception):
    """A timeline does not keep what was asked of it: a mistake of ours, and nothing to show to anybody."""


def generate_timeline(call: PhaseCall) -> Outcome:
    """The shortest schedule found that over-books nobody; Refused INFEASIBLE names what collides."""
    if call.ports is None:
        raise ValueError("Levelling needs a solver.")
    request = timeline_request(call)
    budget = levelling_budget(call.settings)
    draft = levelled_timeline(request, call.ports.solvers.leveller, budget, call.ports.cancelled)
    require_right(request, draft)
    return TimelineRows(call, draft).outcome(warnings=tuple(timeline_warnings(call, request, draft)))


def require_right(request: TimelineRequest, draft: TimelineDraft) -> None:
    """Raise WrongTimeline with everything that the checker finds."""
    if wrong := check_timeline(request, draft):
        raise WrongTimeline(" ".join(wrong))
