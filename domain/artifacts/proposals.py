"""What a model may write of each kind: words and order, and few figures. Facts are the server's to fill in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from domain.artifact import ArtifactKind
from domain.artifacts.shapes import AnswerKind, DocumentSection, RiskLevel
from domain.planning.plan import Priority


@dataclass(frozen=True, slots=True)
class ProposedQuestion:
    """A question without its answer."""

    key: str
    question: str
    kind: AnswerKind = AnswerKind.TEXT
    choices: tuple[str, ...] = ()
    required: bool = False


@dataclass(frozen=True, slots=True)
class ProposedSection:
    """Questions about one thing."""

    title: str
    questions: tuple[ProposedQuestion, ...]


@dataclass(frozen=True, slots=True)
class ProposedForm:
    """A form; what is known is filled in by the rules."""

    sections: tuple[ProposedSection, ...]
    summary: str = ""


@dataclass(frozen=True, slots=True)
class ProposedTask:
    """A task of the draft by its key such as `T1`, or one that is missing there, without a key."""

    title: str
    key: str | None = None
    priority: Priority = Priority.MEDIUM
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ProposedTasks:
    """What is left to do, in the order in which to do it."""

    tasks: tuple[ProposedTask, ...]
    summary: str = ""


@dataclass(frozen=True, slots=True)
class ProposedTerm:
    """A term that matters. `key` is the draft's, such as `C1`: its sentence stays the contract's own."""

    title: str
    risk: RiskLevel
    recommendation: str
    key: str | None = None


@dataclass(frozen=True, slots=True)
class ProposedAnalysis:
    """What a contract's terms mean; dates and figures are read from the contract."""

    summary: str
    terms: tuple[ProposedTerm, ...] = ()


@dataclass(frozen=True, slots=True)
class ProposedLine:
    """A line of an offer: the price of one unit for one month, or once without months."""

    product: str
    quantity: Decimal
    unit_price: Decimal
    discount_percent: Decimal = Decimal(0)
    months: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ProposedOffer:
    """Lines; sums are worked out by the server."""

    lines: tuple[ProposedLine, ...]
    summary: str = ""


@dataclass(frozen=True, slots=True)
class ProposedPerson:
    """How to deal with somebody of the draft, by his key such as `S1`."""

    key: str
    approach: str


@dataclass(frozen=True, slots=True)
class ProposedMap:
    """People of the draft; who they are is known already."""

    stakeholders: tuple[ProposedPerson, ...]
    summary: str = ""


@dataclass(frozen=True, slots=True)
class ProposedItem:
    """Something to do, and the fact that it rests on."""

    title: str
    description: str
    reason: str
    priority: Priority = Priority.MEDIUM


@dataclass(frozen=True, slots=True)
class ProposedRecommendations:
    """What should be done, most pressing first."""

    items: tuple[ProposedItem, ...]
    summary: str = ""


@dataclass(frozen=True, slots=True)
class ProposedLetter:
    """A letter in plain text."""

    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class ProposedDocument:
    """A document in plain text."""

    summary: str
    sections: tuple[DocumentSection, ...]


PROPOSALS: Mapping[ArtifactKind, type] = MappingProxyType(
    {
        ArtifactKind.ASSESSMENT_FORM: ProposedForm,
        ArtifactKind.OPEN_TASKS: ProposedTasks,
        ArtifactKind.CONTRACT_ANALYSIS: ProposedAnalysis,
        ArtifactKind.PRICING_TABLE: ProposedOffer,
        ArtifactKind.STAKEHOLDER_MAP: ProposedMap,
        ArtifactKind.RECOMMENDATIONS: ProposedRecommendations,
        ArtifactKind.EMAIL_DRAFT: ProposedLetter,
        ArtifactKind.PLAN: ProposedDocument,
        ArtifactKind.REPORT: ProposedDocument,
        ArtifactKind.OTHER: ProposedDocument,
    }
)
