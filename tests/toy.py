"""A flow type of the tests' own, with every kind of phase, and the means to drive it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from uuid_utils import uuid7

from domain.access import Role, Tenant
from domain.application import Application
from domain.definition import Agent, Batch, FlowDefinition, Outcome, Pause, Phase, PhaseCall
from domain.document import Column, Document, Table
from domain.errors import ErrorCode, refuse
from domain.export import ExportCall, ExportFormat, Exporting
from domain.flows import DEFINITIONS
from domain.need import Need
from domain.ports import Work
from resolvers.context import Caller
from shapes.codec import Codec


@dataclass(frozen=True, slots=True)
class ToyConfiguration:
    """How many applications to make; `broken` is refused by the rules, `fault` is a mistake in them."""

    size: int = 3
    broken: bool = False
    fault: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    count: int


@dataclass(frozen=True, slots=True)
class Approved:
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Approval:
    names: tuple[str, ...]
    comment: str | None = None


def make(call: PhaseCall) -> Iterator[Batch | Outcome]:
    """Applications, two to a batch."""
    if call.configuration.broken:
        raise refuse(ErrorCode.UNSUPPORTED_FORMAT, "This is no toy.", "source")
    if call.configuration.fault:
        raise ZeroDivisionError
    for start in range(0, call.configuration.size, 2):
        numbers = range(start, min(start + 2, call.configuration.size))
        yield Batch(tuple(Application(call.new_id(), f"{call.flow_id}:{n}", f"Toy {n}") for n in numbers))
    yield Outcome(Made(call.configuration.size))


def offer(call: PhaseCall) -> Outcome:
    return Outcome(Approved(tuple(sorted(application.name for application in call.portfolio.applications))))


def approve(call: PhaseCall) -> Outcome:
    unknown = set(call.input.names) - {application.name for application in call.portfolio.applications}
    if unknown:
        raise refuse(ErrorCode.INVALID_INPUT, f"There is no {', '.join(sorted(unknown))}.", "data", "names")
    return Outcome(Approved(call.input.names))


def written_down(call: ExportCall) -> Document:
    """What there is of it; a flow called "fault" is a mistake in it."""
    if call.flow.name == "fault":
        raise ZeroDivisionError
    names = tuple(application.name for application in call.portfolio.applications)
    table = Table("toys", "Toys", (Column("name", "Name"),), tuple((name,) for name in names))
    return Document(
        call.flow.name, call.engagement.name, call.now, (), (), (), (), (table,), (), {"names": list(names)}
    )


TOY = FlowDefinition(
    "toy",
    "Toy",
    "Makes applications and has them approved.",
    ToyConfiguration,
    (
        Phase("make", "Make", Made, make, 40, configured=True, agents=(Agent("maker", "Maker", "Make toys."),)),
        Phase(
            "approve",
            "Approve",
            Approved,
            offer,
            40,
            requires=("make",),
            needs=frozenset({Need.APPLICATIONS}),
            pause=Pause(
                Approval,
                propose=lambda call: Approval(call.results["approve"].names),
                decide=approve,
                needs=frozenset({Need.APPLICATIONS}),
            ),
        ),
        Phase("ship", "Ship", Made, lambda call: Outcome(Made(len(call.results["approve"].names))), 20, ("approve",)),
    ),
    area="toys",
    exporting=Exporting(
        (ExportFormat.JSON, ExportFormat.CSV), frozenset({Need.APPLICATIONS}), written_down, "toy-report"
    ),
)


ALL = {**DEFINITIONS, TOY.kind: TOY}


def now() -> datetime:
    return datetime.now(UTC)


def new_id() -> str:
    return str(uuid7())


def new_tenant() -> Tenant:
    return Tenant(str(uuid4()), str(uuid4()))


def caller(
    work: Work,
    tenant: Tenant,
    *roles: Role,
    user: str = "alice",
) -> Caller:
    return Caller(
        subject=user,
        user=user,
        roles=frozenset(roles or {Role.ADMIN}),
        tenant=tenant,
        clock=now,
        ids=new_id,
        shapes=Codec(),
        open_work=work,
        definitions=ALL,
    )
