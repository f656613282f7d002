"""Problems at the place in the input that caused them, where a command carries out another one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from domain.errors import Refused


@contextmanager
def placed(inner: str, *outer: str) -> Iterator[None]:
    """What the block refuses at `inner`, or below it, is told of at `outer`."""
    try:
        yield
    except Refused as refused:
        problems = refused.problems
        moved = [
            replace(each, path=(*outer, *each.path[1:])) if each.path[:1] == (inner,) else each for each in problems
        ]
    else:
        return
    raise Refused(moved)
