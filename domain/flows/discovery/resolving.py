"""Texts to values: which of several a fact has, which texts are none, and where the source contradicts itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from domain.application import Technology
from domain.fact import Fact, FactType, Unreadable
from domain.fact_reading import read
from domain.facts import FACTS
from domain.flows.discovery.drafts import Draft, Mentions
from domain.known_facts import stored

# Two descriptions of one thing, or two addresses, do not contradict each other: the first one is taken.
_FIRST = frozenset({"description", "external_id", "ip_address", "vendor"})


@dataclass(frozen=True, slots=True)
class UnreadableText:
    """A text that is no value of its fact, where it stands first, and why."""

    key: str
    text: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Different values told of one fact: the one told most often, or first, and the others, as text."""

    key: str
    chosen: str
    others: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class Resolved:
    """What the texts of one draft come to. Technologies are (fact's key, text as written); values are plain JSON."""

    values: Mapping[str, Any]
    technologies: tuple[tuple[str, str], ...]
    unreadable: tuple[UnreadableText, ...]
    contradictions: tuple[Contradiction, ...]


def resolve(draft: Draft) -> Resolved:
    """All facts of a draft."""
    values: dict[str, Any] = {}
    unreadable: list[UnreadableText] = []
    contradictions: list[Contradiction] = []
    for key, mentions in draft.facts.items():
        fact = FACTS[key]
        if fact.type is FactType.TECHNOLOGY:
            continue
        told, wrong = _read_all(fact, mentions)
        unreadable.extend(wrong)
        if fact.type is FactType.LIST and told:
            values[key] = list(dict.fromkeys(name for names, _ in told.values() for name in names))
        elif told:
            chosen = next(iter(told.values()))[0] if key in _FIRST else _most_told(told)
            values[key] = chosen
            if len(told) > 1 and key not in _FIRST:
                contradictions.append(_contradiction(key, chosen, told))
    return Resolved(values, tuple(_technologies(draft)), tuple(unreadable), tuple(contradictions))


# By a value's text, since lists cannot be keys: the value, how often it is told and where first.
_Told = dict[str, tuple[Any, tuple[int, int]]]


def _read_all(fact: Fact, mentions: Mentions) -> tuple[_Told, list[UnreadableText]]:
    told: _Told = {}
    wrong: list[UnreadableText] = []
    for text in mentions:
        value = _read(fact.key, text)
        if isinstance(value, Unreadable):
            wrong.append(UnreadableText(fact.key, text, mentions.line(text), value.reason))
        elif value is not None:
            word = stored(value)
            _, (count, line) = told.get(str(word), (None, (0, mentions.line(text))))
            told[str(word)] = word, (count + mentions.count(text), line)
    return told, wrong


def _most_told(told: _Told) -> Any:
    value, _ = max(told.values(), key=lambda entry: (entry[1][0], -entry[1][1]))
    return value


def _contradiction(key: str, chosen: Any, told: _Told) -> Contradiction:
    others = tuple(word for word, (value, _) in told.items() if value != chosen)
    line = min(line for word, (_, (_, line)) in told.items() if word in others)
    return Contradiction(key, str(chosen), others, line)


def _technologies(draft: Draft) -> Iterator[tuple[str, str]]:
    for key, mentions in draft.facts.items():
        if FACTS[key].type is FactType.TECHNOLOGY:
            for text in mentions:
                yield key, text


@lru_cache(maxsize=1 << 14)
def _read(key: str, text: str) -> Any:
    return read(FACTS[key], text)


@lru_cache(maxsize=1 << 14)
def normalized(key: str, text: str) -> tuple[Technology, ...]:
    """The technologies that a text names; the same few thousand texts fill a whole inventory."""
    found = read(FACTS[key], text)
    return found if isinstance(found, tuple) else ()
