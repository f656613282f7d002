"""What of a model's reading enters: a value that stands in a sentence that stands in the contract, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any

from domain.contract import (
    ATTRIBUTES,
    SEVERAL,
    ContractExtraction,
    ContractField,
    ContractPage,
    ExtractionEvidence,
)
from domain.contracts.amounts import amounts, figure_of
from domain.contracts.asking import MOST, Proposal, ProposedField
from domain.contracts.days import days, ending
from domain.contracts.finding import shown
from domain.contracts.keeping import in_order, surest, with_value
from domain.contracts.quantities import percentages, spans
from domain.contracts.renewal import renews
from domain.contracts.text import plain
from domain.source import Source

F = ContractField
# A model that is less sure changes nothing; rules that are less sure give way to it.
LEAST = 0.5
_DOUBTFUL = 0.7
# Where both say the same, half of the doubt goes; what only a model read is never surer than this.
_CONFIRMED, _SUREST = 0.5, 0.8
# Of fewer characters a sentence proves nothing.
_SHORTEST, _LONGEST_TEXT, _MOST_WARNINGS = 12, 120, 10
_CODE = re.compile(r"\b[A-Z]{3}\b")
_ENDING = timedelta(days=1)


class _Unfounded(Exception):
    """The message says why the item is dropped."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """An extraction after a model's opinion, and what a person should know of it."""

    extraction: ContractExtraction
    warnings: tuple[str, ...]


def weigh(found: ContractExtraction, pages: Sequence[ContractPage], proposal: Proposal) -> Weighed:
    """The rules' extraction, filled and confirmed by what a model read; what people have said stays."""
    weighing = _Weighing(found, [(page.number, _folded(page.text)) for page in pages])
    for item in proposal.fields[:MOST]:
        if item.confidence >= LEAST:
            weighing.take(item)
    return Weighed(weighing.outcome(), tuple(weighing.warnings[:_MOST_WARNINGS]))


class _Weighing:
    """An extraction while items are taken one after the other."""

    def __init__(self, found: ContractExtraction, pages: list[tuple[int | None, str]]) -> None:
        self._found = found
        self._pages = pages
        self._entered = False
        self.warnings: list[str] = []

    def outcome(self) -> ContractExtraction:
        """As it is when all are taken."""
        if not self._entered:
            return self._found
        source = Source.USER if self._found.source is Source.USER else Source.MODEL_CHECKED_BY_RULES
        return surest(replace(self._found, source=source, evidence=in_order(self._found.evidence)))

    def take(self, item: ProposedField) -> None:
        """Let it enter where it is founded; a person's word is not weighed."""
        if any(each.source is Source.USER for each in self._found.of(item.field)):
            return
        try:
            page = self._page(item.sentence)
            value = _READ[item.field](item.value.strip())
            _PROVES[item.field](value, plain(item.sentence), self._found)
            if item.field is F.VALUE:
                value = _with_currency(value, plain(item.sentence))
        except _Unfounded as why:
            self.warnings.append(f"What the model read as {item.field}, {item.value[:80]!r}, was dropped: {why}")
            return
        evidence = ExtractionEvidence(
            item.field,
            " ".join(item.sentence.split()),
            page,
            Source.MODEL_CHECKED_BY_RULES,
            round(min(item.confidence, _SUREST), 2),
        )
        if item.field in SEVERAL:
            self._add(item.field, value, evidence)
        else:
            self._settle(item.field, value, evidence)

    def _page(self, sentence: str) -> int | None:
        wanted = _folded(sentence)
        if len(wanted) < _SHORTEST:
            raise _Unfounded("it names no sentence.")
        for number, text in self._pages:
            if wanted in text:
                return number
        if wanted in "".join(text for _, text in self._pages):
            return next((number for number, text in self._pages if text and wanted.startswith(text[-20:])), None)
        raise _Unfounded("its sentence is not in the contract.")

    def _add(self, field: ContractField, value: str, evidence: ExtractionEvidence) -> None:
        there = self._found.get(field)
        if value.casefold() in {each.casefold() for each in there}:
            return
        changed: dict[str, Any] = {ATTRIBUTES[field]: (*there, value)}
        self._enter(replace(self._found, **changed), evidence)

    def _settle(self, field: ContractField, value: Any, evidence: ExtractionEvidence) -> None:
        stands = _standing(self._found, field)
        said = self._found.of(field)
        if stands is None:
            self._enter(with_value(self._found, field, value), evidence)
        elif _same(stands, value):
            self._confirm(field, said)
        elif all((each.confidence or 0) < _DOUBTFUL for each in said):
            self.warnings.append(_differing(field, value, evidence, stands, "the model's was taken"))
            kept = tuple(each for each in self._found.evidence if each.field != field)
            self._enter(with_value(replace(self._found, evidence=kept), field, value), evidence)
        else:
            self.warnings.append(_differing(field, value, evidence, stands, "the rules' stands"))

    def _enter(self, found: ContractExtraction, evidence: ExtractionEvidence) -> None:
        self._found = replace(found, evidence=(*found.evidence, evidence))
        self._entered = True

    def _confirm(self, field: ContractField, said: Sequence[ExtractionEvidence]) -> None:
        surer = [
            replace(
                each,
                source=Source.MODEL_CHECKED_BY_RULES,
                confidence=round(1 - (1 - (each.confidence or 0)) * _CONFIRMED, 2),
            )
            for each in said
        ]
        others = [each for each in self._found.evidence if each.field != field]
        self._found = replace(self._found, evidence=(*others, *surer))
        self._entered = True


def _standing(found: ContractExtraction, field: ContractField) -> Any:
    if field is F.VALUE:
        return None if found.value is None else (found.value, found.currency)
    return found.get(field)


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, tuple):
        return bool(one[0] == other[0] and (other[1] is None or one[1] in (None, other[1])))
    return bool(one == other)


def _differing(field: ContractField, value: Any, evidence: ExtractionEvidence, stands: Any, outcome: str) -> str:
    where = f" on page {evidence.page}" if evidence.page is not None else ""
    return (
        f"{field}: the model read {shown(value)}{where} in “{evidence.sentence[:200]}”, the rules {shown(stands)}; "
        f"{outcome}."
    )


def _folded(text: str) -> str:
    """Letters and digits alone: line ends, hyphenation and quotes are written in many ways."""
    return re.sub(r"[\W_]+", "", plain(text).casefold())


def _as_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _Unfounded("it is no day such as 2026-11-21.") from None


def _as_amount(text: str) -> tuple[Decimal, str | None]:
    code = _CODE.search(text)
    figure = re.search(r"\d[\d.,' ]*", text)
    if figure is None:
        raise _Unfounded("it is no amount.")
    try:
        return figure_of(figure[0].rstrip("., '")), code[0] if code else None
    except InvalidOperation:
        raise _Unfounded("it is no amount.") from None


def _as_flag(text: str) -> bool:
    if text.lower() not in ("true", "false", "yes", "no"):
        raise _Unfounded("it is neither true nor false.")
    return text.lower() in ("true", "yes")


def _as_number(text: str) -> int:
    match = re.fullmatch(r"(\d{1,4})(?:\s*days?)?", text)
    if match is None:
        raise _Unfounded("it is no number of days.")
    return int(match[1])


def _as_percent(text: str) -> Decimal:
    try:
        return Decimal(text.rstrip("% "))
    except InvalidOperation:
        raise _Unfounded("it is no number.") from None


def _as_text(text: str) -> str:
    kept = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    if not 0 < len(kept) <= _LONGEST_TEXT:
        raise _Unfounded(f"it has more than {_LONGEST_TEXT} characters, or none.")
    return kept


def _has_day(value: date, sentence: str, _found: ContractExtraction) -> None:
    named = {day.value for first in (True, False) for day in days(sentence, month_first=first)}
    if value not in named:
        raise _Unfounded("the day is not in its sentence.")


def _has_end(value: date, sentence: str, found: ContractExtraction) -> None:
    lengths = [span.months for span in spans(sentence) if span.months]
    if found.starts_on and any(abs(ending(found.starts_on, length) - value) <= _ENDING for length in lengths):
        return
    _has_day(value, sentence, found)


def _has_amount(value: tuple[Decimal, str | None], sentence: str, _found: ContractExtraction) -> None:
    amount, currency = value
    if not any(each.value == amount and currency in (None, each.currency) for each in amounts(sentence)):
        raise _Unfounded("the amount is not in its sentence.")


def _with_currency(value: tuple[Decimal, str | None], sentence: str) -> tuple[Decimal, str | None]:
    """With the sentence's own, where the model names none."""
    amount, currency = value
    return amount, currency or next(each.currency for each in amounts(sentence) if each.value == amount)


def _tells_renewal(value: bool, sentence: str, _found: ContractExtraction) -> None:  # noqa: FBT001
    if not re.search(r"\b(?:renew|extend|extension|evergreen|roll)", sentence, re.IGNORECASE):
        raise _Unfounded("its sentence says nothing of renewal.")
    if renews(sentence) not in (None, value):
        raise _Unfounded("its sentence says the contrary.")


def _has_span(value: int, sentence: str, _found: ContractExtraction) -> None:
    if not any(span.days == value for span in spans(sentence)):
        raise _Unfounded("so many days are not in its sentence.")


def _has_percent(value: Decimal, sentence: str, _found: ContractExtraction) -> None:
    if not any(each.value == value for each in percentages(sentence)):
        raise _Unfounded("the percentage is not in its sentence.")


def _has_name(value: str, sentence: str, _found: ContractExtraction) -> None:
    if _folded(value) not in _folded(sentence):
        raise _Unfounded("the name is not in its sentence.")


def _anything(_value: str, _sentence: str, _found: ContractExtraction) -> None:
    """A term's name is the model's own; the sentence is the contract's."""


_READ: Mapping[ContractField, Callable[[str], Any]] = MappingProxyType(
    {
        F.STARTS_ON: _as_day,
        F.ENDS_ON: _as_day,
        F.VALUE: _as_amount,
        F.AUTO_RENEWS: _as_flag,
        F.NOTICE_DAYS: _as_number,
        F.PRICE_CAP_PERCENT: _as_percent,
        F.PARTIES: _as_text,
        F.NON_STANDARD_TERMS: _as_text,
    }
)
_PROVES: Mapping[ContractField, Callable[[Any, str, ContractExtraction], None]] = MappingProxyType(
    {
        F.STARTS_ON: _has_day,
        F.ENDS_ON: _has_end,
        F.VALUE: _has_amount,
        F.AUTO_RENEWS: _tells_renewal,
        F.NOTICE_DAYS: _has_span,
        F.PRICE_CAP_PERCENT: _has_percent,
        F.PARTIES: _has_name,
        F.NON_STANDARD_TERMS: _anything,
    }
)
