"""Words that sentences about plans share."""

from __future__ import annotations

from collections.abc import Sequence

# Of what a sentence lists.
_NAMED = 5


def counted(count: int, noun: str) -> str:
    """`1 wave`, `1,200 waves`."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def listed(words: Sequence[str]) -> str:
    """The first few, and how many more there are."""
    more = len(words) - _NAMED
    return ", ".join(words[:_NAMED]) + (f" and {more:,} more" if more > 0 else "")
