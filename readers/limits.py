"""How much one file may hold. What is over a limit is refused while it is read."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """`size` in bytes; `cell` and `record` in characters; `rows` without the header.

    A workbook may unpack to `unpacked` bytes and `ratio` times its size; a sheet ends after `empty_rows` empty rows.
    `document` is the size of a YAML file, which is held in memory, and `depth` how deep it may be nested.
    """

    size: int = 100 * 1024 * 1024
    columns: int = 500
    rows: int = 1_000_000
    cell: int = 32_767
    record: int = 1_048_576
    unpacked: int = 1024 * 1024 * 1024
    ratio: int = 100
    empty_rows: int = 1_000
    document: int = 10 * 1024 * 1024
    depth: int = 20
