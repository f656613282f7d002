"""Who is asking, and what one operation may use."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime

from domain.access import Role, Tenant, holds
from domain.contract import ContractReader, NoReader
from domain.customer_import.table import CustomerReader, NoCustomerReader
from domain.definition import FlowDefinition
from domain.errors import Forbidden
from domain.event_ports import EventStream
from domain.flow import Stamp
from domain.flows import DEFINITIONS
from domain.ports import Clock, Ids, Shapes, UnitOfWork, Work
from domain.reading import Reads
from domain.request import NO_ANSWER, Acting, Answer, Request
from resolvers.loading import Loaded

LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """One subject in one engagement, with the means of a command.

    `user` is who acts ("system", or the user a service acts for); `subject` is who the token was given to.
    `request` names the mutation that is being carried out, for the audit log and for repeats.
    `platform` is the grant to make tenants; `email` is what the token says.
    """

    subject: str
    user: str
    roles: frozenset[Role]
    tenant: Tenant
    clock: Clock
    ids: Ids
    shapes: Shapes
    open_work: Work
    request: Request | None = None
    email: str | None = None
    platform: bool = False
    definitions: Mapping[str, FlowDefinition] = field(default_factory=lambda: DEFINITIONS)

    def need(self, role: Role) -> None:
        """Raise Forbidden unless the caller holds that role or a higher one."""
        if not holds(self.roles, role):
            raise Forbidden(f"This needs the role {role} in the engagement.")

    def need_platform(self) -> None:
        """Raise Forbidden unless the caller's token may make tenants."""
        if not self.platform:
            raise Forbidden("Making an engagement needs a token with the grant platform.")

    def work(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """One transaction of the caller's tenant, audited under the caller's name."""
        return self.open_work(self.tenant, self._acting)

    async def record(self, outcome: str, answer: Answer = NO_ANSWER) -> None:
        """Keep what the request came to where it changed nothing; outside an engagement there is only the log."""
        if self.tenant.engagement_id:
            await self.open_work.record(self.tenant, self._acting, outcome, answer)
        elif self.request is not None:
            LOG.warning("%s of %s as %s: %s", self.request.mutation, self.subject, self.user, outcome)

    @property
    def _acting(self) -> Acting:
        return Acting(self.user, self.subject, self.request)

    def stamp(self) -> Stamp:
        """Who decides, when, and where new ids come from."""
        return Stamp(self.user, self.clock(), self.ids)

    def now(self) -> datetime:
        """The time, in UTC."""
        return self.clock()


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest file and the longest text that a command takes, in bytes; how many days a file is kept."""

    file: int = 100 << 20
    text: int = 1 << 20
    file_days: int = 30


# The address at which this caller can fetch the export of that id for a while.
Link = Callable[[Caller, str], str]


@dataclass(frozen=True, slots=True)
class Context:
    """One operation, or one delivered event: its caller, its reads in one transaction, and the live events.

    `link` is None where nothing serves files; `contract_reader` refuses everything where nothing reads contracts,
    `customer_reader` where nothing reads files of customers.
    """

    caller: Caller
    reads: Reads
    events: EventStream
    loaded: Loaded = field(default_factory=Loaded)
    limits: Limits = field(default_factory=Limits)
    link: Link | None = None
    contract_reader: ContractReader = field(default_factory=NoReader)
    customer_reader: CustomerReader = field(default_factory=NoCustomerReader)
