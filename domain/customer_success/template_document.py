"""A template's document as it was given, walked without trusting its shape: every part with its path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Path = tuple[str, ...]
Part = tuple[Path, Mapping[str, Any]]


def parts(value: Any, name: str, path: Path) -> Iterator[Part]:
    """The objects in the list of that name, with their paths."""
    listed = value.get(name) if isinstance(value, Mapping) else None
    for number, each in enumerate(listed if isinstance(listed, list) else ()):
        if isinstance(each, Mapping):
            yield (*path, name, str(number)), each


def text(value: Mapping[str, Any], name: str) -> str | None:
    """The text of that name; None where it is none."""
    found = value.get(name)
    return found if isinstance(found, str) else None


def texts(value: Mapping[str, Any], name: str, path: Path) -> Iterator[tuple[Path, str]]:
    """The text, or the texts of the list, of that name."""
    found = value.get(name)
    if isinstance(found, str):
        yield (*path, name), found
    for number, each in enumerate(found if isinstance(found, list) else ()):
        if isinstance(each, str):
            yield (*path, name, str(number)), each


@dataclass(frozen=True)
class Draft:
    """The document that somebody wants to save."""

    document: Any
    path: Path

    @cached_property
    def steps(self) -> tuple[Part, ...]:
        """Its steps."""
        return tuple(parts(self.document, "steps", self.path))

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Where each step stands, by its key; of two with one key the first counts."""
        found: dict[str, int] = {}
        for place, (_, step) in enumerate(self.steps):
            key = text(step, "key")
            if key is not None:
                found.setdefault(key, place)
        return found

    @cached_property
    def notifications(self) -> tuple[Part, ...]:
        """Its notifications."""
        return tuple(parts(self.document, "notifications", self.path))

    @cached_property
    def context(self) -> Mapping[str, Any]:
        """Its own texts."""
        found = self.document.get("context") if isinstance(self.document, Mapping) else None
        return found if isinstance(found, Mapping) else {}

    def fields(self, step: str) -> frozenset[str]:
        """What the answer of that step holds, as later texts and conditions name it."""
        place = self.places.get(step)
        if place is None:
            return frozenset()
        asked = (text(field, "key") for _, field in parts(self.steps[place][1], "fields", ()))
        return frozenset({*(key for key in asked if key is not None), "comment", "done"})
