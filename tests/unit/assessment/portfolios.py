"""Hand-made portfolios, and the call with which rules look at them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from domain.application import Application, Component, Criticality, Environment, Readiness, Technology
from domain.definition import PhaseCall
from domain.dependency import Dependency, DependencyKind
from domain.portfolio import Portfolio

TODAY = date(2026, 11, 21)
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
_NUMBERS = count(1)


def new_id() -> str:
    return f"new-{next(_NUMBERS)}"


def application(name: str, **fields: Any) -> Application:
    """One that is ready to be assessed; facts that are no field go to its attributes."""
    own = {field: fields.pop(field) for field in tuple(fields) if field in Application.__slots__}
    usual = Application(
        id=name,
        key=name,
        name=name.title(),
        business_owner="Ada",
        criticality=Criticality.MEDIUM,
        environment=Environment.PRODUCTION,
        readiness=Readiness.READY_FOR_ASSESSMENT,
    )
    return replace(usual, attributes=fields, **own)


def component(of: str, name: str, type_: str = "service", *technologies: Technology, **facts: Any) -> Component:
    """A part of an application; `depends_on` names others of it."""
    needs = tuple(f"{of}-{other}" for other in facts.pop("depends_on", ()))
    return Component(f"{of}-{name}", of, name, name, type_, technologies, needs, facts)


def needs(consumer: str, provider: str, kind: DependencyKind = DependencyKind.HARD) -> Dependency:
    return Dependency(f"{consumer}>{provider}", consumer, provider, kind, "test")


def call(portfolio: Portfolio, results: Mapping[str, Any] | None = None, **fields: Any) -> PhaseCall:
    usual = PhaseCall(
        flow_id="flow",
        run_id="run",
        phase="",
        configuration=None,
        results=results or {},
        portfolio=portfolio,
        as_of=TODAY,
        now=NOW,
        by="ada",
        new_id=new_id,
    )
    return replace(usual, **fields)
