"""What the costs of a plan rest on: who moves in which wave, its dates, and what running them costs a year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from domain.definition import PhaseCall
from domain.flows.planning.facts import PlannedApplication, planned_applications
from domain.known_facts import fact_of
from domain.planning.plan import Plan, Wave
from domain.planning.rate_card import RateCard
from domain.planning.run_rates import RunFacts, RunRate, target_run_rate
from domain.planning.sizing import data_gb_of
from domain.planning.wave_phases import WavePhase


@dataclass(frozen=True, slots=True)
class CostedApplication:
    """An application that a wave moves, with what it costs a year."""

    planned: PlannedApplication
    target: RunRate
    data_gb: Decimal | None

    @property
    def name(self) -> str:
        return self.planned.application.name

    @property
    def current(self) -> Decimal | None:
        """What it costs a year today; None where nobody knows."""
        return self.planned.application.annual_cost

    @property
    def run_rates(self) -> tuple[Decimal, Decimal] | None:
        """Current and target a year; None unless both are known."""
        if self.current is None or self.target.annual is None:
            return None
        return self.current, self.target.annual

    @property
    def missing(self) -> tuple[str, ...]:
        """Words for the facts without which its run-rates are not known."""
        return (("annual cost",) if self.current is None else ()) + self.target.missing


@dataclass(frozen=True, slots=True)
class WaveDays:
    """Calendar days as differences of dates, so that each day counts once.

    `before` lead from the first day of preparation to the cut-over, that day left out; `after` from the cut-over, that
    day left out, to the last day of hypercare.
    """

    before: int
    after: int


@dataclass(frozen=True, slots=True)
class CostedWave:
    """A wave with what it moves, by name; `days` are None while it has no dates."""

    wave: Wave
    applications: tuple[CostedApplication, ...]
    days: WaveDays | None

    @property
    def hours(self) -> tuple[Decimal, Decimal, Decimal]:
        """Low, likely and high hours of the decisions together."""
        efforts = [each.planned.decision.effort for each in self.applications]
        low, likely, high = (sum((getattr(e, n) for e in efforts), Decimal(0)) for n in ("low", "likely", "high"))
        return low, likely, high

    @property
    def shares(self) -> tuple[Fraction, Fraction]:
        """What low and high hours are of the likely ones."""
        low, likely, high = (Fraction(each) for each in self.hours)
        return (low / likely, high / likely) if likely else (Fraction(1), Fraction(1))


@dataclass(frozen=True)
class CostFacts:
    """All of one plan. Only what a wave moves is looked at: what stays, or has no wave yet, costs no move."""

    call: PhaseCall

    @property
    def plan(self) -> Plan:
        return self.call.portfolio.plan

    @cached_property
    def card(self) -> RateCard:
        return RateCard(self.call.currency, self.call.as_of, self.call.settings)

    @cached_property
    def waves(self) -> tuple[CostedWave, ...]:
        """By number."""
        wave_of = {each.application_id: each.wave_id for each in self.plan.placed}
        moved: dict[str, list[CostedApplication]] = {}
        for each in planned_applications(self.call):
            if each.id in wave_of:
                moved.setdefault(wave_of[each.id], []).append(self._costed(each))
        return tuple(
            CostedWave(wave, tuple(sorted(moved.get(wave.id, ()), key=_by_name)), self._days(wave))
            for wave in sorted(self.plan.waves, key=lambda wave: wave.number)
        )

    @cached_property
    def applications(self) -> tuple[CostedApplication, ...]:
        """Wave by wave."""
        return tuple(each for wave in self.waves for each in wave.applications)

    def _costed(self, planned: PlannedApplication) -> CostedApplication:
        data_gb = data_gb_of(planned.application, planned.components)
        facts = RunFacts(
            strategy=planned.decision.strategy,
            servers=planned.servers,
            servers_known=planned.servers_known,
            data_gb=data_gb,
            users=fact_of(planned.application, "user_count"),
            current=planned.application.annual_cost,
        )
        return CostedApplication(planned, target_run_rate(facts, self.card), data_gb)

    def _days(self, wave: Wave) -> WaveDays | None:
        bars = self._bars.get(wave.id, {})
        if not {WavePhase.PREPARATION, WavePhase.MIGRATION, WavePhase.HYPERCARE} <= bars.keys():
            return None
        cut_over = bars[WavePhase.MIGRATION][1]
        before = cut_over - bars[WavePhase.PREPARATION][0]
        after = bars[WavePhase.HYPERCARE][1] - cut_over
        return WaveDays(max(0, before.days), max(0, after.days))

    @cached_property
    def _bars(self) -> Mapping[str, Mapping[WavePhase, tuple[date, date]]]:
        """First and last day of each phase, by wave."""
        found: dict[str, dict[WavePhase, tuple[date, date]]] = {}
        for each in self.plan.activities:
            found.setdefault(each.wave_id, {})[each.phase] = (each.starts_on, each.ends_on)
        return found


def _by_name(each: CostedApplication) -> tuple[str, str]:
    return each.name.casefold(), each.planned.id
