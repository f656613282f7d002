"""Where what was measured falls short of what was promised, or of what is usual, and what to do about it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.debt import Severity
from domain.definition import Outcome, PhaseCall, Warning
from domain.flows.observability.configuration import ImportedMetric, Metric
from domain.flows.observability.opening import measured
from domain.flows.observability.reference import WHOLE, decimal, finding_rows, shown, window
from domain.flows.observability.results import Objective, PerformanceReviewed
from domain.flows.observability.setting import SETUP
from domain.observability import Indicator, OptimizationFinding

TUNING = "performance_optimization"
_RANKS = {severity: rank for rank, severity in enumerate(Severity)}
# A warning names so many; its details name more.
_NAMED = 3
_PROMISED = {
    Metric.AVAILABILITY: Indicator.AVAILABILITY,
    Metric.ERROR_RATE: Indicator.AVAILABILITY,
    Metric.LATENCY: Indicator.LATENCY,
}


@dataclass(frozen=True, slots=True)
class _Found:
    metric: ImportedMetric
    observed: float
    objective: float
    severity: Severity
    text: str


def find_findings(call: PhaseCall) -> Outcome:
    """The worst first."""
    promised = _promised(call)
    metrics: tuple[ImportedMetric, ...] = call.configuration.options.metrics
    found = [each for metric in metrics if (each := _found(metric, promised)) is not None]
    rows, gone = _rows(call, found)
    told = frozenset(each.application_id for each in metrics)
    silent = tuple(id for id in call.configuration.application_ids if id not in told)
    by = Counter(each.severity for each in found)
    result = PerformanceReviewed(
        findings=len(found),
        critical=by[Severity.CRITICAL],
        high=by[Severity.HIGH],
        medium=by[Severity.MEDIUM],
        low=by[Severity.LOW],
        unmeasured_application_ids=silent,
        as_of=call.as_of,
    )
    return Outcome(result, rows, removes=gone, warnings=tuple(_warnings(call, silent, promised)))


def _promised(call: PhaseCall) -> Mapping[tuple[str, Indicator], Objective]:
    """What a person stands by."""
    result = call.results[SETUP]
    chosen = frozenset(result.confirmed_objective_ids)
    return {(each.application_id, each.indicator): each for each in result.objectives if each.objective_id in chosen}


def _found(metric: ImportedMetric, promised: Mapping[tuple[str, Indicator], Objective]) -> _Found | None:
    """By the first row of the table that holds; nothing where all is well or nothing was promised."""
    observed = decimal(measured(metric))
    indicator = _PROMISED.get(metric.metric)
    promise = promised.get((metric.application_id, indicator)) if indicator else None
    if indicator is not None and promise is None:
        return None
    for row in finding_rows(metric.metric):
        objective = _objective(metric, promise) if promise else decimal(row["bound"])
        if _holds(row, _compared(row["by"], metric.metric, observed, objective)):
            text = row["text"].format(**_words(metric, observed, objective))
            return _Found(metric, float(observed), float(objective), Severity(row["severity"]), text)
    return None


def _objective(metric: ImportedMetric, promise: Objective) -> Decimal:
    """In the metric's own terms: as many may fail as need not be answered."""
    target = decimal(promise.target)
    return WHOLE - target if metric.metric is Metric.ERROR_RATE else target


def _holds(row: Mapping[str, Any], value: Decimal) -> bool:
    above, below = row.get("above"), row.get("below")
    return (above is not None and value > decimal(above)) or (below is not None and value < decimal(below))


def _compared(by: str, metric: Metric, observed: Decimal, objective: Decimal) -> Decimal:
    if by == "burn":
        return _burn(metric, observed, objective)
    return observed / objective if by == "ratio" else observed


def _burn(metric: Metric, observed: Decimal, objective: Decimal) -> Decimal:
    """How many times faster than it lasts the budget is spent."""
    if metric is Metric.ERROR_RATE:
        return observed / objective
    return (WHOLE - observed) / (WHOLE - objective)


def _words(metric: ImportedMetric, observed: Decimal, objective: Decimal) -> Mapping[str, str]:
    spent = Decimal(0)
    if metric.metric in (Metric.AVAILABILITY, Metric.ERROR_RATE):
        spent = _burn(metric.metric, observed, objective) * metric.period_days / window()[1] * WHOLE
    return {
        "observed": shown(observed),
        "objective": shown(objective),
        "spent": shown(round(spent)),
        "days": str(metric.period_days),
    }


def _rows(call: PhaseCall, found: list[_Found]) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The findings by number with the ids they have, and those that are none any more."""
    held = {(each.application_id, each.metric): each for each in call.portfolio.optimizations}
    names = {each.id: each.name.casefold() for each in call.portfolio.applications}
    ranked = sorted(
        found,
        key=lambda each: (_RANKS[each.severity], names.get(each.metric.application_id, ""), each.metric.metric),
    )
    rows = []
    for number, each in enumerate(ranked, 1):
        known = held.pop((each.metric.application_id, each.metric.metric), None)
        rows.append(
            OptimizationFinding(
                id=known.id if known else call.new_id(),
                flow_id=call.flow_id,
                application_id=each.metric.application_id,
                number=number,
                metric=each.metric.metric,
                observed=each.observed,
                objective=each.objective,
                severity=each.severity,
                recommendation=each.text,
            )
        )
    return tuple(rows), tuple(held.values())


def _warnings(
    call: PhaseCall, silent: tuple[str, ...], promised: Mapping[tuple[str, Indicator], Objective]
) -> Iterator[Warning]:
    names = {each.id: each.name for each in call.portfolio.applications}
    if silent:
        yield _warning(
            "NO_METRICS", "Nothing was measured of {}: give `options.metrics`.", [names[id] for id in silent]
        )
    without: defaultdict[Metric, list[str]] = defaultdict(list)
    for each in call.configuration.options.metrics:
        indicator = _PROMISED.get(each.metric)
        if indicator is not None and (each.application_id, indicator) not in promised:
            without[each.metric].append(names[each.application_id])
    for metric, applications in without.items():
        yield _warning(
            "NO_OBJECTIVE", f"The {metric} of {{}} has no confirmed objective to be held against.", applications
        )


def _warning(code: str, message: str, names: list[str]) -> Warning:
    ordered = sorted(names)
    more = f" and {len(ordered) - _NAMED:,} more" if len(ordered) > _NAMED else ""
    return Warning(code, message.format(", ".join(ordered[:_NAMED]) + more), details={"applications": ordered[:100]})
