"""Sums of money without a float and without a limit on digits: fractions until they are rounded once."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor

from domain.rates import minor_unit

_HALF = Fraction(1, 2)
_HUNDREDTH = Decimal("0.01")


def exactly(amount: Fraction, currency: str) -> Decimal:
    """Half up to the currency's smallest unit; a decimal product may have more digits than its context keeps."""
    return in_steps(amount, minor_unit(currency))


def in_steps(amount: Fraction, step: Decimal) -> Decimal:
    """Half up to a power of ten."""
    exponent = step.as_tuple().exponent
    return Decimal(f"{floor(amount / Fraction(step) + _HALF)}E{exponent}")


def counted(number: Fraction) -> Decimal:
    """A quantity, to the hundredth where it is no whole number."""
    return plain(in_steps(number, _HUNDREDTH))


def plain(number: Decimal) -> Decimal:
    """Without noughts at its end, and without an exponent."""
    return Decimal(f"{number.normalize():f}")
