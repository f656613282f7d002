"""The worked examples as values. What they mean is in README.md; the rules themselves are not here."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeAlias

Row: TypeAlias = Mapping[str, Any]

NOT_STARTED = "NOT_STARTED"
SKIPPED = "SKIPPED"
NOT_READY = "NOT_READY"


class Kind(StrEnum):
    RENEWAL = "RENEWAL"
    STRATEGIC = "STRATEGIC"
    OPPORTUNITY = "OPPORTUNITY"
    RISK = "RISK"


class Stage(StrEnum):
    OVERDUE = "OVERDUE"
    EMERGENCY = "EMERGENCY"
    CRITICAL = "CRITICAL"
    SIGNATURE = "SIGNATURE"
    FINALIZE = "FINALIZE"
    NEGOTIATE = "NEGOTIATE"
    ENGAGE = "ENGAGE"
    PREPARE = "PREPARE"
    MONITOR = "MONITOR"


class Plan(StrEnum):
    INVEST = "INVEST"
    EXPAND = "EXPAND"
    MANAGE = "MANAGE"
    MONITOR = "MONITOR"


class Experience(StrEnum):
    EXPERT = "EXPERT"
    SENIOR = "SENIOR"
    MID = "MID"
    JUNIOR = "JUNIOR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """What every row has. A question stands where the text is silent, with the answer the row was worked out with."""

    name: str
    why: str
    question: str | None = None
    answer: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StageExample(Example):
    """`plain` is the score where every factor is 1 and the owner has no other workflow."""

    today: date
    renewal: date
    days: int
    stage: Stage
    base: Decimal
    bonus: Decimal
    plain: int
    template: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayExample(Example):
    """The day that is today at an instant, in the time zone of an engagement."""

    now: datetime
    zone: str
    today: date
    renewal: date
    days: int
    stage: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known of a customer, of the workflow's owner and of the workflow. None was not given."""

    days: int | None = None
    renewal_status: str | None = None
    arr: Decimal = Decimal(0)
    currency: str = "USD"
    plan: Plan | None = None
    opportunity: Decimal | None = None
    risk: Decimal | None = None
    experience: Experience | None = None
    others: int = 0
    escalated: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class DeterminationExample(Example):
    customer: Told
    kinds: tuple[Kind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """The parts of a score, in the order in which they are computed."""

    base: Decimal
    bonus: Decimal
    arr: Decimal
    plan: Decimal
    experience: Decimal
    workload: Decimal
    escalation: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreExample(Example):
    """`arithmetic` is for people: show it where a score differs."""

    kind: Kind
    told: Told
    factors: Factors
    arithmetic: str
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A workflow that somebody has, or that nobody owns."""

    id: str
    status: str
    owner: str | None = None
    escalated_by: str | None = None
    type: str = "CUSTOMER_SUCCESS"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkloadExample(Example):
    """`asked` names the workflow whose score is wanted, `counted` those that weigh on it."""

    asked: str
    held: tuple[Held, ...]
    counted: frozenset[str]
    penalty: int
    owner: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    id: str
    customer: str
    kind: Kind
    total: int
    days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderExample(Example):
    given: tuple[Queued, ...]
    right: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """Of one kind; without a stage, for the stages that no template names."""

    key: str
    kind: Kind
    version: int
    stage: Stage | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateExample(Example):
    """`chosen` is a key and a version, or NOT_READY. The shipped ones are offered too, unless it says otherwise."""

    kind: Kind
    chosen: str
    stage: Stage | None = None
    own: tuple[Template, ...] = ()
    shipped: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """What a workflow was, or is, determined by. `score` is the opportunity's or the risk's."""

    renewal: date | None = None
    days: int | None = None
    plan: Plan | None = None
    score: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceExample(Example):
    kind: Kind
    status: str
    then: Reason
    now: Reason
    present: bool


def stages() -> tuple[StageExample, ...]:
    return tuple(
        StageExample(
            name=f"{row['days']} days from {row['today']}", **_read(row, stage=Stage, base=Decimal, bonus=Decimal)
        )
        for row in _rows("stages", "stage")
    )


def todays() -> tuple[TodayExample, ...]:
    return tuple(
        TodayExample(name=f"{row['now']:%Y-%m-%d %H:%M:%S} UTC in {row['zone']}", **_read(row, stage=Stage))
        for row in _rows("stages", "today")
    )


def determinations() -> tuple[DeterminationExample, ...]:
    rows = _rows("determination", "determination")
    return tuple(DeterminationExample(**_read(row, customer=_told, kinds=_kinds)) for row in rows)


def scores() -> tuple[ScoreExample, ...]:
    rows = _rows("scores", "score")
    return tuple(ScoreExample(**_read(row, kind=Kind, told=_told, factors=_factors)) for row in rows)


def workloads() -> tuple[WorkloadExample, ...]:
    rows = _rows("workload", "workload")
    return tuple(WorkloadExample(**_read(row, held=_held, counted=frozenset)) for row in rows)


def orders() -> tuple[OrderExample, ...]:
    return tuple(OrderExample(**_read(row, given=_queued, right=tuple)) for row in _rows("order", "order"))


def templates() -> tuple[TemplateExample, ...]:
    rows = _rows("templates", "template")
    return tuple(TemplateExample(**_read(row, kind=Kind, stage=Stage, own=_templates)) for row in rows)


def presences() -> tuple[PresenceExample, ...]:
    rows = _rows("presence", "presence")
    return tuple(PresenceExample(**_read(row, kind=Kind, then=_reason, now=_reason)) for row in rows)


def _rows(file: str, table: str) -> Sequence[Row]:
    text = Path(__file__).with_name(f"{file}.toml").read_text(encoding="utf-8")
    rows: Sequence[Row] = tomllib.loads(text, parse_float=Decimal)[table]
    return rows


def _read(row: Row, **types: Callable[[Any], object]) -> dict[str, Any]:
    """The row's cells, those named as the type that is named; a word that is none of its type is an error."""
    return {key: types[key](cell) if key in types else cell for key, cell in row.items()}


def _told(row: Row) -> Told:
    return Told(**_read(row, arr=Decimal, plan=Plan, experience=Experience, opportunity=Decimal, risk=Decimal))


def _factors(row: Row) -> Factors:
    return Factors(**{key: Decimal(factor) for key, factor in row.items()})


def _reason(row: Row) -> Reason:
    return Reason(**_read(row, plan=Plan, score=Decimal))


def _kinds(words: Sequence[str]) -> tuple[Kind, ...]:
    return tuple(Kind(word) for word in words)


def _held(rows: Sequence[Row]) -> tuple[Held, ...]:
    return tuple(Held(**row) for row in rows)


def _queued(rows: Sequence[Row]) -> tuple[Queued, ...]:
    return tuple(Queued(**_read(row, kind=Kind)) for row in rows)


def _templates(rows: Sequence[Row]) -> tuple[Template, ...]:
    return tuple(Template(**_read(row, kind=Kind, stage=Stage)) for row in rows)
