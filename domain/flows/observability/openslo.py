"""Objectives as OpenSLO v1 documents (github.com/OpenSLO/OpenSLO): the service, and an SLI and an SLO for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from domain.application import Application
from domain.flows.observability.indicators import Counted
from domain.flows.observability.naming import objective_name, service_name
from domain.flows.observability.reference import WHOLE, shown
from domain.observability import Indicator
from domain.yaml_text import yaml_text

VERSION = "openslo/v1"
_LONGEST_NAME, _LONGEST_TEXT = 200, 1_000


def openslo_text(application: Application, counted: Sequence[Counted]) -> str:
    """One file."""
    return yaml_text(*_documents(application, counted))


def _documents(application: Application, counted: Sequence[Counted]) -> Iterator[Mapping[str, Any]]:
    service = service_name(application)
    said = (application.description or application.name)[:_LONGEST_TEXT]
    yield _document("Service", service, application.name, {"description": said})
    for each in counted:
        name = objective_name(service, each.objective.indicator)
        title = f"{application.name}: {_title(each)}"
        yield _document("SLI", name, title, _indicator(each))
        yield _document("SLO", name, title, _objective(service, name, each))


def _document(kind: str, name: str, title: str, spec: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = {"name": name, "displayName": title[:_LONGEST_NAME]}
    return {"apiVersion": VERSION, "kind": kind, "metadata": metadata, "spec": spec}


def _title(counted: Counted) -> str:
    target = shown(counted.objective.target)
    if counted.objective.indicator is Indicator.AVAILABILITY:
        return f"{target} % of the requests do not fail"
    return f"{shown(counted.share)} % of the requests are answered within {target} ms"


def _indicator(counted: Counted) -> Mapping[str, Any]:
    good, total = (_source(f"sum({series})") for series in (counted.good, counted.total))
    return {"description": _title(counted), "ratioMetric": {"counter": True, "good": good, "total": total}}


def _source(query: str) -> Mapping[str, Any]:
    return {"metricSource": {"type": "Prometheus", "spec": {"query": query}}}


def _objective(service: str, name: str, counted: Counted) -> Mapping[str, Any]:
    return {
        "description": counted.objective.rationale[:_LONGEST_TEXT],
        "service": service,
        "indicatorRef": name,
        "timeWindow": [{"duration": counted.objective.window, "isRolling": True}],
        "budgetingMethod": "Occurrences",
        "objectives": [{"displayName": _title(counted), "target": counted.share / WHOLE}],
    }
