"""Cursors of subscriptions: places in a log, written as the numbers that they are."""

from __future__ import annotations

from domain.errors import CursorExpired

LONGEST_NUMBER = 18


def number(cursor: str) -> int:
    """The place in a log that a cursor names, or CursorExpired."""
    if cursor.isascii() and cursor.isdigit() and len(cursor) <= LONGEST_NUMBER:
        return int(cursor)
    raise CursorExpired("This is not a cursor of this log. Read the state again and subscribe from its eventCursor.")
