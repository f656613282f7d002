"""The port `Reads` on PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from sqlalchemy import ColumnElement, Executable, Row, RowMapping, Select, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.access import Tenant
from domain.analytics import AnalyticsFilter, FlowAnalytics
from domain.application import Application
from domain.customer_success.listing import QueueOf
from domain.definition import FlowDefinition
from domain.errors import LimitExceeded
from domain.known import DifferenceCounts, FlowCount, PortfolioSummary
from domain.listing import Listing
from domain.model_status import ModelStatus
from domain.model_usage import ModelUsage
from domain.need import Need
from domain.portfolio import Portfolio
from domain.preferences import SavedPreferences
from domain.reading import Page, Window
from persistence import model_checks
from persistence.database import reading
from persistence.portfolio import PortfolioValues
from persistence.reads import analytics, asking, counting, learning, planning
from persistence.reads.paging import count_query, page_query, seal, split, unsealed
from persistence.reads.queue import Queues
from persistence.reads.source import Reading, Rows, Source, owned
from persistence.reads.sources import ROWS, SOURCES
from persistence.tables import applications

T = TypeVar("T")

# What one statement over all flows may take.
PATIENCE_MS = 5_000
QUERY_CANCELED = "57014"
_TIMEOUT = "statement_timeout"

# No engagement: what belongs to one is not found.
NOWHERE = "00000000-0000-0000-0000-000000000000"

# The engagement of who has selected none: a UUID that no engagement has.
NOBODY = "00000000-0000-0000-0000-000000000000"


class PostgresReads:
    """One transaction, opened by the first read; statements wait for each other, since it is one connection."""

    def __init__(
        self,
        engine: AsyncEngine,
        tenant: Tenant | None,
        subject: str,
        definitions: Mapping[str, FlowDefinition],
    ) -> None:
        self._engine = engine
        self._tenant = tenant
        self._subject = subject
        self._reading = Reading(self.fetch, definitions)
        self._lock = asyncio.Lock()
        self._stack = AsyncExitStack()
        self._connection: AsyncConnection | None = None
        self._queues: Queues | None = None
        self._replans = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.refresh()

    async def refresh(self) -> None:
        """End the transaction: what is read next is read anew."""
        async with self._lock:
            self._connection = self._queues = None
            self._replans = False
            await self._stack.aclose()

    async def fetch(self, query: Executable) -> Sequence[Row[Any]]:
        """The rows of one statement; one that fails ends the transaction, which could not go on."""
        async with self._connected() as connection:
            rows: Sequence[Row[Any]] = (await connection.execute(query)).all()
            return rows

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[AsyncConnection]:
        async with self._lock:
            if self._connection is None:
                opened = reading(self._engine, self._tenant, self._subject)
                self._connection = await self._stack.enter_async_context(opened)
            try:
                yield self._connection
            except BaseException as error:
                self._connection, self._replans = None, False
                await self._stack.__aexit__(type(error), error, error.__traceback__)
                raise

    async def get(self, type_: type[T], ids: Collection[str]) -> Mapping[str, T]:
        """Things by their ids; what is not there, or is another tenant's, is left out."""
        if not ids:
            return {}
        rows = ROWS[type_]
        return {value.id: value for value in await self._things(rows, rows.by_id(sorted(ids)))}

    async def pages(self, listings: Sequence[Listing[T]], window: Window) -> list[Page[T]]:
        """The same window on lists that differ in their parent only, in one statement."""
        if not listings:
            return []
        source = SOURCES[type(listings[0])]
        owner = self._tenant_id if source.rows.tenant is not None else self._subject
        ending = seal(source, listings[0], owner)
        window = unsealed(window, ending)
        query = page_query(source, _distinct(listings), window, self._tenant_id)
        rows = [row._mapping for row in await self._fetch_from(source, query, listings[0])]
        values = await source.rows.make(self._reading, rows)
        return split(source, listings, window, rows, values, ending)

    async def counts(self, listings: Sequence[Listing[Any]]) -> list[int]:
        """How long each list is; they differ in their parent only."""
        if not listings:
            return []
        if isinstance(listings[0], QueueOf):
            return [await self.queues.count(cast("QueueOf", listing)) for listing in listings]
        distinct = _distinct(listings)
        source = SOURCES[type(listings[0])]
        query = count_query(source, distinct, self._tenant_id)
        rows = await self._fetch_from(source, query, listings[0])
        found = {listing.parent: row.n for listing, row in zip(distinct, rows, strict=True)}
        return [found[listing.parent] for listing in listings]

    async def applications_by_key(self, keys: Collection[str]) -> Mapping[str, Application]:
        """Applications by their natural keys."""
        key = applications.c.key.in_(sorted(keys))
        values = await self._things(ROWS[Application], key) if keys else []
        return {value.key: value for value in values}

    async def _things(self, rows: Rows, where: ColumnElement[bool]) -> list[Any]:
        query = select(*rows.columns).select_from(rows.table).where(*owned(rows, self._tenant_id), where)
        return await rows.make(self._reading, await self._mappings(query))

    async def flow_counts(self) -> tuple[FlowCount, ...]:
        """How many flows there are of each type in each status."""
        return counting.flows(await self.fetch(counting.flow_query(self._tenant_id)))

    async def portfolio_summary(self) -> PortfolioSummary:
        """The engagement's applications, counted."""
        return counting.portfolio(await self.fetch(counting.portfolio_query(self._tenant_id)))

    async def difference_counts(self, flow_ids: Sequence[str]) -> Mapping[str, DifferenceCounts]:
        """How many applications each discovery created, changed and missed."""
        return counting.differences(await self.fetch(counting.difference_query(self._tenant_id, flow_ids)))

    async def wave_costs(self, flow_ids: Collection[str]) -> Mapping[str, Decimal]:
        """What each wave of these flows comes to, by its id; waves without an estimate are left out."""
        return planning.wave_costs(await self.fetch(planning.wave_costs_query(self._tenant_id, sorted(flow_ids))))

    async def in_force(self, flow_ids: Collection[str]) -> frozenset[str]:
        """Those of these flows that are plans in force: they hold applications."""
        rows = await self.fetch(planning.in_force_query(self._tenant_id, sorted(flow_ids)))
        return frozenset(row.planned_by for row in rows)

    async def portfolio(self, needs: frozenset[Need], flow_id: str, application_ids: tuple[str, ...]) -> Portfolio:
        """What a rule asks for, held for nobody."""
        async with self._connected() as connection:
            return await PortfolioValues(connection, self._tenant_id).load(needs, flow_id, application_ids)

    async def analytics(self, wanted: AnalyticsFilter) -> FlowAnalytics:
        """Figures over all flows that are wanted; LimitExceeded where they take too long."""
        try:
            usual = (await self.fetch(select(func.current_setting(_TIMEOUT))))[0][0]
            memory = func.set_config("work_mem", analytics.MEMORY, True)
            await self.fetch(select(func.set_config(_TIMEOUT, str(PATIENCE_MS), True), memory))
            found = await analytics.analytics(self.fetch, self._tenant_id, wanted)
            await self.fetch(select(func.set_config(_TIMEOUT, usual, True)))
        except DBAPIError as error:
            if getattr(error.orig, "sqlstate", None) != QUERY_CANCELED:
                raise
            message = "These figures take too long. Ask for fewer flow types, or for flows since a later day."
            raise LimitExceeded(message) from error
        return found

    async def usage_of_runs(self, run_ids: Collection[str]) -> Mapping[str, tuple[ModelUsage, ...]]:
        """What was asked of each model in each run; runs in which none was asked are left out."""
        return asking.usages(await self.fetch(asking.of_runs(self._tenant_id, run_ids)))

    async def usage_of_flows(self, flow_ids: Collection[str]) -> Mapping[str, tuple[ModelUsage, ...]]:
        """The same of all runs of each flow."""
        return asking.usages(await self.fetch(asking.of_flows(self._tenant_id, flow_ids)))

    async def model_status(self, now: datetime) -> ModelStatus:
        """What the workers found of the language model, as it is known now."""
        return model_checks.known(await self.fetch(model_checks.newest()), now)

    async def preferences(self, subject: str) -> SavedPreferences | None:
        """What that user of the client account has said; None where he never did."""
        account = self._tenant.client_account_id if self._tenant else NOWHERE
        rows = await self.fetch(learning.preferences_query(account, subject))
        return SavedPreferences(**rows[0]._mapping) if rows else None

    async def ui_states(self, flow_ids: Sequence[str], subject: str) -> Mapping[str, Any]:
        """That subject's own view of each flow."""
        rows = await self.fetch(counting.ui_state_query(self._tenant_id, flow_ids, subject))
        return {row.flow_id: row.state for row in rows}

    @property
    def queues(self) -> Queues:
        """The queues of customers' work, with what stands behind them, in the transaction that is open."""
        if self._queues is None:
            self._queues = Queues(self._fetch_replanned, self._tenant_id)
        return self._queues

    async def _fetch_from(self, source: Source, query: Select[Any], listing: Listing[Any]) -> Sequence[Row[Any]]:
        if source.replanned:
            await self._replan()
        return await self.fetch(query.params(**source.parameters(listing, self._tenant_id)))

    async def _fetch_replanned(self, query: Executable) -> Sequence[Row[Any]]:
        await self._replan()
        return await self.fetch(query)

    async def _replan(self) -> None:
        """Plan what follows by its parameters: a plan for whatever parameters takes a queue more than twice as long."""
        if not self._replans:
            await self.fetch(select(func.set_config("plan_cache_mode", "force_custom_plan", True)))
            self._replans = True

    @property
    def _tenant_id(self) -> str:
        return self._tenant.engagement_id if self._tenant else NOWHERE

    async def _mappings(self, query: Executable) -> Sequence[RowMapping]:
        return [row._mapping for row in await self.fetch(query)]


def _distinct(listings: Sequence[Listing[T]]) -> list[Listing[T]]:
    return list({listing.parent: listing for listing in listings}.values())
