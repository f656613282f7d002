"""A document that exports are written of: its tables, its charts, its pages, and the whole of it as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Any

Cell = str | int | float | Decimal | bool | date | datetime | None


class ColumnKind(StrEnum):
    """What the cells of a column are, for formats that show numbers and dates as such."""

    TEXT = "text"
    LONG_TEXT = "long text"
    WHOLE = "whole number"
    NUMBER = "number"
    QUANTITY = "quantity"
    SHARE = "share of 1"
    MONEY = "money"
    RATE = "money for one"
    HOURS = "hours"
    FLAG = "yes or no"
    DAY = "day"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `key` is its name for programs, `title` for people, `unit` the unit of money and hours."""

    key: str
    title: str
    kind: ColumnKind = ColumnKind.TEXT
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns; `key` names it among the document's tables."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"A row of {self.key} does not fit its columns.")

    def position(self, key: str) -> int:
        """Where that column stands."""
        return [column.key for column in self.columns].index(key)

    def narrowed(self, keys: Sequence[str]) -> Table:
        """The same with these columns only."""
        places = [self.position(key) for key in keys]
        rows = tuple(tuple(row[place] for place in places) for row in self.rows)
        return Table(self.key, self.title, tuple(self.columns[place] for place in places), rows)


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of one column of a table, named by another."""

    title: str
    table: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Stack:
    """Bars of one column of a table, summed by the label and parted by another column, both in order of appearance."""

    title: str
    table: str
    label: str
    part: str
    value: str


@dataclass(frozen=True, slots=True)
class Bar:
    """From its first to its last day; `kind` says how it is painted."""

    kind: str
    starts_on: date
    ends_on: date
    critical: bool = False


@dataclass(frozen=True, slots=True)
class GanttRow:
    """Bars that follow one another, in order of the chart's kinds, and the days that are marked among them."""

    label: str
    bars: tuple[Bar, ...]
    marks: tuple[date, ...] = ()

    def __post_init__(self) -> None:
        if any(later.starts_on <= earlier.ends_on for earlier, later in pairwise(self.bars)):
            raise ValueError(f"Bars of {self.label} overlap.")


@dataclass(frozen=True, slots=True)
class Milestone:
    """A day that matters to all rows."""

    name: str
    day: date


@dataclass(frozen=True, slots=True)
class Gantt:
    """Rows of bars over days; `mark` says what the rows' marks are."""

    title: str
    kinds: tuple[str, ...]
    rows: tuple[GanttRow, ...]
    milestones: tuple[Milestone, ...] = ()
    mark: str = "Milestone"


@dataclass(frozen=True, slots=True)
class Facts:
    """Things by their names, as text."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A small table of text on a page."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Prose:
    """Paragraphs."""

    paragraphs: tuple[str, ...]


Block = Facts | Grid | Prose


@dataclass(frozen=True, slots=True)
class Section:
    """What stands under one heading of a page."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """One page about one thing."""

    title: str
    headline: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A table of the document as its summary shows it: some of its columns."""

    table: str
    columns: tuple[str, ...]


class WorkKind(StrEnum):
    """What a piece of work is in a tracker: what others belong to, or what somebody does."""

    EPIC = "Epic"
    TASK = "Task"


@dataclass(frozen=True, slots=True)
class WorkItem:
    """One piece of work for a tracker of issues; `parent` is the number of an epic, `priority` 1 (first) to 5.

    `hours` is its original estimate; labels hold no spaces.
    """

    number: int
    kind: WorkKind
    title: str
    description: str
    parent: int | None = None
    priority: int = 3
    labels: tuple[str, ...] = ()
    starts_on: date | None = None
    due_on: date | None = None
    hours: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """All that an export may hold; each format takes the parts it can show.

    `figures` are the few numbers that come first, `lead` the paragraphs below them, `body` what the summary shows then.
    `data` is a JSON value in which decimals, dates and moments are still themselves. `star` are facts and dimensions
    for tools of analysis: their columns' keys are names in their own right, and join where they are the same.
    """

    title: str
    subtitle: str
    made_at: datetime
    lead: tuple[str, ...]
    figures: tuple[tuple[str, str], ...]
    charts: tuple[Chart, ...]
    body: tuple[Listed | Stack | Gantt, ...]
    tables: tuple[Table, ...]
    pages: tuple[DocumentPage, ...]
    data: Mapping[str, Any]
    star: tuple[Table, ...] = ()
    work: tuple[WorkItem, ...] = ()

    def table(self, key: str) -> Table:
        """The table of that key."""
        return next(table for table in self.tables if table.key == key)


def as_data(value: Any, *leaving_out: str) -> Any:
    """A domain value as data: the fields of dataclasses by camel-case names, but those left out."""
    if is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in fields(value) if field.name not in leaving_out]
        return {_camel(name): as_data(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(key): as_data(item) for key, item in value.items()}
    return [as_data(item) for item in value] if isinstance(value, list | tuple | frozenset) else value


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
