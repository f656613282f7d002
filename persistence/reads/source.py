"""Where a list comes from: its rows, their order, what belongs to a parent, and the values they hold."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Row, RowMapping
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.types import TypeEngine

from domain.definition import FlowDefinition
from domain.listing import Listing
from persistence.mapping import columns as columns_of
from persistence.mapping import from_row

ID: TypeEngine[Any] = UUID(as_uuid=False)
Fetch = Callable[[Any], Awaitable[Sequence[Row[Any]]]]


@dataclass(frozen=True, slots=True)
class Reading:
    """What making values of rows may need: another statement in the same transaction, and the flow types."""

    fetch: Fetch
    definitions: Mapping[str, FlowDefinition]


Make = Callable[[Reading, Sequence[RowMapping]], Awaitable[list[Any]]]


def made_by(one: Callable[[RowMapping], Any]) -> Make:
    """Values made of their rows alone."""

    async def make(_reading: Reading, rows: Sequence[RowMapping]) -> list[Any]:
        return [one(row) for row in rows]

    return make


def made_of(type_: type) -> Make:
    """Values whose fields are the columns of the same names."""
    return made_by(lambda row: from_row(type_, row))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows of one kind of thing. `tenant` is the column that says whose they are, if they are one tenant's."""

    table: FromClause
    columns: Sequence[ColumnElement[Any]]
    id: ColumnElement[Any]
    tenant: ColumnElement[Any] | None
    make: Make
    found: Callable[[Sequence[str]], ColumnElement[bool]] | None = None

    def by_id(self, ids: Sequence[str]) -> ColumnElement[bool]:
        """True of the things with these ids."""
        return self.found(ids) if self.found else self.id.in_(ids)


def owned(rows: Rows, tenant: str) -> Iterable[ColumnElement[bool]]:
    """The rows are the tenant's.

    Row-level security says the same: a forgotten filter shows nothing rather than someone else's rows.
    """
    return () if rows.tenant is None else (rows.tenant == tenant,)


def rows_of(type_: type, table: Any) -> Rows:
    """The rows of a domain type's own table."""
    return Rows(
        table=table,
        columns=tuple(columns_of(type_)),
        id=table.c.get("id", next(iter(table.primary_key))),
        tenant=table.c.engagement_id,
        make=made_of(type_),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How one kind of listing is read.

    `order` gives the columns it is sorted by, the last of them unique, and whether downwards. `belongs` says which rows
    are a parent's; `where` what else the listing asks for. `parameters` are what the rows themselves ask for, where
    they are made by a statement that has some, of the listing and the tenant; `replanned` if its plan rests on them.
    """

    rows: Rows
    order: Callable[[Any], tuple[Sequence[ColumnElement[Any]], bool]]
    belongs: Callable[[ColumnElement[Any], Any], ColumnElement[bool]] | None = None
    where: Callable[[Any], Iterable[ColumnElement[bool]]] = lambda _listing: ()
    parent_type: TypeEngine[Any] = ID
    parameters: Callable[[Any, str], Mapping[str, Any]] = lambda _listing, _tenant: {}
    replanned: bool = False


def upwards(*columns: ColumnElement[Any]) -> Callable[[Listing[Any]], tuple[Sequence[ColumnElement[Any]], bool]]:
    """Always sorted by these columns, smallest first."""
    return lambda _listing: (columns, False)


def downwards(*columns: ColumnElement[Any]) -> Callable[[Listing[Any]], tuple[Sequence[ColumnElement[Any]], bool]]:
    """Always sorted by these columns, largest first."""
    return lambda _listing: (columns, True)


def contains(column: ColumnElement[str], text: str) -> ColumnElement[bool]:
    """True where the text occurs in the column, whatever the case."""
    return column.icontains(as_kept(text), autoescape=True)


def among(column: ColumnElement[Any], values: Sequence[Any] | None) -> Iterable[ColumnElement[bool]]:
    """The column holds one of the values; nothing is asked where there are none."""
    return () if values is None else (column.in_([str(value) for value in values]),)


def same(column: ColumnElement[Any], value: Any) -> Iterable[ColumnElement[bool]]:
    """The column holds the value; nothing is asked where there is none."""
    return () if value is None else (column == (as_kept(value) if isinstance(value, str) else value),)


def as_kept(text: str) -> str:
    """The text as PostgreSQL could have kept it; what it cannot keep is found nowhere."""
    return text.encode("utf-8", "replace").decode().replace("\x00", "\ufffd")
