"""A table as a reader gives it: rows of cells by the names of their columns, and those that are none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

from domain.errors import ErrorCode, refuse
from domain.inventory import RejectedRow


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: `line` is where it begins in the file, of JSON the number of the object, counted from 1.

    `columns` are all of its table, in order. Cells are text as they stand there, empty ones left out; JSON's own
    numbers and lists stay what they are.
    """

    line: int
    columns: tuple[str, ...]
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CustomerTable:
    """All of a file. `rejected` are rows of which no cell can be told for certain."""

    format: str
    rows: tuple[TableRow, ...]
    rejected: tuple[RejectedRow, ...] = ()


class CustomerReader(Protocol):
    """Reads files of customers and of people there; Refused where it is too large or none of its formats."""

    def read(self, source: BinaryIO, file_name: str, format: str | None = None) -> CustomerTable: ...


class NoCustomerReader:
    """Nothing reads files of customers here."""

    def read(self, source: BinaryIO, file_name: str, format: str | None = None) -> CustomerTable:  # noqa: ARG002
        raise refuse(ErrorCode.NOT_READY, "Files of customers are not read by this process.", "source")
