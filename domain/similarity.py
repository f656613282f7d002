"""By what two pieces of work are similar: their words, and the facts they have in common. No model is asked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from domain.natural_key import skeleton

MOST_WORDS = 200
MOST_FACTS = 200
_LONGEST = 100
_LONGEST_TEXT = 10_000
_WORD = re.compile(r"[^\W_]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# `target: business_owner` or `technologies="Java 8"`; it never goes back, so that long texts take linear time.
_FACT = re.compile(
    r"""(?<![\w.])([^\W\d][\w.]{0,100}+)\s{0,9}+[:=]\s{0,9}+(?:"([^"]{1,100}+)"|'([^']{1,100}+)'|([^\s,;]++))"""
)


def words_of(text: str) -> tuple[str, ...]:
    """The text's words in lower case and without accents; `businessOwner` and `business_owner` are two words."""
    plain = unicodedata.normalize("NFKD", _HUMP.sub(" ", text))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter)).casefold()
    return tuple(word[:_LONGEST] for word in _WORD.findall(bare))


def texts_of(value: Any) -> Iterator[str]:
    """Every text and number in a JSON value, keys left out."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from texts_of(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from texts_of(item)
    elif value is not None:
        yield str(value)


def facts_of(data: Mapping[str, Any]) -> tuple[str, ...]:
    """What a pattern says, one fact for each key and value, spelling apart."""
    return tuple(dict.fromkeys(_facts("", data)))[:MOST_FACTS]


def _facts(key: str, value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _facts(str(name), item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _facts(key, item)
    elif value is not None:
        yield from _fact(key, str(value))


def _fact(key: str, value: str) -> Iterator[str]:
    name, said = skeleton(key), skeleton(value)
    if name and said and len(said) <= _LONGEST:
        yield f"{name}={said}"


@dataclass(frozen=True, slots=True)
class Likeness:
    """What to look for: words, and facts as `key: value` among them."""

    words: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()

    @classmethod
    def to(cls, text: str) -> Self:
        """What that text says of the work at hand."""
        text = text[:_LONGEST_TEXT]
        facts = (fact for found in _FACT.finditer(text) for fact in _fact(found[1], found[2] or found[3] or found[4]))
        words = dict.fromkeys(words_of(text))
        return cls(tuple(words)[:MOST_WORDS], tuple(dict.fromkeys(facts))[:MOST_FACTS])

    def __bool__(self) -> bool:
        return bool(self.words or self.facts)
