"""What a model is asked about a contract, and how its answer is read; what of it enters is weighed elsewhere."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from domain.access import Tenant
from domain.contract import ContractExtraction, ContractField, ContractPage
from domain.contracts.correcting import json_of
from domain.contracts.text import Sentence, sentences
from domain.model_usage import ModelUsage
from domain.ports import Shapes

# Items of an answer, and characters of what a model is told when no setting says otherwise.
MOST = 40
LONGEST = 12_000
# What sentences that matter speak of, the surest words first.
_MATTERS = re.compile(
    r"\b(?:renew\w*|terminat\w*|notice|term|expir\w*|commenc\w*|effective|fees?|pric\w*|increas\w*|total|annual\w*|between|"
    r"party|parties|liabilit\w*|exclusiv\w*|payment|invoice\w*|refund\w*|cap\w*|exceed|discount\w*)\b|[$€£%]|\b(?:19|20)\d\d\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class ProposedField:
    """A value of a field as a model read it, as text, with the sentence it read it in."""

    field: ContractField
    value: str
    sentence: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Proposal:
    """Everything a model read."""

    fields: tuple[ProposedField, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """One contract to be looked at; `briefing` is all that is told of the tenant.

    `read` makes the answer's JSON a proposal, or raises Refused with everything that is wrong with it.
    """

    tenant: Tenant
    briefing: str
    schema: Mapping[str, Any]
    read: Callable[[Any], Proposal]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a model proposes, and what that took."""

    proposal: Proposal
    usage: ModelUsage


class LookFailed(Exception):
    """There is no answer that can be used: what the rules found stands. The message is a sentence for a person."""


class SecondReader(Protocol):
    """The model of this process, where it has one; `longest` is how many characters it is told at most."""

    @property
    def longest(self) -> int: ...

    @property
    def looks(self) -> bool:
        """Whether there is a model."""

    async def look(self, question: Question) -> Opinion:
        """Within its deadline, or LookFailed."""


class NoSecondReader:
    """No model is configured."""

    longest = LONGEST
    looks = False

    async def look(self, question: Question) -> Opinion:  # noqa: ARG002 - nobody looks
        raise LookFailed("No model is configured.")


def question(
    tenant: Tenant,
    pages: Sequence[ContractPage],
    found: ContractExtraction,
    shapes: Shapes,
    longest: int,
    lessons: Iterable[str] = (),
) -> Question:
    """What a model is asked: what the rules found, and the sentences that matter, as many as there is room for."""
    rules = {str(field): json_of(found, field) for field in ContractField}
    text = f"What the rules found: {json.dumps(rules, ensure_ascii=False)}\n"
    learned = list(lessons)
    if learned:
        text += "What people said of other contracts: " + json.dumps(learned, ensure_ascii=False) + "\n"
    shown = _shown(sentences(pages), longest - len(text) - 100)
    mark = f"data-{hashlib.sha256(shown.encode('utf-8', 'replace')).hexdigest()[:8]}"
    briefing = f"{text}\nThe contract's sentences, each behind its page:\n<{mark}>\n{shown}\n</{mark}>"
    return Question(tenant, briefing, schema(), lambda data: shapes.decode(Proposal, data))


def _shown(text: Sequence[Sentence], room: int) -> str:
    """In their order; where not all have room, those of which most is to be expected."""
    lines = [f"[{each.page or '-'}] {each.plain}" for each in text]
    ranked = sorted(range(len(lines)), key=lambda at: (-len(_MATTERS.findall(text[at].plain)), at))
    kept: set[int] = set()
    for at in ranked:
        if len(lines[at]) + 1 <= room:
            kept.add(at)
            room -= len(lines[at]) + 1
    return "\n".join(lines[at] for at in sorted(kept))


def schema() -> dict[str, Any]:
    """In the small part of JSON Schema that endpoints take."""
    item = {
        "type": "object",
        "properties": {
            "field": {"type": "string", "enum": [str(field) for field in ContractField]},
            "value": {"type": "string"},
            "sentence": {"type": "string"},
            "confidence": {"type": "number"},
        },
        "required": ["field", "value", "sentence", "confidence"],
        "additionalProperties": False,
    }
    fields = {"type": "array", "items": item, "maxItems": MOST}
    return {"type": "object", "properties": {"fields": fields}, "required": ["fields"], "additionalProperties": False}
