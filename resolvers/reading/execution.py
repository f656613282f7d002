"""Queries about what is carried out: checks and steps, many flows at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from domain.execution_listing import StepsOfFlow
from domain.listing import Listing
from domain.reading import WHOLE, Window
from domain.runbook import RunbookStep, rollback_order
from resolvers.context import Context

T = TypeVar("T")

_ONLY = Window(size=1)


async def only(context: Context, listings: Sequence[Listing[T]]) -> list[T | None]:
    """What each flow has one of at most."""
    found = await context.reads.pages(listings, _ONLY)
    return [page.items[0] if page.items else None for page in found]


async def whole(context: Context, listings: Sequence[Listing[T]]) -> list[tuple[T, ...]]:
    """Lists that a flow keeps short, from their first to their last."""
    return [page.items for page in await context.reads.pages(listings, WHOLE)]


async def back(context: Context, listings: Sequence[StepsOfFlow]) -> list[tuple[RunbookStep, ...]]:
    """The way back of each runbook."""
    return [rollback_order(steps) for steps in await whole(context, listings)]
