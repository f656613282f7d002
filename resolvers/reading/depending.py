"""Who is struck when an application fails: those that need it, and those that need them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.application import Application
from domain.dependency import Dependency, DependencyKind
from domain.graph import reached
from domain.listing import DependenciesOfApplication, DependencyDirection
from domain.reading import WHOLE
from resolvers.context import Context


async def fan_in(context: Context, applications: Sequence[Application]) -> list[int]:
    """How many others need each of them directly."""
    needed = await _needing(context, [application.id for application in applications])
    return [len({one.from_id for one in found}) for found in needed]


async def blast_radius(context: Context, applications: Sequence[Application]) -> list[int]:
    """How many others fail with each of them: directly or through others, over what is not SOFT."""
    wanted = [application.id for application in applications]
    struck: dict[str, list[str]] = {}
    # Level by level, so that the graph is read once for all of them.
    while frontier := _unseen(wanted, struck):
        for id, found in zip(frontier, await _needing(context, frontier), strict=True):
            struck[id] = [one.from_id for one in found if one.kind is not DependencyKind.SOFT]
    return [len(reached(struck, id)) for id in wanted]


def _unseen(wanted: Iterable[str], struck: dict[str, list[str]]) -> list[str]:
    named = (*wanted, *(id for found in struck.values() for id in found))
    return list(dict.fromkeys(id for id in named if id not in struck))


async def _needing(context: Context, ids: Sequence[str]) -> list[tuple[Dependency, ...]]:
    listings = [DependenciesOfApplication(parent=id, direction=DependencyDirection.DOWNSTREAM) for id in ids]
    return [page.items for page in await context.reads.pages(listings, WHOLE)]
