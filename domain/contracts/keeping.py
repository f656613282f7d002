"""What is kept of a contract: a new one, a second look at one, and what a person says instead."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from domain.contract import (
    ATTRIBUTES,
    SEVERAL,
    Contract,
    ContractExtraction,
    ContractField,
    CorrectContract,
    ExtractionEvidence,
    ReadContract,
    UploadContract,
)
from domain.contracts.correcting import Corrected, corrections_of, json_of, read_fields
from domain.contracts.text import plain
from domain.errors import ErrorCode, StaleVersion, refuse, shown_time
from domain.flow_state import Stamp
from domain.learning import RECALLED_FROM, LearningPattern, Lesson
from domain.ports import StoredFile
from domain.source import Source

LESSON = "customer_success.contract"
_LONGEST_NAME = 255
_FALLBACK_NAME = "contract"
# A person told us that of the same sentence.
_LEARNED = 0.9


def file_name(name: str) -> str:
    """The name of a file without folders and control characters, and not too long."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(each for each in last if each.isprintable()).strip()
    return kept[-_LONGEST_NAME:] or _FALLBACK_NAME


def uploaded(command: UploadContract, file: StoredFile, read: ReadContract, stamp: Stamp) -> Contract:
    """The contract as it is first known."""
    return Contract(
        id=stamp.new_id(),
        customer_id=command.customer_id,
        file_id=file.id,
        file_name=command.file_name,
        media_type=read.media_type,
        pages=read.page_count,
        uploaded_by=stamp.by,
        uploaded_at=stamp.at,
        extraction=read.extraction,
        warnings=read.warnings,
        flow_id=command.flow_id,
    )


def expect(contract: Contract, version: int | None) -> None:
    """StaleVersion when somebody else changed it since that version."""
    if version in (None, contract.version):
        return
    last = contract.corrections[-1] if contract.corrections else None
    details = {
        "expectedVersion": version,
        "currentVersion": contract.version,
        "changedBy": last.created_by if last else contract.uploaded_by,
        "changedAt": shown_time(last.created_at if last else contract.checked_at or contract.uploaded_at),
        "changed": ["extraction"],
    }
    raise StaleVersion("contract", details)


def require_customer(customer_id: str | None, command: UploadContract) -> None:
    """Refused unless the flow that the contract is for is about its customer."""
    if customer_id != command.customer_id:
        message = "This flow is about another customer, or about none. Name a workflow of the contract's customer."
        raise refuse(ErrorCode.INVALID_INPUT, message, "flowId")


def corrected(contract: Contract, command: CorrectContract, stamp: Stamp) -> Corrected:
    """The contract as a person has it; Refused naming everything that is wrong with what he says."""
    values = read_fields(command, contract.extraction)
    if values.get(ContractField.VALUE) is not None:
        # Who names no currency means the one that stands there.
        amount, currency = values[ContractField.VALUE]
        values[ContractField.VALUE] = (amount, currency or contract.extraction.currency)
    made = corrections_of(contract.extraction, values, command.rationale, stamp)
    extraction = contract.extraction
    for field, value in values.items():
        extraction = _instead(extraction, field, value, command.rationale.strip())
    after = replace(
        contract,
        extraction=surest(replace(extraction, source=Source.USER)),
        corrections=(*contract.corrections, *made),
        version=contract.version + 1,
    )
    lessons = tuple(lesson_of(contract.extraction, each.field, each.before, each.after) for each in made)
    return Corrected(after, made, lessons)


def _instead(extraction: ContractExtraction, field: ContractField, value: Any, why: str) -> ContractExtraction:
    said = ExtractionEvidence(field, why, None, Source.USER, 1.0)
    evidence = (*(each for each in extraction.evidence if each.field != field), said)
    return replace(with_value(extraction, field, value), evidence=in_order(evidence))


def with_value(extraction: ContractExtraction, field: ContractField, value: Any) -> ContractExtraction:
    """The extraction with that value; one of money is a pair of amount and currency."""
    if field is ContractField.VALUE:
        amount, currency = value or (None, None)
        return replace(extraction, value=amount, currency=currency)
    changed: dict[str, Any] = {ATTRIBUTES[field]: value}
    return replace(extraction, **changed)


def in_order(evidence: Iterable[ExtractionEvidence]) -> tuple[ExtractionEvidence, ...]:
    """Evidence in the order of the fields."""
    order = list(ContractField)
    return tuple(sorted(evidence, key=lambda each: order.index(ContractField(each.field))))


def surest(extraction: ContractExtraction) -> ContractExtraction:
    """As sure of all of it as of its parts on average."""
    sure = [each.confidence for each in extraction.evidence if each.confidence is not None]
    return replace(extraction, confidence=round(sum(sure) / len(sure), 2) if sure else 0.0)


def kept_by_people(before: ContractExtraction, after: ContractExtraction) -> ContractExtraction:
    """The later extraction, with what people have said of the earlier one still standing."""
    for field in ContractField:
        said = [each for each in before.of(field) if each.source is Source.USER]
        if said:
            value = (before.value, before.currency) if field is ContractField.VALUE else before.get(field)
            after = with_value(after, field, value)
            others = [each for each in after.evidence if each.field != field]
            after = replace(after, evidence=in_order([*others, *said]), source=Source.USER)
    return surest(after)


@dataclass(frozen=True, slots=True)
class Recalled:
    """An extraction after what people once said of the same sentences, and a sentence of each."""

    extraction: ContractExtraction
    warnings: tuple[str, ...]


def keys_of(extraction: ContractExtraction) -> tuple[str, ...]:
    """What lessons on this extraction's sentences are known by."""
    return tuple(_key(each.field, each.sentence) for each in extraction.evidence if each.field not in SEVERAL)


def recall(extraction: ContractExtraction, known: Mapping[str, LearningPattern]) -> Recalled:
    """The same sentence means the same again: what a person made of it in another contract is taken from there."""
    warnings = []
    for each in extraction.evidence:
        pattern = known.get(_key(each.field, each.sentence)) if each.field not in SEVERAL else None
        field = ContractField(each.field)
        if (
            pattern is None
            or pattern.confidence < RECALLED_FROM
            or pattern.data.get("after") == json_of(extraction, field)
        ):
            continue
        value = read_fields(CorrectContract("", {each.field: pattern.data["after"]}, "learned"), extraction)[field]
        extraction = with_value(extraction, field, value)
        sure = replace(each, confidence=min(_LEARNED, pattern.confidence))
        extraction = replace(extraction, evidence=tuple(sure if one is each else one for one in extraction.evidence))
        warnings.append(f"{field}: a person has corrected the same sentence in another contract; so it stands here.")
    return Recalled(surest(extraction), tuple(warnings))


def lesson_of(extraction: ContractExtraction, field: str, before: Any, after: Any) -> Lesson:
    """What a correction teaches: what that sentence means, or that the field was not found where it was."""
    evidence = extraction.of(ContractField(field))
    sentence = evidence[0].sentence if evidence else ""
    summary = f"In contracts, {field} was read as {before} and is {after}."
    data = {"field": field, "before": before, "after": after, "sentence": sentence}
    return Lesson(LESSON, summary, data, key=_key(field, sentence) if sentence else None, conclusion=("after",))


def _key(field: str, sentence: str) -> str:
    digest = hashlib.sha256(plain(sentence).casefold().encode()).hexdigest()
    return f"{field}:{digest}"
