"""Assesses what a discovery found, by the assessment's own rules: what the sample is expected to come to."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.application import Application, Component, Readiness
from domain.debt import TechDebtItem
from domain.decision import Decision
from domain.definition import Outcome, PhaseCall
from domain.dependency import Dependency
from domain.flows.assessment import DEFINITION
from domain.flows.assessment.results import AssessmentConfiguration
from domain.portfolio import Portfolio
from domain.standard import ArchitectureStandard
from tests.unit.discovery.driving import NOW, PERSON, TODAY, Engagement

FLOW = "assessment-1"
PHASES = ("initialization", "architecture_minimums", "tech_debt_analysis", "component_sixr_strategies")


def assess(engagement: Engagement) -> dict[str, Decision]:
    """The decision of every application that is ready, by name."""
    ready = [one for one in engagement.of(Application) if one.readiness is Readiness.READY_FOR_ASSESSMENT]
    results: dict[str, Any] = {}
    for key in PHASES:
        phase = DEFINITION.phase(key)
        _keep(engagement, results, key, phase.rules(_call(engagement, ready, results, key)))
        if phase.pause and key != PHASES[-1]:
            call = _call(engagement, ready, results, key)
            answer = phase.pause.propose(call)
            _keep(engagement, results, key, phase.pause.decide(replace(call, input=answer)))
    names = {one.id: one.name for one in ready}
    return {names[found.application_id]: found for found in engagement.of(Decision)}


def _keep(engagement: Engagement, results: dict[str, Any], key: str, outcome: Any) -> None:
    assert isinstance(outcome, Outcome)
    engagement.remove(outcome.removes)
    engagement.keep(outcome.saves)
    results[key] = outcome.result


def _call(engagement: Engagement, ready: list[Application], results: dict[str, Any], key: str) -> PhaseCall:
    ids = frozenset(one.id for one in ready)
    touching = tuple(one for one in engagement.of(Dependency) if ids & {one.from_id, one.to_id})
    ends = {end for one in touching for end in (one.from_id, one.to_id)}
    everyone = {one.id: one for one in engagement.of(Application)}
    return PhaseCall(
        flow_id=FLOW,
        run_id=f"run-{key}",
        phase=key,
        configuration=AssessmentConfiguration(tuple(ids)),
        results=dict(results),
        portfolio=Portfolio(
            applications=tuple(everyone[one.id] for one in ready),
            neighbours=tuple(everyone[id] for id in sorted(ends - ids)),
            components=tuple(one for one in engagement.of(Component) if one.application_id in ids),
            dependencies=touching,
            standards=engagement.of(ArchitectureStandard),
            debt=engagement.of(TechDebtItem),
            decisions=engagement.of(Decision),
        ),
        as_of=TODAY,
        now=NOW,
        by=PERSON,
        new_id=engagement.new_id,
        ports=None,
        currency="CHF",
    )
