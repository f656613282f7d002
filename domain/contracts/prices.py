"""What a contract costs, and by how much its prices may rise."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from domain.contract import ContractField
from domain.contracts.amounts import Amount, amounts
from domain.contracts.finding import Finding
from domain.contracts.quantities import Percentage, percentages
from domain.contracts.text import Sentence

_RISES = re.compile(
    r"\b(?:increas\w*|uplift\w*|escalat\w*|adjust\w*|rais(?:e|es|ed|ing)|ris(?:e|es|ing)|indexation|indexed)\b",
    re.IGNORECASE,
)
_PRICES = re.compile(r"\b(?:fees?|pric(?:e|es|ing)|rates?|charges?|subscription|renewal|costs?)\b", re.IGNORECASE)
_CAPS = re.compile(
    r"\b(?:not|never|no\s+event|no\s+case)\b[^.;%]{0,140}?\b(?:exceed\w*|increas\w*|ris\w*|rais\w*|more\s+than|above|over|greater\s+than)\b|"
    r"\b(?:capped|limited|restricted)\s+(?:at|to|by)\b|\b(?:no|not)\s+(?:more|greater|higher)\s+than\b|"
    r"\bup\s+to\b|\bmaximum\b|\bmax\.?\b|\b(?:price\s+|increase\s+|renewal\s+)?cap\b|\bat\s+most\b|\bnot\s+to\s+exceed\b|"
    r"\b(?:lesser|lower|smaller)\s+of\b|\bceiling\b",
    re.IGNORECASE,
)
_NOT_PRICES = re.compile(
    r"\b(?:late|interest|overdue|liabilit\w+|liable|service\s+credits?|credits?|discount\w*|penalt\w+|tax(?:es)?|vat|uptime|availab\w+|"
    r"damages|storage|overage|usage\s+exceeds|withhold\w*|error\s+rate|commission|refund\w*|headcount|volume)\b",
    re.IGNORECASE,
)
_MORE = re.compile(r"(?:\bplus|\+|\babove|\bover)\s*$", re.IGNORECASE)
_INDEX = re.compile(r"\b(?:CPI|RPI|consumer\s+price|retail\s+price|inflation|index)\b", re.IGNORECASE)
_GREATER = re.compile(r"\b(?:greater|higher|larger)\s+of\b", re.IGNORECASE)

_TOTAL = re.compile(
    r"\b(?:total|aggregate|overall|cumulative|entire)\s+(?:\w+\s+){0,4}?(?:value|fees?|price|amounts?|consideration|costs?|charges?|sum|"
    r"payable|commitment|spend|due)\b|\btotal\s*:\s*$|\bTCV\b|\b(?:contract|agreement|order)\s+(?:value|price|sum|total|amount)\b",
    re.IGNORECASE,
)
_YEARLY = re.compile(
    r"\b(?:annual(?:ly)?|yearly|per\s+(?:annum|year)|each\s+(?:contract\s+)?year|recurring|subscription|licen[cs]e|fixed|service)\s+"
    r"(?:\w+\s+){0,3}?(?:fees?|charges?|price|amounts?|payments?|value|subscription)\b|\bARR\b|\bACV\b",
    re.IGNORECASE,
)
_FEES = re.compile(
    r"\b(?:fees?|price|consideration|charges?|shall\s+pay|agrees?\s+to\s+pay|will\s+pay)\b", re.IGNORECASE
)
_NOT_VALUE = re.compile(
    r"\b(?:liab\w+|insur\w+|indemn\w*|penalt\w+|damages|service\s+credits?|deposit|expenses?|travel|threshold|in\s+excess\s+of|late\s+fee|"
    r"coverage|occurrence|fine|minimum\s+revenue|share\s+capital|reimburs\w+|overage|bond|escrow|terminat\w+\s+fee|"
    r"early\s+terminat\w+|list\s+price|discount\s+of|saving\w*|per\s+claim)\b",
    re.IGNORECASE,
)
_EACH = re.compile(
    r"^\W*(?:\([^)]*\)\s*)?(?:per|/|each|every|an?)\s*(?:\w+\s+)?(?:users?|seats?|hours?|days?|incidents?|gb|tb|units?|licen[cs]es?|"
    r"devices?|employees?|transactions?|calls?|months?|quarters?|tickets?|servers?)\b|^\W*(?:monthly|quarterly|hourly|daily)\b",
    re.IGNORECASE,
)
_A_YEAR = re.compile(
    r"^\W*(?:\([^)]*\)\s*)?(?:per|/|each|a|every)\s*(?:\w+\s+)?(?:year|annum)\b|^\W*(?:annually|yearly|p\.a\.)",
    re.IGNORECASE,
)
_NEAR = 130
_MOST = 10


def find_cap(sentences: Sequence[Sentence]) -> Iterator[Finding]:
    """The most that prices may rise by, in percent; what only an index bounds is no number."""
    for sentence in sentences:
        text = sentence.plain
        if not (_PRICES.search(text) and _RISES.search(text) and _CAPS.search(text)):
            continue
        found = [each for each in percentages(text) if _caps(text, each)]
        if found:
            highest = max(found, key=lambda each: each.value)
            note = None
            if len({each.value for each in found}) > 1:
                note = "The contract names several caps on prices in one sentence; the highest was taken."
            yield Finding(ContractField.PRICE_CAP_PERCENT, highest.value, sentence, 0.8 if note else 0.92, note)


def _caps(text: str, share: Percentage) -> bool:
    before = text[max(0, share.start - _NEAR) : share.start]
    behind = text[share.end : share.end + 40]
    clause = re.split(r"[;]", before)[-1]
    if _NOT_PRICES.search(clause) or re.match(
        r"\W*(?:above|over|plus|discount|interest|of\s+the\s+(?:total\s+)?users)\b", behind
    ):
        return False
    if _MORE.search(before) and _INDEX.search(before):
        return False
    if _GREATER.search(before) and _INDEX.search(before + behind):
        return False
    return _CAPS.search(text[max(0, share.start - 2 * _NEAR) : share.end + 60]) is not None


def find_value(sentences: Sequence[Sentence]) -> Iterator[Finding]:
    """What is to be paid: best a total, else a year's fee. The value is a pair of amount and currency."""
    for sentence in sentences:
        text = sentence.plain
        # A table of prices is no sentence; its total stands at its end, or in another one.
        found = list(amounts(text))
        for amount in (*found[:_MOST], *found[_MOST:][-_MOST:]):
            confidence, note = _worth(text, amount)
            if confidence:
                value = (amount.value.normalize() + 0, amount.currency)
                yield Finding(ContractField.VALUE, value, sentence, confidence, note)


def _worth(text: str, amount: Amount) -> tuple[float, str | None]:
    before = re.split(r";", text[max(0, amount.start - _NEAR) : amount.start])[-1]
    behind = text[amount.end : amount.end + 60]
    if _NOT_VALUE.search(before) or re.search(r"^\W*(?:discount|credit|deposit|deductible)", behind, re.IGNORECASE):
        return 0.0, None
    # Of the last thing that is named before the amount.
    near = re.split(r"(?:,|\band\b|\bof which\b)(?=[^,]*$)", before)[-1] if "," in before else before
    if _EACH.search(behind) or re.search(r"\b(?:monthly|quarterly|weekly|daily|hourly)\b", near, re.IGNORECASE):
        return 0.0, None
    total = _TOTAL.search(near) or (_TOTAL.search(before) if not _YEARLY.search(near) else None)
    if total or re.search(r"^[\s,(]*(?:in\s+(?:total|aggregate)|total|TCV)\b", behind, re.IGNORECASE):
        return 0.95, None
    yearly = _A_YEAR.search(behind) is not None or re.search(
        r"\b(?:annual|yearly|per\s+annum|ARR|ACV)\b", near, re.IGNORECASE
    )
    note = "The value is what the contract names for a year; it names no total." if yearly else None
    if _YEARLY.search(near) or (_A_YEAR.search(behind) and _FEES.search(text)):
        return 0.75, note
    return (0.6, note) if _FEES.search(near) else (0.0, None)
