"""Figures of a model held to what it was told: a sentence with one that stands nowhere is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from decimal import Decimal
from typing import Any

from domain.agents.cleaning import unknown_figures
from domain.given import Checking

# Anybody may count to ten: steps of a plan, weeks, questions of a form.
COUNTED = frozenset(str(number) for number in range(11))
_ON_ONE_LINE = frozenset({"title", "subject", "product", "question"})
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


@dataclass(frozen=True, slots=True)
class Grounding:
    """Looks through an answer; `dropped` gathers the sentences that were left out."""

    known: str
    checking: Checking
    dropped: list[str] = field(default_factory=list)

    def of(self, answer: Any, *path: str) -> Any:
        """The same without what it cannot know; a title that says so is wrong, for nothing would be left of it."""
        if isinstance(answer, tuple):
            return tuple(self.of(each, *path, str(index)) for index, each in enumerate(answer))
        if is_dataclass(answer) and not isinstance(answer, type):
            changed = {each.name: self._field(each.name, getattr(answer, each.name), *path) for each in fields(answer)}
            return replace(answer, **changed)
        return answer

    def _field(self, name: str, value: Any, *path: str) -> Any:
        if type(value) is not str or name == "key":
            return self.of(value, *path, name)
        if name not in _ON_ONE_LINE:
            return self._text(value)
        for figure in self._strange(value):
            self.checking.wrong(f"{figure} stands nowhere in what is known; leave it out.", *path, name)
        return value

    def _text(self, text: str) -> str:
        lines = [" ".join(self._sentences(line)) for line in text.split("\n")]
        kept = "\n".join(line for line, before in zip(lines, text.split("\n"), strict=True) if line or not before)
        return kept.strip()

    def _sentences(self, line: str) -> Iterator[str]:
        for sentence in _SENTENCE.split(line):
            if self._strange(sentence):
                self.dropped.append(sentence)
            else:
                yield sentence

    def _strange(self, text: str) -> list[str]:
        return [figure for figure in unknown_figures(text, self.known) if figure not in COUNTED]


def numbers_of(answer: Any) -> Iterator[str]:
    """The figures that an answer gives as figures: an offer may speak of its own."""
    if isinstance(answer, tuple):
        for each in answer:
            yield from numbers_of(each)
    elif is_dataclass(answer) and not isinstance(answer, type):
        for each in fields(answer):
            yield from numbers_of(getattr(answer, each.name))
    elif isinstance(answer, int | Decimal) and not isinstance(answer, bool):
        yield f"{answer:f}" if isinstance(answer, Decimal) else str(answer)
