"""A person's changes to customers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from domain.customer import FIRST_DAY, HIGHEST_SCORE, LAST_DAY, SCORES, Customer, domain_of
from domain.given import Checking
from domain.natural_key import tidy
from domain.rates import minor_unit

LONGEST_OWNER = 255
MOST_ARR = Decimal(10) ** 15
_CAMEL: Mapping[str, str] = {
    "risk_score": "riskScore",
    "opportunity_score": "opportunityScore",
    "health_score": "healthScore",
}


@dataclass(frozen=True, slots=True)
class SaveCustomer:
    """A new customer, or the one of that id. Of a known one what `given` does not name stays; None clears.

    Fields have the names of `Customer`. Nothing cleared is left without a value that it needs: ARR is nought then, and
    the owner who saves it.
    """

    name: str
    id: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)


def save_customer(
    command: SaveCustomer, before: Customer | None, currency: str, by: str, new_id: Callable[[], str]
) -> Customer:
    """The customer as a person says, or Refused with everything that is wrong."""
    checking = Checking()
    wanted = _read(command, currency, by, checking)
    checking.done()
    if before is None:
        return Customer(id=new_id(), **{"arr": Decimal(0), "owner": by, **wanted})
    after = replace(before, **wanted)
    return before if after == before else replace(after, version=before.version + 1)


def _read(command: SaveCustomer, currency: str, by: str, checking: Checking) -> dict[str, Any]:
    given = dict(command.given)
    wanted: dict[str, Any] = {"name": _line(tidy(command.name), checking, "name")}
    if "account_plan" in given:
        wanted["account_plan"] = given["account_plan"]
    if "renewal_date" in given:
        wanted["renewal_date"] = _day(given["renewal_date"], checking, "renewalDate")
    if "owner" in given:
        owner = checking.text(given["owner"], "owner", longest=LONGEST_OWNER)
        wanted["owner"] = _line(owner, checking, "owner", longest=LONGEST_OWNER) if owner else by
    if "arr" in given:
        wanted["arr"] = _arr(given["arr"] or Decimal(0), currency, checking)
    if "domain" in given:
        wanted["domain"] = _domain(given["domain"], checking)
    for name in SCORES:
        if name in given:
            wanted[name] = _score(given[name], checking, _CAMEL[name])
    return wanted


def _line(text: str, checking: Checking, *path: str, longest: int = 200) -> str:
    plain = checking.needed(text, *path, longest=longest)
    if not plain.isprintable():
        checking.wrong("This has characters that cannot be printed.", *path)
    return plain


def _arr(arr: Decimal, currency: str, checking: Checking) -> Decimal:
    if not 0 <= arr < MOST_ARR:
        checking.wrong(f"ARR is nought or more, and less than {MOST_ARR:,}.", "arr")
    elif arr % minor_unit(currency) != 0:
        checking.wrong(f"An amount in {currency} has no smaller parts than {minor_unit(currency)}.", "arr")
    return arr


def _day(day: date | None, checking: Checking, path: str) -> date | None:
    if day is not None and not FIRST_DAY <= day <= LAST_DAY:
        checking.wrong(f"A day lies between {FIRST_DAY} and {LAST_DAY}; leave it out where there is none.", path)
    return day


def _domain(text: str | None, checking: Checking) -> str:
    plain = checking.text(text, "domain")
    if plain is None:
        return ""
    found = domain_of(plain)
    if found is None:
        checking.wrong("A domain is written like acme.example.", "domain")
    return found or ""


def _score(value: float | None, checking: Checking, path: str) -> Decimal | None:
    if value is None:
        return None
    # Written so that what is no number at all is refused too.
    if not 0 <= value <= HIGHEST_SCORE:
        checking.wrong(f"A score is from 0 to {HIGHEST_SCORE}.", path)
        return None
    return Decimal(str(value))
