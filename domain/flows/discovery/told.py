"""What one row tells, by the mapping of its columns: whose it is, facts as text, and what no fact holds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from domain.columns import Structure
from domain.fact import FactLevel, FactType
from domain.facts import FACTS, HEADERS, header_key
from domain.inventory import AttributeMapping, ImportRow, RowKind
from domain.natural_key import natural_key

# Facts that any number of columns, tags or rows may add to.
MANY = frozenset({FactType.LIST, FactType.TECHNOLOGY})
_WHOSE = frozenset({"name", "component_name"})
_UNNAMED_TAGS = "Tags"
_Texts = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Told:
    """One row of an application or server. `facts` are (key, text), `others` (column, text); names are as written."""

    line: int
    application: str
    component: str
    facts: tuple[tuple[str, str], ...]
    others: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ToldDependency:
    """One dependency of a row: the application that needs and the one needed, as written."""

    line: int
    consumer: str
    provider: str
    kind: str | None = None
    protocol: str | None = None
    criticality: str | None = None


class Teller:
    """Reads rows by one mapping."""

    def __init__(self, mappings: Iterable[AttributeMapping]) -> None:
        self._facts: list[tuple[str, str]] = []
        self._others: list[tuple[str, str]] = []
        self._tags: list[tuple[str | None, str]] = []
        self._parts: dict[str, str] = {}
        category: str | None = None
        for mapping in mappings:
            if mapping.target == Structure.TAG_CATEGORY:
                category = mapping.column
            elif mapping.target == Structure.TAG:
                self._tags.append((category, mapping.column))
                category = None
            else:
                self._place(mapping)

    def _place(self, mapping: AttributeMapping) -> None:
        if mapping.target is None:
            self._others.append((mapping.column, other_key(mapping.column)))
        elif mapping.target in FACTS and mapping.target not in _WHOSE:
            self._facts.append((mapping.column, mapping.target))
        else:
            self._parts[mapping.target] = mapping.column

    def tell(self, row: ImportRow) -> Iterator[Told]:
        """What the row tells, once for each application its server belongs to; nothing of a mere dependency."""
        if row.kind is RowKind.DEPENDENCY:
            return
        facts, others = self._contents(row.values)
        server = self._raw("component_name", row)
        for name in self._applications(row):
            yield Told(row.line, name, server, facts, others)

    def _applications(self, row: ImportRow) -> Iterable[str]:
        name = self._raw("name", row)
        listed = () if name else tuple(_listed(self._raw(Structure.APPLICATIONS, row)))
        return listed or (name,)

    def _contents(self, values: Mapping[str, str]) -> tuple[_Texts, _Texts]:
        facts = [(key, values[column]) for column, key in self._facts if column in values]
        others = [(key, values[column]) for column, key in self._others if column in values]
        for category, tag in self._read_tags(values):
            key = HEADERS.get(header_key(category))
            if key is None or key in _WHOSE:
                others.append((other_key(category), tag))
            else:
                facts.append((key, tag))
        return tuple(facts), tuple(others)

    def dependencies(self, row: ImportRow) -> Iterator[ToldDependency]:
        """Every dependency that the row tells of."""
        if row.kind is RowKind.DEPENDENCY or Structure.CONSUMER in self._parts:
            yield from self._edge(row)
        else:
            yield from self._needs(row)
            yield from self._edge(row)

    def _edge(self, row: ImportRow) -> Iterator[ToldDependency]:
        consumer = self._part(Structure.CONSUMER, row) or self._part("name", row)
        provider = self._part(Structure.PROVIDER, row) or self._part(Structure.DEPENDENCY, row)
        if not (consumer and provider):
            return
        # Northbound: the named dependency needs the application; southbound: the application needs it.
        if natural_key(self._part(Structure.DEPENDENCY_DIRECTION, row)) == "northbound":
            consumer, provider = provider, consumer
        yield self._told(row, consumer, provider)

    def _needs(self, row: ImportRow) -> Iterator[ToldDependency]:
        for column, key in self._facts:
            if key == "depends_on" and column in row.values:
                for name in _listed(row.values[column]):
                    yield self._told(row, self._part("name", row), name)

    def _told(self, row: ImportRow, consumer: str, provider: str) -> ToldDependency:
        return ToldDependency(
            row.line,
            consumer,
            provider,
            self._part(Structure.DEPENDENCY_KIND, row) or None,
            self._part(Structure.DEPENDENCY_PROTOCOL, row) or None,
            self._part(Structure.DEPENDENCY_CRITICALITY, row) or None,
        )

    def _part(self, role: str, row: ImportRow) -> str:
        return self._raw(role, row).strip()

    def _raw(self, role: str, row: ImportRow) -> str:
        column = self._parts.get(role)
        return row.values.get(column, "") if column else ""

    def _read_tags(self, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        for category, tag in self._tags:
            if tag in values:
                yield values.get(category or "", _UNNAMED_TAGS).strip(), values[tag].strip()


def of_component(key: str, *, in_component: bool) -> bool:
    """Whether a fact of a row belongs to its component rather than to the application."""
    level = FACTS[key].level
    return level is FactLevel.COMPONENT or (level is FactLevel.BOTH and in_component)


def other_key(column: str) -> str:
    """The key in `attributes` of a column that fills no fact: its name, unless a fact's key is spelled so."""
    return f"{column} (as imported)" if column in FACTS else column


def _listed(text: str) -> Iterator[str]:
    # A comma may be part of a name where another sign parts the names.
    separators = [sign for sign in ";|\n" if sign in text] or [","]
    for part in re.split("|".join(map(re.escape, separators)), text):
        if name := part.strip():
            yield name
