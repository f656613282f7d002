"""Contracts of customers: the file as it came, what was read from it, and what people corrected.

`ContractReader` is the port to file formats; what a text says is worked out by the rules in `domain/contracts/`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any, BinaryIO, Protocol

from domain.errors import ErrorCode, refuse
from domain.source import Source

LARGEST_FILE = 20 << 20
PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class ContractField(StrEnum):
    """What is looked for in a contract, by the names that clients know."""

    STARTS_ON = "startsOn"
    ENDS_ON = "endsOn"
    VALUE = "value"
    AUTO_RENEWS = "autoRenews"
    NOTICE_DAYS = "noticeDays"
    PRICE_CAP_PERCENT = "priceCapPercent"
    PARTIES = "parties"
    NON_STANDARD_TERMS = "nonStandardTerms"


# The attribute of an extraction that holds each.
ATTRIBUTES: Mapping[ContractField, str] = MappingProxyType(
    {
        ContractField.STARTS_ON: "starts_on",
        ContractField.ENDS_ON: "ends_on",
        ContractField.VALUE: "value",
        ContractField.AUTO_RENEWS: "auto_renews",
        ContractField.NOTICE_DAYS: "notice_days",
        ContractField.PRICE_CAP_PERCENT: "price_cap_percent",
        ContractField.PARTIES: "parties",
        ContractField.NON_STANDARD_TERMS: "non_standard_terms",
    }
)
# Of these there may be any number.
SEVERAL = frozenset({ContractField.PARTIES, ContractField.NON_STANDARD_TERMS})


@dataclass(frozen=True, slots=True)
class ExtractionEvidence:
    """The sentence that a field was read from, and its page, counted from 1, where the file has pages.

    `field` is a ContractField's value, `confidence` 0 to 1; a person's correction has its reason as the sentence.
    """

    field: str
    sentence: str
    page: int | None = None
    source: Source = Source.RULES
    confidence: float | None = None


@dataclass(frozen=True, slots=True)
class ContractExtraction:
    """What was read from a contract, by whom, and how sure that is, from 0 to 1.

    `value` is in `currency`, a code of ISO 4217; where the text names none that is None and the engagement's is meant.
    `price_cap_percent` is the most that prices may rise at a renewal, 5 for 5%.
    """

    source: Source = Source.RULES
    confidence: float = 0.0
    starts_on: date | None = None
    ends_on: date | None = None
    value: Decimal | None = None
    currency: str | None = None
    auto_renews: bool | None = None
    notice_days: int | None = None
    price_cap_percent: Decimal | None = None
    parties: tuple[str, ...] = ()
    non_standard_terms: tuple[str, ...] = ()
    evidence: tuple[ExtractionEvidence, ...] = ()

    def get(self, field: ContractField) -> Any:
        """What stands there for that field; None, or nothing at all, where it is unknown."""
        return getattr(self, ATTRIBUTES[field])

    def of(self, field: ContractField) -> tuple[ExtractionEvidence, ...]:
        """What that field rests on."""
        return tuple(each for each in self.evidence if each.field == field)


@dataclass(frozen=True, slots=True)
class ContractCorrection:
    """A person's change of one field: appended, never edited. `before` and `after` are JSON values."""

    id: str
    field: str
    before: Any
    after: Any
    rationale: str
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract's file as it was uploaded, and what is known of it.

    `flow_id` is the flow it was uploaded for. `warnings` are sentences for a person. `checked_at` is None until a
    worker has had its second look: pages that were not read at once, and a model's opinion where there is one.
    """

    id: str
    customer_id: str
    file_id: str
    file_name: str
    media_type: str
    pages: int
    uploaded_by: str
    uploaded_at: datetime
    extraction: ContractExtraction
    warnings: tuple[str, ...] = ()
    corrections: tuple[ContractCorrection, ...] = ()
    flow_id: str | None = None
    checked_at: datetime | None = None
    version: int = 1

    def reread(self, extraction: ContractExtraction, warnings: Iterable[str], at: datetime) -> Contract:
        """The same after a second look; its version grows where that says something else."""
        after = replace(self, extraction=extraction, warnings=tuple(warnings))
        return replace(after, checked_at=at, version=self.version + (after != self))


@dataclass(frozen=True, slots=True)
class ContractPage:
    """The text of a page; `number` is None where the file has no pages of its own."""

    number: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a contract's text, in order from 1; together they are all of it."""

    number: int
    page: int | None
    text: str


@dataclass(frozen=True, slots=True)
class ReadContract:
    """What a file says: its text by page, what the rules find there, and what they warn of.

    `unread` are pages that hold no text; `late` those of them for which recognition had no time and may have some.
    """

    media_type: str
    page_count: int
    pages: tuple[ContractPage, ...]
    extraction: ContractExtraction
    warnings: tuple[str, ...] = ()
    unread: tuple[int, ...] = ()
    late: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage that answers a question, best first by `rank`; of a contract, or else of an artifact.

    `title` is the contract's file or the artifact's title; `id` is stable for the passage of a contract.
    """

    id: str
    title: str
    text: str
    rank: float
    page: int | None = None
    contract_id: str | None = None
    artifact_id: str | None = None


class ContractReader(Protocol):
    """Reads contracts, away from this process: what is wrong with a file must not harm it."""

    async def read(self, name: str, source: BinaryIO, *, patient: bool = False) -> ReadContract:
        """Refused where it is no contract that can be read. `patient` takes the time to recognize pictured pages."""


class NoReader:
    """Nothing reads contracts here."""

    async def read(self, name: str, source: BinaryIO, *, patient: bool = False) -> ReadContract:  # noqa: ARG002
        raise refuse(ErrorCode.NOT_READY, "Contracts are not read by this process.", "file")


class ContractRepository(Protocol):
    """The engagement's contracts, and the search over what customers' documents say."""

    async def get(self, contract_id: str) -> Contract:
        """Held until the unit of work ends; NotFound where there is none."""

    async def flow_of(self, contract_id: str) -> str | None:
        """The flow it was uploaded for; nothing is held, since the flow is locked first."""

    async def customer_of(self, flow_id: str) -> str | None:
        """The customer that a flow is about; None where it is about none."""

    async def of_customer(self, customer_id: str) -> tuple[Contract, ...]:
        """Newest first."""

    async def save(self, contract: Contract) -> None: ...

    async def keep(self, contract: Contract, passages: Sequence[Passage]) -> None:
        """The contract with its text, in the place of what text it had."""

    async def remove(self, contract: Contract) -> None:
        """With its passages and its file."""

    async def passages(self, customer_id: str, question: str, limit: int = 5) -> tuple[FoundPassage, ...]:
        """What of that customer's contracts and artifacts has most to do with a question in plain words."""

    async def begin_check(self, contract_id: str) -> int:
        """Count one more start of its second look; how many there were."""

    def check(self, contract: Contract) -> None:
        """Have a worker look a second time, once this unit of work is committed."""


@dataclass(frozen=True, slots=True)
class UploadContract:
    """A file for a customer; `chunks` can be read once."""

    customer_id: str
    file_name: str
    chunks: AsyncIterator[bytes]
    flow_id: str | None = None


@dataclass(frozen=True, slots=True)
class CorrectContract:
    """What a person says instead, by the names of fields, and why."""

    id: str
    fields: Mapping[str, Any]
    rationale: str
