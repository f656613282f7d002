"""Defaults that the schema shows and the domain has by itself: what nobody wrote stays told from what somebody did.

Otherwise a change that leaves a field out would set it to the default of a new thing.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any


class Assumed:
    """Marks a value that an input has because nobody wrote another."""


class _AssumedInt(int, Assumed):
    pass


class _AssumedDecimal(Decimal, Assumed):
    pass


def assumed(value: bool | int | Decimal) -> Any:  # noqa: FBT001 - it is a value as any other
    """That default, to be read as absent. Python lets nobody derive from bool: the field's type says what it is."""
    return _AssumedDecimal(value) if isinstance(value, Decimal) else _AssumedInt(value)
