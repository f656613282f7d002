"""Importing legacy flows: each row in a transaction of its own, so that one that was interrupted can be repeated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.access import Role, Tenant
from domain.errors import Forbidden, NotFound, Refused
from domain.event import CancelRun, Job
from domain.flows import DEFINITIONS
from domain.legacy import SCRIPT, LegacyRow, Read, read_row
from domain.request import Request
from persistence.work import Outlets, Works
from readers.legacy import read_legacy
from resolvers.context import Caller
from resolvers.legacy import register_legacy
from server.composition import database, new_id, now
from server.settings import Settings
from shapes.codec import Codec

MUTATION = "import-legacy"

# What flows of these types consist of is the same for all: nobody need know by which template one went elsewhere.
_REGISTERED = tuple(kind for kind, definition in DEFINITIONS.items() if definition.shape is None)
_GUIDED = tuple(kind for kind in DEFINITIONS if kind not in _REGISTERED)


@dataclass(slots=True)
class Report:
    """What became of a file: notes and problems by row; a row with problems was not registered."""

    rows: int = 0
    registered: int = 0
    known: int = 0
    notes: list[tuple[int, str]] = field(default_factory=list)
    problems: dict[int, list[str]] = field(default_factory=dict)

    def problems_by_text(self) -> Iterator[tuple[int, str]]:
        """Each problem with its row."""
        yield from ((row, text) for row, texts in self.problems.items() for text in texts)

    def as_json(self) -> dict[str, Any]:
        """The report for a script."""
        return {
            "rows": self.rows,
            "registered": self.registered,
            "registeredBefore": self.known,
            "notes": [{"row": row, "message": text} for row, text in self.notes],
            "problems": [{"row": row, "message": text} for row, text in self.problems_by_text()],
        }


async def import_legacy(settings: Settings, tenant: Tenant, content: bytes, name: str, *, only_check: bool) -> Report:
    """Register what the file holds; Refused where it cannot be read or there is no such engagement."""
    rows = list(read_legacy(content, name))
    report = Report(len(rows))
    reads = _read(rows, report)
    engine = database(settings)
    try:
        caller = _caller(Works(engine, DEFINITIONS, Outlets(_queue, _cancel, lambda _heads: None), now, new_id), tenant)
        await _require(caller)
        if not only_check:
            for read in reads:
                await _register(caller, read, report)
    finally:
        await engine.dispose()
    return report


def _read(rows: Sequence[LegacyRow], report: Report) -> list[Read]:
    """Those that can be registered; two rows of one id are one mistake, and the first of them counts."""
    reads, seen = [], dict[str, int]()
    for row in rows:
        read = read_row(row, _REGISTERED, _GUIDED)
        if read.flow and (first := seen.setdefault(read.flow.id, read.number)) != read.number:
            read.problems.append(f"id: {read.flow.id!r} stands in row {first} already; give each flow its own.")
        if read.problems:
            report.problems[read.number] = read.problems
        else:
            reads.append(read)
    return reads


async def _require(caller: Caller) -> None:
    """Refused unless the engagement is there: under another account it is as far away as one that never was."""
    async with replace(caller, request=None).work() as uow:
        if (await uow.engagement()).client_account_id != caller.tenant.client_account_id:
            raise NotFound("engagement")


async def _register(caller: Caller, read: Read, report: Report) -> None:
    if read.flow is None:
        return
    try:
        registration = await register_legacy(caller, read.flow)
    except (Refused, Forbidden) as wrong:
        report.problems[read.number] = [str(wrong)]
        return
    if registration.flow_id is None:
        report.known += 1
        return
    report.registered += 1
    report.notes += [(read.number, text) for text in (*read.notes, *registration.notes)]


def _caller(works: Works, tenant: Tenant) -> Caller:
    return Caller(
        subject=SCRIPT,
        user=SCRIPT,
        roles=frozenset({Role.ADMIN}),
        tenant=tenant,
        clock=now,
        ids=new_id,
        shapes=Codec(),
        open_work=works,
        request=Request.of(MUTATION, {}, reason="Flows of an older system"),
    )


async def _queue(_connection: AsyncConnection, _tenant: Tenant, _job: Job) -> None:
    """Registering sets nothing going."""


async def _cancel(_jobs: Sequence[CancelRun]) -> None:
    """Nothing runs of it here."""
