"""Activities, what must come before what, and the pools that they draw on, in working days from the plan's first."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from domain.planning.calendar import Dates
from domain.planning.days import OpenDays


class LinkKind(StrEnum):
    """From when on the successor may start, or may finish."""

    FINISH_TO_START = "finish_to_start"
    FINISH_TO_FINISH = "finish_to_finish"


@dataclass(frozen=True, slots=True)
class Link:
    """At least `lag` working days lie between the predecessor's finish and the successor's start, or its finish."""

    predecessor: str
    successor: str
    lag: int = 0
    kind: LinkKind = LinkKind.FINISH_TO_START


@dataclass(frozen=True, slots=True)
class Demand:
    """What an activity takes of a pool on each of its days, in the pool's units."""

    pool: str
    units: int


@dataclass(frozen=True, slots=True)
class Pool:
    """What a pool gives on each day, from one day until before another where it is not always there.

    `parts` units make one of its measure.
    """

    id: str
    units: int
    name: str = ""
    available_from: int | None = None
    available_until: int | None = None
    parts: int = 1
    measure: str = ""

    def said(self, units: int) -> str:
        """An amount as a person reads it."""
        amount = (Decimal(units) / self.parts).quantize(Decimal("0.01")).normalize()
        return f"{amount:f} {self.measure}".strip()

    def given_on(self, day: int) -> int:
        begun = self.available_from is None or self.available_from <= day
        return self.units if begun and (self.available_until is None or day < self.available_until) else 0

    @property
    def title(self) -> str:
        return self.name or self.id


@dataclass(frozen=True, slots=True)
class Activity:
    """`moving` work rests on days on which nothing may move; what is pinned starts on that day and no other."""

    id: str
    duration: int
    demands: tuple[Demand, ...] = ()
    name: str = ""
    moving: bool = False
    not_before: int = 0
    pinned: int | None = None
    finish_by: int | None = None

    @property
    def title(self) -> str:
        return self.name or self.id


@dataclass(frozen=True, slots=True)
class Project:
    """What is to be scheduled. `closed` are the ranges of days, without their ends, on which nothing may move."""

    activities: tuple[Activity, ...]
    links: tuple[Link, ...] = ()
    pools: tuple[Pool, ...] = ()
    closed: tuple[tuple[int, int], ...] = ()
    dates: Dates | None = None
    _movable: OpenDays = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_movable", OpenDays(self.closed))

    def days(self, activity: Activity) -> OpenDays:
        """The days on which that activity can be worked at."""
        return self._movable if activity.moving and self.closed else ALWAYS

    def said(self, day: int) -> str:
        """A day as a person reads it."""
        return f"day {day}" if self.dates is None else self.dates.day(day).isoformat()


ALWAYS = OpenDays()
