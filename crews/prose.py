"""What of an answer people read while it is written: the words in its JSON, not the JSON."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable

# Fields that hold sentences; the others hold keys, words of a list, and numbers.
SENTENCES = frozenset({"text", "reason", "title", "detail", "mitigation", "description", "evidence", "rationale"})
# The same of artifacts.
SENTENCES |= {"summary", "body", "question", "note", "approach", "recommendation"}

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_ESCAPE, _PAIR = len(r"\u0000"), len(r"\ud83d\ude00")


class Prose:
    """Reads an answer piece by piece, wherever pieces end. What is no JSON is shown to nobody."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._inside = False
        self._value = False
        self._key = ""
        self._escape = ""
        self._begun = False
        self._out: list[str] = []

    def read(self, piece: str) -> None:
        """Write what of this piece is words."""
        for character in piece:
            if not self._inside:
                self._outside(character)
            elif self._escape or character == "\\":
                self._escaped(character)
            elif character == '"':
                self._end()
            else:
                self._take(character)
        if self._out:
            self._write("".join(self._out))
            self._out.clear()

    def _outside(self, mark: str) -> None:
        """A string is a value behind a colon, and a name elsewhere."""
        if mark == '"':
            self._inside = True
            self._begin()
        elif mark == ":":
            self._value = True
        elif mark in "{[,":
            self._value = False

    def _begin(self) -> None:
        if not self._value:
            self._key = ""
        elif self._key in SENTENCES and self._begun:
            self._out.append("\n")

    def _end(self) -> None:
        self._inside = False
        self._escape = ""

    def _take(self, character: str) -> None:
        if not self._value:
            # No name is longer than the longest that is looked for.
            self._key = (self._key + character)[:64]
        elif self._key in SENTENCES:
            shown = " " if character.isspace() else character
            if unicodedata.category(shown) not in _HIDDEN:
                self._begun = True
                self._out.append(shown)

    def _escaped(self, character: str) -> None:
        self._escape += character
        if len(self._escape) < 2 or (self._escape[1] == "u" and len(self._escape) < _ESCAPE):  # noqa: PLR2004 - a sign behind the backslash
            return
        if _half(self._escape) and len(self._escape) < _PAIR:
            return
        escape, self._escape = self._escape, ""
        try:
            text: str = json.loads(f'"{escape}"')
        except ValueError:
            return
        for each in text:
            self._take(each)


def _half(escape: str) -> bool:
    """The first half of a sign beyond the basic plane: the second one follows."""
    return escape[1:3].lower() == "ud" and escape[3:4].lower() in {"8", "9", "a", "b"}
