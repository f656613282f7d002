"""Facts as a person gives them: attributes and technologies of an edit, checked before they are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from domain.application import Technology
from domain.errors import ErrorCode, Problem, Refused
from domain.fact import FactLevel, FactType, Unreadable
from domain.fact_reading import read
from domain.facts import FACTS
from domain.known_facts import stored
from domain.technologies import normalize

LONGEST_NAME = 200
LONGEST_TEXT = 10_000
_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True)
class TechnologyGiven:
    """A product as a person writes it."""

    name: str
    version: str | None = None
    category: str | None = None


@dataclass(frozen=True, slots=True)
class Checking:
    """Reads what a person gave, and gathers all that is wrong with it."""

    problems: list[Problem] = field(default_factory=list)

    def wrong(self, message: str, *path: str, code: ErrorCode = ErrorCode.INVALID_INPUT) -> None:
        """One more thing that is wrong."""
        self.problems.append(Problem(code, message, path))

    def done(self) -> None:
        """Raise Refused with everything that is wrong, if anything is."""
        if self.problems:
            raise Refused(self.problems)

    def text(self, text: str | None, *path: str, longest: int = LONGEST_NAME) -> str | None:
        """The text without spaces around it; None when nothing is left."""
        plain = (text or "").strip()
        if len(plain) > longest:
            self.wrong(f"This takes at most {longest:,} characters.", *path)
        return plain or None

    def needed(self, text: str | None, *path: str, longest: int = LONGEST_NAME) -> str:
        """The same of a text that must not be empty."""
        plain = self.text(text, *path, longest=longest)
        if plain is None:
            self.wrong("This must not be empty.", *path)
        return plain or ""

    def fact(self, key: str, text: str, *path: str) -> Any:
        """The value of that fact; None where the text says that it is unknown."""
        value = read(FACTS[key], text)
        if isinstance(value, Unreadable):
            self.wrong(value.reason, *path)
            return None
        return value

    def technologies(self, given: Iterable[TechnologyGiven] | None, *path: str) -> tuple[Technology, ...]:
        """The products by the names that the product table has for them, each once."""
        found = []
        for index, each in enumerate(given or ()):
            name = self.needed(each.name, *path, str(index), "name")
            named = normalize(f"{name} {each.version or ''}".strip(), each.category)
            version = named.version or (each.version or "").strip() or None
            found.append(Technology(named.name, version, each.category or named.category))
        return tuple(dict.fromkeys(found))

    def attributes(self, held: Mapping[str, Any], given: Any, apart: FactLevel, *path: str) -> Mapping[str, Any]:
        """What is held with what is given laid over it: null takes a key away, and all of them where all is null.

        `apart` is the level whose facts do not belong here.
        """
        if given is None:
            return {}
        if not isinstance(given, Mapping):
            self.wrong("Attributes are an object of keys and values.", *path)
            return held
        after = dict(held)
        for key, value in given.items():
            after[key] = self._attribute(key, value, apart, *path, key)
        return {key: value for key, value in after.items() if value is not None}

    def _attribute(self, key: str, value: Any, apart: FactLevel, *path: str) -> Any:
        fact = FACTS.get(key)
        if not key.strip() or len(key) > _LONGEST_KEY:
            self.wrong(f"A key has 1 to {_LONGEST_KEY} characters.", *path)
        if fact is None or value is None:
            return value
        if fact.field is not None or fact.type is FactType.TECHNOLOGY:
            self.wrong(f"{fact.title} is no attribute; it has a field of its own.", *path)
            return None
        if fact.level is apart:
            self.wrong(f"{fact.title} is not told of this, but of the {_OTHER[apart]}.", *path)
            return None
        return stored(self.fact(key, _as_cell(value), *path))


_OTHER: Mapping[FactLevel, str] = {FactLevel.APPLICATION: "application", FactLevel.COMPONENT: "component"}


def _as_cell(value: Any) -> str:
    """A JSON value as a cell of a table would have it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ";".join(str(each) for each in value)
    return str(value)
