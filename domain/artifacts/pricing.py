"""What an offer comes to, in exact decimals: whatever sums are sent with it are worked out anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from domain.artifacts.shapes import PricingLine, PricingTable
from domain.given import Checking
from domain.rates import rounded

MOST_LINES = 500
MONTHS_OF_A_YEAR = 12
LONGEST_TERM = 120
_HUNDRED = Decimal(100)
_PERCENT = Decimal("0.01")
_CLOSE = Decimal("0.0001")
# A decimal of the API has at most this many digits before the point, and these behind it.
_MOST_AMOUNT = Decimal(10) ** 15
_MOST_FACTOR = Decimal(10) ** 9
_FINEST = Decimal("0.000001")
# Two factors of fifteen digits each, times a term and a percentage, without a rounding that nobody asked for.
_EXACT = Context(prec=60)


def priced(table: PricingTable, currency: str, current_arr: Decimal | None, cap: Decimal | None) -> PricingTable:
    """The table with everything computed.

    `current_arr` and `cap` are what is known of the customer and his contract; without them those of the table stand.
    """
    with localcontext(_EXACT):
        return _priced(table, currency, current_arr, cap)


def _priced(table: PricingTable, currency: str, current_arr: Decimal | None, cap: Decimal | None) -> PricingTable:
    lines = tuple(_line(line, currency) for line in table.lines)
    before = current_arr if current_arr is not None else table.current_arr
    before = None if before is None else rounded(before, currency)
    subtotal, discount = _sum(line.list_total for line in lines), _sum(line.discount for line in lines)
    arr = rounded(_sum(line.annual for line in lines), currency)
    change = None if before is None else arr - before
    whole = replace(
        table,
        lines=lines,
        currency=currency,
        current_arr=before,
        price_cap_percent=cap if cap is not None else table.price_cap_percent,
        subtotal=rounded(subtotal, currency),
        discount=rounded(discount, currency),
        total=rounded(subtotal - discount, currency),
        arr=arr,
        arr_change=change,
        arr_change_percent=_percent(change, before),
    )
    return replace(whole, warnings=tuple(_warnings(whole)))


def _line(line: PricingLine, currency: str) -> PricingLine:
    full = rounded(line.quantity * line.unit_price * (line.months or 1), currency)
    off = rounded(full * line.discount_percent / _HUNDRED, currency)
    total = full - off
    # One that is paid once recurs in no year.
    annual = rounded(total * MONTHS_OF_A_YEAR / line.months, currency) if line.months else rounded(Decimal(0), currency)
    net = line.unit_price * (_HUNDRED - line.discount_percent) / _HUNDRED
    old = line.current_unit_price
    rise = None if old is None else _percent(net - old, old)
    return replace(line, list_total=full, discount=off, line_total=total, annual=annual, price_change_percent=rise)


def _sum(amounts: Iterable[Decimal | None]) -> Decimal:
    return sum((amount for amount in amounts if amount is not None), Decimal(0))


def _percent(change: Decimal | None, of: Decimal | None) -> Decimal | None:
    """To two places; None of nought, of which nothing is a part."""
    if change is None or not of:
        return None
    return (change * _HUNDRED / of).quantize(_PERCENT, ROUND_HALF_UP)


def _warnings(table: PricingTable) -> Iterator[str]:
    cap = table.price_cap_percent
    if cap is None:
        return
    for line in table.lines:
        now = line.unit_price * (_HUNDRED - line.discount_percent) / _HUNDRED
        rise = _rise(now, line.current_unit_price)
        if rise is not None and rise > cap:
            yield f"The price of {line.product} rises by {_close(rise)}%; the contract caps it at {shown(cap)}%."
    rise = _rise(table.arr, table.current_arr)
    if rise is not None and rise > cap:
        yield (
            f"The annual recurring revenue rises by {_close(rise)}%, above the contract's price cap of {shown(cap)}%. "
            "Say where that is more use and not a higher price."
        )


def _rise(now: Decimal | None, before: Decimal | None) -> Decimal | None:
    """In percent, not rounded: what is a little above a cap is above it."""
    return None if now is None or not before else (now - before) * _HUNDRED / before


def _close(percent: Decimal) -> str:
    return shown(percent.quantize(_CLOSE, ROUND_HALF_UP))


def shown(number: Decimal) -> str:
    """Written out, without noughts at the end."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def check_pricing(table: PricingTable, checking: Checking, *path: str) -> None:
    """What a schema cannot say of it: bounds, and how fine a number may be."""
    with localcontext(_EXACT):
        _check(table, checking, *path)


def _check(table: PricingTable, checking: Checking, *path: str) -> None:
    if not table.lines:
        checking.wrong("An offer has at least one line.", *path, "lines")
    if len(table.lines) > MOST_LINES:
        checking.wrong(f"An offer has at most {MOST_LINES} lines.", *path, "lines")
    for index, line in enumerate(table.lines[:MOST_LINES]):
        _check_line(line, checking, *path, "lines", str(index))
    for name, value in (("currentArr", table.current_arr), ("priceCapPercent", table.price_cap_percent)):
        _within(value, _MOST_AMOUNT, checking, *path, name)
    if not checking.problems and _sum(_full(line) for line in table.lines) * MONTHS_OF_A_YEAR >= _MOST_AMOUNT:
        checking.wrong("This offer is too large to be counted.", *path, "lines")


def _full(line: PricingLine) -> Decimal:
    return line.quantity * line.unit_price * (line.months or 1)


def _check_line(line: PricingLine, checking: Checking, *path: str) -> None:
    checking.needed(line.product, *path, "product")
    for name, value in (
        ("quantity", line.quantity),
        ("unitPrice", line.unit_price),
        ("currentUnitPrice", line.current_unit_price),
    ):
        _within(value, _MOST_FACTOR, checking, *path, name)
    percent = line.discount_percent
    if not (percent.is_finite() and 0 <= percent <= _HUNDRED):
        checking.wrong("A discount is from 0 to 100 percent.", *path, "discountPercent")
    elif percent % _FINEST:
        checking.wrong("This has at most 6 decimals.", *path, "discountPercent")
    if line.months is not None and not 1 <= line.months <= LONGEST_TERM:
        message = f"A term has 1 to {LONGEST_TERM} months; leave it out where it is paid once."
        checking.wrong(message, *path, "months")


def _within(value: Decimal | None, most: Decimal, checking: Checking, *path: str) -> None:
    if value is None:
        return
    if not (value.is_finite() and 0 <= value < most):
        checking.wrong(f"This is nought or more, and less than {most:,f}.", *path)
    elif value % _FINEST:
        checking.wrong("This has at most 6 decimals.", *path)
