"""The unit of work in memory: for tests of commands and of the engine, without a database.

It keeps the promises that commands rest on: all or nothing, a flow's events numbered without a gap, a job only with its
commit, the same refusals. What only a database can promise (locks, row-level security) is not here.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from domain.access import Tenant
from domain.application import Application, Component
from domain.debt import TechDebtItem
from domain.decision import Decision
from domain.dependency import Dependency
from domain.engagement import Engagement
from domain.errors import ErrorCode, NotFound, Problem, refuse
from domain.event import Event, EventKind, Job, LoggedEvent, ReviewPlans
from domain.export import Export
from domain.flow import Flow
from domain.inventory import CleansingFinding, DataImport, ImportRow, ImportRows
from domain.learning import LearningPattern, Verdict
from domain.listing import ENDED
from domain.model_usage import ModelUse
from domain.need import Need
from domain.page import AppOnPage
from domain.portfolio import Portfolio
from domain.ports import StoredFile
from domain.request import Acting, Answer
from domain.resource_pool import ResourcePool
from domain.source import Source
from domain.standard import ArchitectureStandard, StandardException
from persistence.measuring import completes
from persistence.memory_exports import MemoryExports
from persistence.memory_learnings import MemoryLearnings
from persistence.memory_plans import key_of, plan_of, resting
from persistence.stale_plans import Touched

_PARTS: Mapping[Need, tuple[str, type]] = {
    Need.APPLICATIONS: ("applications", Application),
    Need.COMPONENTS: ("components", Component),
    Need.DEPENDENCIES: ("dependencies", Dependency),
    Need.FINDINGS: ("findings", CleansingFinding),
    Need.STANDARDS: ("standards", ArchitectureStandard),
    Need.EXCEPTIONS: ("exceptions", StandardException),
    Need.DEBT: ("debt", TechDebtItem),
    Need.DECISIONS: ("decisions", Decision),
    Need.PAGES: ("pages", AppOnPage),
    Need.POOLS: ("pools", ResourcePool),
}
_OF_FLOW = (CleansingFinding, TechDebtItem, Decision, AppOnPage)


@dataclass
class MemoryState:
    """What is committed for one engagement."""

    flows: dict[str, Flow] = field(default_factory=dict)
    iterations: list[tuple[str, str, int, tuple[str, ...]]] = field(default_factory=list)
    results: dict[str, dict[str, list[Any]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    staged: dict[tuple[str, int], Any] = field(default_factory=dict)
    values: dict[type, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    rows: dict[str, list[ImportRow]] = field(default_factory=lambda: defaultdict(list))
    files: dict[str, tuple[StoredFile, bytes]] = field(default_factory=dict)
    expiries: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    exports: dict[str, Export] = field(default_factory=dict)
    events: list[LoggedEvent] = field(default_factory=list)
    seqs: dict[str, int] = field(default_factory=dict)
    starts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    ui_states: dict[tuple[str, str], Any] = field(default_factory=dict)
    model_uses: dict[str, ModelUse] = field(default_factory=dict)
    pattern_uses: dict[tuple[str, str, str], Verdict | None] = field(default_factory=dict)


class MemoryWork:
    """One open unit of work over a copy of the state."""

    def __init__(self, tenant: Tenant, state: MemoryState) -> None:
        self.tenant = tenant
        self.state = state
        self.flows = MemoryFlows(state)
        self.results = MemoryResults(state)
        self.portfolio = MemoryPortfolio(state)
        self.files = MemoryFiles(state)
        self.learnings = MemoryLearnings(state.values[LearningPattern], state.pattern_uses)
        self.exports = MemoryExports(state)
        self.model_uses = MemoryModelUses(state)
        self.told: list[Event] = []
        self.refused: tuple[Problem, ...] = ()

    def tell(self, event: Event) -> None:
        self.told.append(event)

    def refuse(self, problems: tuple[Problem, ...]) -> None:
        self.refused = problems

    def touch(self, thing_id: str) -> None:
        """Only the audit log of a database keeps it."""

    def tell_again(self, data: Mapping[str, Any]) -> None:
        """Only a database keeps what a repeat is told."""

    def witness(self, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> None:
        """Only the audit log of a database keeps it."""

    async def engagement(self) -> Engagement:
        return Engagement(self.tenant.engagement_id, self.tenant.client_account_id, "Memory")

    async def start_run(self, run_id: str) -> int:
        self.state.starts[run_id] += 1
        return self.state.starts[run_id]

    async def save_ui_state(self, flow_id: str, subject: str, state: Any) -> None:
        self.state.ui_states[flow_id, subject] = state

    async def woken(self, flow_id: str, now: datetime) -> bool:
        """Whoever calls it has taken the job already."""
        del flow_id, now
        return True


class MemoryModelUses:
    """What agents asked of language models, by its id."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def add(self, use: ModelUse) -> None:
        self._state.model_uses.setdefault(use.id, use)


class MemoryFlows:
    """Flows of one engagement."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state
        self.written: list[Flow] = []

    async def get(self, flow_id: str) -> Flow:
        if flow_id not in self._state.flows:
            raise NotFound("flow", ("flowId",))
        return self._state.flows[flow_id]

    async def add(self, flow: Flow) -> None:
        await self.save(flow)

    async def save(self, flow: Flow) -> None:
        self.written.append(flow)
        self._state.flows[flow.id] = replace(flow, events=(), jobs=(), runs=())

    async def delete(self, flow: Flow) -> None:
        self.written.append(flow)
        state = self._state
        del state.flows[flow.id]
        for file_id in [file_id for file_id, (owner, _at) in state.expiries.items() if owner == flow.id]:
            del state.expiries[file_id], state.files[file_id]
        state.exports = {id: each for id, each in state.exports.items() if each.flow_id != flow.id}
        state.model_uses = {id: use for id, use in state.model_uses.items() if use.flow_id != flow.id}
        self._state.events = [event for event in self._state.events if event.flow_id != flow.id]

    async def previous(self, kind: str, application_ids: Sequence[str]) -> tuple[str | None, int] | None:
        for earlier, flow_id, iteration, ids in reversed(self._state.iterations):
            if earlier == kind and 2 * len(set(ids).intersection(application_ids)) >= len(application_ids):
                return (flow_id if flow_id in self._state.flows else None), iteration
        return None

    async def unfinished(self, kind: str) -> tuple[str, ...]:
        flows = sorted(self._state.flows.values(), key=lambda flow: flow.id)
        return tuple(flow.id for flow in flows if flow.kind == kind and flow.status not in ENDED)

    async def begin_iteration(self, flow: Flow, scope: Sequence[str] | None = None) -> None:
        ids = flow.application_ids if scope is None else tuple(scope)
        self._state.iterations.append((flow.kind, flow.id, flow.iteration, ids))


class MemoryResults:
    """Results of phases, and what runs have staged."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def current(self, flow_id: str) -> Mapping[str, Any]:
        return {phase: revisions[-1] for phase, revisions in self._state.results[flow_id].items()}

    async def append(
        self,
        flow_id: str,
        phase: str,
        data: Any,
        *,
        source: Source,
        author: str,
        at: datetime,
        run_id: str | None,
    ) -> None:
        """Only the newest matters here: who made it, and when, is what a database keeps."""
        del source, author, at, run_id
        self._state.results[flow_id][phase].append(data)

    async def stage(self, run_id: str, number: int, data: Any) -> None:
        self._state.staged[run_id, number] = data

    async def stage_values(self, run_id: str, number: int, values: Sequence[Any]) -> None:
        self._state.staged[run_id, number] = list(values)

    async def staged(self, run_id: str, number: int) -> Any:
        return self._state.staged.get((run_id, number))

    async def staged_values(self, run_id: str, numbers: range) -> AsyncIterator[list[Any]]:
        for number in numbers:
            yield self._state.staged.get((run_id, number), [])

    async def clear(self, run_id: str) -> None:
        self._state.staged = {key: data for key, data in self._state.staged.items() if key[0] != run_id}


class MemoryPortfolio:
    """The portfolio's values by type and id."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state
        self.touched = Touched()

    async def load(self, needs: frozenset[Need], flow_id: str, application_ids: tuple[str, ...]) -> Portfolio:
        parts: dict[str, Any] = {}
        for need, (name, type_) in _PARTS.items():
            if need in needs:
                values = self._state.values[type_].values()
                parts[name] = tuple(v for v in values if _belongs(v, flow_id, application_ids))
        if Need.IMPORT in needs:
            found = [v for v in self._state.values[DataImport].values() if v.flow_id == flow_id]
            parts["data_import"] = found[-1] if found else None
        if Need.ACCEPTED in needs:
            parts["accepted"] = self._accepted(application_ids)
        if Need.PLAN in needs:
            parts["plan"] = plan_of(self._state.values, flow_id)
        if Need.ANNUAL_COSTS in needs:
            costs = (value.annual_cost for value in self._state.values[Application].values())
            parts["annual_costs"] = tuple(sorted(cost for cost in costs if cost is not None))
        return Portfolio(**parts)

    def _accepted(self, application_ids: Collection[str]) -> tuple[Decision, ...]:
        decisions = sorted(self._state.values[Decision].values(), key=lambda each: each.id)
        found = {each.application_id: each for each in decisions if each.accepted}
        return tuple(each for each in found.values() if each.application_id in application_ids)

    async def hold(self) -> None:
        """Nothing else is at work in memory."""

    async def mark(self, needs: frozenset[Need], application_ids: tuple[str, ...]) -> str:
        """Always the same: nobody changes anything in between."""
        del needs, application_ids
        return ""

    async def save(self, values: Iterable[Any]) -> None:
        for value in values:
            if isinstance(value, ImportRows):
                self._state.rows[value.flow_id].extend(value.accepted)
            else:
                self._state.values[type(value)][key_of(value)] = value
                self.touched.note(value)

    async def remove(self, values: Iterable[Any]) -> None:
        for value in values:
            self.touched.note(value)
            self._state.values[type(value)].pop(key_of(value), None)
            if isinstance(value, DataImport):
                self._state.rows.pop(value.flow_id, None)

    async def rows(self, flow_id: str, after: int, limit: int) -> tuple[ImportRow, ...]:
        return tuple(row for row in self._state.rows[flow_id] if row.line > after)[:limit]

    async def forget_flow(self, flow_id: str) -> None:
        decisions = self._state.values[Decision]
        for value in [v for v in decisions.values() if v.flow_id == flow_id and not v.accepted]:
            del decisions[value.id]


class MemoryFiles:
    """Stored files, whole."""

    def __init__(self, state: MemoryState) -> None:
        self._state = state

    async def save(self, name: str, media_type: str | None, chunks: AsyncIterator[bytes], limit: int) -> StoredFile:
        data = b"".join([chunk async for chunk in chunks])
        if len(data) > limit:
            raise refuse(ErrorCode.LIMIT_EXCEEDED, f"The file is larger than {limit} bytes.", "source")
        stored = StoredFile(f"file-{len(self._state.files)}", name, media_type, len(data), sha256(data).hexdigest())
        self._state.files[stored.id] = (stored, data)
        return stored

    async def get(self, file_id: str) -> StoredFile:
        if file_id not in self._state.files:
            raise NotFound("file")
        return self._state.files[file_id][0]

    async def read(self, file_id: str) -> AsyncIterator[bytes]:
        yield self._state.files[file_id][1]

    async def chunk(self, file_id: str, number: int) -> bytes | None:
        """All of it is one piece."""
        held = self._state.files.get(file_id)
        return held[1] if held and number == 0 else None

    async def expire(self, file_id: str, flow_id: str, at: datetime) -> None:
        self._state.expiries[file_id] = (flow_id, at)

    async def remove(self, file_id: str) -> None:
        self._state.files.pop(file_id, None)
        self._state.expiries.pop(file_id, None)


def _belongs(value: Any, flow_id: str, application_ids: tuple[str, ...]) -> bool:
    if isinstance(value, _OF_FLOW):
        return value.flow_id == flow_id
    if not application_ids:
        return True
    if isinstance(value, Application):
        return value.id in application_ids
    if isinstance(value, Component):
        return value.application_id in application_ids
    if isinstance(value, Dependency):
        return value.from_id in application_ids or value.to_id in application_ids
    return True


class MemoryWorks:
    """Opens units of work in memory; `jobs` are what has been committed and not yet taken."""

    def __init__(self) -> None:
        self.states: dict[Tenant, MemoryState] = defaultdict(MemoryState)
        self.jobs: list[tuple[Tenant, Job]] = []

    @asynccontextmanager
    async def __call__(self, tenant: Tenant, acting: Acting | None = None) -> AsyncIterator[MemoryWork]:
        """Kept on leaving without an exception; `acting` is for the audit log of a database."""
        del acting
        work = MemoryWork(tenant, copy.deepcopy(self.states[tenant]))
        yield work
        if flow_ids := resting(work.state.values, work.state.flows, work.portfolio.touched):
            self.jobs.append((tenant, ReviewPlans(f"review-{len(work.state.events)}", flow_ids)))
        for flow in work.flows.written:
            self.jobs.extend((tenant, job) for job in flow.jobs)
            if completes(flow):
                await work.learnings.let_stand(flow.id)
            for event in flow.events:
                _log(work.state, tenant, flow, event)
        self.states[tenant] = work.state

    async def record(self, tenant: Tenant, acting: Acting, outcome: str, answer: Answer) -> None:
        """Only the audit log of a database keeps it."""


def _log(state: MemoryState, tenant: Tenant, flow: Flow, event: Event) -> None:
    seq = None
    if event.kind is not EventKind.FLOW_DELETED:
        seq = state.seqs[flow.id] = state.seqs.get(flow.id, 0) + 1
    state.events.append(
        LoggedEvent(
            tenant.engagement_id,
            (state.events[-1].position if state.events else 0) + 1,
            flow.id,
            flow.kind,
            seq,
            event.kind,
            event.at,
            event.phase,
            event.data,
        )
    )
