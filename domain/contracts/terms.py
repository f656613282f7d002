"""Terms that are not everybody's: a catalogue of wordings that ships as data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from domain.contract import ContractField
from domain.contracts.finding import Finding
from domain.contracts.text import Sentence
from domain.reference_data import read_toml

_CONFIDENCE = 0.8


@dataclass(frozen=True, slots=True)
class _Term:
    name: str
    has: tuple[str, ...]
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None


@cache
def _catalogue() -> tuple[_Term, ...]:
    return tuple(
        _Term(
            each["name"],
            tuple(each["has"]),
            re.compile(each["pattern"], re.IGNORECASE),
            re.compile(each["unless"], re.IGNORECASE) if "unless" in each else None,
        )
        for each in read_toml("contract_terms")["term"]
    )


def find_terms(sentences: Sequence[Sentence]) -> Iterator[Finding]:
    """Each term of the catalogue once, with the first sentence that has it."""
    folded = [(sentence, sentence.plain.lower()) for sentence in sentences]
    for term in _catalogue():
        for sentence, words in folded:
            if not any(word in words for word in term.has):
                continue
            harmless = term.unless is not None and term.unless.search(sentence.plain)
            if term.pattern.search(sentence.plain) and not harmless:
                yield Finding(ContractField.NON_STANDARD_TERMS, (term.name,), sentence, _CONFIDENCE)
                break
