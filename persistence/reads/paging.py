"""Windows on lists by keyset: one statement for many parents, a place in the order instead of an offset."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from hashlib import blake2s
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, cast, column, func, literal, select, true, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from domain.errors import CursorExpired
from domain.listing import Listing
from domain.reading import Key, Page, Window
from persistence.reads.source import Source, owned

PARENT = "parent_id"
SEAL_BYTES = 6


def page_query(source: Source, listings: Sequence[Listing[Any]], window: Window, tenant: str) -> Select[Any]:
    """The rows of that window, one more than asked for where there are more, with `k0`, `k1`, … as their places."""
    columns, downwards = source.order(listings[0])
    keys = [column_.label(f"k{number}") for number, column_ in enumerate(columns)]
    query = select(*source.rows.columns, *keys).select_from(source.rows.table)
    query = query.where(*_wanted(source, listings[0], tenant), *_between(columns, window, downwards=downwards))
    descending = downwards != window.backward
    query = query.limit(window.size + 1)
    if source.belongs is None:
        return query.order_by(*_sorted(columns, descending=descending))
    parents = _parents(source, listings)
    own = (
        query.where(source.belongs(parents.c.id, listings[0]))
        .order_by(*_sorted(columns, descending=descending))
        .lateral("own")
    )
    sorted_keys = _sorted([own.c[key.name] for key in keys], descending=descending)
    return (
        select(parents.c.id.label(PARENT), own)
        .select_from(parents.join(own, true()))
        .order_by(parents.c.number, *sorted_keys)
    )


def seal(source: Source, listing: Listing[Any], owner: str) -> Key:
    """What the places of that list end with: whose it is, what it lists, and in which order.

    A place of somebody else's list then is as unknown as one that never was. Nothing where places are plain numbers,
    which say nothing of anybody.
    """
    columns, downwards = source.order(listing)
    if len(columns) == 1 and columns[0].type.python_type is int:
        return ()
    about = [owner, type(listing).__name__, *(getattr(each, "name", "") for each in columns), str(downwards)]
    return (blake2s("\0".join(about).encode(), digest_size=SEAL_BYTES).hexdigest(),)


def unsealed(window: Window, ending: Key) -> Window:
    """The window with its places as the order has them; CursorExpired where one is of another list."""
    return replace(window, after=_unsealed(window.after, ending), before=_unsealed(window.before, ending))


def _unsealed(key: Key | None, ending: Key) -> Key | None:
    if key is None or not ending:
        return key
    if key[-len(ending) :] != ending:
        raise _unknown()
    return key[: -len(ending)]


def count_query(source: Source, listings: Sequence[Listing[Any]], tenant: str) -> Select[Any]:
    """How many rows each listing has, in order."""
    query = select(func.count().label("n")).select_from(source.rows.table)
    query = query.where(*_wanted(source, listings[0], tenant))
    if source.belongs is None:
        return query
    parents = _parents(source, listings)
    own = query.where(source.belongs(parents.c.id, listings[0])).lateral("own")
    return select(own.c.n).select_from(parents.join(own, true())).order_by(parents.c.number)


def split(
    source: Source,
    listings: Sequence[Listing[Any]],
    window: Window,
    rows: Sequence[RowMapping],
    values: Sequence[Any],
    ending: Key = (),
) -> list[Page[Any]]:
    """The page of each listing, of the rows of all; places end with `ending`."""
    count = len(source.order(listings[0])[0])
    found: dict[str | None, list[tuple[Any, Key]]] = {listing.parent: [] for listing in listings}
    for row, value in zip(rows, values, strict=True):
        key = (*(_plain(row[f"k{number}"]) for number in range(count)), *ending)
        found[str(row[PARENT]) if source.belongs is not None else listings[0].parent].append((value, key))
    return [_page(listing, window, found[listing.parent]) for listing in listings]


def _page(listing: Listing[Any], window: Window, found: list[tuple[Any, Key]]) -> Page[Any]:
    more = len(found) > window.size
    kept = found[: window.size]
    if window.backward:
        kept = kept[::-1]
        has_next, has_previous = window.before is not None, more
    else:
        has_next, has_previous = more, window.after is not None
    return Page(listing, tuple(v for v, _ in kept), tuple(k for _, k in kept), has_next, has_previous)


def _wanted(source: Source, listing: Listing[Any], tenant: str) -> Sequence[ColumnElement[bool]]:
    return [*owned(source.rows, tenant), *source.where(listing)]


def _parents(source: Source, listings: Sequence[Listing[Any]]) -> Any:
    ids = literal([listing.parent for listing in listings], ARRAY(source.parent_type))
    return (
        func.unnest(cast(ids, ARRAY(source.parent_type)))
        .table_valued(column("id", source.parent_type), with_ordinality="number")
        .render_derived("parents")
    )


def _between(
    columns: Sequence[ColumnElement[Any]], window: Window, *, downwards: bool
) -> Sequence[ColumnElement[bool]]:
    bounds = []
    for key, behind in ((window.after, True), (window.before, False)):
        if key is not None:
            place = tuple_(*_values(columns, key))
            bounds.append(tuple_(*columns) > place if behind != downwards else tuple_(*columns) < place)
    return bounds


def _sorted(columns: Sequence[ColumnElement[Any]], *, descending: bool) -> list[ColumnElement[Any]]:
    return [column_.desc() if descending else column_.asc() for column_ in columns]


def _values(columns: Sequence[ColumnElement[Any]], key: Key) -> list[Any]:
    if len(columns) != len(key):
        raise _unknown()
    return [literal(_typed(column_, part), column_.type) for column_, part in zip(columns, key, strict=True)]


def _typed(column_: ColumnElement[Any], part: Any) -> Any:
    try:
        python = column_.type.python_type
        if python is datetime:
            return datetime.fromisoformat(part)
        if python is date:
            return date.fromisoformat(part)
        if python is Decimal:
            return Decimal(part)
        if python in (str, uuid.UUID) and isinstance(part, str):
            return _text(column_, part)
        if python is float and isinstance(part, int | float):
            return float(part)
        if python in (int, bool) and isinstance(part, int):
            return python(part)
    except (ValueError, TypeError, InvalidOperation):
        pass
    raise _unknown()


def _text(column_: ColumnElement[Any], part: str) -> str:
    if column_.type.__visit_name__.lower() == "uuid":
        return str(uuid.UUID(part))
    if "\x00" in part:
        raise ValueError
    return part


def _unknown() -> CursorExpired:
    return CursorExpired("This is not a cursor of this list. Read the list from its beginning.")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | uuid.UUID) else value
