"""Objectives as rules of Prometheus: what is recorded, and alerts on how fast an error budget is spent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from domain.application import Application
from domain.flows.observability.indicators import Counted
from domain.flows.observability.naming import objective_name, service_name
from domain.flows.observability.reference import WHOLE, BurnRate, burn_rates, shown
from domain.observability import Indicator
from domain.yaml_text import yaml_text

ALERT = "ErrorBudgetBurn"
RATIO, BUDGET, LEFT = "slo:error_ratio:rate", "slo:error_budget:ratio", "slo:error_budget_remaining:ratio"


def rules_text(application: Application, counted: Sequence[Counted]) -> str:
    """One file, with a group of what is recorded and one of alerts for each objective."""
    service = service_name(application)
    groups = [group for each in counted for group in _groups(application, service, each)]
    return yaml_text({"groups": groups})


def _groups(application: Application, service: str, counted: Counted) -> Iterator[Mapping[str, Any]]:
    name = objective_name(service, counted.objective.indicator)
    labels = {"service": service, "slo": name}
    yield {"name": f"{name}-recorded", "rules": list(_recorded(counted, labels))}
    alerts = list(_alerts(application, counted, labels))
    if alerts:
        yield {"name": f"{name}-alerts", "rules": alerts}


def _recorded(counted: Counted, labels: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    rates = burn_rates()
    short, window = rates[0].short, counted.objective.window
    chosen = f'{{slo="{labels["slo"]}"}}'
    for each in dict.fromkeys((*(rate.short for rate in rates), *(rate.long for rate in rates))):
        yield {"record": f"{RATIO}{each}", "expr": counted.bad_ratio(each), "labels": labels}
    # Over the whole window of what is recorded: reading its requests anew every minute would cost too much.
    whole = f"avg_over_time({RATIO}{short}{chosen}[{window}])"
    yield {"record": f"{RATIO}{window}", "expr": whole, "labels": labels}
    yield {"record": BUDGET, "expr": f"vector({shown(counted.budget)})", "labels": labels}
    left = f"1 - {RATIO}{window}{chosen} / {BUDGET}{chosen}"
    yield {"record": LEFT, "expr": left, "labels": labels}


def _alerts(application: Application, counted: Counted, labels: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    chosen = f'{{slo="{labels["slo"]}"}}'
    for rate in burn_rates():
        threshold = rate.factor * counted.budget
        # More than all requests cannot fail: with so large a budget it is never spent that fast.
        if threshold < 1:
            most = shown(threshold)
            yield {
                "alert": ALERT,
                "expr": f"{RATIO}{rate.long}{chosen} > {most} and {RATIO}{rate.short}{chosen} > {most}",
                "labels": {**labels, "severity": rate.severity, "long_window": rate.long, "short_window": rate.short},
                "annotations": _annotations(application, counted, rate),
            }


def _annotations(application: Application, counted: Counted, rate: BurnRate) -> Mapping[str, str]:
    good = "answered" if counted.objective.indicator is Indicator.AVAILABILITY else "answered in time"
    name, factor = _untemplated(application.name), shown(rate.factor)
    return {
        "summary": f"{name}: the error budget is spent {factor} times faster than it lasts",
        "description": (
            f"{{{{ $value | humanizePercentage }}}} of the requests in {rate.long} were not {good}; "
            f"{shown(WHOLE - counted.share)} % may be so in {counted.objective.window}. "
            f"At this rate {shown(rate.spent)} % of the budget go in {rate.long}."
        ),
    }


def _untemplated(text: str) -> str:
    """Annotations are templates: what opens one in a name is written out by one."""
    return text.replace("{{", '{{ "{{" }}')
