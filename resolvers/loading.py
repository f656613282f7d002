"""What one operation has read so far, kept by who read it, with which arguments, and for what."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Load = Callable[..., Awaitable[Sequence[Any]]]


@dataclass(slots=True)
class Shelf:
    """Values that one loader, with one set of arguments, gave for its parents.

    Parents are told apart by identity: they are values of one transaction, and hashing a whole application for each of
    its fields would cost more than reading it. They are kept, so that no identity is used twice.
    """

    load: Load
    arguments: Mapping[str, Any]
    values: dict[int, Any] = field(default_factory=dict)
    parents: list[Any] = field(default_factory=list)
    waiting: list[Any] = field(default_factory=list)
    loading: asyncio.Task[None] | None = None

    async def fill(self, context: Any, parents: Sequence[Any]) -> list[Any]:
        """The parents' values, read in one go for those that have none yet."""
        missing = list({id(p): p for p in parents if id(p) not in self.values}.values())
        if missing:
            found = await self.load(context, missing, **self.arguments)
            for parent, value in zip(missing, found, strict=True):
                self.values[id(parent)] = value
            self.parents.extend(missing)
        return [self.values[id(parent)] for parent in parents]

    async def late(self, context: Any, parent: Any) -> Any:
        """The parent's value, read together with what else is asked for in the same turn of the loop."""
        self.waiting.append(parent)
        if self.loading is None:
            self.loading = asyncio.ensure_future(self._fill_waiting(context))
        await asyncio.shield(self.loading)
        return self.values[id(parent)]

    async def _fill_waiting(self, context: Any) -> None:
        await asyncio.sleep(0)
        parents, self.waiting, self.loading = self.waiting, [], None
        await self.fill(context, parents)


class Loaded:
    """The shelves of one operation."""

    __slots__ = ("_shelves",)

    def __init__(self) -> None:
        self._shelves: dict[tuple[Load, str], Shelf] = {}

    def shelf(self, load: Load, arguments: Mapping[str, Any]) -> Shelf:
        """Where that loader's values for these arguments stand."""
        key = (load, repr(arguments) if arguments else "")
        shelf = self._shelves.get(key)
        if shelf is None:
            shelf = self._shelves[key] = Shelf(load, dict(arguments))
        return shelf

    def clear(self) -> None:
        """Forget everything: a command has changed what was read."""
        self._shelves.clear()
