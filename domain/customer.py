"""Customers: what is known of an account, and of the people there.

Amounts are in the engagement's currency, with its smallest unit as the finest part. Scores are numbers from 0 to 100,
rates shares of 1, days calendar days; None is "unknown" everywhere, never nought.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from domain.natural_key import natural_key

HIGHEST_SCORE = 100
# The first and the last day that there is stand for "never" and "for ever" in many systems, and PostgreSQL counts none
# from them: what is kept of a customer is a day of somebody's calendar.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
SCORES = ("risk_score", "opportunity_score", "health_score")

_HOST = re.compile(r"(?=.{3,253}$)[^\W_](?:[\w-]{0,61}[^\W_])?(?:\.[^\W_](?:[\w-]{0,61}[^\W_])?)+")
# Ids of Salesforce: fifteen characters in which capitals count, or with three more that say which are capitals.
_CASED = re.compile(r"[0-9][0-9A-Za-z]{14}")
_SAFE = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


class AccountPlan(StrEnum):
    """What is meant to become of the account."""

    INVEST = "INVEST"
    EXPAND = "EXPAND"
    MANAGE = "MANAGE"
    MONITOR = "MONITOR"


class RenewalStatus(StrEnum):
    """How the renewal at the renewal date stands; a renewal is open until somebody says how it ended."""

    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"


class Trend(StrEnum):
    """Where a figure is heading."""

    UP = "UP"
    FLAT = "FLAT"
    DOWN = "DOWN"


@dataclass(frozen=True, slots=True)
class CustomerFinancials:
    """Annual recurring revenue now and a year before, in the engagement's currency.

    `current_arr` is what the import's financial columns say; `Customer.arr` is what the account is weighed by.
    """

    current_arr: Decimal | None = None
    previous_arr: Decimal | None = None
    trend: Trend | None = None


@dataclass(frozen=True, slots=True)
class CustomerUsage:
    """`active_users` are people; `utilization_rate` is what is used of what is licensed, 1 where all of it is.

    It may be more than 1: a customer may use more than he has bought.
    """

    active_users: int | None = None
    utilization_rate: Decimal | None = None
    trend: Trend | None = None


@dataclass(frozen=True, slots=True)
class CustomerEngagement:
    """The last time anybody spoke with the customer, the next review, and support tickets not yet closed."""

    last_contact_on: date | None = None
    next_review_on: date | None = None
    open_tickets: int | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """One account. `external_id` is its id where it was imported from; `owner` the user who looks after it.

    `arr` is annual recurring revenue in the engagement's currency. `extra` keeps what an import held beyond the
    fields here, by the names of its columns.
    """

    id: str
    name: str
    arr: Decimal
    owner: str
    domain: str = ""
    renewal_date: date | None = None
    renewal_status: RenewalStatus = RenewalStatus.OPEN
    account_plan: AccountPlan | None = None
    risk_score: Decimal | None = None
    opportunity_score: Decimal | None = None
    health_score: Decimal | None = None
    financials: CustomerFinancials = field(default_factory=CustomerFinancials)
    usage: CustomerUsage = field(default_factory=CustomerUsage)
    engagement: CustomerEngagement = field(default_factory=CustomerEngagement)
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)
    external_id: str | None = None
    version: int = 1

    def __post_init__(self) -> None:
        for name in SCORES:
            score = getattr(self, name)
            # Written so that what is no number at all is refused too.
            if score is not None and not 0 <= score <= HIGHEST_SCORE:
                raise ValueError(f"{name} is from 0 to {HIGHEST_SCORE}, not {score}.")

    def days_until_renewal(self, today: date) -> int | None:
        """Below nought once the date is past; None without a date."""
        return None if self.renewal_date is None else (self.renewal_date - today).days


def external_key(external_id: str) -> str:
    """By what two imports mean the same: the id whatever its capitals, save where these part two ids."""
    plain = external_id.strip()
    if _CASED.fullmatch(plain) and plain.startswith(("001", "003")):
        plain += "".join(_SAFE[_capitals(plain[start : start + 5])] for start in (0, 5, 10))
    return natural_key(plain)


def _capitals(part: str) -> int:
    return sum(1 << place for place, sign in enumerate(part) if "A" <= sign <= "Z")


def domain_of(text: str) -> str | None:
    """The host that a website's address or a domain names, as it is compared; None where it names none."""
    host = re.sub(r"^[a-z][a-z0-9+.-]*://", "", text.strip().casefold())
    host = re.split(r"[/?#]", host, maxsplit=1)[0].rpartition("@")[2]
    host = re.sub(r":\d{1,5}$", "", host).rstrip(".").removeprefix("www.")
    return host if _HOST.fullmatch(host) else None


class Influence(StrEnum):
    """How much a person there decides."""

    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"


class Sentiment(StrEnum):
    """What a person there thinks of us."""

    POSITIVE = "POSITIVE"
    NEUTRAL = "NEUTRAL"
    NEGATIVE = "NEGATIVE"


class RelationKind(StrEnum):
    """What one stakeholder is to another.

    `REPORTS_TO` is a dotted line: the line to the one he answers to is `Stakeholder.reports_to_id`.
    """

    REPORTS_TO = "REPORTS_TO"
    INFLUENCES = "INFLUENCES"
    BLOCKS = "BLOCKS"
    ALLY = "ALLY"


@dataclass(frozen=True, slots=True)
class StakeholderRelation:
    """A directed line of the map, from the stakeholder that holds it to another of the same customer."""

    to_id: str
    kind: RelationKind


@dataclass(frozen=True, slots=True)
class Stakeholder:
    """A person at the customer's. `x` and `y` are where he stands on the map's canvas, in its own units, y downwards.

    Both are None until somebody has put him there. `external_id` is his id where he was imported from.
    """

    id: str
    customer_id: str
    name: str
    role: str
    influence: Influence
    sentiment: Sentiment
    notes: str | None = None
    reports_to_id: str | None = None
    relations: tuple[StakeholderRelation, ...] = ()
    x: float | None = None
    y: float | None = None
    external_id: str | None = None
