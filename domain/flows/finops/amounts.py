"""What an amount may be that a person gives."""

from __future__ import annotations

from decimal import Decimal

# No engagement spends as much; what is far larger would take minutes to be added up.
TOO_LARGE = Decimal(10) ** 15


def fits(amount: Decimal) -> bool:
    """A number, not below nought."""
    return amount.is_finite() and 0 <= amount < TOO_LARGE
