"""What is known, for tests of artifacts: a flow, its customer, his people and his contract."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from types import MappingProxyType
from typing import Any

from domain.artifacts.background import Background
from domain.contract import PDF, Contract, ContractExtraction, ContractField, ExtractionEvidence
from domain.customer import (
    Customer,
    CustomerEngagement,
    CustomerUsage,
    Influence,
    RelationKind,
    Sentiment,
    Stakeholder,
    StakeholderRelation,
)
from domain.flow import Flow, Stamp
from tests.toy import TOY

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
TODAY = date(2026, 11, 21)
ACME = Customer(
    "c1",
    "Acme <Mills> & Sons",
    Decimal(120_000),
    "olga",
    renewal_date=date(2027, 1, 20),
    risk_score=Decimal(72),
    usage=CustomerUsage(340, Decimal("0.4"), None),
    engagement=CustomerEngagement(date(2026, 10, 1), None, 7),
)
ANN = Stakeholder("s1", "c1", "Ann", "CFO", Influence.HIGH, Sentiment.NEGATIVE)
BOB = Stakeholder(
    "s2",
    "c1",
    "Bob",
    "Engineer",
    Influence.LOW,
    Sentiment.POSITIVE,
    reports_to_id="s1",
    relations=(StakeholderRelation("s1", RelationKind.INFLUENCES),),
)
EXTRACTION = ContractExtraction(
    starts_on=date(2024, 1, 20),
    ends_on=date(2027, 1, 20),
    auto_renews=False,
    notice_days=60,
    price_cap_percent=Decimal(5),
    parties=("Acme", "Us"),
    non_standard_terms=("Acme may leave at any time.",),
    evidence=(
        ExtractionEvidence(ContractField.PRICE_CAP_PERCENT, "Prices rise by at most 5% a year.", 3),
        ExtractionEvidence(ContractField.NON_STANDARD_TERMS, "Acme may leave at any time.", 4),
    ),
)
CONTRACT = Contract("k1", "c1", "f1", "acme.pdf", PDF, 5, "olga", NOW, EXTRACTION)


def ids() -> Callable[[], str]:
    """Numbered ids."""
    numbers = count(1)
    return lambda: f"id{next(numbers)}"


def stamp() -> Stamp:
    return Stamp("alice", NOW, ids())


def flow(configuration: Mapping[str, Any] = MappingProxyType({})) -> Flow:
    return Flow.start(TOY, stamp(), name="Winter", configuration=configuration)


def background(**parts: Any) -> Background:
    """A renewal of Acme; `parts` are known instead."""
    known = Background(
        flow=flow(), today=TODAY, currency="USD", customer=ACME, stakeholders=(ANN, BOB), contracts=(CONTRACT,)
    )
    return replace(known, **parts)
