"""Who agrees: companies named as "by and between", and those under labels such as "Customer:"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from domain.contract import ContractField
from domain.contracts.finding import Finding
from domain.contracts.text import Sentence

_FORM = (
    r"(?:Inc|Incorporated|Corp|Corporation|Company|Co|Ltd|Limited|LLC|L\.L\.C|LLP|L\.P|LP|PLC|plc|GmbH(?:\s*&\s*Co\.?\s*KG)?|AG|"
    r"SE|KG|S\.?A\.?(?:S|R\.?L)?|B\.?V|N\.?V|AB|A/S|AS|ApS|Oy|Oyj|S\.?p\.?A|S\.?r\.?l|Pty\.?\s+Ltd|Pte\.?\s+Ltd|Bank|Trust|University|"
    r"Foundation|Association|Ministry|Council|Group|Holdings?)"
)
_COMPANY = re.compile(rf"\b{_FORM}\b\.?$", re.IGNORECASE)
# Places with an "and" in their names.
_PLACES = re.compile(
    r"\b(?:England\s+and\s+Wales|Bosnia\s+and\s+Herzegovina|Trinidad\s+and\s+Tobago|Antigua\s+and\s+Barbuda)\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\b(?:by\s+and\s+(?:between|among)|between|among)\s*:?\s+", re.IGNORECASE)
_ABOUT = re.compile(
    r"\b(?:agreement|contract|order\s+form|addendum|statement\s+of\s+work|made|entered\s+into|parties|sow)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^\W*(?:the\s+)?(?:customer|client|supplier|vendor|provider|service\s+provider|licensor|licensee|buyer|seller|purchaser|"
    r"subscriber|contractor|company)(?:\s+name|\s+legal\s+name)?\s*[:|]\s*(.{2,120}?)\s*(?:\(|$|,\s+(?:a|an|with|of|located)\b|;)",
    re.IGNORECASE,
)
_ROLE = re.compile(
    r"\(\s*(?:the\s+|hereinafter\s+|hereafter\s+|referred\s+to\s+as\s+|each|together|collectively|as\s+|\"|')[^)]{0,120}\)",
    re.IGNORECASE,
)
_AND = re.compile(r"\s*(?:,|;)?\s+and\s+(?:between\s+)?(?=[\"(]?(?:\d\)|\([a-z0-9]\)\s*)?[A-Z])|\s*;\s*|\s+\(\d\)\s+")
_TAIL = re.compile(
    r"(?:,\s+|\s+)(?:an?\s+(?:\w+\s+){0,6}?(?:corporation|company|partnership|entity|limited|firm|organi[sz]ation|stock|body|association)\b"
    r"|(?:organi[sz]ed|incorporated|registered|having|with|whose|located|existing|of\s+\d|acting|duly|both|on\s+behalf|company\s+number|"
    r"its\s+affiliates|hereinafter|hereafter|referred|collectively|together)\b).*$",
    re.IGNORECASE,
)
_NOT_NAMES = re.compile(
    r"\b(?:parties|party|agreement|hereto|which|shall|terms|following|customer\s+and|provider\s+and|means|date|either|each|both|"
    r"them|us|other|conflict|services|january|february|march|april|may|june|july|august|september|october|november|december)\b",
    re.IGNORECASE,
)
_ROLES = frozenset(
    [
        "customer",
        "client",
        "supplier",
        "vendor",
        "provider",
        "licensor",
        "licensee",
        "buyer",
        "seller",
        "purchaser",
        "subscriber",
        "contractor",
        "company",
        "we",
        "you",
    ]
)
_HEADING = re.compile(r"(?:\bbetween|^\W*parties)\W*$", re.IGNORECASE)
_NUMBERED = re.compile(r"^(?:and\s+)?(?:\(?\d{1,2}[.)]|\([a-z]\))\s+", re.IGNORECASE)
_LONGEST, _TWO, _MOST = 120, 2, 8
# Of one sentence: whoever writes it more often names no parties by it.
_TRIES = 3


def find_parties(sentences: Sequence[Sentence]) -> Iterator[Finding]:
    """The names of those who agree: of the first sentence that names two, else of labels."""
    for sentence in sentences:
        names = _between(sentence.plain)
        if len(names) >= _TWO:
            yield Finding(ContractField.PARTIES, names, sentence, 0.92)
            return
    found = _listed(sentences)
    if found:
        yield from found
        return
    labelled: dict[str, Sentence] = {}
    for sentence in sentences:
        match = _LABEL.match(sentence.plain)
        name = _name(match[1]) if match else None
        if name and len(labelled) < _MOST:
            labelled.setdefault(name, sentence)
    for name, sentence in labelled.items():
        yield Finding(ContractField.PARTIES, (name,), sentence, 0.8)


def _listed(sentences: Sequence[Sentence]) -> list[Finding]:
    """Parties that are numbered below a heading such as "BETWEEN:"."""
    for at, sentence in enumerate(sentences):
        if _HEADING.search(sentence.plain):
            below = [each for each in sentences[at + 1 : at + 1 + _MOST] if _NUMBERED.match(each.plain)]
            names = [(name, each) for each in below if (name := _name(_NUMBERED.sub("", each.plain)))]
            if len(names) >= _TWO:
                return [Finding(ContractField.PARTIES, (name,), each, 0.85) for name, each in names]
    return []


def _between(text: str) -> tuple[str, ...]:
    if not _ABOUT.search(text) and not re.match(r"\W*between\b", text, re.IGNORECASE):
        return ()
    for match in islice(_BETWEEN.finditer(text), _TRIES):
        named = _PLACES.sub("there", _ROLE.sub(" ", text[match.end() :]))
        names = tuple(dict.fromkeys(name for part in _AND.split(named) if (name := _name(part))))
        companies = tuple(name for name in names if _COMPANY.search(name))
        # Beside two companies what has no form of one is part of an address, or of the sentence.
        names = companies if len(companies) >= _TWO else names
        if len(names) >= _TWO:
            return names[:_MOST]
    return ()


def _name(part: str) -> str | None:
    """The name that a part of the sentence begins with; None where that is no name."""
    name = re.sub(r"^\W*(?:\(?[a-z0-9]\)\s*)?", "", part).strip()
    name = _TAIL.sub("", re.sub(r"\(.*$", "", name)).strip()
    form = re.search(rf"^(.*?\b{_FORM}\b\.?)(?=[\s,.;)]|$)", name)
    name = (form[1] if form and not _NOT_NAMES.search(form[1]) else re.split(r"[,;:]", name)[0]).strip(" ,;:\"'")
    name = re.sub(r"(?<!\b[A-Z])(?<!Inc)(?<!Ltd)(?<!Corp)(?<!Co)\.$", "", name, flags=re.IGNORECASE)
    if not _TWO <= len(name) <= _LONGEST or not re.match(r"[A-Z0-9]", name) or name.lower() in _ROLES:
        return None
    return None if _NOT_NAMES.search(name) and not form else name
