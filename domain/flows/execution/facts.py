"""What an execution's rules know of each application that moves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.application import Application, Component
from domain.debt import TechDebtItem
from domain.decision import Decision, Strategy
from domain.definition import PhaseCall
from domain.dependency import Dependency
from domain.known_facts import component_fact, fact_of, own_fact
from domain.need import Need
from domain.standard import StandardException

READINESS, MIGRATION, VALIDATION = "pre_migration", "migration_execution", "post_migration"
FACTS = frozenset(
    {
        Need.APPLICATIONS,
        Need.COMPONENTS,
        Need.DEPENDENCIES,
        Need.ACCEPTED,
        Need.DEBT,
        Need.EXCEPTIONS,
        Need.WAVE,
        Need.POOLS,
    }
)


@dataclass(frozen=True, slots=True)
class Moving:
    """One application with what is known about it; dependencies are those that it is an end of."""

    application: Application
    components: tuple[Component, ...]
    decision: Decision | None
    needs: tuple[Dependency, ...]
    needed_by: tuple[Dependency, ...]
    debt: tuple[TechDebtItem, ...]
    exceptions: tuple[StandardException, ...]

    @property
    def strategy(self) -> Strategy | None:
        """What is decided about it as a whole."""
        return self.decision.strategy if self.decision else None

    def strategy_of(self, component: Component) -> Strategy | None:
        """What is decided about that part: the whole's, where nothing else is."""
        treatments = self.decision.treatments if self.decision else ()
        own = next((each.strategy for each in treatments if each.component_id == component.id), None)
        return own or self.strategy

    def has(self, fact: str) -> bool:
        """True when that is so of it, or of a part of it."""
        if fact_of(self.application, fact) is True:
            return True
        return any(component_fact(self.application, part, fact) is True for part in self.components)

    def gigabytes(self) -> float | None:
        """How much data it holds: as it says of the whole, else as its parts say together."""
        whole = fact_of(self.application, "data_volume_gb")
        if whole is not None:
            return float(whole)
        parts = [own_fact(part, "data_volume_gb") for part in self.components]
        known = [float(each) for each in parts if each is not None]
        return sum(known) if known else None


def moving(call: PhaseCall, application_ids: Iterable[str] | None = None) -> tuple[Moving, ...]:
    """The applications in scope, or those of them that are named, by name."""
    portfolio = call.portfolio
    wanted = None if application_ids is None else set(application_ids)
    decisions = {each.application_id: each for each in portfolio.accepted}
    found = sorted(portfolio.applications, key=lambda each: (each.name, each.id))
    return tuple(
        Moving(
            application=each,
            components=_of(portfolio.components, each),
            decision=decisions.get(each.id),
            needs=tuple(edge for edge in portfolio.dependencies if edge.from_id == each.id),
            needed_by=tuple(edge for edge in portfolio.dependencies if edge.to_id == each.id),
            debt=_of(portfolio.debt, each),
            exceptions=_of(portfolio.exceptions, each),
        )
        for each in found
        if wanted is None or each.id in wanted
    )


def _of(values: Iterable[Any], application: Application) -> tuple[Any, ...]:
    return tuple(each for each in values if each.application_id == application.id)


def cut_over_on(call: PhaseCall) -> date:
    """The day on which users are switched over: the wave's, where its plan has dates, else today."""
    wave = call.portfolio.wave
    return (wave.wave.cut_over_on if wave else None) or call.as_of


def run_name(call: PhaseCall) -> str:
    """What is done together, as people call it."""
    wave = call.portfolio.wave
    return wave.wave.name if wave else "The move"
