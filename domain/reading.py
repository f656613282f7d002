"""Reading: a window on a list, the page it shows, and the port that reads."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, Protocol, TypeVar

from domain.analytics import AnalyticsFilter, FlowAnalytics
from domain.application import Application
from domain.customer_success.ports import QueueReads
from domain.known import (
    DifferenceCounts,
    FlowCount,
    PortfolioSummary,
)
from domain.listing import (
    Listing,
)
from domain.model_status import ModelStatus
from domain.model_usage import ModelUsage
from domain.need import Need
from domain.portfolio import Portfolio
from domain.preferences import SavedPreferences

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

# Where an item stands in the order of its list: the values it is sorted by, as JSON values.
Key = tuple[Any, ...]

DEFAULT_SIZE = 50
MAX_SIZE = 100


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a list that is wanted: `size` items between two places, counted from the end if `backward`."""

    size: int = DEFAULT_SIZE
    after: Key | None = None
    before: Key | None = None
    backward: bool = False


# For lists that are short by nature.
WHOLE = Window(size=10_000)


@dataclass(frozen=True, slots=True)
class Page(Generic[T_co]):
    """A window's items, each with its place in the order."""

    listing: Listing[T_co]
    items: tuple[T_co, ...]
    keys: tuple[Key, ...]
    has_next: bool = False
    has_previous: bool = False


class Reads(Protocol):
    """Reading in one read-only transaction of one tenant: one statement at a time, however many ask at once."""

    async def get(self, type_: type[T], ids: Collection[str]) -> Mapping[str, T]:
        """Things by their ids; what is not there, or is another tenant's, is left out."""

    async def pages(self, listings: Sequence[Listing[T]], window: Window) -> list[Page[T]]:
        """The same window on lists that differ in their parent only, in one statement."""

    async def counts(self, listings: Sequence[Listing[Any]]) -> list[int]:
        """How long each list is; they differ in their parent only."""

    async def applications_by_key(self, keys: Collection[str]) -> Mapping[str, Application]:
        """Applications by their natural keys."""

    async def flow_counts(self) -> tuple[FlowCount, ...]: ...

    async def portfolio_summary(self) -> PortfolioSummary: ...

    async def difference_counts(self, flow_ids: Sequence[str]) -> Mapping[str, DifferenceCounts]: ...

    async def wave_costs(self, flow_ids: Collection[str]) -> Mapping[str, Decimal]:
        """What each wave of these flows comes to, by its id; waves without an estimate are left out."""

    async def in_force(self, flow_ids: Collection[str]) -> frozenset[str]:
        """Those of these flows that are plans in force: they hold applications."""

    async def portfolio(self, needs: frozenset[Need], flow_id: str, application_ids: tuple[str, ...]) -> Portfolio:
        """What a rule asks for, held for nobody: it may have changed by the time it is looked at."""

    async def analytics(self, wanted: AnalyticsFilter) -> FlowAnalytics:
        """Figures over all flows that are wanted; LimitExceeded where they take too long."""

    async def usage_of_runs(self, run_ids: Collection[str]) -> Mapping[str, tuple[ModelUsage, ...]]:
        """What was asked of each model in each run; runs in which none was asked are left out."""

    async def usage_of_flows(self, flow_ids: Collection[str]) -> Mapping[str, tuple[ModelUsage, ...]]:
        """The same of all runs of each flow."""

    async def model_status(self, now: datetime) -> ModelStatus:
        """What the workers found of the language model, as it is known now."""

    async def preferences(self, subject: str) -> SavedPreferences | None:
        """What that user of the client account has said; None where he never did."""

    async def ui_states(self, flow_ids: Sequence[str], subject: str) -> Mapping[str, Any]: ...

    @property
    def queues(self) -> QueueReads: ...

    async def refresh(self) -> None:
        """End the transaction: what is read next is read anew."""
