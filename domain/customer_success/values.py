"""What texts and conditions of templates may name: the customer and the work as plain values, by their paths."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from domain.contract import ContractExtraction
from domain.customer import Customer, Influence, Sentiment, Stakeholder
from domain.customer_success.determination import renewal_stage
from domain.customer_success.facts import WorkflowFacts

# By their first part, with what each is. A person who writes a template reads this list, and so does the check of one.
KNOWN: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "customer": {
            "name": "text",
            "domain": "text",
            "arr": "number, in the engagement's currency",
            "owner": "text",
            "accountPlan": "INVEST, EXPAND, MANAGE or MONITOR",
            "riskScore": "number from 0 to 100",
            "opportunityScore": "number from 0 to 100",
            "healthScore": "number from 0 to 100",
        },
        "renewal": {
            "date": "date as text, 2027-03-31",
            "daysUntil": "number, below 0 once it is past",
            "stage": "MONITOR to OVERDUE",
            "status": "OPEN, WON or LOST",
        },
        "financials": {
            "currentArr": "number",
            "previousArr": "number",
            "changePercent": "number, the change from the year before",
            "trend": "UP, FLAT or DOWN",
        },
        "usage": {
            "activeUsers": "number",
            "utilizationPercent": "number, 100 where all that is licensed is used",
            "trend": "UP, FLAT or DOWN",
        },
        "engagement": {
            "lastContactOn": "date as text",
            "daysSinceContact": "number",
            "nextReviewOn": "date as text",
            "daysUntilReview": "number",
            "openTickets": "number",
        },
        "stakeholders": {
            "count": "number",
            "names": "list of texts",
            "influential": "list of texts: those of high influence",
            "supporters": "list of texts: those of a positive sentiment",
            "critics": "list of texts: those of a negative sentiment",
        },
        "contract": {
            "known": "yes or no: whether anything was read from a contract",
            "startsOn": "date as text",
            "endsOn": "date as text",
            "value": "number",
            "autoRenews": "yes or no",
            "noticeDays": "number",
            "daysUntilNotice": "number, until the last day on which notice may be given",
            "priceCapPercent": "number",
            "nonStandardTerms": "list of texts",
        },
        "work": {
            "kind": "RENEWAL, STRATEGIC, OPPORTUNITY or RISK",
            "assignedTo": "text",
            "escalated": "yes or no",
            "today": "date as text",
            "currency": "code of the engagement's currency",
        },
    }
)
# What the template itself gives, by the names it gives them.
CONTEXT, STEPS, EXTRA = "context", "steps", "extra"
ROOTS = frozenset({*KNOWN, CONTEXT, STEPS, EXTRA})
_HUNDRED = Decimal(100)


def values_of(
    facts: WorkflowFacts, steps: Mapping[str, Mapping[str, Any]], today: date, currency: str
) -> dict[str, Any]:
    """Every path with its value. `steps` are the answers so far; the context's own texts are filled by who asks."""
    customer, workflow = facts.customer, facts.workflow
    known = {
        "customer": _customer(customer),
        "renewal": _renewal(facts, today),
        "financials": _financials(customer),
        "usage": _usage(customer),
        "engagement": _engagement(customer, today),
        "stakeholders": _stakeholders(facts.stakeholders),
        "contract": _contract(facts.contract, today),
        "work": {
            "kind": str(workflow.kind),
            "assignedTo": workflow.assigned_to,
            "escalated": workflow.escalated,
            "today": today.isoformat(),
            "currency": currency,
        },
    }
    plain = {root: {name: _plain(value) for name, value in values.items()} for root, values in known.items()}
    return {**plain, EXTRA: dict(customer.extra), STEPS: dict(steps)}


def _plain(value: Any) -> Any:
    """Numbers as JSON holds them."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _customer(customer: Customer) -> dict[str, Any]:
    return {
        "name": customer.name,
        "domain": customer.domain or None,
        "arr": customer.arr,
        "owner": customer.owner,
        "accountPlan": _word(customer.account_plan),
        "riskScore": customer.risk_score,
        "opportunityScore": customer.opportunity_score,
        "healthScore": customer.health_score,
    }


def _renewal(facts: WorkflowFacts, today: date) -> dict[str, Any]:
    customer = facts.customer
    return {
        "date": _day(customer.renewal_date),
        "daysUntil": customer.days_until_renewal(today),
        "stage": _word(renewal_stage(customer, today, facts.rules)),
        "status": str(customer.renewal_status),
    }


def _financials(customer: Customer) -> dict[str, Any]:
    now = customer.financials.current_arr
    before = customer.financials.previous_arr
    change = None
    if now is not None and before:
        change = round((now - before) / before * _HUNDRED, 1)
    return {
        "currentArr": now,
        "previousArr": before,
        "changePercent": change,
        "trend": _word(customer.financials.trend),
    }


def _usage(customer: Customer) -> dict[str, Any]:
    rate = customer.usage.utilization_rate
    return {
        "activeUsers": customer.usage.active_users,
        "utilizationPercent": None if rate is None else round(rate * _HUNDRED, 1),
        "trend": _word(customer.usage.trend),
    }


def _engagement(customer: Customer, today: date) -> dict[str, Any]:
    contact, review = customer.engagement.last_contact_on, customer.engagement.next_review_on
    return {
        "lastContactOn": _day(contact),
        "daysSinceContact": None if contact is None else (today - contact).days,
        "nextReviewOn": _day(review),
        "daysUntilReview": None if review is None else (review - today).days,
        "openTickets": customer.engagement.open_tickets,
    }


def _stakeholders(people: Iterable[Stakeholder]) -> dict[str, Any]:
    known = tuple(people)
    return {
        "count": len(known),
        "names": [person.name for person in known],
        "influential": [person.name for person in known if person.influence is Influence.HIGH],
        "supporters": [person.name for person in known if person.sentiment is Sentiment.POSITIVE],
        "critics": [person.name for person in known if person.sentiment is Sentiment.NEGATIVE],
    }


def _contract(read: ContractExtraction | None, today: date) -> dict[str, Any]:
    if read is None:
        return {**dict.fromkeys(KNOWN["contract"]), "known": False, "nonStandardTerms": []}
    notice = None
    if read.ends_on is not None and read.notice_days is not None:
        notice = (read.ends_on - today).days - read.notice_days
    return {
        "known": True,
        "startsOn": _day(read.starts_on),
        "endsOn": _day(read.ends_on),
        "value": read.value,
        "autoRenews": read.auto_renews,
        "noticeDays": read.notice_days,
        "daysUntilNotice": notice,
        "priceCapPercent": read.price_cap_percent,
        "nonStandardTerms": list(read.non_standard_terms),
    }


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _word(word: str | None) -> str | None:
    return None if word is None else str(word)
