"""Starting an observability flow: over which applications, and with what that was measured."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields
from math import isfinite
from typing import Any

from domain.definition import PhaseCall
from domain.errors import ErrorCode, Problem, Refused
from domain.flows.observability.configuration import ImportedMetric
from domain.flows.observability.reference import decimal, metric_row

PATH = ("configuration", "observability")
MOST_APPLICATIONS = 200
MOST_METRICS = 5 * MOST_APPLICATIONS
MOST_DAYS = 366
# As Prometheus takes names: of labels these, of metrics with colons too, which only its own rules should make.
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")


def open_observability(call: PhaseCall) -> tuple[Any, ...]:
    """Refuse, naming all that is wrong; nothing changes."""
    problems = (*_applications(call), *_series(call), *_metrics(call))
    if problems:
        raise Refused(problems)
    return ()


def _applications(call: PhaseCall) -> Iterator[Problem]:
    ids = call.configuration.application_ids
    path = (*PATH, "applicationIds")
    if not 1 <= len(ids) <= MOST_APPLICATIONS:
        message = f"An observability flow takes 1 to {MOST_APPLICATIONS} applications; these are {len(ids):,}."
        yield Problem(ErrorCode.INVALID_INPUT, message, path)
    found = {each.id for each in call.portfolio.applications}
    seen: set[str] = set()
    for index, id in enumerate(ids):
        if id in seen:
            yield Problem(ErrorCode.INVALID_INPUT, "It is named twice.", (*path, str(index)))
        elif id not in found:
            yield Problem(ErrorCode.NOT_FOUND, "There is no such application.", (*path, str(index)))
        seen.add(id)


def _series(call: PhaseCall) -> Iterator[Problem]:
    series = call.configuration.options.series
    for each in fields(series):
        if not _NAME.fullmatch(getattr(series, each.name)):
            message = "A name has 1 to 200 letters, digits and underscores, and begins with no digit."
            yield Problem(ErrorCode.INVALID_INPUT, message, (*PATH, "options", "series", each.name))


def _metrics(call: PhaseCall) -> Iterator[Problem]:
    metrics: tuple[ImportedMetric, ...] = call.configuration.options.metrics
    path = (*PATH, "options", "metrics")
    if len(metrics) > MOST_METRICS:
        message = f"At most {MOST_METRICS:,} metrics are taken; these are {len(metrics):,}."
        yield Problem(ErrorCode.LIMIT_EXCEEDED, message, path)
        return
    scope = frozenset(call.configuration.application_ids)
    seen: set[tuple[str, str]] = set()
    for index, each in enumerate(metrics):
        at = (*path, str(index))
        if each.application_id not in scope:
            message = "There is no such application in this flow."
            yield Problem(ErrorCode.NOT_FOUND, message, (*at, "applicationId"))
        elif (each.application_id, each.metric) in seen:
            message = f"The {each.metric} of this application is told twice."
            yield Problem(ErrorCode.INVALID_INPUT, message, at)
        seen.add((each.application_id, each.metric))
        yield from _figures(each, at)


def _figures(metric: ImportedMetric, at: tuple[str, ...]) -> Iterator[Problem]:
    row = metric_row(metric.metric)
    units = row["units"]
    if metric.unit is not None and metric.unit not in units:
        message = f"The {metric.metric} is told in {' or '.join(units)}."
        yield Problem(ErrorCode.INVALID_INPUT, message, (*at, "unit"))
    elif not isfinite(metric.observed) or not 0 <= measured(metric) <= row["most"]:
        unit = next(iter(units))
        message = f"The {metric.metric} is from 0 to {row['most']:,} {unit}."
        yield Problem(ErrorCode.INVALID_INPUT, message, (*at, "observed"))
    if not 1 <= metric.period_days <= MOST_DAYS:
        message = f"It is measured over 1 to {MOST_DAYS} days."
        yield Problem(ErrorCode.INVALID_INPUT, message, (*at, "periodDays"))


def measured(metric: ImportedMetric) -> float:
    """In the metric's first unit."""
    units = metric_row(metric.metric)["units"]
    by = units[metric.unit] if metric.unit is not None else 1
    return float(decimal(metric.observed) * decimal(by))
