"""Plain values as YAML 1.2, block style: what programs of others read as their configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

# What is no text to any YAML reader that is in use, 1.1 among them.
_WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*(?<![.-])")
_INDENT = "  "
_ESCAPES = {"\n": "\\n", "\t": "\\t"}
_LARGEST_SHORT = 0xFFFF


def yaml_text(*documents: Mapping[str, Any]) -> str:
    """The documents one after another, each of mappings, lists, texts, numbers and booleans."""
    return "---\n".join("".join(f"{line}\n" for line in _mapping(each)) for each in documents)


def _mapping(value: Mapping[str, Any]) -> Iterator[str]:
    for key, each in value.items():
        yield from _entry(f"{_scalar(key)}:", each)


def _entry(head: str, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        yield head
        yield from (_INDENT + line for line in _mapping(value))
    elif isinstance(value, list | tuple) and value:
        yield head
        for each in value:
            yield from (_INDENT + line for line in _item(each))
    else:
        yield f"{head} {_scalar(value)}"


def _item(value: Any) -> Iterator[str]:
    if not isinstance(value, Mapping) or not value:
        yield f"- {_scalar(value)}"
        return
    for number, line in enumerate(_mapping(value)):
        yield (_INDENT if number else "- ") + line


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float | Decimal):
        return f"{Decimal(str(value)).normalize():f}"
    if isinstance(value, str):
        return value if _PLAIN.fullmatch(value) and value.lower() not in _WORDS else _quoted(value)
    if isinstance(value, Mapping):
        return "{}"
    return "[]" if isinstance(value, list | tuple) else "null"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    # One look at the whole first: a look at each letter of hundreds of files holds up whoever else waits.
    return f'"{escaped if escaped.isprintable() else "".join(map(_printable, escaped))}"'


def _printable(mark: str) -> str:
    if mark.isprintable():
        return mark
    if mark in _ESCAPES:
        return _ESCAPES[mark]
    return f"\\u{ord(mark):04x}" if ord(mark) <= _LARGEST_SHORT else f"\\U{ord(mark):08x}"
