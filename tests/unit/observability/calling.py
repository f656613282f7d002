"""Calls of an observability flow's rules, over applications that are put together by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from domain.application import Application, Component, Criticality
from domain.artifact import Artifact
from domain.definition import Outcome, PhaseCall
from domain.flows.observability.configuration import (
    ImportedMetric,
    Metric,
    ObservabilityConfiguration,
    ObservabilityOptions,
    SeriesNames,
)
from domain.flows.observability.results import MonitoringSet, ObjectivesAnswer
from domain.flows.observability.setting import SETUP, confirm_objectives, set_objectives
from domain.portfolio import Portfolio
from tests.toy import new_id

TODAY = date(2026, 11, 21)


def component(of: Application, type: str) -> Component:
    return Component(new_id(), of.id, type, type, type)


def call(
    *applications: Application,
    components: Sequence[Component] = (),
    phase: str = SETUP,
    results: Mapping[str, Any] | None = None,
    given: Any = None,
    metrics: Sequence[ImportedMetric] = (),
    series: SeriesNames | None = None,
    configurations: Sequence[Artifact] = (),
    **parts: Any,
) -> PhaseCall:
    """Today, by alice."""
    options = ObservabilityOptions(tuple(metrics), series or SeriesNames())
    return PhaseCall(
        flow_id="flow",
        run_id="run",
        phase=phase,
        configuration=ObservabilityConfiguration(tuple(each.id for each in applications), options),
        results=results or {},
        portfolio=Portfolio(
            applications=applications,
            components=tuple(components),
            configurations=tuple(configurations),
            **parts,
        ),
        as_of=TODAY,
        now=datetime(2026, 11, 21, 12, tzinfo=UTC),
        by="alice",
        new_id=new_id,
        input=given,
    )


def proposed(*applications: Application, components: Sequence[Component] = ()) -> Outcome:
    outcome = set_objectives(call(*applications, components=components))
    assert isinstance(outcome, Outcome)
    return outcome


def confirmed(*applications: Application, components: Sequence[Component] = (), **options: Any) -> Outcome:
    """With all that is proposed."""
    result: MonitoringSet = proposed(*applications, components=components).result
    answer = ObjectivesAnswer(tuple(each.objective_id for each in result.objectives))
    return confirm_objectives(call(*applications, results={SETUP: result}, given=answer, **options))


def watching(phase: str) -> PhaseCall:
    """Two applications at that phase, of one of which the processors are busy."""
    shop = Application(new_id(), "shop", "shop", criticality=Criticality.HIGH)
    ledger = Application(new_id(), "ledger", "ledger")
    results = {} if phase == SETUP else {SETUP: confirmed(shop, ledger).result}
    measured = ImportedMetric(shop.id, Metric.CPU, 99)
    return call(shop, ledger, phase=phase, results=results, metrics=[measured], components=[component(shop, "web")])


def files(outcome: Outcome) -> dict[str, str]:
    """Contents by file name."""
    return {each.metadata["fileName"]: each.content for each in outcome.saves if isinstance(each, Artifact)}
