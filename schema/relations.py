"""Fields read alike for many types: what an id names, a list that belongs to the parent, an amount of money."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from domain.listing import Listing
from domain.reading import Page
from resolvers.context import Context
from schema.basics import Money, money
from schema.connections import window
from schema.loading import loaded


def referred(value: type, id_of: Callable[[Any], str | None], *, nullable: bool = False, why: str = "") -> Any:
    """The thing whose id the parent holds."""

    async def read(context: Context, parents: list[Any]) -> list[Any]:
        ids = [id_of(parent) for parent in parents]
        found: Mapping[str, Any] = await context.reads.get(value, {id for id in ids if id is not None})
        return [found.get(id) if id is not None else None for id in ids]

    read.__annotations__["return"] = list[value | None] if nullable else list[value]  # type: ignore[valid-type]
    read.__doc__ = why or None
    return loaded(read)


def referred_all(value: type, ids_of: Callable[[Any], tuple[str, ...]], *, why: str = "") -> Any:
    """The things whose ids the parent holds, in that order; those that are gone are left out."""

    async def read(context: Context, parents: list[Any]) -> list[Any]:
        found: Mapping[str, Any] = await context.reads.get(value, {id for parent in parents for id in ids_of(parent)})
        return [tuple(found[id] for id in ids_of(parent) if id in found) for parent in parents]

    read.__annotations__["return"] = list[tuple[value, ...]]  # type: ignore[valid-type]
    read.__doc__ = why or None
    return loaded(read)


def listed(value: type, listing: Callable[[Any], Listing[Any]], *, why: str = "") -> Any:
    """The connection of a list that belongs to the parent."""

    async def read(
        context: Context, parents: list[Any], first: int | None = None, after: str | None = None
    ) -> list[Any]:
        return await context.reads.pages([listing(parent) for parent in parents], window(first, after))

    read.__annotations__["return"] = list[Page[value]]  # type: ignore[valid-type]
    read.__doc__ = why or None
    return loaded(read)


def priced(amount_of: Callable[[Any], Decimal | None], *, nullable: bool = False, why: str = "") -> Any:
    """The parent's amount in the engagement's currency."""

    async def read(context: Context, parents: list[Any]) -> list[Any]:
        return await money(context, [amount_of(parent) for parent in parents])

    read.__annotations__["return"] = list[Money | None] if nullable else list[Money]
    read.__doc__ = why or None
    return loaded(read)
