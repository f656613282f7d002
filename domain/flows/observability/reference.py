"""The product's objectives, alerts and advice, as `domain/data/observability.toml` has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.application import Criticality
from domain.reference_data import read_toml

WHOLE = Decimal(100)
_MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Latency:
    """What an application is by its components, and the milliseconds in which it answers; none where nobody waits."""

    name: str
    milliseconds: float | None
    told: bool


@dataclass(frozen=True, slots=True)
class BurnRate:
    """An alert's windows, and how many times faster than it lasts the budget is spent in them."""

    factor: Decimal
    long: str
    short: str
    spent: Decimal
    severity: str


def decimal(number: float) -> Decimal:
    """The number as it is written, so that 100 - 99.95 is 0.05."""
    return Decimal(str(number))


def shown(number: Decimal | float) -> str:
    """As a person writes it."""
    return f"{(number if isinstance(number, Decimal) else decimal(number)).normalize():f}"


def window() -> tuple[str, int]:
    """The window of every objective: its name, and its days."""
    row = _data()["window"]
    return row["name"], row["days"]


def availability_of(criticality: Criticality | None) -> tuple[float, Criticality]:
    """Percent of requests, and the criticality it is taken for."""
    row = _data()["availability"]
    taken = criticality or Criticality(row["unknown"])
    return float(row["targets"][taken]), taken


def allowed_minutes(target: float) -> Decimal:
    """Of the window, without an answer."""
    return (WHOLE - decimal(target)) / WHOLE * window()[1] * _MINUTES_A_DAY


def latency_of(types: Sequence[str]) -> Latency:
    """By the first row that one of these types of components fits; words of a type count one by one."""
    rows: list[Mapping[str, Any]] = _data()["latency"]["kind"]
    known = {*types, *(word for type_ in types for word in type_.replace("-", " ").split())}
    row = next((row for row in rows if not known.isdisjoint(row["types"])), None)
    found = row or rows[-1]
    milliseconds = found.get("milliseconds")
    return Latency(found["name"], None if milliseconds is None else float(milliseconds), row is not None)


def latency_percent() -> Decimal:
    """So many of 100 requests are answered in time."""
    return Decimal(_data()["latency"]["percent"])


def bounds(indicator: str) -> tuple[float, float]:
    """The least and the greatest target."""
    row = _data()["availability" if indicator == "availability" else "latency"]
    return row["least"], row["most"]


def burn_rates() -> tuple[BurnRate, ...]:
    """The fastest first."""
    return tuple(
        BurnRate(decimal(row["factor"]), row["long"], row["short"], decimal(row["spent"]), row["severity"])
        for row in _data()["burn"]["rate"]
    )


def metric_row(name: str) -> Mapping[str, Any]:
    """The units of a metric, by what they are multiplied with, and the most that it can be."""
    found: Mapping[str, Any] = next(row for row in _data()["metric"] if row["name"] == name)
    return found


def finding_rows(metric: str) -> tuple[Mapping[str, Any], ...]:
    """What is found of that metric, in the order in which it is tried."""
    return tuple(row for row in _data()["finding"] if row["metric"] == metric)


def _data() -> Mapping[str, Any]:
    return read_toml("observability")
