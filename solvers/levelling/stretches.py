"""Starts of work that rests on closed days, grouped by the closed ranges that it rests over."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from domain.planning.days import OpenDays


@dataclass(frozen=True, slots=True)
class Stretch:
    """From the first to the last start the work rests over the same ranges, and so takes the same time in all."""

    first: int
    last: int
    length: int
    over: tuple[tuple[int, int], ...]


def stretches(days: OpenDays, duration: int, first: int, last: int) -> Iterator[Stretch]:
    """Every open day from the first to the last, as starts; work of at least a day."""
    begins = [begin for begin, _ in days.closed]
    start = days.first(first)
    while start <= last:
        finish = days.finish(start, duration)
        over = days.closed[bisect_right(begins, start) : bisect_left(begins, finish)]
        after_start = _begin_after(begins, bisect_right(begins, start), last + 1)
        after_finish = _begin_after(begins, bisect_left(begins, finish), last + 1 + finish - start)
        latest = start + min(after_start - 1 - start, after_finish - finish, last - start)
        yield Stretch(start, latest, finish - start, over)
        start = days.first(latest + 1)


def _begin_after(begins: list[int], index: int, otherwise: int) -> int:
    return begins[index] if index < len(begins) else otherwise
