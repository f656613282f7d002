"""Text from imports and people as plain text: nothing in it is a formula, a control character or half a character."""

from __future__ import annotations

import re

# What spreadsheets take for the beginning of a formula, also where it is the wide form of East Asian scripts.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
# They turn the text around them about: what is read is then not what is there.
_TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


def plain(text: str) -> str:
    """The text without what no format can hold."""
    return _TURNING.sub("", _CONTROL.sub("\ufffd", text))


def cut(text: str, most: int) -> str:
    """At most so many characters; `…` is the last of them where there were more."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def harmless(text: str) -> str:
    """The text as a cell that no spreadsheet calculates: with an apostrophe where it would."""
    kept = plain(text)
    return f"'{kept}" if kept.lstrip(" \xa0").startswith(_FORMULA) else kept
