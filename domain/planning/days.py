"""Day numbers with closed ranges between them, and how work stretches over what is closed."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class OpenDays:
    """Work of n days takes the next n open ones; it pauses over closed ranges, and starts and ends on open days.

    A finish is the number after the last day, so that work that follows at once starts with it.
    """

    closed: tuple[tuple[int, int], ...] = ()
    _starts: tuple[int, ...] = field(init=False, repr=False, compare=False)
    # How many open days lie before each closed range, and how many closed ones before and in it.
    _open_at: tuple[int, ...] = field(init=False, repr=False, compare=False)
    _closed_to: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        ranges = tuple(_joined(self.closed))
        closed, open_at = [0], []
        for first, end in ranges:
            open_at.append(first - closed[-1])
            closed.append(closed[-1] + end - first)
        object.__setattr__(self, "closed", ranges)
        object.__setattr__(self, "_starts", tuple(first for first, _ in ranges))
        object.__setattr__(self, "_open_at", tuple(open_at))
        object.__setattr__(self, "_closed_to", tuple(closed))

    def is_open(self, day: int) -> bool:
        return self.first(day) == day

    def first(self, day: int) -> int:
        """The first open day from that day on."""
        return self._nth(self._before(day))

    def finish(self, start: int, duration: int) -> int:
        return start if duration == 0 else self._nth(self._before(start) + duration - 1) + 1

    def latest_start(self, finish: int, duration: int) -> int:
        """The last start with which the work is finished by then."""
        if duration == 0:
            return self._nth(self._before(finish + 1) - 1)
        return self._nth(self._before(finish) - duration)

    def earliest_start(self, finish: int, duration: int) -> int:
        """The first start with which the work is not finished before then."""
        if duration == 0:
            return self.first(finish)
        return self._nth(self._before(finish - 1) - duration + 1)

    def pieces(self, start: int, duration: int) -> Iterator[tuple[int, int]]:
        """The ranges of days that the work takes, without their ends."""
        finish = self.finish(start, duration)
        for first, end in self.closed[bisect_left(self._starts, start) : bisect_left(self._starts, finish)]:
            yield start, first
            start = end
        if start < finish:
            yield start, finish

    def _before(self, day: int) -> int:
        """How many open days lie before that day, counted from number 0."""
        index = bisect_left(self._starts, day)
        if index == 0:
            return day
        inside = min(day - self._starts[index - 1], self._closed_to[index] - self._closed_to[index - 1])
        return day - self._closed_to[index - 1] - inside

    def _nth(self, number: int) -> int:
        return number + self._closed_to[bisect_right(self._open_at, number)]


def _joined(ranges: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The same days as ranges that neither touch nor overlap."""
    current: tuple[int, int] | None = None
    for first, end in sorted(each for each in ranges if each[0] < each[1]):
        if current is None:
            current = first, end
        elif first <= current[1]:
            current = current[0], max(current[1], end)
        else:
            yield current
            current = first, end
    if current is not None:
        yield current
