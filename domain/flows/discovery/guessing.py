"""What a column most likely fills: told by its name, its values, and what people chose before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from domain.columns import REPEATED, Structure, TableKind, kept_columns, roles, table_kind
from domain.definition import Pattern
from domain.fact import Unreadable
from domain.fact_reading import read
from domain.facts import FACTS, HEADERS, header_key
from domain.flows.discovery.told import MANY

CERTAIN = 1.0
_BY_NAME = 0.95
_LEARNED = 0.9
_BY_WORDS = 0.6
_BY_VALUES = 0.5
_FALLBACK = 0.3
# Fewer readable values than this, and the name of the column misleads.
_READABLE = 0.5
# Facts whose few words tell them even without a name.
_TELLING = ("criticality", "environment", "sixr_wish")
_WHOSE = frozenset({"name", "component_name", Structure.APPLICATIONS, Structure.CONSUMER})


@dataclass(frozen=True, slots=True)
class Guess:
    """A target for a column with its confidence, 0 to 1."""

    column: str
    target: str | None
    confidence: float


def single_valued(target: str) -> bool:
    """Whether only one column may fill that target."""
    fact = FACTS.get(target)
    return target not in REPEATED if fact is None else fact.type not in MANY


def guess(
    columns: Sequence[str], values: Mapping[str, Sequence[str]], patterns: Iterable[Pattern]
) -> tuple[Guess, ...]:
    """One guess per column, in order; the surer of two columns has a single-valued target."""
    learned = _learned(patterns)
    named = roles(columns)
    kept = kept_columns(columns)
    sure = table_kind(columns) not in {TableKind.DEPENDENCIES, TableKind.APPLICATIONS}
    taken: dict[str, Guess] = {}
    guesses = {
        column: Guess(column, None, 0.0)
        if column in kept and header_key(column) not in learned
        else _of_column(column, named, values.get(column, ()), learned, sure=sure)
        for column in columns
    }
    for one in sorted(guesses.values(), key=lambda found: -found.confidence):
        if one.target is not None and single_valued(one.target):
            if one.target in taken:
                guesses[one.column] = Guess(one.column, None, 0.0)
            else:
                taken[one.target] = one
    if not _WHOSE.intersection(taken):
        _name_something(columns, values, guesses)
    return tuple(guesses[column] for column in columns)


def _of_column(
    column: str, named: Mapping[str, str], values: Sequence[str], learned: Mapping[str, str | None], *, sure: bool
) -> Guess:
    key = header_key(column)
    if key in learned:
        return Guess(column, learned[key], _LEARNED)
    if target := named.get(column):
        return _weighed(column, target, CERTAIN if sure else _BY_NAME, values)
    if target := _by_words(key):
        return _weighed(column, target, _BY_WORDS, values)
    return _by_values(column, values)


def _weighed(column: str, target: str, confidence: float, values: Sequence[str]) -> Guess:
    share = _readable_share(target, values)
    if share < _READABLE:
        return Guess(column, None, 0.0)
    return Guess(column, target, round(confidence * share, 2))


def _readable_share(target: str, values: Sequence[str]) -> float:
    fact = FACTS.get(target)
    if fact is None or not values:
        return 1.0
    return sum(1 for text in values if not isinstance(read(fact, text), Unreadable)) / len(values)


def _by_words(key: str) -> str | None:
    """The fact one of whose names has all its words in this name; the most words win."""
    words = frozenset(key.split())
    best: tuple[int, str] | None = None
    for header, fact in HEADERS.items():
        wanted = header.split()
        if len(wanted) > 1 and words.issuperset(wanted) and (best is None or len(wanted) > best[0]):
            best = len(wanted), fact
    return best[1] if best else None


def _by_values(column: str, values: Sequence[str]) -> Guess:
    for target in _TELLING:
        fact = FACTS[target]
        read_values = [value for text in values if (value := read(fact, text)) is not None]
        if len(read_values) > 1 and not any(isinstance(value, Unreadable) for value in read_values):
            return Guess(column, target, _BY_VALUES)
    return Guess(column, None, 0.0)


def _name_something(columns: Sequence[str], values: Mapping[str, Sequence[str]], guesses: dict[str, Guess]) -> None:
    """Without any name the import says nothing: the free column with the most different texts is the best guess."""

    def variety(column: str) -> int:
        return len({text for text in values.get(column, ()) if any(map(str.isalpha, text))})

    free = [column for column in columns if guesses[column].target is None and variety(column)]
    if free:
        best = max(free, key=variety)
        guesses[best] = Guess(best, "name", _FALLBACK)


def _learned(patterns: Iterable[Pattern]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for pattern in patterns:
        column, target = pattern.data.get("column"), pattern.data.get("target")
        if isinstance(column, str) and (target is None or known_target(target)):
            found.setdefault(column, target)
    return found


def known_target(target: object) -> bool:
    """Whether a column may fill it."""
    return isinstance(target, str) and (target in FACTS or target in set(Structure))
