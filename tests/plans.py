"""Whole plans as they are stored, put together without rules, for tests that only read them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from domain.application import Application, Readiness
from domain.debt import Severity
from domain.decision import Decision, HoursRange, Strategy
from domain.planning.choices import PlanChoices
from domain.planning.plan import (
    CostCategory,
    CostEstimate,
    CostLine,
    PlacedApplication,
    PlanActivity,
    PlanMilestone,
    PlanSynthesis,
    Priority,
    Recommendation,
    ResourceAllocation,
    ResourcePlan,
    SkillGap,
    Timeline,
    Wave,
    WavePlan,
)
from domain.planning.wave_phases import WavePhase
from domain.planning.waves.violation import Violation
from domain.resource_pool import ResourcePool
from domain.source import Source
from tests.toy import new_id

MONDAY = date(2027, 1, 4)
LASTS = timedelta(days=25)
EVERY = timedelta(days=28)
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def application(name: str, **facts: Any) -> Application:
    """One that may be planned once a decision about it is accepted."""
    return Application(new_id(), name.casefold(), name, readiness=Readiness.READY_FOR_PLANNING, **facts)


def decision(of: Application) -> Decision:
    """To move it as it is."""
    return Decision(
        id=new_id(),
        flow_id=new_id(),
        application_id=of.id,
        strategy=Strategy.REHOST,
        recommended=Strategy.REHOST,
        confidence=0.8,
        rationale="It runs anywhere.",
        effort=HoursRange(Decimal(60), Decimal(80), Decimal(120)),
        cost=Decimal(8000),
        treatments=(),
        accepted=True,
    )


def pool(name: str, role: str, **more: Any) -> ResourcePool:
    """Eight hours a day at a hundred an hour."""
    return ResourcePool(new_id(), name, role, Decimal(8), Decimal(100), **more)


@dataclass(frozen=True)
class Stored:
    """A plan of the flow: which applications move in the wave of each number, and the pools that work on all of them.

    Each wave takes 25 days from a Monday on and starts four weeks after the one before it.
    """

    flow_id: str
    moving: Mapping[int, Sequence[Application]]
    pools: Sequence[ResourcePool]
    violations: tuple[Violation, ...] = ()

    def values(self) -> list[Any]:
        """All of it, in an order in which it can be saved."""
        waves = [self._wave(number) for number in self.moving]
        activities = [each for wave in waves for each in _activities(wave)]
        return [
            PlanChoices(self.flow_id, self.flow_id),
            WavePlan(new_id(), self.flow_id, "As few as can be.", Source.RULES, self.violations, 0.0, 0.5),
            *waves,
            *self._placed(waves),
            ResourcePlan(new_id(), self.flow_id, Source.RULES, self._gaps(waves)),
            *(_allocation(wave, pool) for wave in waves for pool in self.pools),
            self._timeline(waves, activities),
            *activities,
            PlanMilestone(new_id(), self.flow_id, 1, "All migrated", waves[-1].ends_on or MONDAY, "Nothing is left."),
            *self._costs(waves),
            self._synthesis(waves),
        ]

    def _wave(self, number: int) -> Wave:
        starts_on = MONDAY + (number - 1) * EVERY
        return Wave(
            id=new_id(),
            flow_id=self.flow_id,
            number=number,
            name=f"Wave {number}",
            pilot=number == 1,
            effort_hours=Decimal(80) * len(self.moving[number]),
            risk_score=0.25,
            duration_days=20,
            rationale=f"{len(self.moving[number])} of them.",
            starts_on=starts_on,
            ends_on=starts_on + LASTS,
            cut_over_on=starts_on + timedelta(days=18),
        )

    def _placed(self, waves: Sequence[Wave]) -> Iterator[PlacedApplication]:
        for wave in waves:
            for each in self.moving[wave.number]:
                yield PlacedApplication(self.flow_id, each.id, wave.id, f"{each.name} fits.")

    def _gaps(self, waves: Sequence[Wave]) -> tuple[SkillGap, ...]:
        return (SkillGap("cobol", waves[0].id, Decimal(80), Decimal(0), Severity.HIGH, "Hire somebody."),)

    def _timeline(self, waves: Sequence[Wave], activities: Sequence[PlanActivity]) -> Timeline:
        critical = tuple(each.id for each in activities)
        ends_on = max(wave.ends_on or MONDAY for wave in waves)
        return Timeline(new_id(), self.flow_id, "Timeline", MONDAY, ends_on, critical, True, Source.RULES)

    def _costs(self, waves: Sequence[Wave]) -> Iterator[Any]:
        labor = [self._line(wave, n) for n, wave in enumerate(waves)]
        tooling = self._line(None, len(waves))
        subtotal = sum((line.amount for line in (*labor, tooling)), Decimal())
        rest = subtotal * 15 / 100
        total = subtotal + rest
        yield CostEstimate(
            new_id(), self.flow_id, subtotal, Decimal(15), rest, total, total, total, tooling.amount, Source.RULES
        )
        yield from labor
        yield tooling

    def _line(self, wave: Wave | None, position: int) -> CostLine:
        amount = wave.effort_hours * 100 if wave else Decimal(100)
        return CostLine(
            id=new_id(),
            flow_id=self.flow_id,
            key=f"labor:{wave.number}" if wave else "tooling",
            position=position,
            category=CostCategory.LABOR if wave else CostCategory.TOOLING,
            description="Work" if wave else "Tools",
            quantity=amount / 100,
            unit="hours",
            unit_cost=Decimal(100),
            amount=amount,
            low_amount=amount,
            high_amount=amount,
            provenance="The pools' rates.",
            wave_id=wave.id if wave else None,
        )

    def _synthesis(self, waves: Sequence[Wave]) -> PlanSynthesis:
        advice = (Recommendation("Hire", "Somebody who knows COBOL.", Priority.HIGH),)
        placed = sum(len(each) for each in self.moving.values())
        return PlanSynthesis(
            new_id(), self.flow_id, placed, len(waves), 54, Decimal(100), 1, "It can be done.", advice, NOON
        )


def _allocation(wave: Wave, pool: ResourcePool) -> ResourceAllocation:
    hours = wave.effort_hours / 2
    return ResourceAllocation(
        new_id(), wave.flow_id, wave.id, pool.id, hours, hours, hours * pool.hourly_rate, True, 0.8, False
    )


def _activities(wave: Wave) -> Iterator[PlanActivity]:
    """Its design, and then everything else."""
    before: tuple[str, ...] = ()
    assert wave.starts_on is not None
    for number, phase in enumerate((WavePhase.DESIGN, WavePhase.PREPARATION)):
        starts_on = wave.starts_on + number * timedelta(days=7)
        ends_on = starts_on + timedelta(days=4)
        activity = PlanActivity(
            id=new_id(),
            flow_id=wave.flow_id,
            wave_id=wave.id,
            key=f"{wave.number}:{phase}",
            number=2 * wave.number + number,
            name=f"{phase} of wave {wave.number}",
            phase=phase,
            starts_on=starts_on,
            ends_on=ends_on,
            working_days=5,
            earliest_start=starts_on,
            latest_finish=ends_on,
            float_days=0,
            critical=True,
            predecessors=before,
        )
        before = (activity.id,)
        yield activity
