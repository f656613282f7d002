"""Flows: the registry's row, the child's row and the phases, written together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import UUID, RowMapping, cast, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.definition import FlowDefinition, Warning
from domain.errors import NotFound
from domain.event import EventKind
from domain.flow import Flow
from domain.phase import Failure, PhaseState, PhaseStatus, RunChange, RunEnded, RunStarted
from domain.source import Source
from domain.transition import FlowStatus
from persistence.mapping import from_row
from persistence.tables import child_flows, due, expiries, files, iterations, master_flows, phase_runs, phases

_MASTER = ("name", "iteration", "previous_id", "version", "created_by", "created_at", "updated_by", "updated_at")
_TIMES = ("started_at", "completed_at", "last_user_interaction_at")
_PHASE = (
    "status",
    "run_id",
    "attempt",
    "proposed_input",
    "draft_input",
    "user_input",
    "started_at",
    "completed_at",
    "from_outside",
)


class Flows:
    """The flows of one engagement, in one transaction. `written` are those whose changes the transaction holds."""

    def __init__(
        self, connection: AsyncConnection, engagement_id: str, definitions: Mapping[str, FlowDefinition]
    ) -> None:
        self._connection = connection
        self._engagement_id = engagement_id
        self._definitions = definitions
        self._loaded: dict[str, Flow] = {}
        self._found: dict[str, Flow] = {}
        self.written: list[Flow] = []

    async def get(self, flow_id: str) -> Flow:
        """The flow, locked until the transaction ends; NotFound where there is none for this tenant."""
        master = (
            await self._connection.execute(
                select(master_flows, child_flows)
                .join(child_flows, child_flows.c.flow_id == master_flows.c.id)
                .where(master_flows.c.id == flow_id, master_flows.c.engagement_id == self._engagement_id)
                # Both: of a row that is not locked, who has waited here would read what it was before he waited.
                .with_for_update(of=[master_flows, child_flows])
            )
        ).mappings()
        row = master.first()
        if row is None:
            raise NotFound("flow", ("flowId",))
        found = await self._connection.execute(
            select(phases).where(phases.c.flow_id == flow_id).order_by(phases.c.position)
        )
        flow = flow_of(row, found.mappings().all(), self._definitions[row["kind"]].shaped(row["configuration"]))
        self._loaded[flow_id] = flow
        self._found.setdefault(flow_id, flow)
        return flow

    @property
    def trace(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """How the flow that was written stood before, and how it stands now; nothing where there was or is none."""
        if not self.written:
            return {}, {}
        after = self.written[-1]
        before = self._found.get(after.id)
        gone = any(event.kind is EventKind.FLOW_DELETED for event in after.events)
        return _standing(before) if before else {}, {} if gone else _standing(after)

    async def add(self, flow: Flow) -> None:
        """A new flow with its child and its phases."""
        owner = {"engagement_id": self._engagement_id}
        flow_key = {"flow_id": flow.id, **owner}
        await self._connection.execute(
            insert(master_flows), {"id": flow.id, "last_seq": len(flow.events), **owner, **_master_row(flow)}
        )
        await self._connection.execute(insert(child_flows), {**flow_key, **_child_row(flow)})
        await self._connection.execute(
            insert(phases),
            [
                {**flow_key, "key": state.key, "position": position, **_phase_row(state)}
                for position, state in enumerate(flow.phases)
            ],
        )
        await self._write_runs(flow)
        self._remember(flow)

    async def save(self, flow: Flow) -> None:
        """What changed since it was loaded, and what its decisions came to."""
        before = self._loaded[flow.id]
        row = {**_master_row(flow), "last_seq": master_flows.c.last_seq + len(flow.events)}
        master = update(master_flows).where(master_flows.c.id == flow.id).values(row)
        await self._connection.execute(master)
        if _child_row(flow) != _child_row(before):
            child = update(child_flows).where(child_flows.c.flow_id == flow.id).values(_child_row(flow))
            await self._connection.execute(child)
        for old, new in zip(before.phases, flow.phases, strict=True):
            if old != new:
                where = (phases.c.flow_id == flow.id) & (phases.c.key == new.key)
                await self._connection.execute(update(phases).where(where).values(_phase_row(new)))
        await self._write_runs(flow)
        self._remember(flow)

    async def delete(self, flow: Flow) -> None:
        """Remove it with its child, phases, runs, results and files; its events go with the log's own statement."""
        own = delete(expiries).where(expiries.c.flow_id == flow.id).returning(expiries.c.file_id)
        gone = (await self._connection.execute(own)).scalars().all()
        await self._connection.execute(delete(files).where(files.c.id.in_(gone)))
        await self._connection.execute(delete(master_flows).where(master_flows.c.id == flow.id))
        await self._connection.execute(delete(due).where(due.c.flow_id == flow.id))
        self._remember(flow)

    def _remember(self, flow: Flow) -> None:
        self.written.append(flow)
        self._loaded[flow.id] = replace(flow, events=(), jobs=(), runs=())

    async def previous(self, kind: str, application_ids: Sequence[str]) -> tuple[str | None, int] | None:
        """The newest earlier iteration of that type over the same scope: its flow, while it is there, and its number.

        The same scope is the engagement, or for a flow over applications an earlier one with at least half of these.
        Two flows started at once wait for each other here, so that no number is given twice.
        """
        lock = "SELECT pg_advisory_xact_lock(hashtextextended(:scope, 0))"
        await self._connection.execute(text(lock), {"scope": f"{self._engagement_id}:{kind}"})
        newest = (
            select(iterations.c.flow_id, iterations.c.iteration, master_flows.c.id)
            .outerjoin(master_flows, master_flows.c.id == iterations.c.flow_id)
            .where(iterations.c.kind == kind, iterations.c.engagement_id == self._engagement_id)
            .order_by(iterations.c.flow_id.desc())
            .limit(1)
        )
        if application_ids:
            ids = cast(list(application_ids), iterations.c.application_ids.type)
            wanted = func.unnest(ids, type_=UUID(as_uuid=False)).column_valued()
            shared = select(func.count()).where(wanted == func.any(iterations.c.application_ids)).scalar_subquery()
            newest = newest.where(shared * 2 >= len(application_ids))
        row = (await self._connection.execute(newest)).first()
        return (row.id, row.iteration) if row else None

    async def unfinished(self, kind: str) -> tuple[str, ...]:
        """Ids of the flows of that type that have neither completed nor been cancelled, oldest first."""
        flows = master_flows.c
        query = select(flows.id).where(
            flows.engagement_id == self._engagement_id,
            flows.kind == kind,
            flows.status.not_in([FlowStatus.COMPLETED, FlowStatus.CANCELLED]),
        )
        return tuple((await self._connection.execute(query.order_by(flows.id))).scalars())

    async def begin_iteration(self, flow: Flow, scope: Sequence[str] | None = None) -> None:
        """Keep its number for good: it is not given again after the flow is deleted."""
        await self._connection.execute(
            insert(iterations),
            {
                "engagement_id": self._engagement_id,
                "flow_id": flow.id,
                "kind": flow.kind,
                "iteration": flow.iteration,
                "application_ids": list(flow.application_ids if scope is None else scope),
            },
        )

    async def _write_runs(self, flow: Flow) -> None:
        for change in flow.runs:
            await self._write_run(flow, change)

    async def _write_run(self, flow: Flow, change: RunChange) -> None:
        if isinstance(change, RunStarted):
            row = {
                "id": change.run_id,
                "engagement_id": self._engagement_id,
                "flow_id": flow.id,
                "phase": change.phase,
                "attempt": change.attempt,
                "status": PhaseStatus.RUNNING,
                "source": Source.RULES,
                "started_at": change.at,
            }
            await self._connection.execute(insert(phase_runs), row)
            return
        await self._connection.execute(
            update(phase_runs).where(phase_runs.c.id == change.run_id).values(_ended_row(change))
        )


def _standing(flow: Flow) -> dict[str, Any]:
    current = flow.current.key if flow.current else None
    return {"flowId": flow.id, "status": str(flow.status), "phase": current, "version": flow.version}


def flow_of(row: RowMapping, states: Sequence[RowMapping], definition: FlowDefinition) -> Flow:
    """The flow that these rows hold."""
    return Flow(
        id=row["id"],
        definition=definition,
        status=FlowStatus(row["status"]),
        configuration=row["configuration"],
        auto_advance=row["auto_advance"],
        application_ids=tuple(row["application_ids"]),
        visited=row["visited"],
        paused_from=FlowStatus(row["paused_from"]) if row["paused_from"] else None,
        snoozed_until=row["snoozed_until"],
        warnings=tuple(Warning(**warning) for warning in row["warnings"]),
        failure=from_row(Failure, row["failure"]) if row["failure"] else None,
        phases=tuple(_state_of(state) for state in states),
        **{name: row[name] for name in (*_MASTER, *_TIMES)},
    )


def _state_of(row: RowMapping) -> PhaseState:
    values = {name: row[name] for name in _PHASE}
    return PhaseState(key=row["key"], **{**values, "status": PhaseStatus(row["status"])})


def _master_row(flow: Flow) -> dict[str, Any]:
    return {
        "kind": flow.kind,
        "status": flow.status,
        "progress": flow.progress,
        "warnings": [asdict(warning) for warning in flow.warnings],
        "failure": _failure(flow.failure),
        **{name: getattr(flow, name) for name in (*_MASTER, *_TIMES)},
    }


def _child_row(flow: Flow) -> dict[str, Any]:
    return {
        "kind": flow.kind,
        "configuration": flow.configuration,
        "auto_advance": flow.auto_advance,
        "application_ids": list(flow.application_ids),
        "visited": flow.visited,
        "paused_from": flow.paused_from,
        "snoozed_until": flow.snoozed_until,
    }


def _phase_row(state: PhaseState) -> dict[str, Any]:
    return {name: getattr(state, name) for name in _PHASE}


def _ended_row(ended: RunEnded) -> dict[str, Any]:
    return {
        "status": ended.status,
        "source": ended.source,
        "finished_at": ended.at,
        "peak_memory_mib": ended.peak_memory_mib,
        "error": _failure(ended.failure),
    }


def _failure(failure: Failure | None) -> dict[str, Any] | None:
    if failure is None:
        return None
    return {**asdict(failure), "occurred_at": failure.occurred_at.isoformat()}
