"""The six shapes of contents: what a person or a model gives, with what the server adds.

Fields that say "computed" are the server's: whatever is sent there is worked out anew. Amounts and rates are exact
decimals, written as texts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from domain.artifact import ArtifactKind
from domain.customer import Influence, RelationKind, Sentiment
from domain.planning.plan import Priority
from domain.task import TaskStatus


class AnswerKind(StrEnum):
    """How a question is answered. A SCORE is a whole number from 1 to 5, 5 being best."""

    TEXT = "TEXT"
    NUMBER = "NUMBER"
    YES_NO = "YES_NO"
    CHOICE = "CHOICE"
    SCORE = "SCORE"


class RiskLevel(StrEnum):
    """How much a term of a contract may cost us."""

    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


@dataclass(frozen=True, slots=True)
class FormQuestion:
    """One question. `choices` are of a CHOICE; `answer` is None until somebody gave one."""

    key: str
    question: str
    kind: AnswerKind = AnswerKind.TEXT
    choices: tuple[str, ...] = ()
    required: bool = False
    answer: bool | int | float | str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class FormSection:
    """Questions about one thing."""

    title: str
    questions: tuple[FormQuestion, ...]


@dataclass(frozen=True, slots=True)
class AssessmentForm:
    """Questions with their answers.

    Computed: how many there are, how many are answered, whether all that are required are, and the mean of the scores.
    """

    sections: tuple[FormSection, ...]
    summary: str | None = None
    questions: int | None = None
    answered: int | None = None
    complete: bool | None = None
    score: Decimal | None = None


@dataclass(frozen=True, slots=True)
class OpenTask:
    """One task of the list. `task_id` is of a task that there is; `overdue` is computed."""

    title: str
    task_id: str | None = None
    status: TaskStatus = TaskStatus.OPEN
    priority: Priority = Priority.MEDIUM
    due_on: date | None = None
    assigned_to: str | None = None
    note: str | None = None
    overdue: bool | None = None


@dataclass(frozen=True, slots=True)
class OpenTasks:
    """What is left to do. Computed: the day it is counted on, how many, and how many of them are late."""

    tasks: tuple[OpenTask, ...]
    summary: str | None = None
    as_of: date | None = None
    total: int | None = None
    overdue: int | None = None


@dataclass(frozen=True, slots=True)
class ContractTerm:
    """Something a contract says that matters; `sentence` is the contract's own where it was read from one."""

    title: str
    risk: RiskLevel
    sentence: str | None = None
    page: int | None = None
    recommendation: str | None = None


@dataclass(frozen=True, slots=True)
class ContractAnalysis:
    """A contract looked through. Computed: the last day to give notice, and the highest risk among the terms."""

    summary: str
    contract_id: str | None = None
    parties: tuple[str, ...] = ()
    starts_on: date | None = None
    ends_on: date | None = None
    value: Decimal | None = None
    currency: str | None = None
    auto_renews: bool | None = None
    notice_days: int | None = None
    price_cap_percent: Decimal | None = None
    terms: tuple[ContractTerm, ...] = ()
    notice_by: date | None = None
    highest_risk: RiskLevel | None = None


@dataclass(frozen=True, slots=True)
class PricingLine:
    """One line. `unit_price` is of one unit for one month; without `months` it is paid once, for the unit itself.

    `current_unit_price` is what the customer pays now. Computed: list price, discount, total, what it comes to in a
    year, and by how much its price rises.
    """

    product: str
    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal = Decimal(0)
    months: int | None = None
    current_unit_price: Decimal | None = None
    note: str | None = None
    list_total: Decimal | None = None
    discount: Decimal | None = None
    line_total: Decimal | None = None
    annual: Decimal | None = None
    price_change_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PricingTable:
    """Lines of an offer. Computed: all sums, the annual recurring revenue and its change, and the warnings.

    `current_arr` is what the customer is known to pay in a year, `price_cap_percent` what his contract allows prices to
    rise by; where the server knows them, it fills them in.
    """

    lines: tuple[PricingLine, ...]
    summary: str | None = None
    currency: str | None = None
    current_arr: Decimal | None = None
    price_cap_percent: Decimal | None = None
    subtotal: Decimal | None = None
    discount: Decimal | None = None
    total: Decimal | None = None
    arr: Decimal | None = None
    arr_change: Decimal | None = None
    arr_change_percent: Decimal | None = None
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MappedStakeholder:
    """Somebody at the customer's. Computed: the name and the role. `approach` is how to deal with him."""

    stakeholder_id: str
    influence: Influence | None = None
    sentiment: Sentiment | None = None
    approach: str | None = None
    name: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class MappedRelation:
    """What one of them is to another."""

    from_stakeholder_id: str
    to_stakeholder_id: str
    kind: RelationKind


@dataclass(frozen=True, slots=True)
class StakeholderMap:
    """Who decides, and what they think of us. Computed: whose people they are."""

    stakeholders: tuple[MappedStakeholder, ...]
    relations: tuple[MappedRelation, ...] = ()
    summary: str | None = None
    customer_id: str | None = None


@dataclass(frozen=True, slots=True)
class RecommendedItem:
    """Something to do. `key` names it through all versions, and is given by the server where it is left out."""

    title: str
    key: str | None = None
    description: str | None = None
    reason: str | None = None
    priority: Priority = Priority.MEDIUM
    due_on: date | None = None
    assigned_to: str | None = None


@dataclass(frozen=True, slots=True)
class Recommendations:
    """What should be done, most pressing first as whoever wrote it has it; each may become a task."""

    items: tuple[RecommendedItem, ...]
    summary: str | None = None


@dataclass(frozen=True, slots=True)
class EmailDraft:
    """A letter that somebody may send. The body is plain text, escaped: it may stand in an HTML mail as it is."""

    subject: str
    body: str
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentSection:
    """A part of a document, in plain text."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class PlainDocument:
    """A plan, a report or another document, in plain text."""

    summary: str
    sections: tuple[DocumentSection, ...] = ()


# Contents of these kinds have one of these shapes, whoever saves them.
SHAPES: Mapping[ArtifactKind, type] = MappingProxyType(
    {
        ArtifactKind.ASSESSMENT_FORM: AssessmentForm,
        ArtifactKind.OPEN_TASKS: OpenTasks,
        ArtifactKind.CONTRACT_ANALYSIS: ContractAnalysis,
        ArtifactKind.PRICING_TABLE: PricingTable,
        ArtifactKind.STAKEHOLDER_MAP: StakeholderMap,
        ArtifactKind.RECOMMENDATIONS: Recommendations,
    }
)
# What the rules and models write; people may save contents of the kinds beyond the six in any shape.
WRITTEN: Mapping[ArtifactKind, type] = MappingProxyType(
    {
        **SHAPES,
        ArtifactKind.EMAIL_DRAFT: EmailDraft,
        ArtifactKind.PLAN: PlainDocument,
        ArtifactKind.REPORT: PlainDocument,
        ArtifactKind.OTHER: PlainDocument,
    }
)
