"""The portfolio's values: loaded as a rule asks for them, saved by their id."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from decimal import Decimal
from functools import cache
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Numeric, Table, Text, and_, cast, delete, func, literal_column, or_, select, text
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.application import Application, ApplicationChange, Component
from domain.decision import Decision
from domain.dependency import Dependency
from domain.inventory import DataImport, ImportRow, ImportRows, RejectedRow
from domain.known import DatedChange
from domain.need import Need
from domain.planning.plan import (
    NO_PLAN,
    Plan,
)
from domain.portfolio import Portfolio
from persistence import tables
from persistence.cycles import on_the_way_back
from persistence.executions import executed_wave, executions
from persistence.mapping import TABLES, columns, from_row, to_row
from persistence.portfolio_parts import PARTS, PARTS_OF_PLAN, SHARED, SINGLE_PARTS, Scope
from persistence.stale_plans import Touched

T = TypeVar("T")

# Rows of one statement: well under the 32,767 parameters of the protocol, with the widest table.
CHUNK = 1_000
# Of an application's history, what a rule is given to tell of it.
CHANGES = 10


class PortfolioValues:
    """The portfolio of one engagement, in one transaction.

    `changed` are applications of which something may be known now that was not, or not so; `touched` is what plans may
    rest on.
    """

    def __init__(self, connection: AsyncConnection, engagement_id: str) -> None:
        self._connection = connection
        self._engagement_id = engagement_id
        self.changed: set[str] = set()
        self.touched = Touched()

    async def load(self, needs: frozenset[Need], flow_id: str, application_ids: tuple[str, ...]) -> Portfolio:
        """What a rule asked for; without application ids, of the whole engagement; without a flow, nothing for it."""
        within = Scope(flow_id, application_ids)
        parts: dict[str, Any] = {}
        for need, (field, type_, where) in PARTS.items():
            if need in needs:
                parts[field] = await self._find(type_, where(within))
        if application_ids and Need.DEPENDENCIES in needs and Need.CYCLES in needs:
            far = await self._find(Dependency, [on_the_way_back(self._engagement_id, application_ids)])
            parts["dependencies"] = (*parts["dependencies"], *far)
        for need, (field, read) in self._others(flow_id, application_ids).items():
            if need in needs:
                parts[field] = await read()
        if application_ids and Need.DEPENDENCIES in needs:
            parts["neighbours"] = await self._neighbours(parts["dependencies"], application_ids)
        return Portfolio(**parts)

    def _others(
        self, flow_id: str, application_ids: tuple[str, ...]
    ) -> Mapping[Need, tuple[str, Callable[[], Awaitable[Any]]]]:
        """What is more than the rows of one table."""
        connection, engagement_id = self._connection, self._engagement_id
        return {
            Need.IMPORT: ("data_import", lambda: self._import(flow_id)),
            Need.ANNUAL_COSTS: ("annual_costs", self._annual_costs),
            Need.CHANGES: ("changes", lambda: self._changes(application_ids)),
            Need.ACCEPTED: ("accepted", lambda: self._newest_accepted(application_ids)),
            Need.PLAN: ("plan", lambda: self._plan(flow_id)),
            Need.NAMED_PLAN: ("named_plan", lambda: self._named_plan(flow_id)),
            Need.WAVE: ("wave", lambda: executed_wave(connection, self._find, engagement_id, flow_id)),
            Need.EXECUTIONS: ("executions", lambda: executions(connection, engagement_id, flow_id)),
        }

    async def get(self, type_: type[T], ids: Iterable[str]) -> tuple[T, ...]:
        """Those of that type that are there, in the order of the ids; held until the unit of work ends."""
        await self.hold()
        wanted = tuple(dict.fromkeys(ids))
        table = TABLES[type_]
        mine = table.c.engagement_id == self._engagement_id
        query = select(*columns(type_)).where(mine, table.c.id.in_(wanted)).order_by(table.c.id)
        rows = (await self._connection.execute(query)).mappings()
        found = {str(row["id"]): from_row(type_, row) for row in rows}
        if type_ is Dependency:
            # Held to be changed: where it led until now is told as well.
            for value in found.values():
                self.touched.note(value)
        return tuple(found[id] for id in wanted if id in found)

    async def flow_of(self, type_: type, id: str) -> str | None:
        """The flow of the thing of that type; None where it is not there. Nothing is held: the flow is locked first."""
        table = TABLES[type_]
        mine = table.c.engagement_id == self._engagement_id
        found: str | None = await self._connection.scalar(select(table.c.flow_id).where(mine, table.c.id == id))
        return found

    async def in_force(self) -> Mapping[str, frozenset[str]]:
        """By the flow of each plan in force, the applications that it holds; nothing is held here either."""
        table = tables.applications
        mine = table.c.engagement_id == self._engagement_id
        query = select(table.c.planned_by, table.c.id).where(mine, table.c.planned_by.is_not(None))
        held: defaultdict[str, set[str]] = defaultdict(set)
        for flow_id, application_id in await self._connection.execute(query):
            held[flow_id].add(application_id)
        return {flow_id: frozenset(ids) for flow_id, ids in held.items()}

    async def accepted(self, application_ids: Iterable[str]) -> Mapping[str, Decision]:
        """The newest accepted decision of each application that has one."""
        table = tables.decisions
        found = await self._find(Decision, [table.c.application_id.in_(tuple(application_ids)), table.c.accepted])
        return {decision.application_id: decision for decision in found}

    async def decisions(self, flow_id: str, application_ids: Iterable[str]) -> tuple[Decision, ...]:
        """Those of that flow about these applications."""
        table = tables.decisions
        about = table.c.application_id.in_(sorted(application_ids))
        return await self._find(Decision, [table.c.flow_id == flow_id, about])

    async def decisions_about(self, application_ids: Iterable[str]) -> tuple[Decision, ...]:
        """Every decision about these applications, of whichever flow."""
        return await self._find(Decision, [tables.decisions.c.application_id.in_(sorted(application_ids))])

    async def hold(self) -> None:
        """Let nobody else change the portfolio until the transaction ends.

        Values are saved whole, so two who read the same and save in turn would undo each other.
        """
        lock = "SELECT pg_advisory_xact_lock(hashtextextended(:portfolio, 0))"
        await self._connection.execute(text(lock), {"portfolio": f"{self._engagement_id}:portfolio"})

    async def mark(self, needs: frozenset[Need], application_ids: tuple[str, ...]) -> str:
        """Differs once anybody has changed the applications, components or dependencies that are asked for."""
        within = Scope("", application_ids)
        marks = []
        for need in sorted(needs & SHARED):
            _, type_, where = PARTS[need]
            table = TABLES[type_]
            # PostgreSQL names in each row the transaction that wrote it.
            version = cast(table.c.id, Text) + cast(literal_column(f"{table.name}.xmin"), Text)
            total = func.sum(cast(func.hashtextextended(version, 0), Numeric))
            mine = table.c.engagement_id == self._engagement_id
            marks.append(str(await self._connection.scalar(select(total).where(mine, *where(within)))))
        return " ".join(marks)

    async def _find(self, type_: type[T], where: Sequence[ColumnElement[bool]]) -> tuple[T, ...]:
        table = TABLES[type_]
        mine = table.c.engagement_id == self._engagement_id
        query = select(*columns(type_)).where(mine, *where).order_by(*table.primary_key.columns)
        rows = (await self._connection.execute(query)).mappings()
        return tuple(from_row(type_, row) for row in rows)

    async def _import(self, flow_id: str) -> DataImport | None:
        found = await self._find(DataImport, [tables.data_imports.c.flow_id == flow_id])
        return found[-1] if found else None

    async def _newest_accepted(self, application_ids: tuple[str, ...]) -> tuple[Decision, ...]:
        return tuple((await self.accepted(application_ids)).values())

    async def _plan(self, flow_id: str) -> Plan:
        """Each part of it has a table; what there is once is the only row of its flow."""
        parts: dict[str, Any] = {}
        for field, type_ in PARTS_OF_PLAN.items():
            found: tuple[Any, ...] = await self._find(type_, [TABLES[type_].c.flow_id == flow_id])
            parts[field] = next(iter(found), None) if field in SINGLE_PARTS else found
        return Plan(**parts)

    async def _named_plan(self, flow_id: str) -> Plan:
        """None of another tenant is ever named: its rows are not seen."""
        flows = tables.child_flows
        mine = (flows.c.engagement_id == self._engagement_id, flows.c.flow_id == flow_id)
        named = await self._connection.scalar(select(flows.c.configuration["planningFlowId"].astext).where(*mine))
        return await self._plan(named) if named else NO_PLAN

    async def _annual_costs(self) -> tuple[Decimal, ...]:
        cost = tables.applications.c.annual_cost
        mine = tables.applications.c.engagement_id == self._engagement_id
        found = await self._connection.execute(select(cost).where(mine, cost.is_not(None)).order_by(cost))
        return tuple(found.scalars())

    async def _changes(self, application_ids: tuple[str, ...]) -> tuple[DatedChange, ...]:
        """The newest few of each application, newest first."""
        table = tables.application_changes
        newest = (table.c.at.desc(), table.c.id.desc())
        number = func.row_number().over(partition_by=table.c.application_id, order_by=newest).label("number")
        mine = (table.c.engagement_id == self._engagement_id, table.c.application_id.in_(application_ids))
        numbered = select(*columns(ApplicationChange), table.c.at, number).where(*mine).subquery()
        query = (
            select(numbered).where(numbered.c.number <= CHANGES).order_by(numbered.c.application_id, numbered.c.number)
        )
        rows = (await self._connection.execute(query)).mappings()
        return tuple(DatedChange(from_row(ApplicationChange, row), row["at"]) for row in rows)

    async def _neighbours(
        self, dependencies: Iterable[Dependency], application_ids: tuple[str, ...]
    ) -> tuple[Application, ...]:
        named = {end for dependency in dependencies for end in (dependency.from_id, dependency.to_id)}
        outside = sorted(named.difference(application_ids))
        return await self._find(Application, [tables.applications.c.id.in_(outside)])

    async def save(self, values: Iterable[Any]) -> None:
        """Insert or replace each value by its id."""
        rows: dict[type, list[Any]] = defaultdict(list)
        for value in values:
            if isinstance(value, ImportRows):
                await self._save_rows(value)
            else:
                rows[type(value)].append(value)
                self.changed.update(_about(value))
                self.touched.note(value)
        for type_, table in TABLES.items():
            for chunk in _chunks(rows.pop(type_, [])):
                await self._upsert(table, [{**self._owner, **to_row(value, table)} for value in chunk])
        if rows:
            raise TypeError(f"There is no table for {', '.join(type_.__name__ for type_ in rows)}.")

    @property
    def _owner(self) -> dict[str, str]:
        return {"engagement_id": self._engagement_id}

    async def _upsert(self, table: Table, rows: list[dict[str, Any]]) -> None:
        await self._connection.execute(_upserting(table, tuple(rows[0])), rows)

    async def _save_rows(self, rows: ImportRows) -> None:
        owner = {"flow_id": rows.flow_id, **self._owner}
        for chunk in _chunks(rows.accepted):
            await self._upsert(tables.import_rows, [{**owner, **_plain(row)} for row in chunk])
        for left_out in _chunks(rows.rejected):
            await self._upsert(tables.rejected_rows, [{**owner, **_plain(row)} for row in left_out])

    async def remove(self, values: Iterable[Any]) -> None:
        """Delete each value; its import's rows with a DataImport."""
        rows: dict[type, list[Any]] = defaultdict(list)
        for value in values:
            rows[type(value)].append(value)
            self.changed.update(_about(value))
            self.touched.note(value)
        for type_, gone in rows.items():
            table = TABLES[type_]
            await self._connection.execute(delete(table).where(_is_one_of(table, gone)))
        for gone in rows.get(DataImport, []):
            for table in (tables.import_rows, tables.rejected_rows):
                await self._connection.execute(delete(table).where(table.c.flow_id == gone.flow_id))

    async def rows(self, flow_id: str, after: int, limit: int) -> tuple[ImportRow, ...]:
        """A page of the good rows of a flow's import, in file order, after that line."""
        table = tables.import_rows
        query = (
            select(table.c.line, table.c.kind, table.c["values"])
            .where(table.c.flow_id == flow_id, table.c.line > after)
            .order_by(table.c.line)
            .limit(limit)
        )
        found = (await self._connection.execute(query)).mappings()
        return tuple(from_row(ImportRow, row) for row in found)

    async def forget_flow(self, flow_id: str) -> None:
        """What goes with a flow and has no key to it: decisions that nobody accepted."""
        table = tables.decisions
        await self._connection.execute(delete(table).where(table.c.flow_id == flow_id, table.c.accepted.is_(False)))


def _about(value: Any) -> tuple[str, ...]:
    """The applications whose facts that value is part of."""
    if isinstance(value, Application):
        return (value.id,)
    if isinstance(value, Component):
        return (value.application_id,)
    return (value.to_id,) if isinstance(value, Dependency) else ()


def _plain(row: ImportRow | RejectedRow) -> dict[str, Any]:
    # Without a copy of the cells, of which a large inventory has millions.
    return {field.name: getattr(row, field.name) for field in fields(row)}


@cache
def _upserting(table: Table, names: tuple[str, ...]) -> Insert:
    """Making this statement anew costs more than executing it."""
    key = [column.name for column in table.primary_key.columns]
    statement = insert(table)
    changed = {name: statement.excluded[name] for name in names if name not in (*key, "engagement_id")}
    return statement.on_conflict_do_update(index_elements=key, set_=changed)


def _is_one_of(table: Table, values: Sequence[Any]) -> ColumnElement[bool]:
    key = [column.name for column in table.primary_key.columns]
    if key == ["id"]:
        return table.c.id.in_([value.id for value in values])
    return or_(*(_equals(table, key, value) for value in values))


def _equals(table: Table, key: list[str], value: Any) -> ColumnElement[bool]:
    return and_(*(table.c[name] == getattr(value, name) for name in key))


def _chunks(values: Iterable[T]) -> Iterable[list[T]]:
    rest = iter(values)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk
