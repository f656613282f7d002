"""What a stacked chart shows: the sums of its table."""

from __future__ import annotations

from decimal import Decimal

from domain.document import Stack, Table


def summed(stack: Stack, table: Table) -> dict[str, dict[str, Decimal]]:
    """By label, then by part, in the order in which the table names them; every part of all, so that colours keep."""
    label, part, value = (table.position(key) for key in (stack.label, stack.part, stack.value))
    sums: dict[str, dict[str, Decimal]] = {}
    every = dict.fromkeys(str(row[part]) for row in table.rows)
    for row in table.rows:
        own = sums.setdefault(str(row[label]), dict.fromkeys(every, Decimal(0)))
        amount = row[value]
        if isinstance(amount, int | Decimal):
            own[str(row[part])] += amount
    return sums
