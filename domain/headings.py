"""Columns by names that people of other tongues and trades give them; a table with a source for each."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from domain.facts import header_key
from domain.reference_data import read_csv

# A tool's prefix for columns of its customers' own.
_OWN = re.compile(r"^u (?=\w)")
_UNIT = re.compile(r"\s*[(\[][^)\]]*[)\]]\s*$")


@dataclass(frozen=True, slots=True)
class Heading:
    """What a column's name stands for; `whole` when all of the name does, not only some of its words."""

    target: str
    whole: bool


def heading(column: str) -> Heading | None:
    """The fact that a name of the table stands for, else the one with the most words in the name."""
    names = _names()
    key, short = (" ".join(plain_key(each).replace(".", " ").split()) for each in (column, _UNIT.sub("", column)))
    target = names.get(key) or names.get(short)
    if target is not None:
        return Heading(target, whole=True)
    words = f" {key} "
    within = [name for name in names if f" {name} " in words]
    return Heading(names[max(within, key=_length)], whole=False) if within else None


def plain_key(column: str) -> str:
    """The name without accents, units of a tool and signs."""
    folded = unicodedata.normalize("NFKD", column)
    return _OWN.sub("", header_key("".join(sign for sign in folded if not unicodedata.combining(sign))))


def _length(name: str) -> tuple[int, int]:
    return len(name.split()), len(name)


@cache
def _names() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for row in read_csv("headings"):
        for name in row["words"].split("|"):
            found.setdefault(name, row["target"])
    return MappingProxyType(found)
