"""Contracts: their types, what mutations on them take and give back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import strawberry
from strawberry import UNSET

from domain.contract import Contract, ContractCorrection, ContractExtraction, CorrectContract, ExtractionEvidence
from domain.contract import UploadContract as Upload_
from domain.contracts.keeping import file_name
from domain.customer import Customer
from domain.errors import Problem
from domain.known import KnownFlow
from resolvers import contracts as commands
from resolvers.context import Caller, Context
from resolvers.reading import engagement
from schema.basics import Money, Node
from schema.commanding import Outcome, Said, carry_out
from schema.connections import connection
from schema.correcting import deleted, deletion
from schema.ids import ContractId, CustomerId, FlowId
from schema.loading import computed, entry, loaded
from schema.mirror import mirror
from schema.payloads import REFUSED, DeletePayload
from schema.portfolio_inputs import DeleteInput
from schema.relations import referred
from schema.scalars import JSON, Upload

_CONTRACT = "Contract"
_UNKNOWN = "Null where it is not known."


@strawberry.input
class UploadContractInput:
    customer_id: CustomerId
    flow_id: FlowId | None = strawberry.field(default=UNSET, description="A workflow of that customer.")
    file: Upload = strawberry.field(description="PDF or DOCX, at most 20 MiB.")


@strawberry.input
class CorrectContractInput:
    id: ContractId
    fields: JSON = strawberry.field(
        description="By the names of ContractExtraction: days and amounts as strings, lists whole; null is unknown."
    )
    rationale: str
    expected_version: int | None = UNSET


@mirror(
    ExtractionEvidence,
    "field sentence page source confidence",
    field="The name of the field in ContractExtraction.",
    sentence="Of a person's correction its reason.",
    page="Counted from 1; null where the file has no pages, and for corrections.",
    confidence="0 to 1; null where nobody can say.",
)
class ExtractionEvidenceType:
    pass


@mirror(
    ContractExtraction,
    "starts_on ends_on auto_renews notice_days parties non_standard_terms evidence confidence source",
    starts_on=_UNKNOWN,
    ends_on="The last day of the first term; null where it is not known.",
    auto_renews=_UNKNOWN,
    notice_days="Calendar days before the end within which nobody can leave any more; null where it is not known.",
    non_standard_terms="Names of terms that a person should look at.",
    confidence="0 to 1, on average over what was found.",
    source="USER once a person has corrected something; each `evidence` has its own.",
)
class ContractExtractionType:
    @loaded
    @staticmethod
    async def value(context: Context, extractions: list[ContractExtraction]) -> list[Money | None]:
        """In the contract's own currency where it names one; null where it is not known."""
        own = (await engagement.current(context)).engagement.currency
        return [None if each.value is None else Money.of(each.value, each.currency or own) for each in extractions]

    @computed
    @staticmethod
    def price_cap_percent(extraction: ContractExtraction) -> float | None:
        """The most that prices may rise at a renewal, 5 for 5%; null where it is not known."""
        cap = extraction.price_cap_percent
        return None if cap is None else float(cap)


@mirror(ContractCorrection, "field rationale created_by created_at")
class ContractCorrectionType:
    """A person's change of one field: what stood before, what stands now, and why."""

    @computed
    @staticmethod
    def before(correction: ContractCorrection) -> Any | None:
        """Null where nothing stood before."""
        return correction.before

    @computed
    @staticmethod
    def after(correction: ContractCorrection) -> Any | None:
        """Null where nothing stands now."""
        return correction.after


@mirror(
    Contract,
    "file_name media_type pages extraction warnings corrections uploaded_by uploaded_at checked_at version",
    pages="1 where the file has no pages of its own.",
    warnings="What a person should know: pages without text, contradictions, what was doubtful.",
    corrections="Oldest first.",
    checked_at="When a worker had looked a second time, with text recognition and a model where there are any; "
    "null until then.",
    version="Pass it back as `expectedVersion`.",
)
class ContractType(Node):
    """A contract's file, with what was read from it."""

    customer = referred(Customer, lambda contract: contract.customer_id)
    flow = referred(
        KnownFlow, lambda contract: contract.flow_id, nullable=True, why="Null where it was uploaded for none."
    )


connection(Contract, _CONTRACT)


@dataclass(frozen=True, slots=True)
class ContractPayload:
    """A contract that was stored or changed, and its flow."""

    contract_id: str | None
    flow_id: str | None
    errors: tuple[Problem, ...]

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        """The payload of that outcome."""
        contract: Contract | None = outcome.value
        return cls(outcome.id, contract.flow_id if contract else None, outcome.problems)


@mirror(ContractPayload, "errors")
class ContractPayloadType:
    contract = referred(Contract, lambda payload: payload.contract_id, nullable=True, why=REFUSED)
    flow = referred(
        KnownFlow,
        lambda payload: payload.flow_id,
        nullable=True,
        why="Null when there are errors, and where it was uploaded for no flow.",
    )


async def upload_contract(context: Context, input: UploadContractInput) -> ContractPayload:
    """A contract of a customer."""

    async def act(caller: Caller, said: Said) -> Contract:
        file = said["file"]
        wanted = Upload_(said["customer_id"], file_name(file.filename or ""), file.chunks(), said.get("flow_id"))
        return await commands.upload_contract(caller, context.contract_reader, wanted)

    return ContractPayload.of(await carry_out(context, "uploadContract", input, act))


async def correct_contract(context: Context, input: CorrectContractInput) -> ContractPayload:
    """What a person says instead."""

    async def act(caller: Caller, said: Said) -> Contract:
        wanted = CorrectContract(said["id"], said["fields"], said["rationale"])
        return await commands.correct_contract(caller, wanted, said.get("expected_version"))

    return ContractPayload.of(await carry_out(context, "correctContract", input, act))


async def delete_contract(context: Context, input: DeleteInput) -> DeletePayload:
    """A contract less."""

    async def act(caller: Caller, said: Said) -> Contract:
        return await commands.delete_contract(caller, deletion(said, _CONTRACT))

    return deleted(await carry_out(context, "deleteContract", input, act), _CONTRACT)


@strawberry.type
class ContractMutations:
    @entry
    @staticmethod
    async def upload_contract(context: Context, input: UploadContractInput) -> ContractPayload:
        """Read by rules at once; when a worker has looked again, `checkedAt` says so and CHILD_CHANGED is told."""
        return await upload_contract(context, input)

    @entry
    @staticmethod
    async def correct_contract(context: Context, input: CorrectContractInput) -> ContractPayload:
        """Kept whatever is read later; an override of the flow that the contract was uploaded for."""
        return await correct_contract(context, input)

    @entry
    @staticmethod
    async def delete_contract(context: Context, input: DeleteInput) -> DeletePayload:
        """With its file and its text."""
        return await delete_contract(context, input)
