"""How the domain's commands reach the outside: protocols that other folders implement without inheriting."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, TypeVar

from domain.inventory import ImportRow, RejectedRow

if TYPE_CHECKING:
    from domain.access import Member, Tenant
    from domain.definition import Need, Pattern
    from domain.event import LiveText, LoggedEvent
    from domain.flow import Flow
    from domain.portfolio import Portfolio

T = TypeVar("T")


class Clock(Protocol):
    """The time, in UTC."""

    def __call__(self) -> datetime: ...


class Ids(Protocol):
    """A new UUIDv7, as text."""

    def __call__(self) -> str: ...


@dataclass(frozen=True, slots=True)
class InventorySheet:
    """What a reader says of a file before its first row: the format's key, and the header's names in order."""

    format: str
    columns: tuple[str, ...]


class InventoryReader(Protocol):
    """Reads inventory files; refuses what is too large or of no known format with Refused, at the first sight of it."""

    def read(
        self, source: BinaryIO, file_name: str, format: str | None = None
    ) -> tuple[InventorySheet, Iterator[ImportRow | RejectedRow]]: ...


class PhasePorts(Protocol):
    """What a rule may reach beside its facts; called from the thread it runs in, never from the event loop."""

    @property
    def reader(self) -> InventoryReader: ...

    def source(self, file_id: str) -> BinaryIO:
        """The bytes of a stored file, seekable; the caller closes it."""

    def rows(self, flow_id: str) -> Iterator[ImportRow]:
        """The good rows of the flow's import, in file order, a page at a time."""

    def cancelled(self) -> bool:
        """True once the run is no longer wanted: a long rule looks now and then and stops."""


class Shapes(Protocol):
    """Domain dataclasses to and from JSON values, and their JSON Schema."""

    def encode(self, value: Any) -> Any:
        """A JSON value: Decimal and dates as text, tuples as lists."""

    def decode(self, type_: type[T], data: Any, path: tuple[str, ...] = ()) -> T:
        """The value, or Refused with one INVALID_INPUT per thing wrong, each path starting with `path`."""

    def schema(self, type_: type) -> dict[str, Any]:
        """JSON Schema (2020-12) of what `decode` takes."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file as it was stored: `sha256` in hex, `size` in bytes."""

    id: str
    name: str
    media_type: str | None
    size: int
    sha256: str


class Files(Protocol):
    """Files of the engagement, streamed in 1 MiB chunks."""

    async def save(self, name: str, media_type: str | None, chunks: AsyncIterator[bytes], limit: int) -> StoredFile:
        """Stores all of it, or raises Refused LIMIT_EXCEEDED and stores nothing."""

    async def get(self, file_id: str) -> StoredFile: ...

    def read(self, file_id: str) -> AsyncIterator[bytes]: ...


class EventLog(Protocol):
    """Reading the durable log. Numbers start at 1; `after` 0 is the beginning."""

    async def flow_events(self, flow_id: str, after: int, limit: int) -> Sequence[LoggedEvent]: ...

    async def engagement_events(self, after: int, limit: int) -> Sequence[LoggedEvent]: ...


class EventStream(Protocol):
    """Following the log live, exactly once and in order; ends with NotFound once a followed flow is deleted."""

    def flow_events(self, tenant: Tenant, flow_id: str, after: int) -> AsyncIterator[LoggedEvent | LiveText]: ...

    def engagement_events(self, tenant: Tenant, after: int) -> AsyncIterator[LoggedEvent]: ...


class FlowRepository(Protocol):
    """Flows of the engagement, with their phases. `get` locks the row until the unit of work ends."""

    async def get(self, flow_id: str) -> Flow: ...

    async def add(self, flow: Flow) -> None: ...

    async def save(self, flow: Flow) -> None: ...

    async def delete(self, flow: Flow) -> None: ...


class ResultRepository(Protocol):
    """Append-only revisions of what phases came to, as JSON."""

    async def current(self, flow_id: str) -> Mapping[str, Any]:
        """The newest result of each phase, by phase key."""

    async def append(self, flow_id: str, phase: str, run_id: str, author: str, data: Any) -> None: ...


class PortfolioRepository(Protocol):
    """The portfolio's values."""

    async def load(self, needs: frozenset[Need], flow_id: str, application_ids: tuple[str, ...]) -> Portfolio:
        """What a rule asked for; without application ids, of the whole engagement."""

    async def save(self, values: Iterable[Any]) -> None:
        """Insert or replace each value by its id."""

    async def remove(self, values: Iterable[Any]) -> None: ...


class UnitOfWork(Protocol):
    """One transaction of one tenant: committed on leaving without an exception, rolled back otherwise."""

    @property
    def flows(self) -> FlowRepository: ...

    @property
    def results(self) -> ResultRepository: ...

    @property
    def portfolio(self) -> PortfolioRepository: ...

    @property
    def files(self) -> Files: ...

    async def settings(self) -> Mapping[str, Any]: ...

    async def similar_patterns(self, flow: Flow, phase: str) -> tuple[Pattern, ...]: ...

    async def member(self, subject: str) -> Member | None: ...


class Work(Protocol):
    """Opens a unit of work for a tenant."""

    def __call__(self, tenant: Tenant) -> AbstractAsyncContextManager[UnitOfWork]: ...
