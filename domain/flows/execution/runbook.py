"""The runbook of a run: steps of each application by its strategy, in the order that dependencies ask for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from domain.application import Component
from domain.definition import PhaseCall
from domain.dependency import DependencyKind
from domain.flows.execution.facts import Moving, run_name
from domain.flows.execution.owners import Owners
from domain.flows.execution.step_kinds import StepKind, run_kinds, step_kinds
from domain.graph import circle_numbers
from domain.runbook import DERIVED, RunbookStep, StepStatus, numbered, settled


def generate(call: PhaseCall, moved: tuple[Moving, ...], owners: Owners) -> tuple[RunbookStep, ...]:
    """The steps as they stand: what was reported of the same step before, and whom people named, is kept."""
    draft = _Draft(call, owners, {each.key: each for each in call.portfolio.steps_of(call.phase)})
    draft.open_run()
    for each in moved:
        draft.add_application(each)
    draft.join(moved)
    draft.close_run()
    made = [replace(step, depends_on=draft.befores(step)) for step in draft.steps.values()]
    return settled(numbered([*made, *draft.kept()]))


def dropped(call: PhaseCall, made: Iterable[RunbookStep]) -> tuple[RunbookStep, ...]:
    """Steps of earlier runs that are none any more."""
    kept = {each.id for each in made}
    return tuple(each for each in call.portfolio.steps_of(call.phase) if each.id not in kept)


@dataclass
class _Draft:
    """Steps by their keys, and which come before which."""

    call: PhaseCall
    owners: Owners
    held: Mapping[str, RunbookStep]
    steps: dict[str, RunbookStep] = field(default_factory=dict)
    before: dict[str, dict[str, None]] = field(default_factory=dict)
    turns: dict[str, str] = field(default_factory=dict)
    holds: dict[str, str] = field(default_factory=dict)

    def open_run(self) -> None:
        self._add(run_kinds()[0], f"run:{run_kinds()[0].kind}", None, None)

    def close_run(self) -> None:
        """Last of all: behind everything that nothing else comes behind."""
        kind = run_kinds()[1]
        followed = {before for befores in self.before.values() for before in befores}
        ends = [key for key in self.steps if key not in followed]
        self._add(kind, f"run:{kind.kind}", None, None, ends)

    def add_application(self, each: Moving) -> None:
        """Its own steps, each behind those of its kinds that come before."""
        keys: dict[str, list[str]] = {}
        for kind in step_kinds():
            if kind.each:
                keys[kind.kind] = self._add_parts(kind, each, keys)
            elif each.strategy in kind.strategies:
                key = f"{each.application.id}:{kind.kind}"
                self._add(kind, key, each, None, self._named(kind, keys))
                keys[kind.kind] = [key]
                if kind.turn:
                    self.turns[each.application.id] = key
                if kind.hold:
                    self.holds[each.application.id] = key

    def _add_parts(self, kind: StepKind, each: Moving, keys: Mapping[str, list[str]]) -> list[str]:
        """One for each component that moves so, behind the components that it depends on."""
        parts = {part.id: part for part in each.components if each.strategy_of(part) in kind.each}
        key_of = {id: f"{each.application.id}:{kind.kind}:{part.key}" for id, part in parts.items()}
        apart = circle_numbers((id, other) for id, part in parts.items() for other in part.depends_on if other in parts)
        for id, part in sorted(parts.items(), key=lambda item: (item[1].name, item[0])):
            needed = [key_of[o] for o in part.depends_on if o in parts and apart.get(o) != apart.get(id)]
            self._add(kind, key_of[id], each, part, [*self._named(kind, keys), *needed])
        return list(key_of.values())

    def _named(self, kind: StepKind, keys: Mapping[str, list[str]]) -> list[str]:
        befores = [key for name in kind.after for key in keys.get(name, ())]
        return befores or [f"run:{run_kinds()[0].kind}"]

    def join(self, moved: Iterable[Moving]) -> None:
        """A consumer is stopped once its providers have been switched over; what needs each other moves as one."""
        edges = [
            (edge.from_id, edge.to_id)
            for each in moved
            for edge in each.needs
            if edge.kind is DependencyKind.HARD and edge.from_id in self.holds and edge.to_id in self.turns
        ]
        circle = circle_numbers(edges)
        for consumer, provider in edges:
            if circle[consumer] != circle[provider]:
                self.before[self.holds[consumer]][self.turns[provider]] = None

    def _add(
        self,
        kind: StepKind,
        key: str,
        each: Moving | None,
        component: Component | None,
        before: Iterable[str] = (),
    ) -> None:
        names = {"application": each.application.name if each else "", "component": component.name if component else ""}
        owner = self.owners.of(kind, each)
        step = RunbookStep(
            id="",
            flow_id=self.call.flow_id,
            phase=self.call.phase,
            key=key,
            number=len(self.steps) + 1,
            title=kind.title.format(**names) if each else f"{kind.title}: {run_name(self.call)}",
            kind=kind.kind,
            planned_minutes=kind.minutes_of(each, component) if each else kind.minutes,
            application_id=each.application.id if each else None,
            component_id=component.id if component else None,
            proposed_owner=owner,
            owner=owner,
            rollback=kind.rollback.format(**names) or None,
        )
        self.steps[key] = self._as_reported(step)
        self.before[key] = dict.fromkeys(before)

    def _as_reported(self, step: RunbookStep) -> RunbookStep:
        held = self.held.get(step.key)
        if held is None:
            return replace(step, id=self.call.new_id())
        chosen = held.owner if held.owner != held.proposed_owner else step.owner
        return replace(
            step,
            id=held.id,
            status=StepStatus.PENDING if held.status in DERIVED else held.status,
            owner=chosen,
            started_at=held.started_at,
            finished_at=held.finished_at,
            note=held.note,
            reported_by=held.reported_by,
        )

    def befores(self, step: RunbookStep) -> tuple[str, ...]:
        """The ids of what that step comes behind."""
        return tuple(self.steps[key].id for key in self.before[step.key])

    def kept(self) -> Iterator[RunbookStep]:
        """What was reported of steps that are none any more is not forgotten."""
        last = len(self.steps)
        for number, held in enumerate(self.held.values(), last + 1):
            if held.key not in self.steps and held.status not in DERIVED:
                yield replace(held, number=number)
