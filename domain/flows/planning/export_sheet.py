"""A plan as its exports see it: what belongs together, found once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from domain.application import Application
from domain.decision import Decision
from domain.definition import PhaseCall
from domain.export import ExportCall
from domain.flows.planning.facts import planned_applications
from domain.phase import PhaseStatus
from domain.planning.plan import CostCategory, CostLine, PlacedApplication, Plan, UsedDecision, Wave
from domain.resource_pool import ResourcePool

NO_WAVE = "No wave"


@dataclass(frozen=True)
class Planned:
    """A plan as far as it has come; before a phase has run, its part is empty."""

    call: ExportCall

    @property
    def plan(self) -> Plan:
        return self.call.portfolio.plan

    @property
    def currency(self) -> str:
        return self.call.engagement.currency

    @cached_property
    def waves(self) -> tuple[Wave, ...]:
        """By number."""
        return tuple(sorted(self.plan.waves, key=lambda wave: wave.number))

    @cached_property
    def wave_of(self) -> Mapping[str, Wave]:
        """By id."""
        return {wave.id: wave for wave in self.waves}

    def named(self, wave_id: str | None) -> str:
        """`Wave 2: Payments`, and `Wave 2` where that is its name."""
        wave = self.wave_of.get(wave_id or "")
        if wave is None:
            return NO_WAVE
        usual = f"Wave {wave.number}"
        return usual if wave.name.strip() in ("", usual) else f"{usual}: {wave.name}"

    @cached_property
    def applications(self) -> tuple[Application, ...]:
        """Those in its scope, by wave and name; those that no wave moves come last."""
        order = self.plan.numbers
        return tuple(
            sorted(
                self.call.portfolio.applications,
                key=lambda each: (each.id not in order, order.get(each.id, 0), each.name.casefold(), each.id),
            )
        )

    @cached_property
    def names(self) -> Mapping[str, str]:
        """Names of applications by their ids."""
        known = (*self.call.portfolio.neighbours, *self.call.portfolio.applications)
        return {each.id: each.name for each in known}

    @cached_property
    def placed(self) -> Mapping[str, PlacedApplication]:
        """By application."""
        return {each.application_id: each for each in self.plan.placed}

    @cached_property
    def used(self) -> Mapping[str, UsedDecision]:
        """What the plan was made from, by application."""
        used = self.plan.wave_plan.decisions if self.plan.wave_plan else ()
        return {each.application_id: each for each in used}

    @cached_property
    def accepted(self) -> Mapping[str, Decision]:
        """What is decided by now, by application."""
        return {each.application_id: each for each in self.call.portfolio.accepted}

    @cached_property
    def risks(self) -> Mapping[str, float]:
        """0 to 1, by application, of those that move."""
        return {each.id: each.risk for each in planned_applications(self._as_a_phase())}

    @cached_property
    def pools(self) -> tuple[ResourcePool, ...]:
        """By name."""
        return tuple(sorted(self.call.portfolio.pools, key=lambda pool: (pool.name.casefold(), pool.id)))

    @cached_property
    def pool_of(self) -> Mapping[str, ResourcePool]:
        """By id."""
        return {pool.id: pool for pool in self.pools}

    @cached_property
    def pool_names(self) -> Mapping[str, str]:
        """By id; those that are called the same are told from each other by a number: `Java team (2)`."""
        seen: Counter[str] = Counter()
        names = {}
        for pool in self.pools:
            seen[pool.name] += 1
            names[pool.id] = pool.name if seen[pool.name] == 1 else f"{pool.name} ({seen[pool.name]})"
        return names

    @cached_property
    def lines(self) -> tuple[CostLine, ...]:
        """In their order."""
        return tuple(sorted(self.plan.cost_lines, key=lambda line: (line.position, line.key)))

    @cached_property
    def costs(self) -> Mapping[str | None, Decimal]:
        """What the lines of each wave come to; None is of those that belong to no wave."""
        return _summed((line.wave_id, line.amount) for line in self.lines)

    @cached_property
    def categories(self) -> Mapping[CostCategory, Sequence[CostLine]]:
        """The lines of each category there is."""
        found = {each: [line for line in self.lines if line.category is each] for each in CostCategory}
        return {category: lines for category, lines in found.items() if lines}

    @property
    def stale(self) -> bool:
        """Whether a part was computed from what has changed since."""
        return any(state.status is PhaseStatus.STALE for state in self.call.flow.phases)

    def _as_a_phase(self) -> PhaseCall:
        """For what rules and exports ask of the same facts."""
        call = self.call
        return PhaseCall(
            flow_id=call.flow.id,
            run_id="",
            phase="",
            configuration=None,
            results=call.results,
            portfolio=call.portfolio,
            as_of=call.as_of,
            now=call.now,
            by="",
            new_id=str,
        )


def _summed(amounts: Iterable[tuple[str | None, Decimal]]) -> Mapping[str | None, Decimal]:
    sums: dict[str | None, Decimal] = {}
    for key, amount in amounts:
        sums[key] = sums.get(key, Decimal(0)) + amount
    return sums
