"""Numbers, counts and days as the sentences of a score say them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal

_FINEST = Decimal("0.000001")
_ENOUGH = Context(prec=60)


def amount(number: Decimal) -> str:
    """With commas between thousands, to the millionth where it has fractions: `1,250.5`."""
    text = f"{number.quantize(_FINEST, ROUND_HALF_UP, _ENOUGH):,f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def counted(number: int, one: str, many: str) -> str:
    """`no other workflows`, `1 other workflow`, `2 other workflows`."""
    if number == 1:
        return f"1 {one}"
    return f"{number or 'no'} {many}"


def renewal_in(days: int | None) -> str:
    """When the renewal is or was."""
    if days is None:
        return "Renewal without a date"
    if days == 0:
        return "Renewal today"
    span = counted(abs(days), "day", "days")
    return f"Renewal in {span}" if days > 0 else f"Renewal {span} overdue"
