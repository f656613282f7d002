"""The unit of work: one transaction of one tenant, with everything that must be true together."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.access import Tenant
from domain.calling import CHANGED_IDS
from domain.definition import FlowDefinition
from domain.engagement import Engagement
from domain.errors import NotFound, Problem
from domain.event import CancelRun, Enqueued, Event, EventKind, Job, ReviewPlans, WakeFlow
from domain.flow import Flow
from domain.ports import Clock, Ids
from domain.request import OK, Acting, Answer, refused
from persistence.actions import Actions
from persistence.artifacts import Artifacts
from persistence.builds import Builds
from persistence.contracts import Contracts
from persistence.customers import Customers
from persistence.database import select_tenant
from persistence.engagements import Engagements
from persistence.event_log import Head, PendingEvent, append
from persistence.exports import Exports
from persistence.files import StoredFiles
from persistence.flows import Flows
from persistence.learnings import Learnings
from persistence.legacy import LegacyFlows
from persistence.measuring import completes, measure, reopens
from persistence.model_uses import ModelUses
from persistence.neighbours import tell_others
from persistence.portfolio import PortfolioValues
from persistence.preferences import Preferences
from persistence.requests import Change, Entry, Requests
from persistence.results import Results
from persistence.scoring import Scoring
from persistence.stale_decisions import mark_stale
from persistence.stale_plans import resting_plans
from persistence.tables import due, engagements, phase_runs, ui_states
from persistence.tasks import Tasks
from persistence.templates import Templates
from persistence.threads import Threads

Announce = Callable[[Sequence[Head]], None]
Saved = Callable[[Sequence[Flow]], None]


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where a unit of work hands what goes beyond its tables.

    `enqueue` writes a run, an export or a review into the engine's queue in the same transaction; `cancel` and
    `announce` are told after the commit, and may lose what they are told: the run is fenced off and the log is polled
    all the same. `saved` is told then as well, for figures and log lines.
    """

    enqueue: Callable[[AsyncConnection, Tenant, Enqueued], Awaitable[None]]
    cancel: Callable[[Sequence[CancelRun]], Awaitable[None]]
    announce: Announce
    saved: Saved = lambda _flows: None


class PostgresWork:
    """One open transaction. Rows of flows, results, portfolio and files are reached through its parts."""

    def __init__(
        self,
        connection: AsyncConnection,
        tenant: Tenant,
        definitions: Mapping[str, FlowDefinition],
        ids: Ids,
    ) -> None:
        self.tenant = tenant
        self.flows = Flows(connection, tenant.engagement_id, definitions)
        self.results = Results(connection, tenant.engagement_id)
        self.portfolio = PortfolioValues(connection, tenant.engagement_id)
        self.files = StoredFiles(connection, tenant, ids)
        self.exports = Exports(connection, tenant.engagement_id)
        self.engagements = Engagements(connection, tenant)
        self.requests = Requests(connection, tenant.engagement_id)
        self.learnings = Learnings(connection, tenant)
        self.model_uses = ModelUses(connection, tenant.engagement_id)
        self.preferences = Preferences(connection, tenant)
        self.builds = Builds(connection, tenant.engagement_id)
        self.templates = Templates(connection, tenant)
        self.scoring = Scoring(connection, tenant.client_account_id)
        self.tasks = Tasks(connection, tenant.engagement_id)
        self.artifacts = Artifacts(connection, tenant.engagement_id)
        self.customers = Customers(connection, tenant.engagement_id)
        self.contracts = Contracts(connection, tenant.engagement_id, ids)
        self.legacy = LegacyFlows(connection, tenant.engagement_id)
        self.threads = Threads(connection, tenant.engagement_id)
        self.actions = Actions(connection, tenant)
        self.connection = connection
        self._told: list[PendingEvent] = []
        self._told_account: list[PendingEvent] = []
        self._touched: list[str] = []
        self._told_again: Mapping[str, Any] | None = None
        self._witnessed: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
        self._reviews: tuple[ReviewPlans, ...] = ()
        self.refused: tuple[Problem, ...] = ()

    def tell(self, event: Event) -> None:
        """An event outside any flow."""
        self._told.append(PendingEvent(None, None, event))

    def tell_account(self, event: Event) -> None:
        """The same in every engagement of the client account; the caller holds what of the account it tells of."""
        self.tell(event)
        self._told_account.append(PendingEvent(None, None, event))

    def refuse(self, problems: tuple[Problem, ...]) -> None:
        """Say that the answer which is kept here is refused all the same."""
        self.refused = problems

    def touch(self, thing_id: str) -> None:
        """Name what the command made or changed, for the audit log and for a repeat of the request."""
        self._touched.append(thing_id)

    def tell_again(self, data: Mapping[str, Any]) -> None:
        """Keep, beside ids, what a repeat of the request is told."""
        self._told_again = data

    def witness(self, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> None:
        """Say for the audit log how something was and is."""
        self._witnessed[0].update(before or {})
        self._witnessed[1].update(after or {})

    async def engagement(self) -> Engagement:
        """The tenant's engagement."""
        row = (
            (await self.connection.execute(select(engagements).where(engagements.c.id == self.tenant.engagement_id)))
            .mappings()
            .first()
        )
        if row is None:
            raise NotFound("engagement")
        names = ("id", "client_account_id", "name", "currency", "timezone", "settings", "version")
        return Engagement(**{name: row[name] for name in names})

    async def start_run(self, run_id: str) -> int:
        """Count one more start of that attempt: one that kills its worker is not tried for ever."""
        query = phase_runs.update().where(phase_runs.c.id == run_id).values(starts=phase_runs.c.starts + 1)
        return await self.connection.scalar(query.returning(phase_runs.c.starts)) or 0

    async def save_ui_state(self, flow_id: str, subject: str, state: Any) -> None:
        """The subject's own view of that flow."""
        statement = insert(ui_states)
        row = {"engagement_id": self.tenant.engagement_id, "flow_id": flow_id, "subject": subject, "state": state}
        await self.connection.execute(
            statement.on_conflict_do_update(
                index_elements=["flow_id", "subject"], set_={"state": statement.excluded["state"]}
            ),
            row,
        )

    @property
    def jobs(self) -> tuple[Job, ...]:
        """What the flows written here set going, and what is to be looked through after it."""
        of_flows = (job for flow in self.flows.written for job in flow.jobs)
        return (*of_flows, *self._reviews, *self.contracts.jobs)

    @property
    def answer(self) -> Answer:
        """The ids of what was made or changed here, the command's own subject first.

        Where an answer is kept and refused all the same: what it was refused for.
        """
        if self.refused:
            return Answer(problems=self.refused)
        flows = [flow.id for flow in self.flows.written]
        return Answer(tuple(dict.fromkeys([*self._touched, *flows])), data=self._told_again)

    def change(self, acting: Acting) -> Change:
        """What the audit log says of before and after."""
        removed = acting.request is not None and acting.request.mutation.startswith("delete")
        before, after = self.flows.trace
        trace = {**before, **self._witnessed[0]}, {**after, **self._witnessed[1]}
        return Change.of(trace, self._touched, removed=removed)

    async def have_plans_reviewed(self, ids: Ids) -> None:
        """Let a worker look through the plans that rest on what was changed here.

        Not here: a plan's own commands lock its flow and then the portfolio, and this transaction may hold that by now.
        """
        touched = self.portfolio.touched
        if touched:
            flow_ids = await resting_plans(self.connection, self.tenant.engagement_id, touched)
            self._reviews = (ReviewPlans(ids(), flow_ids),) if flow_ids else ()

    async def mark_stale(self, at: datetime) -> None:
        """Say which decisions rest on facts that were changed here."""
        if not self.portfolio.changed:
            return
        engagement = await self.engagement()
        marked = await mark_stale(self.connection, self.portfolio, engagement.settings, engagement.today(at))
        if marked:
            told = [["Decision", decision.id] for decision in marked]
            data = {"changed": told if len(told) <= CHANGED_IDS else []}
            self.tell(Event(EventKind.CHILD_CHANGED, at, data=data))

    async def flush(self, outlets: Outlets) -> tuple[Head, ...]:
        """Jobs, then the events as the last statement: it holds the engagement's row until the commit."""
        for job in self.jobs:
            if isinstance(job, Enqueued):
                await outlets.enqueue(self.connection, self.tenant, job)
            elif isinstance(job, WakeFlow):
                await self._wake_at(job)
        for flow in self.flows.written:
            await measure(self.connection, self.tenant.engagement_id, flow)
            if completes(flow):
                await self.learnings.let_stand(flow.id)
                await self.templates.end(flow)
            elif reopens(flow):
                await self.templates.reopen(flow)
        events = [PendingEvent(flow.id, flow.kind, event) for flow in self.flows.written for event in flow.events]
        if not events and not self._told:
            return ()
        heads = await append(self.connection, self.tenant.engagement_id, [*events, *self._told])
        if not self._told_account:
            return heads
        return (*heads, *await tell_others(self.connection, self.tenant, self._told_account))

    async def _wake_at(self, job: WakeFlow) -> None:
        if job.at is None:
            await self.connection.execute(delete(due).where(due.c.flow_id == job.flow_id))
            return
        statement = insert(due)
        row = {
            "flow_id": job.flow_id,
            "engagement_id": self.tenant.engagement_id,
            "client_account_id": self.tenant.client_account_id,
            "at": job.at,
        }
        await self.connection.execute(
            statement.on_conflict_do_update(index_elements=["flow_id"], set_={"at": statement.excluded["at"]}), row
        )

    async def woken(self, flow_id: str, now: datetime) -> bool:
        """True when its time has come; False when it was put off, or somebody else has woken it."""
        come = delete(due).where(due.c.flow_id == flow_id, due.c.at <= now).returning(due.c.flow_id)
        return await self.connection.scalar(come) is not None


class Works:
    """Opens units of work; the composition root makes one a process."""

    def __init__(
        self,
        engine: AsyncEngine,
        definitions: Mapping[str, FlowDefinition],
        outlets: Outlets,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._engine = engine
        self._definitions = definitions
        self._outlets = outlets
        self._clock = clock
        self._ids = ids

    @asynccontextmanager
    async def __call__(self, tenant: Tenant, acting: Acting | None = None) -> AsyncIterator[PostgresWork]:
        """Commits on leaving without an exception, with an entry in the audit log; else nothing is left of it."""
        async with self._transaction(tenant, acting) as work:
            yield work
            # Before decisions are marked: that changes none of what a plan uses of them.
            await work.have_plans_reviewed(self._ids)
            await work.mark_stale(self._clock())
            if acting:
                await self._enter(work, acting)
            heads = await work.flush(self._outlets)
        self._outlets.announce(heads)
        self._outlets.saved(work.flows.written)
        cancelled = [job for job in work.jobs if isinstance(job, CancelRun)]
        if cancelled:
            await self._outlets.cancel(cancelled)

    @asynccontextmanager
    async def _transaction(self, tenant: Tenant, acting: Acting | None) -> AsyncIterator[PostgresWork]:
        async with self._engine.begin() as connection:
            await select_tenant(connection, tenant, acting.subject if acting else "")
            work = PostgresWork(connection, tenant, self._definitions, self._ids)
            if acting:
                await work.requests.claim(acting, self._clock())
            yield work

    async def _enter(self, work: PostgresWork, acting: Acting) -> None:
        answer = work.answer
        await work.requests.keep(acting, answer)
        outcome = refused(problem.code for problem in work.refused) if work.refused else OK
        entry = Entry(self._ids(), self._clock(), outcome, next(iter(answer.ids), None))
        await work.requests.enter(acting, entry, work.change(acting))

    async def record(self, tenant: Tenant, acting: Acting, outcome: str, answer: Answer) -> None:
        """A line of the audit log for what changed nothing; the problems are kept for a repeat."""
        async with self._engine.begin() as connection:
            await select_tenant(connection, tenant, acting.subject)
            requests = Requests(connection, tenant.engagement_id)
            if answer.problems:
                await requests.claim(acting, self._clock())
                await requests.keep(acting, answer)
            entry = Entry(self._ids(), self._clock(), outcome, next(iter(answer.ids), None))
            await requests.enter(acting, entry)
