"""Waves that a blackout would stretch beyond their limit start after it: nobody keeps a team waiting on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from domain.definition import PhaseCall
from domain.flows.planning.revised import choices_of
from domain.flows.planning.waves import wave_problem
from domain.planning.calendar import calendar_days
from domain.planning.timeline import TimelineDraft
from domain.planning.wave_phases import WavePhase
from domain.planning.wave_request import TimelineRequest, activity_id, days_of
from domain.planning.waves.dates import start_within_limit


def within_limit(call: PhaseCall, request: TimelineRequest, draft: TimelineDraft) -> TimelineRequest:
    """The request with later starts of waves that are too long in that draft; the same where nothing helps.

    What a person dated, pinned or stretched stays as he wants it, and so does what is too long whenever it starts.
    """
    problem, limit = wave_problem(call), call.configuration.wave_duration_limit_days
    settled = _settled(call)
    later: dict[int, date] = {}
    for wave in request.moving_waves:
        first, last = spans(draft)[wave.number]
        if wave.number in settled or calendar_days(first, last) <= limit:
            continue
        start = start_within_limit(problem, first, days_of(wave, request.pools))
        if start is not None and start > first:
            later[wave.number] = start
    if not later:
        return request
    waves = tuple(replace(each, not_before=later.get(each.number, each.not_before)) for each in request.waves)
    return replace(request, waves=waves)


def spans(draft: TimelineDraft) -> Mapping[int, tuple[date, date]]:
    """From the first day of design to the last of closure, by the wave's number; hypercare is left out."""
    starts = {bar.wave: bar.starts_on for bar in draft.bars if bar.phase is WavePhase.DESIGN}
    return {bar.wave: (starts[bar.wave], bar.ends_on) for bar in draft.bars if bar.phase is WavePhase.CLOSURE}


def _settled(call: PhaseCall) -> frozenset[int]:
    choices = choices_of(call)
    dated = {each.number for each in choices.waves if each.starts_on is not None}
    keys = {each.key for each in choices.activities if each.starts_on or each.working_days}
    numbers = {wave.number for wave in call.portfolio.plan.waves}
    return frozenset(dated | {n for n in numbers if any(activity_id(n, phase) in keys for phase in WavePhase)})
