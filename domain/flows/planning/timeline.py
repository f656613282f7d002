"""When everything happens: waves put into dates that dependencies, people and blackouts allow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from domain.definition import Outcome, PhaseCall
from domain.errors import NotFound, Refused
from domain.flows.planning.revised import Revised, changed, choices_of, expect, planned_on, with_choices
from domain.flows.planning.timeline_editing import ActivityGiven, Edit, lessons, read_edit, told
from domain.flows.planning.timeline_limits import within_limit
from domain.flows.planning.timeline_request import changes_of, timeline_request
from domain.flows.planning.timeline_rows import TimelineRows, presently
from domain.flows.planning.timeline_warnings import timeline_warnings
from domain.override import recorded
from domain.planning.checking.timelines import check_timeline
from domain.planning.plan import PlanActivity, Timeline
from domain.planning.settings import levelling_budget
from domain.planning.timeline import TimelineDraft, changed_timeline, levelled_timeline, over_booked_pools
from domain.planning.wave_request import TimelineRequest
from domain.ports import PhasePorts

# A wave that starts later may push the next one into the next blackout.
LATER_STARTS = 5


class WrongTimeline(Exception):
    """A timeline does not keep what was asked of it: a mistake of ours, and nothing to show to anybody."""


def generate_timeline(call: PhaseCall) -> Outcome:
    """The shortest schedule found that over-books nobody; Refused INFEASIBLE names what collides.

    Only what people set of activities may over-book a pool: it is kept, and told.
    """
    if call.ports is None:
        raise ValueError("Levelling needs a solver.")
    request, draft = _scheduled(call, call.ports, timeline_request(call))
    require_right(request, draft)
    return _outcome(call, request, draft)


def _scheduled(call: PhaseCall, ports: PhasePorts, request: TimelineRequest) -> tuple[TimelineRequest, TimelineDraft]:
    return _limited(call, request, lambda wanted: _possible(call, ports, wanted))


def _limited(
    call: PhaseCall, request: TimelineRequest, schedule: Callable[[TimelineRequest], TimelineDraft]
) -> tuple[TimelineRequest, TimelineDraft]:
    """The schedule, and what it was asked after: waves that it would stretch beyond their limit start later."""
    draft = schedule(request)
    for _ in range(LATER_STARTS):
        later = within_limit(call, request, draft)
        if later == request:
            break
        request, draft = later, schedule(later)
    return request, draft


def _possible(call: PhaseCall, ports: PhasePorts, request: TimelineRequest) -> TimelineDraft:
    try:
        return _levelled(call, ports, request)
    except Refused as refused:
        return _kept(call, ports, request, refused)


def _levelled(call: PhaseCall, ports: PhasePorts, request: TimelineRequest) -> TimelineDraft:
    return levelled_timeline(request, ports.solvers.leveller, levelling_budget(call.settings), ports.cancelled)


def _kept(call: PhaseCall, ports: PhasePorts, request: TimelineRequest, refused: Refused) -> TimelineDraft:
    """The schedule without what people set, and that put into it as when they set it; or the refusal."""
    ruled = replace(request, changes={})
    if ruled == request:
        raise refused
    try:
        draft = _levelled(call, ports, ruled)
        starts, lengths = {b.id: b.starts_on for b in draft.bars}, {b.id: b.working_days for b in draft.bars}
        return changed_timeline(ruled, starts, lengths, request)
    except Refused:
        raise refused from None


def override_activity(call: PhaseCall, wanted: ActivityGiven, expected_version: int | None) -> Revised:
    """The timeline with that activity as a person says, in the order that levelling found; progress moves nothing.

    Refused INFEASIBLE where what is pinned collides. Pools may be over-booked in the end, and the timeline says so.
    """
    before = call.portfolio.plan.timeline
    if before is None:
        raise NotFound("timeline", ("flowId",))
    edit = read_edit(call, wanted)
    expect(before, expected_version, "timeline")
    # Of what has changed since it was generated, a person's edit looks at nothing.
    call = replace(call, as_of=planned_on(call))
    after = with_choices(call, edit.chosen(choices_of(call)))
    outcome = _rescheduled(call, after, edit) if edit.reschedules else _progressed(after, edit, before)
    timeline = next((each for each in outcome.saves if isinstance(each, Timeline)), before)
    changes = tuple(f"{edit.activity.name}: {name}" for name in edit.fields)
    timeline = replace(timeline, last_change=changed(call, *changes), version=before.version + 1)
    others = tuple(each for each in outcome.saves if not isinstance(each, Timeline))
    row = next((each for each in others if isinstance(each, PlanActivity) and each.key == edit.activity.key), None)
    old, new = told(edit.activity), told(row or edit.activity)
    saves = (choices_of(after), timeline, *others, *lessons(edit, row))
    override = recorded(call, before.id, old, new, edit.rationale)
    return Revised(before.id, replace(outcome, saves=saves), override)


def _rescheduled(call: PhaseCall, after: PhaseCall, edit: Edit) -> Outcome:
    before = timeline_request(call)
    request = replace(before, changes=changes_of(choices_of(after)))
    starts, lengths = presently(call.portfolio.plan.activities)
    try:
        request, draft = _limited(after, request, lambda wanted: changed_timeline(before, starts, lengths, wanted))
    except Refused as refused:
        raise edit.refusal(refused) from None
    require_right(request, draft)
    return _outcome(after, request, draft)


def _progressed(call: PhaseCall, edit: Edit, timeline: Timeline) -> Outcome:
    row = replace(
        edit.activity,
        percent_complete=edit.choice.percent_complete or 0,
        actual_start=edit.choice.actual_start,
        actual_end=edit.choice.actual_end,
    )
    request = timeline_request(call)
    over = over_booked_pools(request, *presently(call.portfolio.plan.activities))
    warnings = tuple(timeline_warnings(call, request, timeline, over))
    return Outcome(call.results[call.phase], saves=(timeline, row), warnings=warnings)


def _outcome(call: PhaseCall, request: TimelineRequest, draft: TimelineDraft) -> Outcome:
    rows = TimelineRows(call, draft)
    warnings = timeline_warnings(call, request, rows.timeline, draft.over_booked)
    return rows.outcome(warnings=tuple(warnings))


def require_right(request: TimelineRequest, draft: TimelineDraft) -> None:
    """Raise WrongTimeline with everything that the checker finds."""
    if wrong := check_timeline(request, draft):
        raise WrongTimeline(" ".join(wrong))
