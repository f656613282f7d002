"""What an import of customers came to, as its caller is told it, once and again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from domain.inventory import RejectedRow

# Of more the caller is told how many there are.
MOST_TOLD = 100


@dataclass(frozen=True, slots=True)
class ImportReport:
    """`imported` rows made or changed a customer; `rejected` are the first that were left out."""

    imported: int
    rejected: tuple[RejectedRow, ...]
    rejected_count: int
    ids: tuple[str, ...] = ()

    @classmethod
    def of(cls, imported: int, rejected: Sequence[RejectedRow], ids: Sequence[str]) -> Self:
        """The report of these rows and the customers that were changed."""
        return cls(imported, tuple(rejected[:MOST_TOLD]), len(rejected), tuple(ids))

    @property
    def id(self) -> str | None:
        """The first customer that was changed; None where none was."""
        return next(iter(self.ids), None)

    def data(self) -> dict[str, Any]:
        """As a JSON value."""
        rejected = [{"line": row.line, "reason": row.reason, "values": dict(row.values)} for row in self.rejected]
        return {"imported": self.imported, "rejected": rejected, "rejectedCount": self.rejected_count}

    @classmethod
    def again(cls, data: Mapping[str, Any]) -> Self:
        """The report that `data` was made of."""
        rejected = tuple(RejectedRow(row["line"], row["reason"], row["values"]) for row in data["rejected"])
        return cls(data["imported"], rejected, data["rejectedCount"])
