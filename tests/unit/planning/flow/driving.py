"""Drives a plan by its definition alone: no engine, no database, no process; every value through the codec."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any, BinaryIO

from domain.application import Application, ApplicationChange, Component, Criticality, Environment, Readiness
from domain.debt import TechDebtItem
from domain.decision import ComponentTreatment, Decision, HoursRange, MoveGroupHint, Strategy
from domain.definition import Outcome, Pattern, PhaseCall, Warning
from domain.dependency import Dependency, DependencyKind
from domain.errors import Refused
from domain.flows.planning import DEFINITION
from domain.flows.planning.configuration import PlanningConfiguration
from domain.flows.planning.revised import Revised
from domain.learning import Lesson
from domain.override import Override
from domain.planning.choices import PlanChoices
from domain.planning.levelling import Budget, Levelled
from domain.planning.plan import (
    CostEstimate,
    CostLine,
    PlacedApplication,
    Plan,
    PlanActivity,
    PlanMilestone,
    PlanSynthesis,
    ResourceAllocation,
    ResourcePlan,
    Timeline,
    Wave,
    WavePlan,
)
from domain.planning.ports import SolveCancelled, Solvers
from domain.planning.project import Project
from domain.planning.waves.placing import Assignment, SearchBudget
from domain.planning.waves.problem import WaveProblem
from domain.portfolio import Portfolio
from domain.resource_pool import ResourcePool
from shapes.codec import Codec
from solvers.levelling.search import solve
from solvers.waves.answering import place
from tests.unit.assessment.portfolios import NOW, TODAY, call, component, needs

__all__ = ["NOW", "TODAY", "Planning", "application", "component", "decided", "needs", "plan", "pool", "soft"]

MONDAY = date(2026, 11, 23)

_ONE: Mapping[type, str] = {
    PlanChoices: "choices",
    WavePlan: "wave_plan",
    ResourcePlan: "resource_plan",
    Timeline: "timeline",
    CostEstimate: "cost",
    PlanSynthesis: "synthesis",
}
_MANY: Mapping[type, str] = {
    Wave: "waves",
    PlacedApplication: "placed",
    ResourceAllocation: "allocations",
    PlanActivity: "activities",
    PlanMilestone: "milestones",
    CostLine: "cost_lines",
}
_PORTFOLIO: Mapping[type, str] = {
    Application: "applications",
    Component: "components",
    Decision: "accepted",
    ResourcePool: "pools",
}


@dataclass
class InProcess:
    """The search for waves and for schedules, without processes of their own."""

    stopped: bool = False

    def place(
        self, problem: WaveProblem, budget: SearchBudget, cancelled: Callable[[], bool] = lambda: False
    ) -> Assignment:
        if cancelled():
            raise SolveCancelled
        return place(problem, budget)

    def level(self, project: Project, budget: Budget, cancelled: Callable[[], bool]) -> Levelled:
        if cancelled():
            raise SolveCancelled
        answer = solve((project, budget))
        if isinstance(answer, Levelled):
            return answer
        raise Refused(answer)


@dataclass
class Ports:
    """What a planning rule reaches: solvers, and whether it is still wanted."""

    stopped: bool = False
    solvers: Solvers = field(default_factory=lambda: Solvers(InProcess(), InProcess()))

    def cancelled(self) -> bool:
        return self.stopped

    @property
    def reader(self) -> Any:
        raise LookupError("A plan reads no file.")

    def source(self, file_id: str) -> BinaryIO:
        raise LookupError(file_id)

    def rows(self, flow_id: str) -> Any:
        raise LookupError(flow_id)


class Planning:
    """One plan of the applications of a portfolio; `settings` of the engagement, numbers of the configuration."""

    def __init__(
        self,
        portfolio: Portfolio,
        application_ids: Sequence[str] | None = None,
        *,
        settings: Mapping[str, Any] | None = None,
        currency: str = "USD",
        **configuration: Any,
    ) -> None:
        self.portfolio = portfolio
        ids = [each.id for each in portfolio.applications] if application_ids is None else application_ids
        self.configuration = PlanningConfiguration(tuple(ids), **{"starts_on": MONDAY, **configuration})
        self.settings = dict(settings or {})
        self.currency = currency
        self.ports = Ports()
        self.patterns: tuple[Pattern, ...] = ()
        self.results: dict[str, Any] = {}
        self.history: list[ApplicationChange] = []
        self.lessons: list[Lesson] = []
        self.overrides: list[Override] = []
        self.warnings: dict[str, tuple[Warning, ...]] = {}
        self.used: dict[str, tuple[str, ...]] = {}
        self._ids = count(1)

    # ── what the product does

    def open(self) -> None:
        self._keep(DEFINITION.opening.decide(self.call("wave_planning", ports=None)), ())

    def close(self) -> None:
        self._keep(DEFINITION.closing.decide(self.call("wave_planning", ports=None)), ())

    def run(self, phase: str) -> Any:
        """A phase's rules, saved as the engine saves them; the result."""
        outcome = DEFINITION.phase(phase).rules(self.call(phase))
        assert isinstance(outcome, Outcome)
        return self._take(phase, outcome)

    def through(self, last: str = "synthesis") -> Planning:
        """Every phase up to that one."""
        for phase in DEFINITION.phases:
            self.run(phase.key)
            if phase.key == last:
                break
        return self

    def change(self, phase: str, decision: Callable[..., Revised], *given: Any, **named: Any) -> Revised:
        """What a person changes of a phase: `change("wave_planning", move_applications, moves, None, None)`."""
        revised = decision(self.call(phase, ports=None), *given, **named)
        self._take(phase, revised.outcome)
        self.overrides.append(revised.override)
        return revised

    def call(self, phase: str, **fields: Any) -> PhaseCall:
        scope = self.configuration.application_ids
        inside = tuple(each for each in self.portfolio.applications if each.id in scope)
        outside = tuple(each for each in self.portfolio.applications if each.id not in scope)
        seen = replace(self.portfolio, applications=inside, neighbours=outside)
        results = {key: through_json(result) for key, result in self.results.items()}
        usual: dict[str, Any] = {
            "phase": phase,
            "configuration": through_json(self.configuration),
            "settings": self.settings,
            "currency": self.currency,
            "ports": self.ports,
            "patterns": self.patterns,
            "new_id": self._new_id,
        }
        return call(seen, results, **{**usual, **fields})

    # ── what is there by now

    @property
    def plan(self) -> Plan:
        return self.portfolio.plan

    @property
    def waves(self) -> dict[int, set[str]]:
        """The ids of the applications of each wave by its number."""
        found: dict[int, set[str]] = {wave.number: set() for wave in self.plan.waves}
        for id, number in self.plan.numbers.items():
            found[number].add(id)
        return found

    def wave(self, number: int) -> Wave:
        found = self.plan.wave(number)
        assert found is not None, number
        return found

    def codes(self, phase: str) -> list[str]:
        """The codes of the warnings of its last run."""
        return [each.code for each in self.warnings[phase]]

    # ── how it is kept

    def _take(self, phase: str, outcome: Outcome) -> Any:
        self._keep(outcome.saves, outcome.removes)
        self.results[phase] = through_json(outcome.result)
        self.warnings[phase] = outcome.warnings
        self.used[phase] = outcome.used
        return self.results[phase]

    def _keep(self, saves: Iterable[Any], removes: Iterable[Any]) -> None:
        self._remove(tuple(removes))
        for value in saves:
            if isinstance(value, Lesson):
                self.lessons.append(value)
            elif isinstance(value, ApplicationChange):
                self.history.append(value)
            else:
                self._save(through_json(value))

    def _save(self, value: Any) -> None:
        type_ = type(value)
        if type_ in _ONE:
            self._planned(**{_ONE[type_]: value})
        elif type_ in _MANY:
            held = {_key(each): each for each in getattr(self.plan, _MANY[type_])}
            self._planned(**{_MANY[type_]: tuple((held | {_key(value): value}).values())})
        else:
            held = {each.id: each for each in getattr(self.portfolio, _PORTFOLIO[type_])}
            parts: dict[str, Any] = {_PORTFOLIO[type_]: tuple((held | {value.id: value}).values())}
            self.portfolio = replace(self.portfolio, **parts)

    def _remove(self, gone: tuple[Any, ...]) -> None:
        """With a wave goes all that hangs on it, as the database does."""
        waves = {each.id for each in gone if isinstance(each, Wave)}
        for type_, name in _MANY.items():
            keys = {_key(each) for each in gone if isinstance(each, type_)}
            kept = (e for e in getattr(self.plan, name) if _key(e) not in keys)
            self._planned(**{name: tuple(e for e in kept if getattr(e, "wave_id", None) not in (waves or {""}))})
        for each in gone:
            if type(each) in _ONE:
                self._planned(**{_ONE[type(each)]: None})

    def _planned(self, **parts: Any) -> None:
        self.portfolio = replace(self.portfolio, plan=replace(self.plan, **parts))

    def _new_id(self) -> str:
        return f"id-{next(self._ids):04}"


def _key(value: Any) -> str:
    found: str = value.application_id if isinstance(value, PlacedApplication) else value.id
    return found


def through_json(value: Any) -> Any:
    codec = Codec()
    return codec.decode(type(value), codec.encode(value))


# ── small portfolios


def application(name: str, **fields: Any) -> Application:
    """One that is ready for planning; facts that are no field go to its attributes."""
    own = {key: fields.pop(key) for key in tuple(fields) if key in Application.__slots__}
    usual = Application(
        id=name,
        key=name,
        name=name.title(),
        criticality=Criticality.LOW,
        environment=Environment.PRODUCTION,
        readiness=Readiness.READY_FOR_PLANNING,
    )
    return replace(usual, attributes=fields, **own)


def decided(
    application_id: str,
    hours: Decimal | str | int = 20,
    strategy: Strategy = Strategy.REHOST,
    *,
    components: Sequence[Component] = (),
    hints: tuple[MoveGroupHint, ...] = (),
    **fields: Any,
) -> Decision:
    """An accepted decision; every component is treated as the whole."""
    effort = HoursRange(Decimal(hours) * Decimal("0.8"), Decimal(hours), Decimal(hours) * Decimal("1.5"))
    treatments = tuple(
        ComponentTreatment(f"{part.id}-treated", part.id, strategy, strategy, "Given.", effort)
        for part in components
        if part.application_id == application_id
    )
    usual = Decision(
        id=f"decision-{application_id}",
        flow_id="assessment",
        application_id=application_id,
        strategy=strategy,
        recommended=strategy,
        confidence=0.9,
        rationale="Given.",
        effort=effort,
        cost=Decimal(hours) * 100,
        treatments=treatments,
        move_group_hints=hints,
        accepted=True,
    )
    return replace(usual, **fields)


def soft(consumer: str, provider: str) -> Dependency:
    return needs(consumer, provider, DependencyKind.SOFT)


def pool(role: str, hours_per_day: Decimal | str | int = 40, rate: Decimal | str | int = 100, **fields: Any) -> Any:
    """A pool that a person keeps, with its role as its id."""
    usual = ResourcePool(role, f"{role.title()} pool", role, Decimal(hours_per_day), Decimal(rate))
    return replace(usual, **fields)


ROLES = ("architect", "engineer", "database", "test", "lead")


def plan(
    *applications: Application | str,
    dependencies: Sequence[Dependency] = (),
    components: Sequence[Component] = (),
    decisions: Sequence[Decision] = (),
    pools: Sequence[ResourcePool] | None = None,
    debt: Sequence[TechDebtItem] = (),
    hours: Decimal | str | int = 20,
    **configuration: Any,
) -> Planning:
    """A plan of these applications, each rehosted in that many hours unless a decision is given.

    `pools=None` are five of 40 hours a day; `pools=()` an engagement without any.
    """
    found = tuple(application(each) if isinstance(each, str) else each for each in applications)
    given = {each.application_id: each for each in decisions}
    accepted = tuple(given.get(each.id) or decided(each.id, hours, components=components) for each in found)
    portfolio = Portfolio(
        applications=found,
        components=tuple(components),
        dependencies=tuple(dependencies),
        accepted=accepted,
        pools=tuple(pool(role) for role in ROLES) if pools is None else tuple(pools),
        debt=tuple(debt),
    )
    return Planning(portfolio, **configuration)
