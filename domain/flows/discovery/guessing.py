"""What a column most likely fills: told by its name, its values, and what people chose before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from domain.columns import REPEATED, Structure, TableKind, kept_columns, roles, table_kind
from domain.definition import Pattern
from domain.fact import Unreadable
from domain.fact_reading import read
from domain.facts import FACTS, HEADERS, header_key
from domain.flows.discovery.told import MANY
from domain.headings import heading, plain_key
from domain.learning import FEEDBACK, LEARNED_ONCE
from domain.natural_key import natural_key
from domain.technologies import normalize, product

CERTAIN = 1.0
BY_NAME = 0.95
_BY_HEADING = 0.85
_BY_WORDS = 0.6
_BY_VALUES = 0.5
_FALLBACK = 0.3
# Fewer readable values than this, and the name of the column misleads.
_READABLE = 0.5
# Facts whose few words tell them even without a name.
_TELLING = ("criticality", "environment", "sixr_wish")
_TELLING_PRODUCTS = 2
# A category that no product has: a name that is also a vendor's, such as "Oracle", then tells nothing.
_UNSAID = "unsaid"
_OF_APPLICATIONS = ("application", "application name", "app name", "app")
_WHOSE = frozenset({"name", "component_name", Structure.APPLICATIONS, Structure.CONSUMER})


@dataclass(frozen=True, slots=True)
class Guess:
    """A target for a column with its confidence, 0 to 1; `pattern` is the id of what people taught, if they did."""

    column: str
    target: str | None
    confidence: float
    pattern: str | None = None

    @property
    def said(self) -> bool:
        """Whether people said so themselves, or accepted it time and again."""
        return self.pattern is not None and self.confidence >= LEARNED_ONCE


def single_valued(target: str) -> bool:
    """Whether only one column may fill that target."""
    fact = FACTS.get(target)
    return target not in REPEATED if fact is None else fact.type not in MANY


def guess(
    columns: Sequence[str], values: Mapping[str, Sequence[str]], patterns: Iterable[Pattern], format: str = ""
) -> tuple[Guess, ...]:
    """One guess per column, in order; the surer of two columns has a single-valued target, and what people said first.

    What they said of a recognized format holds for that format alone.
    """
    sure = recognized(columns)
    learned = _learned(patterns, sure=sure, format=format)
    named = roles(columns) if sure else {**roles(columns), **_servers(columns)}
    kept = kept_columns(columns)
    taken: dict[str, Guess] = {}
    guesses = {
        column: Guess(column, None, 0.0)
        if column in kept and column_key(column) not in learned
        else _of_column(column, named, values.get(column, ()), learned, sure=sure)
        for column in columns
    }
    for one in sorted(guesses.values(), key=lambda found: (not found.said, -found.confidence)):
        if one.target is not None and single_valued(one.target):
            if one.target in taken:
                guesses[one.column] = Guess(one.column, None, 0.0)
            else:
                taken[one.target] = one
    if not _WHOSE.intersection(taken):
        _name_something(columns, values, guesses)
    return tuple(guesses[column] for column in columns)


def _servers(columns: Sequence[str]) -> dict[str, str]:
    """In a list of servers the plain name is the server's, beside a column of applications."""
    keys = {plain_key(column): column for column in columns}
    application = next((keys[key] for key in _OF_APPLICATIONS if key in keys), None)
    named = any(HEADERS.get(key) == "component_name" for key in keys)
    if application is None or "name" not in keys or named:
        return {}
    return {keys["name"]: "component_name", application: "name"}


def _of_column(
    column: str, named: Mapping[str, str], values: Sequence[str], learned: Mapping[str, _Taught], *, sure: bool
) -> Guess:
    taught = learned.get(column_key(column))
    if taught is not None:
        return Guess(column, taught.target, taught.confidence, taught.pattern)
    if target := named.get(column):
        return _weighed(column, target, CERTAIN if sure else BY_NAME, values)
    for target, confidence in _by_other_names(column):
        found = _weighed(column, target, confidence, values)
        if found.target is not None:
            return found
    return _by_values(column, values)


def _by_other_names(column: str) -> Iterator[tuple[str, float]]:
    """What a name stands for that is none of the facts' own, the surest first."""
    other, key = heading(column), plain_key(column)
    if key in HEADERS:
        yield HEADERS[key], _BY_HEADING
    if other is not None and other.whole:
        yield other.target, _BY_HEADING
    if target := _by_words(key):
        yield target, _BY_WORDS
    if other is not None:
        yield other.target, _BY_VALUES


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
    told = _products_told(values)
    return Guess(column, told, _BY_VALUES if told else 0.0)


def _products_told(values: Sequence[str]) -> str | None:
    """The fact of the products that every value names: their category, or `technologies` where that differs."""
    named = [product(normalize(text, _UNSAID).name) for text in values if text.strip()]
    categories = {each.category for each in named if each}
    if len(named) < _TELLING_PRODUCTS or not all(named):
        return None
    return categories.pop() if len(categories) == 1 else "technologies"


def _name_something(columns: Sequence[str], values: Mapping[str, Sequence[str]], guesses: dict[str, Guess]) -> None:
    """Without any name the import says nothing: the free column with the most different texts is the best guess."""

    def variety(column: str) -> int:
        return len({text for text in values.get(column, ()) if any(map(str.isalpha, text))})

    free = [column for column in columns if guesses[column].target is None and variety(column)]
    if free:
        best = max(free, key=variety)
        guesses[best] = Guess(best, "name", _FALLBACK)


@dataclass(frozen=True, slots=True)
class _Taught:
    target: str | None
    confidence: float
    pattern: str


def _learned(patterns: Iterable[Pattern], *, sure: bool, format: str) -> dict[str, _Taught]:
    """What people said of columns, by the keys of their names; of several the first counts."""
    found: dict[str, _Taught] = {}
    for pattern in patterns:
        said = pattern.data
        if pattern.kind.startswith(FEEDBACK):
            said = said["data"] if isinstance(said.get("data"), Mapping) else {}
        column, target = said.get("column"), said.get("target")
        elsewhere = said.get("format") not in ((format,) if sure else (None, format))
        if isinstance(column, str) and "target" in said and not elsewhere and (target is None or known_target(target)):
            found.setdefault(column_key(column), _Taught(target, pattern.confidence, pattern.id))
    return found


def column_key(column: str) -> str:
    """By what people's words about a column are found again, in whatever script it is written."""
    return header_key(column) if column.isascii() else natural_key(column)


def recognized(columns: Sequence[str]) -> bool:
    """Whether the table is of a format that says itself what its columns hold."""
    return table_kind(columns) not in {TableKind.DEPENDENCIES, TableKind.APPLICATIONS}


def known_target(target: object) -> bool:
    """Whether a column may fill it."""
    return isinstance(target, str) and (target in FACTS or target in set(Structure))
