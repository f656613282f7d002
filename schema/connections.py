"""Connections: windows on lists that can grow without bound, by keyset, with opaque cursors."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Any

import orjson
import strawberry
from graphql import GraphQLError
from strawberry.types.base import StrawberryList

from domain.errors import CursorExpired, LimitExceeded
from domain.reading import DEFAULT_SIZE, MAX_SIZE, Key, Page, Window
from resolvers.context import Context
from schema.loading import computed, loaded
from schema.mirror import Connection, Mirrored, assemble, mirror, register

_LONGEST_CURSOR = 4096
_LONGEST_NUMBER = 18


def write_cursor(key: Key) -> str:
    """A place in an order as text. A single number is written plainly: an event's is its subscription cursor."""
    if len(key) == 1 and isinstance(key[0], int):
        return str(key[0])
    return base64.urlsafe_b64encode(orjson.dumps(key)).decode().rstrip("=")


def read_cursor(text: str) -> Key:
    """The place that a cursor names, or CursorExpired."""
    if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER:
        return (int(text),)
    try:
        key = orjson.loads(base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True))
    except (ValueError, binascii.Error):
        key = None
    if len(text) > _LONGEST_CURSOR or not isinstance(key, list) or not all(map(_plain, key)):
        raise CursorExpired("This is not a cursor of this list. Read the list from its beginning.")
    return tuple(key)


def _plain(part: Any) -> bool:
    return isinstance(part, str | int | float)


def window(
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Window:
    """The window that a connection's arguments ask for."""
    if first is not None and last is not None:
        raise GraphQLError("Give `first` or `last`, not both.")
    size = next((n for n in (first, last) if n is not None), DEFAULT_SIZE)
    name = "first" if last is None else "last"
    if size < 0:
        raise GraphQLError(f"`{name}` must not be negative.")
    if size > MAX_SIZE:
        raise LimitExceeded(f"`{name}` is at most {MAX_SIZE}; take more in several pages.")
    return Window(
        size,
        read_cursor(after) if after is not None else None,
        read_cursor(before) if before is not None else None,
        backward=last is not None or (first is None and before is not None and after is None),
    )


@dataclass(frozen=True, slots=True)
class PageEdge:
    """One item of a page with its place."""

    node: Any
    key: Key


@dataclass(frozen=True, slots=True)
class PageEnds:
    """Where a page begins and ends, and whether there is more on either side."""

    has_next_page: bool
    has_previous_page: bool
    start: Key | None
    end: Key | None


@mirror(PageEnds, "has_next_page has_previous_page")
class PageInfo:
    @computed
    @staticmethod
    def start_cursor(ends: PageEnds) -> str | None:
        """Null on an empty page."""
        return write_cursor(ends.start) if ends.start is not None else None

    @computed
    @staticmethod
    def end_cursor(ends: PageEnds) -> str | None:
        """Null on an empty page."""
        return write_cursor(ends.end) if ends.end is not None else None


class _Edge:
    """The fields of every edge that are not its node."""

    @computed
    @staticmethod
    def cursor(edge: PageEdge) -> str:
        return write_cursor(edge.key)


class _Connection:
    """The fields of every connection whatever it lists."""

    @computed
    @staticmethod
    def page_info(page: Page[Any]) -> PageEnds:
        first, last = (page.keys[0], page.keys[-1]) if page.keys else (None, None)
        return PageEnds(page.has_next, page.has_previous, first, last)

    @loaded
    @staticmethod
    async def total_count(context: Context, pages: list[Page[Any]]) -> list[int]:
        return await context.reads.counts([page.listing for page in pages])


def _edges(page: Page[Any]) -> list[PageEdge]:
    return [PageEdge(node, key) for node, key in zip(page.items, page.keys, strict=True)]


def _nodes(page: Page[Any]) -> tuple[Any, ...]:
    return page.items


def connection(value: type, name: str, *, counted: bool = True) -> None:
    """Make `<name>Connection` and `<name>Edge` of a domain value; the total is counted only when asked for."""
    node: Any = Mirrored(value)
    edge = assemble(
        f"{name}Edge",
        {"cursor": _Edge.cursor, "node": strawberry.field(graphql_type=node)},
    )
    fields = {
        "edges": computed(_edges, StrawberryList(edge)),
        "nodes": computed(_nodes, StrawberryList(node)),
        "page_info": _Connection.page_info,
    }
    if counted:
        fields["total_count"] = _Connection.total_count
    register(Connection(value), assemble(f"{name}Connection", fields))
