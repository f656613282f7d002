"""How much one file may hold. What is over a limit is refused while it is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """`size` in bytes; `cell` and `record` in characters; `rows` without the header."""

    size: int = 100 * 1024 * 1024
    columns: int = 500
    rows: int = 1_000_000
    cell: int = 32_767
    record: int = 1_048_576
