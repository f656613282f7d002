"""Queries about flows, their phases, and how they went."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from domain.definition import FlowDefinition, Phase
from domain.event import LoggedEvent
from domain.flow import Flow
from domain.known import (
    FlowCount,
    FlowPerformance,
    FlowStatusCount,
    FlowSummary,
    FlowTypeCount,
    KnownFlow,
    KnownPhase,
    PhasePerformance,
    PhaseResult,
    PhaseRun,
)
from domain.listing import ENDED, ResultsOfFlow, RunsOfFlow
from domain.model_usage import ModelUsage, together
from domain.phase import PhaseStatus
from domain.reading import WHOLE
from domain.transition import FlowAction, FlowStatus
from resolvers.context import Context

T = TypeVar("T")


async def find(context: Context, flow_id: str | None) -> KnownFlow | None:
    """The flow of that id; None where there is none for this caller."""
    if flow_id is None:
        return None
    return (await context.reads.get(KnownFlow, [flow_id])).get(flow_id)


async def runs(context: Context, flow_ids: Sequence[str]) -> Mapping[str, tuple[PhaseRun, ...]]:
    """Every attempt at a phase, by flow."""
    wanted = list(dict.fromkeys(flow_ids))
    pages = await context.reads.pages([RunsOfFlow(parent=id) for id in wanted], WHOLE)
    return {id: page.items for id, page in zip(wanted, pages, strict=True)}


async def runs_of_phases(context: Context, phases: Sequence[KnownPhase]) -> list[tuple[PhaseRun, ...]]:
    """Every attempt at each of these phases."""
    found = await runs(context, [phase.flow.id for phase in phases])
    return [tuple(run for run in found[phase.flow.id] if run.phase == phase.phase.key) for phase in phases]


async def results(context: Context, flow_ids: Sequence[str]) -> Mapping[tuple[str, str], PhaseResult]:
    """The newest result of each phase, by flow and phase."""
    wanted = list(dict.fromkeys(flow_ids))
    pages = await context.reads.pages([ResultsOfFlow(parent=id) for id in wanted], WHOLE)
    return {(result.flow_id, result.phase): result for page in pages for result in page.items}


async def results_of_phases(context: Context, phases: Sequence[KnownPhase]) -> list[Any]:
    """What each of these phases came to, as JSON."""
    found = await results(context, [phase.flow.id for phase in phases])
    kept = (found.get((phase.flow.id, phase.phase.key)) for phase in phases)
    return [result.data if result else None for result in kept]


async def typed_results(context: Context, flows: Sequence[KnownFlow], phase: str, type_: type[T]) -> list[T | None]:
    """What that phase of each flow came to."""
    found = await results(context, [flow.id for flow in flows])
    kept = [found.get((flow.id, phase)) for flow in flows]
    return [context.caller.shapes.decode(type_, result.data) if result else None for result in kept]


async def usage_of_runs(context: Context, runs: Sequence[PhaseRun]) -> list[ModelUsage | None]:
    """What models were asked in each of these attempts, all of them together; None where none was."""
    found = await context.reads.usage_of_runs([run.id for run in runs])
    return [together(found.get(run.id, ())) for run in runs]


async def usage_of_flows(context: Context, found: Sequence[FlowPerformance]) -> list[tuple[ModelUsage, ...]]:
    """What each model was asked in each of these flows."""
    used = await context.reads.usage_of_flows([each.flow_id for each in found])
    return [used.get(each.flow_id, ()) for each in found]


async def performance(context: Context, flows: Sequence[KnownFlow]) -> list[FlowPerformance]:
    """How each flow went, by its attempts."""
    found = await runs(context, [flow.id for flow in flows])
    now = context.caller.now()
    return [measured(flow, found[flow.id], now) for flow in flows]


def next_phase(flow: KnownFlow) -> KnownPhase | None:
    """The first phase behind the current one that is not done."""
    if flow.current is None:
        return None
    keys = [state.key for state in flow.phases]
    behind = flow.known_phases[keys.index(flow.current.key) + 1 :]
    return next((known for known in behind if not known.state.done), None)


def measured(flow: Flow, attempts: Sequence[PhaseRun], now: datetime) -> FlowPerformance:
    """How a flow went, by its attempts."""
    total = (flow.completed_at or now) - flow.started_at if flow.started_at else timedelta()
    phases = tuple(
        _phase_measured(state.key, mine)
        for state in flow.phases
        if (mine := [run for run in attempts if run.phase == state.key])
    )
    peaks = [run.peak_memory_mib for run in attempts if run.peak_memory_mib is not None]
    return FlowPerformance(
        flow_id=flow.id,
        total_ms=_milliseconds(total),
        waiting_for_input_ms=_milliseconds(_waited(flow, attempts, now)),
        phases=phases,
        peak_memory_mib=max(peaks, default=None),
    )


def _phase_measured(key: str, attempts: Sequence[PhaseRun]) -> PhasePerformance:
    times = [run.duration_ms for run in attempts if run.duration_ms is not None]
    return PhasePerformance(key, len(attempts), sum(times), attempts[-1].duration_ms)


def _waited(flow: Flow, attempts: Sequence[PhaseRun], now: datetime) -> timedelta:
    """From the end of each phase's newest attempt to its answer, or to now."""
    newest = {run.id: run for run in attempts}
    waited = timedelta()
    for phase, state in zip(flow.definition.phases, flow.phases, strict=True):
        run = newest.get(state.run_id or "")
        if phase.pause is None or run is None or run.finished_at is None:
            continue
        waiting = state.status is PhaseStatus.AWAITING_INPUT
        until = now if waiting else state.completed_at
        waited += max((until or run.finished_at) - run.finished_at, timedelta())
    return waited


def _milliseconds(time: timedelta) -> float:
    return time / timedelta(milliseconds=1)


async def allowed(context: Context, flows: Sequence[KnownFlow]) -> list[tuple[FlowAction, ...]]:
    """What the caller may do to each of these flows now; a plan in force is not deleted."""
    found = {flow.id: flow.allowed(context.caller.roles) for flow in flows}
    guarded = {f.id for f in flows if f.definition.deleting.needs and FlowAction.DELETE in found[f.id]}
    held = await context.reads.in_force(guarded) if guarded else frozenset()
    return [tuple(a for a in found[f.id] if a is not FlowAction.DELETE or f.id not in held) for f in flows]


def pause_points(definition: FlowDefinition) -> tuple[str, ...]:
    """The phases that wait for a person."""
    return tuple(phase.key for phase in definition.phases if phase.pause is not None)


def summary(counts: Sequence[FlowCount]) -> FlowSummary:
    """The engagement's flows, counted."""
    kinds = dict.fromkeys(count.kind for count in counts)
    return FlowSummary(
        total=_sum(counts),
        active=_sum(count for count in counts if count.status not in ENDED),
        by_type=tuple(_of_kind([count for count in counts if count.kind == kind]) for kind in kinds),
        by_status=tuple(
            FlowStatusCount(status, n)
            for status in FlowStatus
            if (n := _sum(count for count in counts if count.status is status))
        ),
        awaiting_input=_sum(count for count in counts if count.status is FlowStatus.AWAITING_INPUT),
    )


def _of_kind(counts: Sequence[FlowCount]) -> FlowTypeCount:
    active = _sum(count for count in counts if count.status not in ENDED)
    return FlowTypeCount(counts[0].kind, _sum(counts), active)


def _sum(counts: Iterable[FlowCount]) -> int:
    return sum(count.count for count in counts)


async def phases_of_events(context: Context, events: Sequence[LoggedEvent]) -> list[Phase | None]:
    """The phase that each event tells of, as its flow's own steps have it where the type has none itself."""
    own = {event.flow_id for event in events if event.flow_id and _definition(context, event).shape is not None}
    flows = await context.reads.get(KnownFlow, own)
    found = [flows.get(event.flow_id or "") for event in events]
    made = [flow.definition if flow else _definition(context, event) for flow, event in zip(found, events, strict=True)]
    return [_phase(definition, event.phase) for definition, event in zip(made, events, strict=True)]


def _definition(context: Context, event: LoggedEvent) -> FlowDefinition:
    return context.caller.definitions[event.flow_kind or ""]


def _phase(definition: FlowDefinition, key: str | None) -> Phase | None:
    return next((phase for phase in definition.phases if phase.key == key), None)
