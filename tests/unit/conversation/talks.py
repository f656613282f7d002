"""Threads and settings to test conversations with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

from domain.conversation.setting import Fact, Setting
from domain.customer_success.template import Branch, BranchKind
from domain.flow_state import Stamp
from domain.thread import ChatMessage, ChatThread

BEGIN = datetime(2026, 11, 21, 9, tzinfo=UTC)
_numbers = count(1)


def new_id() -> str:
    return f"00000000-0000-7000-8000-{next(_numbers):012d}"


def stamp(minutes: float = 0, by: str = "ann") -> Stamp:
    return Stamp(by, BEGIN + timedelta(minutes=minutes), new_id)


def opened(branch: str | None = None, back: str | None = None) -> tuple[ChatThread, ChatMessage]:
    return ChatThread.open("flow", "diagnose", stamp(), "Customer: Acme", branch=branch, back=back)


FACTS = (
    Fact("customer.arr", "customer, ARR", "120,000"),
    Fact("renewal.date", "renewal, date", "2027-01-15"),
    Fact("renewal.daysUntil", "renewal, days until", "55"),
    Fact("usage.activeUsers", "usage, active users", "412"),
    Fact("stakeholders.critics", "stakeholders, critics", "Dana Rice"),
    Fact("extra.Segment code", "extra, segment code", "EMEA-7"),
)


def setting(branch: Branch | None = None, following: str | None = "Agree on terms") -> Setting:
    return Setting(
        customer_id="acme",
        customer="Acme Ltd",
        step="diagnose",
        title="Read the signs",
        description="Find out what is wrong.",
        prompts=("What changed?", "Who noticed first?"),
        facts=FACTS,
        branch=branch,
        following=following,
    )


def branch(kind: BranchKind, *prompts: str, **more: object) -> Branch:
    return Branch("sure", "We are sure", kind, prompts, **more)  # type: ignore[arg-type]
