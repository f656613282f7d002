"""What is found in what was measured, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from domain.application import Criticality
from domain.definition import Outcome
from domain.errors import ErrorCode, Refused
from domain.flows.observability.configuration import ImportedMetric, Metric
from domain.flows.observability.opening import open_observability
from domain.flows.observability.setting import SETUP
from domain.flows.observability.tuning import TUNING, find_findings
from tests.plans import application
from tests.unit.observability.calling import call, confirmed, proposed

SHOP = application("Shop", criticality=Criticality.HIGH)
QUIET = application("Quiet", criticality=Criticality.LOW)


def found(*metrics: ImportedMetric, **parts: Any) -> Outcome:
    results = {SETUP: confirmed(SHOP, QUIET).result}
    outcome = find_findings(call(SHOP, QUIET, phase=TUNING, results=results, metrics=metrics, **parts))
    assert isinstance(outcome, Outcome)
    return outcome


def measured(metric: Metric, observed: float, **more: Any) -> ImportedMetric:
    return ImportedMetric(SHOP.id, metric, observed, **more)


@pytest.mark.parametrize(
    ("metric", "observed", "more", "severity", "objective"),
    [
        (Metric.AVAILABILITY, 99.93, {}, None, None),
        (Metric.AVAILABILITY, 99.9, {}, "LOW", 99.9),
        (Metric.AVAILABILITY, 99.89, {}, "MEDIUM", 99.9),
        (Metric.AVAILABILITY, 99.8, {}, "MEDIUM", 99.9),
        (Metric.AVAILABILITY, 99.79, {}, "HIGH", 99.9),
        (Metric.AVAILABILITY, 0.99, {"unit": "ratio"}, "CRITICAL", 99.9),
        (Metric.ERROR_RATE, 0.1, {}, None, None),
        (Metric.ERROR_RATE, 0.11, {}, "MEDIUM", 0.1),
        (Metric.ERROR_RATE, 1, {}, "CRITICAL", 0.1),
        (Metric.LATENCY, 450, {}, None, None),
        (Metric.LATENCY, 451, {}, "LOW", 500.0),
        (Metric.LATENCY, 500, {}, "LOW", 500.0),
        (Metric.LATENCY, 501, {}, "MEDIUM", 500.0),
        (Metric.LATENCY, 0.8, {"unit": "s"}, "HIGH", 500.0),
        (Metric.LATENCY, 1501, {"unit": "ms"}, "CRITICAL", 500.0),
        (Metric.CPU, 70, {}, None, None),
        (Metric.CPU, 71, {}, "MEDIUM", 70.0),
        (Metric.CPU, 96, {}, "CRITICAL", 70.0),
        (Metric.CPU, 0.1, {"unit": "ratio"}, "LOW", 20.0),
        (Metric.MEMORY, 91, {}, "HIGH", 80.0),
        (Metric.MEMORY, 29, {}, "LOW", 30.0),
    ],
)
def test_severity_is_by_how_far_off(
    metric: Metric, observed: float, more: dict[str, Any], severity: str | None, objective: float | None
) -> None:
    rows = found(measured(metric, observed, **more)).saves

    assert [(each.severity, each.objective) for each in rows] == ([(severity, objective)] if severity else [])


def test_what_is_told_is_how_much_of_the_budget_went() -> None:
    [row] = found(measured(Metric.AVAILABILITY, 99.7, period_days=10)).saves

    assert (row.observed, row.number) == (99.7, 1)
    assert row.recommendation == (
        "Stop releases of features until it is stable: 99.7 % were answered where 99.9 % should be, and 100 % of the "
        "budget of 30 days went in 10 days. Begin with what failed most, and with single points of failure."
    )


def test_the_worst_comes_first_and_what_was_not_measured_is_said() -> None:
    outcome = found(measured(Metric.CPU, 10), measured(Metric.MEMORY, 99), measured(Metric.LATENCY, 600))

    assert [(each.number, each.metric) for each in outcome.saves] == [(1, "memory"), (2, "latency_p95"), (3, "cpu")]
    result = outcome.result
    assert (result.findings, result.critical, result.high, result.medium, result.low) == (3, 1, 0, 1, 1)
    assert result.unmeasured_application_ids == (QUIET.id,)
    [warning] = outcome.warnings
    assert (warning.code, warning.details) == ("NO_METRICS", {"applications": ["Quiet"]})


def test_a_finding_keeps_its_id_and_goes_when_all_is_well() -> None:
    first = found(measured(Metric.CPU, 90), measured(Metric.MEMORY, 99)).saves

    again = found(measured(Metric.CPU, 80), optimizations=first)

    assert [each.id for each in again.saves] == [each.id for each in first if each.metric == "cpu"]
    assert [each.metric for each in again.removes] == ["memory"]


def test_what_nobody_has_confirmed_is_no_promise() -> None:
    results = {SETUP: proposed(SHOP).result}

    outcome: Any = find_findings(call(SHOP, phase=TUNING, results=results, metrics=[measured(Metric.AVAILABILITY, 1)]))

    assert outcome.saves == ()
    assert [(each.code, each.message) for each in outcome.warnings] == [
        ("NO_OBJECTIVE", "The availability of Shop has no confirmed objective to be held against.")
    ]


AT = ("configuration", "observability", "options", "metrics", "0")


@pytest.mark.parametrize(
    ("metric", "path", "code"),
    [
        (ImportedMetric("strange", Metric.CPU, 1), (*AT, "applicationId"), ErrorCode.NOT_FOUND),
        (measured(Metric.CPU, 101), (*AT, "observed"), ErrorCode.INVALID_INPUT),
        (measured(Metric.CPU, 1.01, unit="ratio"), (*AT, "observed"), ErrorCode.INVALID_INPUT),
        (measured(Metric.LATENCY, -1), (*AT, "observed"), ErrorCode.INVALID_INPUT),
        (measured(Metric.LATENCY, float("nan")), (*AT, "observed"), ErrorCode.INVALID_INPUT),
        (measured(Metric.LATENCY, float("inf")), (*AT, "observed"), ErrorCode.INVALID_INPUT),
        (measured(Metric.LATENCY, 1, unit="%"), (*AT, "unit"), ErrorCode.INVALID_INPUT),
        (measured(Metric.CPU, 1, period_days=0), (*AT, "periodDays"), ErrorCode.INVALID_INPUT),
    ],
)
def test_a_bad_metric_is_refused_where_it_stands(
    metric: ImportedMetric, path: tuple[str, ...], code: ErrorCode
) -> None:
    with pytest.raises(Refused) as refused:
        open_observability(call(SHOP, metrics=[metric]))

    assert [(each.path, each.code) for each in refused.value.problems] == [(path, code)]


def test_a_metric_is_told_once_of_an_application() -> None:
    with pytest.raises(Refused) as refused:
        open_observability(call(SHOP, metrics=[measured(Metric.CPU, 1), measured(Metric.CPU, 2)]))

    assert [each.message for each in refused.value.problems] == ["The cpu of this application is told twice."]
    assert open_observability(call(SHOP, QUIET, metrics=[measured(Metric.CPU, 1)])) == ()
