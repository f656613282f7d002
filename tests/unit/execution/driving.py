"""Drives an execution by its definition alone, over a small portfolio."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from domain.application import Application, Component, Readiness
from domain.check import Check
from domain.decision import ComponentTreatment, Decision, HoursRange, Strategy
from domain.definition import Outcome, Pattern, PhaseCall
from domain.executed_wave import ExecutedWave
from domain.flows.execution import DEFINITION
from domain.flows.execution.configuration import ExecutionConfiguration
from domain.flows.execution.results import ConfirmedApplications
from domain.planning.plan import PlacedApplication, Wave
from domain.portfolio import Portfolio
from domain.resource_pool import ResourcePool
from domain.runbook import RunbookStep
from tests.unit.assessment.portfolios import NOW, TODAY, call, new_id
from tests.unit.assessment.portfolios import application as made

HOURS = HoursRange(Decimal(10), Decimal(12), Decimal(14))


def application(name: str, **fields: Any) -> Application:
    """One that may move, and that Grace runs."""
    usual: dict[str, Any] = {"readiness": Readiness.READY_FOR_PLANNING, "technical_owner": "Grace"}
    return made(name, **{**usual, **fields})


def decided(of: str, strategy: Strategy = Strategy.REHOST, **treated: Strategy) -> Decision:
    """Accepted; parts may be treated otherwise."""
    treatments = tuple(
        ComponentTreatment(f"t-{of}-{part}", f"{of}-{part}", each, each, "So.", HOURS) for part, each in treated.items()
    )
    return Decision(
        f"d-{of}", "assessment", of, strategy, strategy, 0.9, "So.", HOURS, Decimal(1), treatments, accepted=True
    )  # fmt: skip


def pool(name: str, role: str, **fields: Any) -> ResourcePool:
    return ResourcePool(f"pool-{name}", name, role, Decimal(8), Decimal(100), **fields)


def wave(
    number: int, moving: dict[int, tuple[str, ...]], *, on: date | None = None, **configuration: Any
) -> ExecutedWave:
    """A wave of a plan that moves these in its waves."""
    waves = {
        each: Wave(f"w{each}", "plan", each, f"Wave {each}", False, Decimal(1), 0.1, 20, "", cut_over_on=on)
        for each in moving
    }
    placed = tuple(PlacedApplication("plan", id, f"w{each}", "") for each, ids in moving.items() for id in ids)
    return ExecutedWave(waves[number], "plan", "The plan", tuple(waves.values()), placed, configuration)


class Executing:
    """One execution of the applications of a portfolio."""

    def __init__(self, portfolio: Portfolio, **fields: Any) -> None:
        self.portfolio = portfolio
        self.configuration = ExecutionConfiguration(None, tuple(each.id for each in portfolio.applications))
        self.results: dict[str, Any] = {}
        self.patterns: tuple[Pattern, ...] = fields.pop("patterns", ())
        self.as_of: date = fields.pop("as_of", TODAY)

    def call(self, phase: str, **fields: Any) -> PhaseCall:
        return call(
            self.portfolio,
            self.results,
            phase=phase,
            configuration=self.configuration,
            patterns=self.patterns,
            as_of=self.as_of,
            **fields,
        )

    def run(self, phase: str) -> Outcome:
        """Its rules; what they save and remove is kept."""
        outcome = DEFINITION.phase(phase).rules(self.call(phase))
        assert isinstance(outcome, Outcome)
        return self._kept(phase, outcome)

    def answer(self, phase: str, *application_ids: str, by: str = "lead") -> Outcome:
        pause = DEFINITION.phase(phase).pause
        assert pause is not None
        return self._kept(phase, pause.decide(self.call(phase, input=ConfirmedApplications(application_ids), by=by)))

    def proposed(self, phase: str) -> tuple[str, ...]:
        pause = DEFINITION.phase(phase).pause
        assert pause is not None
        ids: tuple[str, ...] = pause.propose(self.call(phase)).confirmed_application_ids
        return ids

    def _kept(self, phase: str, outcome: Outcome) -> Outcome:
        gone = {each.id for each in outcome.removes}
        checks = tuple(each for each in self.portfolio.checks if each.id not in gone)
        steps = tuple(each for each in self.portfolio.steps if each.id not in gone)
        self.portfolio = replace(self.portfolio, checks=checks, steps=steps).after(outcome.saves)
        self.results[phase] = outcome.result
        return outcome

    def keep(self, *values: Check | RunbookStep | Application | Component) -> None:
        self.portfolio = self.portfolio.after(values)

    def check(self, key: str) -> Check:
        return next(each for each in self.portfolio.checks if each.key == key)

    def pass_all(self, phase: str, at: datetime = NOW) -> None:
        """Every check that blocks and is open, by a person."""
        for each in self.portfolio.checks_of(phase):
            if each.open:
                self.keep(each.recorded(passed=True, evidence="Seen.", by="ada", at=at))


__all__ = ["Executing", "application", "decided", "new_id", "pool", "wave"]
