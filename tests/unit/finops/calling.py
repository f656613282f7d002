"""Calls of a finops flow's rules, over applications that are put together by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from domain.application import Application, Environment
from domain.application_cost import ApplicationCost
from domain.decision import Decision, Strategy
from domain.definition import Outcome, PhaseCall
from domain.flows.finops.analysis import ANALYSIS, analyze_costs
from domain.flows.finops.configuration import FinopsConfiguration
from domain.planning.plan import NO_PLAN, Plan
from domain.portfolio import Portfolio
from tests.plans import application, decision
from tests.toy import new_id

TODAY = date(2026, 11, 21)


def decided(name: str, strategy: Strategy, **facts: Any) -> tuple[Application, Decision]:
    """An application in production, with what becomes of it."""
    made = application(name, **{"environment": Environment.PRODUCTION, **facts})
    return made, replace(decision(made), strategy=strategy)


def call(
    *decided: tuple[Application, Decision | None],
    phase: str = ANALYSIS,
    results: Mapping[str, Any] | None = None,
    costs: Sequence[ApplicationCost] = (),
    plan: Plan = NO_PLAN,
    given: Any = None,
    settings: Mapping[str, Any] | None = None,
    **configuration: Any,
) -> PhaseCall:
    """In dollars, today."""
    applications = tuple(each for each, _ in decided)
    return PhaseCall(
        flow_id="flow",
        run_id="run",
        phase=phase,
        configuration=FinopsConfiguration(application_ids=tuple(each.id for each in applications), **configuration),
        results=results or {},
        portfolio=Portfolio(
            applications=applications,
            accepted=tuple(each for _, each in decided if each is not None),
            application_costs=tuple(costs),
            named_plan=plan,
        ),
        as_of=TODAY,
        now=datetime(2026, 11, 21, 12, tzinfo=UTC),
        by="alice",
        new_id=new_id,
        input=given,
        settings=settings or {},
    )


def analyzed(wanted: PhaseCall) -> Outcome:
    outcome = analyze_costs(wanted)
    assert isinstance(outcome, Outcome)
    return outcome


def cost(of: Application, current: str, target: str) -> ApplicationCost:
    return ApplicationCost(new_id(), "flow", of.id, 1, Decimal(current), Decimal(target), ())
