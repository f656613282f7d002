from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from domain.planning.calendar import Blackout
from domain.planning.checking.timelines import check_timeline
from domain.planning.timeline import Bar, TimelineDraft, plain_timeline
from domain.planning.wave_phases import WavePhase
from domain.planning.wave_request import (
    ActivityChange,
    PlannedWave,
    TimelinePool,
    TimelineRequest,
    activity_id,
)

REQUEST = TimelineRequest(
    date(2026, 12, 7),
    (
        PlannedWave(1, "Wave 1", 3, {"e": Decimal(320)}),
        PlannedWave(2, "Wave 2", 3, {"e": Decimal(160)}, not_before=date(2027, 1, 4), after=(1,)),
    ),
    (TimelinePool("e", "Engineers", Decimal(16)),),
    changes={activity_id(2, WavePhase.DESIGN): ActivityChange(date(2027, 1, 4), 4)},
)
DRAFT = plain_timeline(REQUEST)
WEEK = timedelta(days=7)


def moved(wave: int, phase: WavePhase, by: timedelta) -> TimelineDraft:
    def move(bar: Bar) -> Bar:
        there = (bar.wave, bar.phase) == (wave, phase)
        return replace(bar, starts_on=bar.starts_on + by, ends_on=bar.ends_on + by) if there else bar

    return replace(DRAFT, bars=tuple(move(bar) for bar in DRAFT.bars))


def test_the_timeline_itself_is_good() -> None:
    assert check_timeline(REQUEST, DRAFT) == ()


@pytest.mark.parametrize(
    ("draft", "wrong"),
    [
        (moved(1, WavePhase.DESIGN, -WEEK), "Wave 1: design starts before the plan."),
        (moved(1, WavePhase.DESIGN, WEEK), "Wave 1: preparation starts before Wave 1: design is done."),
        (
            moved(1, WavePhase.DESIGN, timedelta(days=-1)),
            "Wave 1: design starts or ends on a day on which nobody works",
        ),
        (moved(2, WavePhase.DESIGN, -WEEK), "Wave 2: design does not start on the day it is pinned to."),
        (moved(2, WavePhase.DESIGN, -WEEK), "Wave 2 starts before 2027-01-04."),
        (moved(2, WavePhase.DESIGN, -WEEK), "2 waves run on 2026-12-28."),
        (moved(2, WavePhase.DESIGN, -WEEK), "Engineers is asked for 24.00 hours on 2026-12-28."),
        (moved(1, WavePhase.MIGRATION, WEEK * 8), "Wave 2 cuts over before wave 1, which it needs."),
        (moved(1, WavePhase.MIGRATION, WEEK), "The cut-over of Wave 1 is not its last migration day."),
        (moved(2, WavePhase.MIGRATION, WEEK), "All is migrated on another day than the last cut-over."),
        (replace(DRAFT, bars=DRAFT.bars[1:]), "Wave 1 has no design."),
    ],
)
def test_each_thing_that_is_wrong_is_said(draft: TimelineDraft, wrong: str) -> None:
    assert any(said.startswith(wrong) for said in check_timeline(REQUEST, draft))


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        (
            lambda request: replace(request, blackouts=(Blackout(date(2026, 12, 22), date(2026, 12, 23)),)),
            "Wave 1: migration lasts 6 working days, but has 4.",
        ),
        (
            lambda request: replace(request, pools=(TimelinePool("e", "Engineers", Decimal("15.9")),)),
            "Engineers is asked for",
        ),
        (
            lambda request: replace(request, changes={activity_id(2, WavePhase.DESIGN): ActivityChange(None, 5)}),
            "Wave 2: design does not last as long as a person said.",
        ),
    ],
)
def test_a_timeline_drawn_for_another_request_is_not_good(
    change: Callable[[TimelineRequest], TimelineRequest], wrong: str
) -> None:
    assert any(said.startswith(wrong) for said in check_timeline(change(REQUEST), DRAFT))
