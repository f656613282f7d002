"""Customers to determine and to score, and what hypothesis draws of them."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from domain.access import Experience
from domain.customer import AccountPlan, Customer, RenewalStatus
from domain.customer_success.kinds import WorkflowKind
from domain.customer_success.priority import Owner, Work

TODAY = date(2026, 11, 21)


def customer(id: str = "acme", days: int | None = None, arr: str = "50000", **known: Any) -> Customer:
    renewal = None if days is None else TODAY + timedelta(days=days)
    return Customer(id, known.pop("name", id.title()), Decimal(arr), known.pop("owner", "ann"), "", renewal, **known)


scores = st.none() | st.decimals(0, 100, places=2)
distances = st.none() | st.integers(-400, 800)


@st.composite
def customers(draw: st.DrawFn, id: str = "acme") -> Customer:
    return customer(
        id,
        draw(distances),
        arr=str(draw(st.decimals(0, 10**7, places=2))),
        name=draw(st.sampled_from(["Acme", "acme", "Zeta", "Émile & Co"])),
        account_plan=draw(st.none() | st.sampled_from(AccountPlan)),
        renewal_status=draw(st.sampled_from(RenewalStatus)),
        risk_score=draw(scores),
        opportunity_score=draw(scores),
    )


owners = st.builds(Owner, st.none() | st.sampled_from(Experience), st.integers(0, 200))
works = st.builds(Work, st.sampled_from(WorkflowKind), customers(), st.just(TODAY), owners, st.booleans())
