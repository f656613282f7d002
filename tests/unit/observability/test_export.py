"""An observability flow as a document, in every format."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest

from domain.application import Criticality
from domain.document import Document
from domain.engagement import Engagement
from domain.export import ExportCall, ExportFormat
from domain.flow import Flow, Stamp
from domain.flows import DEFINITIONS
from domain.flows.observability.configuration import ImportedMetric, Metric
from domain.flows.observability.setting import SETUP
from domain.flows.observability.tuning import TUNING, find_findings
from domain.observability import ServiceLevelObjective
from tests.plans import NOON, application
from tests.toy import new_id
from tests.unit.observability.calling import call, confirmed
from writers import WRITE

SHOP = application("Shop", criticality=Criticality.HIGH)


def composed() -> Document:
    """One application, its objectives confirmed, whose processors are busy."""
    definition = DEFINITIONS["observability"]
    outcome = confirmed(SHOP)
    measured = [ImportedMetric(SHOP.id, Metric.CPU, 99)]
    asked = call(SHOP, phase=TUNING, results={SETUP: outcome.result}, metrics=measured)
    found: Any = find_findings(asked)
    objectives = tuple(each for each in outcome.saves if isinstance(each, ServiceLevelObjective))
    portfolio = replace(asked.portfolio, objectives=objectives, optimizations=found.saves)
    stamp = Stamp("alice", NOON, new_id)
    flow = Flow.start(definition, stamp, name="Core", configuration={}, application_ids=(SHOP.id,), auto_advance=False)
    results = {SETUP: outcome.result, TUNING: found.result}
    return definition.exporting.compose(ExportCall(flow, results, portfolio, Engagement("e", "a", "Programme"), NOON))


def test_it_lists_objectives_and_findings_and_makes_tasks_of_these() -> None:
    document = composed()

    objectives, findings, by_severity = document.tables
    assert [row[2:7] for row in objectives.rows] == [
        ("availability", 99.9, "%", "30d", 43.2),
        ("latency_p95", 500.0, "ms", "30d", None),
    ]
    assert [row[1:6] for row in findings.rows] == [("CRITICAL", "Shop", "cpu", 99.0, 70.0)]
    assert by_severity.rows == (("CRITICAL", 1), ("HIGH", 0), ("MEDIUM", 0), ("LOW", 0))
    assert [each.title for each in document.work] == ["Findings", "cpu: Shop"]
    assert document.data["format"] == "flotilla-observability-report"


@pytest.mark.parametrize("format", ExportFormat)
def test_every_format_is_written(format: ExportFormat) -> None:
    target = io.BytesIO()

    WRITE[format](composed(), target)

    assert len(target.getvalue()) > 100
