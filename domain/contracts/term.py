"""From when to when a contract runs: days that are named, days that are defined, and terms of so many months."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.contract import ContractField
from domain.contracts.days import Day, days, ending
from domain.contracts.finding import Finding
from domain.contracts.quantities import Span, spans
from domain.contracts.text import Sentence

_TERM = (
    r"agreement|contract|order(?:\s+form)?|term|subscription|services?|licen[cs]e|period|engagement|sow|"
    r"statement\s+of\s+work"
)
# What stands in the place of a day while a sentence is looked at.
_TOKEN = re.compile(r"⟦(\d+)⟧")
_D = r"⟦(\d+)⟧"
_SOFT = r"(?:\s+(?:on|as\s+of|as\s+from|from|upon|at|and\s+including|the|of))*\s*"
_BEGINS = re.compile(
    r"\b(?:commenc(?:es?|ed|ing|ement)|begin(?:s|ning)?|start(?:s|ed|ing)?|tak(?:es?|ing)\s+effect|"
    r"becomes?\s+effective|(?:is|are|be|shall\s+be)\s+effective|effective|with\s+effect|in\s+(?:force|effect))"
    rf"(?:\s+date)?{_SOFT}(?:shall\s+be\s+|will\s+be\s+|is\s+)?{_D}",
    re.IGNORECASE,
)
_FROM_TO = re.compile(
    rf"\b(?:from|between|period:?|term:?)\s+(?:and\s+including\s+)?{_D}\s*(?:\([^)]*\)\s*)?,?\s*"
    rf"(?:to|until|till|through|thru|and|-)\s+(?:and\s+including\s+|the\s+)?{_D}",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"\b(?:expir(?:es?|ed|ing|y)|terminat(?:es?|ing)|end(?:s|ing)?|conclud(?:es?|ing)|laps(?:es?|ing)|"
    r"in\s+(?:full\s+)?(?:force|effect)(?:\s+and\s+effect)?|continues?|remains?\s+effective|runs?|completed?)\b"
    r"(?:(?!\b(?:notice|may|invoice)\b)(?:[ap]\.m\.|[^.;⟦])){0,90}?\b(?:on|until|through|thru|till|to|of|up\s+to)\s+"
    r"(?:and\s+including\s+|including\s+|the\s+|(?:11:59|12:00|midnight)[^⟦]{0,24})*"
    rf"{_D}",
    re.IGNORECASE,
)
_WHOSE = r"(?:(?:subscription|contract|service|order|initial\s+term|term)\s+)?"
_START_LABEL = rf"(?:{_WHOSE}(?:commencement|start(?:ing)?|begin(?:ning)?))"
_END_LABEL = rf"(?:{_WHOSE}(?:expir(?:ation|y)|end(?:ing)?|termination))"
_SAYS = (
    r"\"?\s*(?:\([^)]*\)\s*)?(?:shall\s+mean|means|shall\s+be|will\s+be|is|are|of(?:\s+this\s+agreement)?\s+is|:|-|\|)?"
    r"\s*(?:on\s+|the\s+)?"
)
_VALID = rf"\b(?:valid|effective)\s+(?:from\s+{_TOKEN.pattern}\s+)?(?:until|through|to)\s+{_D}"
_LABELS = tuple(
    (re.compile(pattern, re.IGNORECASE), field, confidence)
    for pattern, field, confidence in (
        (rf"\b{_START_LABEL}\s+(?:date|day){_SAYS}{_D}", ContractField.STARTS_ON, 0.95),
        (rf"\beffective\s+date{_SAYS}{_D}", ContractField.STARTS_ON, 0.88),
        (rf"\b{_END_LABEL}\s+(?:date|day){_SAYS}{_D}", ContractField.ENDS_ON, 0.95),
        (_VALID, ContractField.ENDS_ON, 0.9),
    )
)
_DEFINED = re.compile(
    rf"{_D}\s*,?\s*\((?:the\s+|hereinafter\s+|referred\s+to\s+as\s+|as\s+)*\"([A-Z][A-Za-z ]{{2,40}}?)\"", re.IGNORECASE
)
_DATED = re.compile(
    r"\b(?:made|entered\s+into|dated|executed|signed)\b[^.;⟦]{0,60}?"
    rf"(?:as\s+of|on|effective|dated|this|into|made)\s+(?:the\s+|this\s+)?{_D}|\bdated\s+{_D}",
    re.IGNORECASE,
)
_EARLIER = re.compile(r"\b(?:supersed\w+|replac\w+|previous|prior|earlier|amend\w*)\b", re.IGNORECASE)
# Days of other things.
_OTHER = re.compile(
    r"\b(?:invoices?|payments?|insurance|polic(?:y|ies)|warrant(?:y|ies)|quotes?|quotation|offer|proposal|price\s+list|"
    r"amendment|audit|certificates?|born|fiscal|milestone|deliver(?:y|able|ed)|employment|discount|promotion|"
    r"purchase\s+order|board|filed|incorporated|trial|renewal\s+term|confidentiality)\b",
    re.IGNORECASE,
)
_TERM_WORD = re.compile(
    r"\b(?:(?:initial|fixed|minimum|committed|subscription|contract|service|agreement|current|order|whole)\s+)*"
    r"(?:term|period|duration)\b",
    re.IGNORECASE,
)
_LASTS = re.compile(
    r"\b(?:continues?|remains?|(?:is|be|stays?)\s+in\s+(?:force|effect)|runs?|lasts?|valid|period\s+of|term\s+of|duration)\b",
    re.IGNORECASE,
)
_NOT_TERM = re.compile(
    r"\b(?:renew(?:al|ed|s)?|successive|additional|extend(?:ed)?|extension|notice|cur(?:e|ing)|remed(?:y|ied)|invoices?|"
    r"payments?|paid|warrant(?:y|ies)|confidential\w*|surviv\w*|transition|retain\w*|retention|trial|non-solicit\w*|"
    r"non-compet\w*|audit|backup|respon\w+|after\s+(?:the\s+)?(?:expir|terminat)\w*|following\s+(?:the\s+)?(?:expir|"
    r"terminat)\w*|insurance|escrow|probation\w*|last|previous|prior)\b",
    re.IGNORECASE,
)
_BEFORE, _BEHIND = 70, 45
# Terms of fewer days and of more than a century are none.
_SHORTEST, _LONGEST = 28, 36_525


@dataclass(frozen=True, slots=True)
class _Marked:
    """A sentence whose days are replaced by their numbers."""

    sentence: Sentence
    text: str
    days: tuple[Day, ...]

    def day(self, number: str) -> date:
        return self.days[int(number)].value


@dataclass(frozen=True, slots=True)
class Length:
    """How long the first term is."""

    months: int | None
    days: int
    sentence: Sentence
    note: str | None = None


def find_days(sentences: Sequence[Sentence], *, month_first: bool | None) -> Iterator[Finding]:
    """First and last days that the contract names."""
    for sentence in sentences:
        marked = _mark(sentence, month_first=month_first)
        if marked.days:
            yield from _labelled(marked)
            yield from _said(marked)


def _mark(sentence: Sentence, *, month_first: bool | None) -> _Marked:
    found = tuple(days(sentence.plain, month_first=month_first))
    text = sentence.plain
    for number, day in sorted(enumerate(found), key=lambda each: -each[1].start):
        text = f"{text[: day.start]}⟦{number}⟧{text[day.end :]}"
    return _Marked(sentence, text, found)


def _labelled(marked: _Marked) -> Iterator[Finding]:
    for pattern, field, confidence in _LABELS:
        for match in pattern.finditer(marked.text):
            if not _of_other(marked.text, match.start()):
                yield Finding(field, marked.day(match[match.lastindex or 1]), marked.sentence, confidence)
    for match in _DEFINED.finditer(marked.text):
        name = match[2].strip().lower()
        if re.fullmatch(rf"{_START_LABEL}\s+(?:date|day)|effective\s+date", name):
            confidence = 0.88 if "effective" in name else 0.95
            yield Finding(ContractField.STARTS_ON, marked.day(match[1]), marked.sentence, confidence)
        elif re.fullmatch(rf"{_END_LABEL}\s+(?:date|day)", name):
            yield Finding(ContractField.ENDS_ON, marked.day(match[1]), marked.sentence, 0.95)


def _said(marked: _Marked) -> Iterator[Finding]:
    about = re.search(rf"\b(?:{_TERM})s?\b", marked.text, re.IGNORECASE) is not None
    for match in _FROM_TO.finditer(marked.text):
        first, last = marked.day(match[1]), marked.day(match[2])
        if about and first < last and not _of_other(marked.text, match.start()):
            yield Finding(ContractField.STARTS_ON, first, marked.sentence, 0.92)
            yield Finding(ContractField.ENDS_ON, last, marked.sentence, 0.92)
    for pattern, name in ((_BEGINS, ContractField.STARTS_ON), (_ENDS, ContractField.ENDS_ON)):
        for match in pattern.finditer(marked.text):
            if not _of_other(marked.text, match.start()):
                yield Finding(name, marked.day(match[1]), marked.sentence, 0.92 if about else 0.6)
    for match in _DATED.finditer(marked.text):
        if about and not _of_other(marked.text, match.start()) and not _EARLIER.search(marked.text):
            yield Finding(ContractField.STARTS_ON, marked.day(match[1] or match[2]), marked.sentence, 0.65)


def _of_other(text: str, place: int) -> bool:
    """Whether the words just before speak of something else's days."""
    before = text[max(0, place - _BEFORE) : place]
    # Of the clause itself only.
    clause = re.split(r"[,;:](?=\s)", before)[-1]
    return _OTHER.search(clause) is not None


def find_length(sentences: Sequence[Sentence]) -> Length | None:
    """The first term that the contract names, in whole months where it can be."""
    for sentence in sentences:
        for span in spans(sentence.plain):
            if _is_term(sentence.plain, span):
                note = None
                if span.doubtful:
                    note = (
                        f'The term is written in two ways, "{sentence.plain[span.start : span.end]}": the words count.'
                    )
                return Length(span.months, span.days, sentence, note)
    return None


def _is_term(text: str, span: Span) -> bool:
    before = re.split(r"[;]", text[max(0, span.start - _BEFORE) : span.start])[-1]
    behind = re.split(r"[;.,]", text[span.end : span.end + _BEHIND])[0]
    if _NOT_TERM.search(behind) or _NOT_TERM.search(re.split(r",", before)[-1]):
        return False
    named = _TERM_WORD.search(before) or re.match(
        r"\s*(?:initial\s+|fixed\s+|minimum\s+)?(?:term|subscription)\b", behind
    )
    lasts = _LASTS.search(before) and re.search(rf"\b(?:{_TERM})s?\b", text, re.IGNORECASE)
    return bool(named or lasts) and _SHORTEST <= span.days <= _LONGEST


def computed_end(start: Finding, length: Length) -> Finding:
    """The last day of the first term, from its first day on."""
    if length.months is not None:
        last = ending(start.value, length.months)
    else:
        last = start.value + timedelta(days=length.days - 1)
    note = length.note
    return Finding(ContractField.ENDS_ON, last, length.sentence, round(min(start.confidence, 0.85), 2), note)
