"""What a plan rests on: each application that moves, with its hours, risk, priority and servers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import ceil

from domain.application import Application, Component
from domain.debt import TechDebtItem
from domain.debt_severity import relieved_standards, score
from domain.decision import Decision, Strategy
from domain.definition import PhaseCall
from domain.known_facts import fact_of, known_anywhere, own_fact
from domain.planning.calendar import Blackout
from domain.planning.roles import WorkRole, roles_needed, split
from domain.planning.sizing import servers_of
from domain.planning.waves.priority import PriorityInputs, priority
from domain.planning.waves.risk import RiskInputs, application_risk
from domain.portfolio import Portfolio
from domain.sixr.hours import complexity
from domain.sixr.subject import Subject
from domain.standard import StandardException
from domain.tech_debt import components_of, live_dependencies

WAVES = "wave_planning"
# What stays or ends is not moved.
NOT_MOVED = frozenset({Strategy.RETAIN, Strategy.RETIRE})


@dataclass(frozen=True, slots=True)
class PlannedApplication:
    """An application that moves; `roles` are its likely person-hours by who works them.

    `risk` is 0 to 1; of two priorities the greater had better move earlier. `dependencies` counts the running
    applications at either end of its dependencies, shared services among them. A component counts as one server where
    nobody knows better.
    """

    application: Application
    components: tuple[Component, ...]
    decision: Decision
    roles: Mapping[WorkRole, Decimal]
    risk: float
    priority: Decimal
    dependencies: int
    servers: Fraction

    @property
    def id(self) -> str:
        return self.application.id

    @property
    def hours(self) -> Decimal:
        """All its likely person-hours."""
        return sum(self.roles.values(), Decimal(0))

    @property
    def servers_known(self) -> bool:
        """False where their number is a guess."""
        return known_anywhere(self.application, self.components, "server_count")


def planned_applications(call: PhaseCall) -> tuple[PlannedApplication, ...]:
    """Those of the plan that move, in order of their ids; without an accepted decision nobody knows what to plan."""
    decisions = {each.application_id: each for each in call.portfolio.accepted}
    facts = _Facts.of(call.portfolio)
    return tuple(
        facts.planned(application, decisions[application.id], call.as_of)
        for application in sorted(call.portfolio.applications, key=lambda each: each.id)
        if application.id in decisions and decisions[application.id].strategy not in NOT_MOVED
    )


def not_planned(call: PhaseCall) -> tuple[Application, ...]:
    """Those of the plan that do not move by now: no accepted decision is left, or it says that they stay or end."""
    moving = {each.application_id for each in call.portfolio.accepted if each.strategy not in NOT_MOVED}
    return tuple(each for each in call.portfolio.applications if each.id not in moving)


def starts_on(call: PhaseCall) -> date:
    """The first day of the plan: the one that is wanted, else the day on which its waves were planned."""
    wanted: date | None = call.configuration.starts_on
    if wanted is not None:
        return wanted
    planned = None if call.phase == WAVES else call.results.get(WAVES)
    return call.as_of if planned is None else planned.as_of


def blackouts_of(call: PhaseCall) -> tuple[Blackout, ...]:
    """When nothing may move."""
    return tuple(Blackout(each.starts_on, each.ends_on, each.reason) for each in call.configuration.blackouts)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What surrounds the applications of a portfolio."""

    components: Mapping[str, tuple[Component, ...]]
    beside: Mapping[str, frozenset[str]]
    debt: Mapping[str, tuple[TechDebtItem, ...]]
    exceptions: tuple[StandardException, ...]

    @classmethod
    def of(cls, portfolio: Portfolio) -> _Facts:
        return cls(dict(components_of(portfolio)), _beside(portfolio), _debt(portfolio), portfolio.exceptions)

    def planned(self, application: Application, decision: Decision, as_of: date) -> PlannedApplication:
        components = self.components.get(application.id, ())
        dependencies = len(self.beside.get(application.id, ()))
        debt = _told_by(self.debt.get(application.id, ()), decision.flow_id)
        debt_score = score(debt, relieved_standards(self.exceptions, application.id, as_of))
        subject = Subject(application, components, as_of, (), dependencies, debt, debt_score)
        servers = servers_of(application, components)
        return PlannedApplication(
            application=application,
            components=components,
            decision=decision,
            roles=split(decision.effort.likely, roles_needed(application, components, decision)),
            risk=_risk(subject, decision),
            priority=_priority(subject, decision, servers),
            dependencies=dependencies,
            servers=servers,
        )


def _beside(portfolio: Portfolio) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for each in live_dependencies(portfolio):
        found.setdefault(each.from_id, set()).add(each.to_id)
        found.setdefault(each.to_id, set()).add(each.from_id)
    return {id: frozenset(others) for id, others in found.items()}


def _debt(portfolio: Portfolio) -> dict[str, tuple[TechDebtItem, ...]]:
    found: dict[str, list[TechDebtItem]] = {}
    for item in portfolio.debt:
        found.setdefault(item.application_id, []).append(item)
    return {id: tuple(items) for id, items in found.items()}


def _told_by(items: Iterable[TechDebtItem], flow_id: str) -> tuple[TechDebtItem, ...]:
    """What the flow of the decision found; where that found nothing, what the newest did: ids rise with time."""
    by_flow: dict[str, list[TechDebtItem]] = {}
    for item in items:
        by_flow.setdefault(item.flow_id, []).append(item)
    told = by_flow.get(flow_id) or (by_flow[max(by_flow)] if by_flow else [])
    return tuple(item for item in told if not item.dismissed)


def _risk(subject: Subject, decision: Decision) -> float:
    return application_risk(
        RiskInputs(
            criticality=subject.application.criticality,
            complexity=complexity(subject),
            strategy=decision.strategy,
            depth=decision.depth,
            debt=subject.debt_score if subject.debt_is_known else None,
        )
    )


def _priority(subject: Subject, decision: Decision, servers: Fraction) -> Decimal:
    application = subject.application
    return priority(
        PriorityInputs(
            environment=application.environment,
            criticality=application.criticality,
            regulated=_regulated(application, subject.components),
            servers=ceil(servers),
            dependencies=subject.dependencies,
            strategy=decision.strategy,
        )
    )


def _regulated(application: Application, components: Sequence[Component]) -> bool:
    return fact_of(application, "regulated") is True or any(own_fact(part, "regulated") is True for part in components)
