"""Timelines of any waves, levelled and then changed by a person: the checker finds nothing wrong with any of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.errors import ErrorCode, Refused
from domain.planning.calendar import Blackout, WorkingCalendar
from domain.planning.checking.timelines import check_timeline
from domain.planning.levelling import Budget, Levelled
from domain.planning.project import Project
from domain.planning.timeline import TimelineDraft, changed_timeline, levelled_timeline
from domain.planning.wave_phases import WavePhase
from domain.planning.wave_request import ActivityChange, PlannedWave, TimelinePool, TimelineRequest, activity_id
from solvers.levelling.search import solve

MONDAY = date(2026, 12, 7)


class Searching:
    """The product's search, without the process around it."""

    def level(self, project: Project, budget: Budget, cancelled: Callable[[], bool]) -> Levelled:
        assert not cancelled()
        answer = solve((project, budget))
        if isinstance(answer, Levelled):
            return answer
        raise Refused(answer)


@st.composite
def requests(draw: st.DrawFn, *, frozen: bool = True) -> TimelineRequest:
    """With blackouts, where days may be frozen."""
    pools = [
        TimelinePool(id, id.upper(), Decimal(draw(st.integers(4, 40))))
        for id in draw(st.sampled_from(["e", "ed", "edt"]))
    ]
    day = st.integers(0, 90).map(lambda days: MONDAY + timedelta(days))
    waves = [
        PlannedWave(
            number,
            f"Wave {number}",
            draw(st.integers(1, 5)),
            {pool.id: Decimal(draw(st.integers(0, 400))) for pool in pools},
            pilot=number == 1,
            not_before=draw(st.none() | day),
            after=tuple(draw(st.sets(st.integers(1, number - 1), max_size=2))) if number > 1 else (),
        )
        for number in range(1, draw(st.integers(1, 4)) + 1)
    ]
    blackouts = [
        Blackout(first, first + timedelta(draw(st.integers(0, 9))))
        for first in draw(st.lists(day, max_size=2 if frozen else 0))
    ]
    return TimelineRequest(
        MONDAY,
        tuple(waves),
        tuple(pools),
        calendar=WorkingCalendar(tuple(draw(st.lists(day, max_size=4)))),
        blackouts=tuple(blackouts),
        max_parallel_waves=draw(st.integers(1, 3)),
    )


@st.composite
def changes(draw: st.DrawFn, request: TimelineRequest) -> TimelineRequest:
    key = activity_id(draw(st.integers(1, len(request.waves))), draw(st.sampled_from(WavePhase)))
    start = draw(st.none() | st.integers(0, 120).map(lambda days: MONDAY + timedelta(days)))
    return replace(request, changes={key: ActivityChange(start, draw(st.none() | st.integers(1, 15)))})


def levelled(request: TimelineRequest) -> TimelineDraft:
    return levelled_timeline(request, Searching(), Budget(1.0), lambda: False)


def changed(before: TimelineRequest, draft: TimelineDraft, after: TimelineRequest) -> TimelineDraft:
    starts = {bar.id: bar.starts_on for bar in draft.bars}
    return changed_timeline(before, starts, {bar.id: bar.working_days for bar in draft.bars}, after)


def changed_or_refused(
    before: TimelineRequest, draft: TimelineDraft, after: TimelineRequest
) -> TimelineDraft | Refused:
    try:
        return changed(before, draft, after)
    except Refused as refused:
        return refused


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_every_timeline_and_every_change_of_it_passes_the_checker(data: st.DataObject) -> None:
    request = data.draw(requests())
    draft = levelled(request)
    wanted = data.draw(changes(request))

    assert (draft.resource_feasible, check_timeline(request, draft)) == (True, ())
    after = changed_or_refused(request, draft, wanted)
    if isinstance(after, Refused):
        assert {problem.code for problem in after.problems} == {ErrorCode.INFEASIBLE}
        return
    assert check_timeline(wanted, after) == ()
    assert bool(after.over_booked) is not after.resource_feasible


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_without_blackouts_a_longer_activity_over_books_nobody(data: st.DataObject) -> None:
    """Less is asked a day, for more days, and who waited for a pool waits still."""
    request = data.draw(requests(frozen=False))
    draft = levelled(request)
    bar = data.draw(st.sampled_from(draft.bars))
    longer = ActivityChange(working_days=bar.working_days + data.draw(st.integers(0, 20)))

    after = changed(request, draft, replace(request, changes={bar.id: longer}))

    assert after.resource_feasible
    assert after.over_booked == {}


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_what_nobody_changed_comes_no_later_than_before(data: st.DataObject) -> None:
    request = data.draw(requests())
    draft = levelled(request)

    after = changed(request, draft, request)

    assert all(new.starts_on <= old.starts_on for new, old in zip(after.bars, draft.bars, strict=True))
