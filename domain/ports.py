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
    from domain.artifacts.ports import ArtifactRepository, TaskRepository
    from domain.builds.ports import BuildRepository
    from domain.contract import ContractRepository
    from domain.conversation.ports import ActionRepository, ThreadRepository
    from domain.customer_ports import CustomerRepository
    from domain.customer_success.ports import ScoringRepository, TemplateRepository
    from domain.decision import Decision
    from domain.engagement import Engagement
    from domain.errors import Problem
    from domain.event import Event
    from domain.export_ports import ExportRepository
    from domain.flow import Flow
    from domain.learning_ports import LearningRepository
    from domain.model_usage import ModelUse
    from domain.need import Need
    from domain.planning.ports import Solvers
    from domain.portfolio import Portfolio
    from domain.request import Acting, Answer
    from domain.source import Source

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

    @property
    def solvers(self) -> Solvers: ...

    def source(self, file_id: str) -> BinaryIO:
        """The bytes of a stored file, seekable; the caller closes it."""

    def rows(self, flow_id: str) -> Iterator[ImportRow]:
        """The good rows of the flow's import, in file order, a page at a time."""

    def cancelled(self) -> bool:
        """True once the run is no longer wanted: a long rule looks now and then and stops."""


@dataclass(frozen=True, slots=True)
class Conditioned:
    """A condition as it was read: the paths of the values it names, or why it cannot be read."""

    paths: frozenset[str] = frozenset()
    mistake: str | None = None


class Shapes(Protocol):
    """Domain dataclasses to and from JSON values, and their JSON Schema."""

    def encode(self, value: Any) -> Any:
        """A JSON value: Decimal and dates as text, tuples as lists."""

    def decode(self, type_: type[T], data: Any, path: tuple[str, ...] = ()) -> T:
        """The value, or Refused with one INVALID_INPUT per thing wrong, each path starting with `path`."""

    def schema(self, type_: type) -> dict[str, Any]:
        """JSON Schema (2020-12) of what `decode` takes."""

    def misfits(self, schema: Mapping[str, Any], data: Any, path: tuple[str, ...] = ()) -> tuple[Problem, ...]:
        """One problem for each thing in which a tenant's document does not follow that JSON Schema."""

    def holds(self, condition: str, values: Mapping[str, Any]) -> bool:
        """Whether a condition in a tenant's document holds for these values; one that cannot be told does not."""

    def condition(self, condition: str) -> Conditioned:
        """What a condition names, or what is wrong with it."""


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

    async def chunk(self, file_id: str, number: int) -> bytes | None:
        """One piece of it, counted from 0: so that a slow reader holds no transaction; None behind the last."""

    async def expire(self, file_id: str, flow_id: str, at: datetime) -> None:
        """Let it go at that time, or with the flow it belongs to."""

    async def remove(self, file_id: str) -> None: ...


class FlowRepository(Protocol):
    """Flows of the engagement, with their phases. `get` locks the row until the unit of work ends."""

    async def get(self, flow_id: str) -> Flow: ...

    async def add(self, flow: Flow) -> None: ...

    async def save(self, flow: Flow) -> None: ...

    async def delete(self, flow: Flow) -> None: ...

    async def previous(self, kind: str, application_ids: Sequence[str]) -> tuple[str | None, int] | None:
        """The newest earlier iteration over the same scope: its flow, while it is there, and its number."""

    async def unfinished(self, kind: str) -> tuple[str, ...]:
        """Ids of the flows of that type that have neither completed nor been cancelled, oldest first."""

    async def begin_iteration(self, flow: Flow, scope: Sequence[str] | None = None) -> None:
        """Keep its number for good, with the ids that it is found by: its applications where none are given."""


class ResultRepository(Protocol):
    """Append-only revisions of what phases came to, as JSON, and what a run has staged until it ends."""

    async def current(self, flow_id: str) -> Mapping[str, Any]:
        """The newest result of each phase, by phase key."""

    async def append(
        self, flow_id: str, phase: str, data: Any, *, source: Source, author: str, at: datetime, run_id: str | None
    ) -> None: ...

    async def stage(self, run_id: str, number: int, data: Any) -> None: ...

    async def stage_values(self, run_id: str, number: int, values: Sequence[Any]) -> None: ...

    async def staged(self, run_id: str, number: int) -> Any: ...

    def staged_values(self, run_id: str, numbers: range) -> AsyncIterator[list[Any]]: ...

    async def clear(self, run_id: str) -> None: ...


class PortfolioRepository(Protocol):
    """The portfolio's values."""

    async def load(self, needs: frozenset[Need], flow_id: str, application_ids: tuple[str, ...]) -> Portfolio:
        """What a rule asked for; without application ids, of the whole engagement; without a flow, nothing for it."""

    async def hold(self) -> None:
        """Let nobody else change the portfolio until the unit of work ends: what is read is what is then replaced."""

    async def mark(self, needs: frozenset[Need], application_ids: tuple[str, ...]) -> str:
        """Differs once anybody has changed the applications, components or dependencies that are asked for."""

    async def get(self, type_: type[T], ids: Iterable[str]) -> tuple[T, ...]:
        """Those of that type that are there, in the order of the ids; locked until the unit of work ends."""

    async def flow_of(self, type_: type, id: str) -> str | None:
        """The flow of the thing of that type; None where it is not there. Nothing is held: the flow is locked first."""

    async def in_force(self) -> Mapping[str, frozenset[str]]:
        """By the flow of each plan in force, the applications that it holds; nothing is held here either."""

    async def decisions(self, flow_id: str, application_ids: Iterable[str]) -> tuple[Decision, ...]:
        """Those of that flow about these applications."""

    async def accepted(self, application_ids: Iterable[str]) -> Mapping[str, Decision]:
        """The newest accepted decision of each application that has one."""

    async def save(self, values: Iterable[Any]) -> None:
        """Insert or replace each value by its id."""

    async def remove(self, values: Iterable[Any]) -> None: ...

    async def rows(self, flow_id: str, after: int, limit: int) -> tuple[ImportRow, ...]:
        """A page of the good rows of a flow's import, in file order, after that line."""

    async def forget_flow(self, flow_id: str) -> None:
        """Delete what only an unfinished flow had proposed."""


class EngagementRepository(Protocol):
    """The tenant's own engagement, its client account and its members."""

    async def get(self) -> Engagement:
        """Locked until the unit of work ends: what is decided about members rests on all of them."""

    async def has_account(self) -> bool: ...

    async def add_account(self, name: str) -> None: ...

    async def add(self, engagement: Engagement) -> None: ...

    async def save(self, engagement: Engagement) -> None: ...

    async def members(self) -> tuple[Member, ...]: ...

    async def save_member(self, member: Member) -> None: ...

    async def remove_member(self, subject: str) -> None: ...


class ModelUseRepository(Protocol):
    """What agents asked of language models."""

    async def add(self, use: ModelUse) -> None:
        """Keep it with its flow; the same id a second time changes nothing."""


class PreferencesRepository(Protocol):
    """What users of the client account prefer."""

    async def save(self, subject: str, given: Mapping[str, Any], at: datetime) -> None:
        """Keep what is given; the rest stays as it is."""


class LegacyRepository(Protocol):
    """Which flows of an older system have been registered."""

    async def claim(self, legacy_id: str) -> bool:
        """True for the one transaction that is to register it; another that tries at once waits for its end."""

    async def keep(self, legacy_id: str, flow_id: str) -> None:
        """What it was registered as."""


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

    @property
    def exports(self) -> ExportRepository: ...

    @property
    def engagements(self) -> EngagementRepository: ...

    @property
    def learnings(self) -> LearningRepository: ...

    @property
    def model_uses(self) -> ModelUseRepository: ...

    @property
    def preferences(self) -> PreferencesRepository: ...

    @property
    def templates(self) -> TemplateRepository: ...

    @property
    def scoring(self) -> ScoringRepository: ...

    @property
    def tasks(self) -> TaskRepository: ...

    @property
    def threads(self) -> ThreadRepository: ...

    @property
    def actions(self) -> ActionRepository: ...

    @property
    def artifacts(self) -> ArtifactRepository: ...

    @property
    def legacy(self) -> LegacyRepository: ...

    @property
    def customers(self) -> CustomerRepository: ...

    @property
    def contracts(self) -> ContractRepository: ...

    @property
    def builds(self) -> BuildRepository: ...

    @property
    def refused(self) -> tuple[Problem, ...]:
        """Why an answer that is kept here was refused."""

    def refuse(self, problems: tuple[Problem, ...]) -> None:
        """Say that the answer which is kept here is refused all the same."""

    def tell(self, event: Event) -> None:
        """An event outside any flow."""

    def tell_account(self, event: Event) -> None:
        """The same in every engagement of the client account; the caller holds what of the account it tells of."""

    def touch(self, thing_id: str) -> None:
        """Name what the command made or changed, for the audit log and for a repeat of the request."""

    def tell_again(self, data: Mapping[str, Any]) -> None:
        """Keep, beside ids, what a repeat of the request is told: a JSON value."""

    def witness(self, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> None:
        """Say for the audit log how something was and is; never what is secret."""

    async def engagement(self) -> Engagement: ...

    async def start_run(self, run_id: str) -> int:
        """Count one more start of that attempt; how many there were."""

    async def save_ui_state(self, flow_id: str, subject: str, state: Any) -> None: ...

    async def woken(self, flow_id: str, now: datetime) -> bool:
        """True when its time has come; False when it was put off, or somebody else has woken it."""


class Work(Protocol):
    """Opens a unit of work for a tenant; with `acting` it is audited, and a repeat raises Repeated."""

    def __call__(self, tenant: Tenant, acting: Acting | None = None) -> AbstractAsyncContextManager[UnitOfWork]: ...

    async def record(self, tenant: Tenant, acting: Acting, outcome: str, answer: Answer) -> None:
        """Keep in the audit log what a request came to that changed nothing.

        Its problems are told again to a repeat; Repeated when one with its key was carried out meanwhile.
        """


class Sweeps(Protocol):
    """What is looked at across tenants: ids and times only."""

    async def due(self, now: datetime) -> Sequence[tuple[Tenant, str]]:
        """Flows whose time has come."""

    async def expired(self, now: datetime) -> Sequence[tuple[Tenant, str, str]]:
        """Files whose time has come, each with the flow it belongs to."""

    async def untouched(self, before: datetime) -> Sequence[tuple[Tenant, str]]:
        """Threads that go on and in which nothing was said since then."""

    async def beat(self, executor_id: str, now: datetime) -> None:
        """Say that this worker lives."""

    async def forget(self, now: datetime, ended_before: datetime | None) -> None:
        """Drop answers that nobody may ask for again, and the logs of flows that ended before that time."""
