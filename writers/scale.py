"""A scale of days: where a day stands, and the weeks, months, quarters or years that are marked on it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from reportlab.lib.units import mm

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_STEPS = (1, 3, 6, 12, 24, 60, 120)
_YEAR = 12


@dataclass(frozen=True, slots=True)
class Tick:
    """A line at the first day of something; its label where there is room for one."""

    x: float
    label: str
    room: float


@dataclass(frozen=True, slots=True)
class Scale:
    """From the first day to the last, over so much width."""

    first: date
    last: date
    width: float
    ticks: tuple[Tick, ...] = ()

    def x(self, day: date) -> float:
        days = (self.last - self.first).days + 1
        return self.width * (day - self.first).days / days

    def holds(self, day: date) -> bool:
        return self.first <= day <= self.last


def scale_of(first: date, last: date, width: float) -> Scale:
    """Marked at months, or at as many of them as leave room for their names."""
    scale = Scale(first.replace(day=1), _end_of_month(last), width)
    months = (scale.last.year - scale.first.year) * _YEAR + scale.last.month - scale.first.month + 1
    a_month = width / months
    step = next((step for step in _STEPS if step * a_month >= _room(step)), _STEPS[-1])
    return Scale(scale.first, scale.last, width, tuple(_ticks(scale, step)))


def _room(step: int) -> float:
    return (9 if step >= _YEAR else 14) * mm


def _ticks(scale: Scale, step: int) -> Iterator[Tick]:
    marked = [month for month in _months(scale) if ((month.year * _YEAR) + month.month - 1) % step == 0]
    ends = [*(scale.x(month) for month in marked[1:]), scale.width]
    for month, end in zip(marked, ends, strict=True):
        room = end - scale.x(month)
        label = str(month.year) if step >= _YEAR else f"{_MONTHS[month.month - 1]} {month.year}"
        yield Tick(scale.x(month), label if room >= _room(step) - 1 * mm else "", room)


def _months(scale: Scale) -> Iterator[date]:
    month = scale.first
    while month <= scale.last:
        yield month
        month = _end_of_month(month) + timedelta(days=1)


def _end_of_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
