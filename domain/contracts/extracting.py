"""Everything the rules find in a contract, with the sentences it rests on; what is unknown stays unknown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from domain.contract import ATTRIBUTES, ContractExtraction, ContractField, ContractPage, ExtractionEvidence
from domain.contracts.days import month_comes_first
from domain.contracts.finding import Chosen, Finding, choose
from domain.contracts.parties import find_parties
from domain.contracts.prices import find_cap, find_value
from domain.contracts.renewal import find_notice, find_renewal
from domain.contracts.term import computed_end, find_days, find_length
from domain.contracts.terms import find_terms
from domain.contracts.text import Sentence, sentences

F = ContractField
# Named last day and computed one: whoever writes "three years" may mean the day before or the same day.
_SAME = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Found:
    """What the rules came to, and what a person should know of it."""

    extraction: ContractExtraction
    warnings: tuple[str, ...]


def extract(pages: Iterable[ContractPage]) -> Found:
    """What a contract says."""
    text = sentences(pages)
    found = _days(text)
    found[F.VALUE] = choose(find_value(text))
    found[F.AUTO_RENEWS] = choose(find_renewal(text))
    found[F.NOTICE_DAYS] = choose(find_notice(text))
    found[F.PRICE_CAP_PERCENT] = choose(find_cap(text))
    chosen = [each.finding for each in found.values() if each.finding]
    chosen += [*find_parties(text), *find_terms(text)]
    warnings = [warning for each in found.values() for warning in each.warnings]
    return Found(composed(chosen), tuple(warnings))


def _days(text: Sequence[Sentence]) -> dict[ContractField, Chosen]:
    named = list(find_days(text, month_first=month_comes_first(each.plain for each in text)))
    start = choose(each for each in named if each.field is F.STARTS_ON)
    end = choose(each for each in named if each.field is F.ENDS_ON)
    length = find_length(text)
    if start.finding and length:
        computed = computed_end(start.finding, length)
        if end.finding is None and not end.warnings:
            end = choose([computed])
        elif end.finding and abs(end.finding.value - computed.value) > _SAME:
            warning = (
                f"The term named would end on {computed.value}, but the contract names {end.finding.value} as its end."
            )
            end = Chosen(end.finding, (*end.warnings, warning))
    if start.finding and end.finding and end.finding.value < start.finding.value:
        backwards = f"The end that is named, {end.finding.value}, lies before the start; it was not taken."
        end = Chosen(None, (*end.warnings, backwards))
    return {F.STARTS_ON: start, F.ENDS_ON: end}


def composed(findings: Sequence[Finding]) -> ContractExtraction:
    """The extraction of these findings, one a field but for parties and terms."""
    values: dict[str, Any] = {}
    for each in findings:
        if each.field is F.VALUE:
            values["value"], values["currency"] = each.value
        elif each.field in (F.PARTIES, F.NON_STANDARD_TERMS):
            name = ATTRIBUTES[each.field]
            values[name] = (*values.get(name, ()), *each.value)
        else:
            values[ATTRIBUTES[each.field]] = each.value
    sure = [each.confidence for each in findings]
    confidence = round(sum(sure) / len(sure), 2) if sure else 0.0
    order = list(ContractField)
    evidence = sorted((_evidence(each) for each in findings), key=lambda each: order.index(ContractField(each.field)))
    return ContractExtraction(confidence=confidence, evidence=tuple(evidence), **values)


def _evidence(found: Finding) -> ExtractionEvidence:
    # The sentence whole, however long: it is what a person checks the value by.
    return ExtractionEvidence(found.field, found.sentence.text, found.sentence.page, confidence=found.confidence)
