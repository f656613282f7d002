"""What happens at the end: whether a contract renews by itself, and how long before one has to say no."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from domain.contract import ContractField
from domain.contracts.finding import Finding
from domain.contracts.quantities import Span, Unit, spans
from domain.contracts.text import Sentence

_RENEW = r"(?:renew(?:s|ed|al|als|ing)?|extend(?:s|ed|ing)?|extension|continue[sd]?|roll(?:s|ed)?\s+over)"
# Quickly told of most sentences: they speak of something else.
_MAY_RENEW = re.compile(r"renew|exten|continu|roll|evergreen|reconduc|expires?\s+without", re.IGNORECASE)
_AUTO = re.compile(
    rf"\bauto(?:matic(?:ally)?)?[\s-]+(?:be\s+|and\s+\w+\s+)?{_RENEW}\b|\b{_RENEW}\s+(?:\w+\s+){{0,3}}?automatically\b|"
    rf"\bautomatically\s+(?:\w+\s+){{0,4}}?{_RENEW}\b|\bautomatic\s+{_RENEW}|\bevergreen\b|"
    r"\b(?:shall|will)\s+(?:be\s+)?renew(?:ed)?\s+for\s+(?:\w+\s+){0,3}?(?:successive|consecutive|additional|further)\b"
    r"[^.;]{0,120}\bunless\b|\bunless\b[^.;]{0,160}\b(?:shall|will)\s+(?:be\s+)?(?:automatically\s+)?(?:renew|extend)(?:ed)?\b|"
    r"\btacit(?:ly)?\s+(?:renew|extend|reconduction)",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"\bauto(?:matic)?(?:ally)?[\s-]*renew(?:al|s)?\s*[:|-]\s*(yes|no|true|false|none|on|off|enabled|disabled)\b",
    re.IGNORECASE,
)
_YES = frozenset({"yes", "true", "on", "enabled"})
_NOT_AUTO = re.compile(
    rf"\b(?:not|never|neither|nor|no)\s+(?:be\s+|to\s+)?(?:auto(?:matic(?:ally)?)?[\s-]+(?:be\s+)?{_RENEW}|"
    rf"{_RENEW}\s+(?:\w+\s+){{0,2}}?automatically)\b|\bno\s+(?:automatic|auto-?|tacit|implied)\s*{_RENEW}|"
    r"\b(?:may|shall|can|will)\s+(?:only\s+)?be\s+(?:renewed|extended)\s+(?:only\s+)?(?:by|upon|with|through|if)\s+(?:\w+\s+){0,4}?"
    r"(?:mutual|written|agreement|consent|amendment|both)|\bexpires?\s+without\s+(?:automatic\s+)?(?:renewal|notice)|"
    r"\bwithout\s+(?:any\s+)?automatic\s+renewal|\bno\s+(?:right|obligation)\s+(?:of|to)\s+renew",
    re.IGNORECASE,
)
_NOTICE = re.compile(r"\b(?:notice|notif(?:y|ies|ied|ication)|inform(?:s|ed)?|advise[sd]?)\b", re.IGNORECASE)
_SAYS_NO = re.compile(
    r"\b(?:non-?renew\w*|not\s+(?:to\s+|be\s+)?(?:renew|extend)\w*|(?:elects?|intent(?:ion)?|intends?|wish(?:es)?|decides?)\s+"
    r"(?:\w+\s+){0,2}?not\s+to|opt(?:s|ing)?\s+out|declin\w+|unless\b[^.;]{0,120}?\b(?:notice|notif|terminat|cancel))",
    re.IGNORECASE,
)
_AT_END = re.compile(
    r"\b(?:renew\w*|expir\w*|exten(?:d|sion)\w*|end\s+of\s+(?:the\s+|its\s+|any\s+|each\s+)?(?:\S+\s+){0,2}?(?:term|period))",
    re.IGNORECASE,
)
_LEAVES = re.compile(r"\b(?:terminat\w+|cancel\w*|withdraw\w*)", re.IGNORECASE)
_FREELY = re.compile(
    r"\b(?:for\s+(?:its\s+)?convenience|for\s+any\s+reason|for\s+any\s+or\s+no\s+reason|without\s+cause|at\s+any\s+time|no\s+reason)\b",
    re.IGNORECASE,
)
_OTHERWISE = re.compile(
    r"\b(?:breach\w*|default\w*|cur(?:e|es|ed|ing)|remed(?:y|ies|ied)|insolven\w+|bankrupt\w*|non-?payment|overdue|late|"
    r"pric(?:e|es|ing)|fees?\s+(?:increase|change)|increas\w*|audit\w*|inspect\w*|maintenance|downtime|modif\w+|amend\w*|assign\w*|"
    r"confidential\w*|insur\w+|force\s+majeure|suspen\w+|sub-?processors?|personal\s+data|invoice\w*|deemed|received|"
    r"claim\w*|indemni\w+|disput\w+|escalat\w+|address\w*|personnel)\b",
    re.IGNORECASE,
)
_PAID = re.compile(r"\b(?:pay(?:able|ment|ments|s)?|paid|due|net|invoice[sd]?)\b", re.IGNORECASE)
_AHEAD = re.compile(
    r"^\W*s?'?\W*(?:\w+\s+){0,2}?(?:notice|prior|before|in\s+advance|advance|written|ahead)\b", re.IGNORECASE
)
_LONGEST = 730
_NEAR = 110


def find_renewal(sentences: Sequence[Sentence]) -> Iterator[Finding]:
    """Whether it renews by itself."""
    for sentence in sentences:
        label = _LABEL.search(sentence.plain)
        if label:
            yield Finding(ContractField.AUTO_RENEWS, label[1].lower() in _YES, sentence, 0.95)
        elif (said := renews(sentence.plain)) is not None:
            yield Finding(ContractField.AUTO_RENEWS, said, sentence, 0.92)


def renews(text: str) -> bool | None:
    """Whether a sentence says that the contract renews by itself, or that it does not; None where it says neither."""
    if not _MAY_RENEW.search(text):
        return None
    if _NOT_AUTO.search(text):
        return False
    return True if _AUTO.search(text) and not _of_other(text) else None


def _of_other(text: str) -> bool:
    return (
        re.search(r"\b(?:insurance|domain\s+name|certificate|warranty)\b[^.;]{0,60}\brenew", text, re.IGNORECASE)
        is not None
    )


def find_notice(sentences: Sequence[Sentence]) -> Iterator[Finding]:
    """How many days before one has to give notice that one leaves, best of all at the end of a term."""
    for sentence in sentences:
        text = sentence.plain
        label = re.match(r"\W*(?:non-?renewal\s+|termination\s+)?notice\s+period\s*[:|-]", text, re.IGNORECASE)
        if label or _NOTICE.search(text) or (_LEAVES.search(text) and re.search(r"\bprior\s+to|before\b", text)):
            for span in spans(text):
                confidence = 0.9 if label else _sureness(text, span)
                if confidence and span.days <= _LONGEST:
                    yield _notice(sentence, span, confidence)


def _sureness(text: str, span: Span) -> float:
    """How sure it is that the span is that of a notice to leave; 0 where it is another's."""
    clause = _clause(text, span)
    behind = text[span.end : span.end + 45]
    before = text[max(0, span.start - _NEAR) : span.start]
    given = _AHEAD.search(behind) or re.search(r"\bnotice\b[^.;,]{0,50}$", before, re.IGNORECASE)
    if not given or _PAID.search(re.split(r"[,;]", before)[-1]):
        return 0.0
    leaving = _SAYS_NO.search(clause) or _SAYS_NO.search(text)
    if leaving and _AT_END.search(text) and not _OTHERWISE.search(clause):
        return 0.95
    if not _LEAVES.search(text) or _OTHERWISE.search(clause):
        return 0.0
    if _AT_END.search(clause):
        return 0.86
    return 0.78 if _FREELY.search(text) else 0.7


def _clause(text: str, span: Span) -> str:
    start = max(text.rfind(";", 0, span.start), text.rfind(":", 0, span.start)) + 1
    end = text.find(";", span.end)
    return text[start : end if end >= 0 else len(text)]


def _notice(sentence: Sentence, span: Span, confidence: float) -> Finding:
    said, note = sentence.plain[span.start : span.end], None
    if span.doubtful:
        note, confidence = f'The notice is written in two ways, "{said}": the words count.', confidence - 0.2
    elif span.unit is not Unit.DAY:
        note = f'The notice of "{said}" is told as {span.days} days: a month is counted as 30, five business days as 7.'
    return Finding(ContractField.NOTICE_DAYS, span.days, sentence, round(confidence, 2), note)
