"""Recommendations: each rests on a fact, and says on which."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from domain.agents.cleaning import cut
from domain.artifacts.background import Background
from domain.artifacts.drafting.facts import (
    HIGH_OPPORTUNITY,
    HIGH_RISK,
    HIGH_USE,
    LOW_USE,
    MANY_TICKETS,
    QUIET_DAYS,
    SOON_DAYS,
    days_left,
    late,
    open_tasks_of,
    quiet_for,
    share,
)
from domain.artifacts.shapes import Recommendations, RecommendedItem
from domain.customer import Influence, Sentiment
from domain.customer_success.wording import amount, counted
from domain.phase import PhaseStatus
from domain.planning.plan import Priority

_ORDER = {priority: rank for rank, priority in enumerate(Priority)}
_MOST = 20
_URGENT_DAYS = 30


def recommend(known: Background) -> Recommendations:
    """The most pressing first."""
    items = [*_renewal(known), *_contract(known), *_score(known), *_use(known), *_people(known)]
    items += [*_contact(known), *_portfolio(known), *_flow(known)]
    if not items:
        items = [_nothing(known)]
    items.sort(key=lambda item: _ORDER[item.priority])
    summary = f"{counted(len(items[:_MOST]), 'recommendation', 'recommendations')} from what is known today."
    return Recommendations(tuple(items[:_MOST]), summary)


def _in(known: Background, days: int) -> date:
    return known.today + timedelta(days=days)


def _owner(known: Background) -> str | None:
    return known.customer.owner if known.customer else None


def _item(
    known: Background, title: str, description: str, reason: str, priority: Priority = Priority.MEDIUM, days: int = 14
) -> RecommendedItem:
    return RecommendedItem(
        title=cut(title, 300),
        description=cut(description, 2_000),
        reason=cut(reason, 2_000),
        priority=priority,
        due_on=_in(known, days),
        assigned_to=_owner(known),
    )


def _renewal(known: Background) -> Iterator[RecommendedItem]:
    days = days_left(known)
    if days is None or days >= SOON_DAYS:
        return
    urgent = days < _URGENT_DAYS
    when = f"The renewal is {counted(-days, 'day', 'days')} overdue." if days < 0 else f"The renewal is in {days} days."
    yield _item(
        known,
        "Agree on the terms of the renewal",
        "Send the offer, name who signs, and agree on the date of the signature.",
        when,
        Priority.URGENT if urgent else Priority.HIGH,
        days=2 if urgent else 14,
    )


def _contract(known: Background) -> Iterator[RecommendedItem]:
    said = known.extraction
    if said is None:
        if known.customer is not None:
            title = "Upload the customer's contract"
            text = "Its end, its notice and its price cap decide what may be offered, and by when."
            yield _item(known, title, text, "No contract of this customer has been read.")
        return
    if said.ends_on is not None and said.notice_days is not None:
        by = said.ends_on - timedelta(days=said.notice_days)
        left = (by - known.today).days
        if 0 <= left <= SOON_DAYS:
            title = f"Settle the renewal before notice is due on {by.isoformat()}"
            reason = f"The contract ends on {said.ends_on.isoformat()} with {said.notice_days} days' notice."
            yield _item(known, title, "Until then either side may end it.", reason, Priority.HIGH, max(0, left - 7))
    if said.price_cap_percent is not None:
        reason = f"The contract caps price rises at {amount(said.price_cap_percent)}%."
        yield _item(known, "Keep the offer within the price cap", "Check each line against it.", reason)


def _score(known: Background) -> Iterator[RecommendedItem]:
    customer = known.customer
    if customer is None:
        return
    if customer.risk_score is not None and customer.risk_score >= HIGH_RISK:
        reason = f"The risk score is {amount(customer.risk_score)}."
        text = "Find out what has gone wrong, name an owner for each cause, and tell the customer what happens by when."
        yield _item(known, "Make a plan that wins the customer back", text, reason, Priority.URGENT, 3)
    if customer.opportunity_score is not None and customer.opportunity_score >= HIGH_OPPORTUNITY:
        reason = f"The opportunity score is {amount(customer.opportunity_score)}."
        yield _item(known, "Propose a next step of growth", "Show the value of what is not used yet.", reason)


def _use(known: Background) -> Iterator[RecommendedItem]:
    if known.customer is None:
        return
    rate = known.customer.usage.utilization_rate
    if rate is not None and rate < LOW_USE:
        reason = f"{share(rate)} of what is licensed is used."
        text = "Invite the teams that do not use it yet, and agree on what they should reach by when."
        yield _item(known, "Hold a workshop on adoption", text, reason, Priority.HIGH, 10)
    if rate is not None and rate >= HIGH_USE:
        reason = f"{share(rate)} of what is licensed is used."
        yield _item(known, "Offer more licences", "They will need more of it soon.", reason)
    tickets = known.customer.engagement.open_tickets
    if tickets is not None and tickets >= MANY_TICKETS:
        reason = f"{tickets} tickets are open."
        yield _item(known, "Go through the open tickets with support", "Close or date each.", reason, Priority.HIGH, 5)


def _people(known: Background) -> Iterator[RecommendedItem]:
    if known.customer is None:
        return
    decide = [person for person in known.stakeholders if person.influence is Influence.HIGH]
    if not any(person.sentiment is Sentiment.POSITIVE for person in decide):
        title, text = "Find a sponsor who decides", "Ask those who are with us to introduce us."
        yield _item(known, title, text, "Nobody of high influence is known to be on our side.", Priority.HIGH)
    for person in decide:
        if person.sentiment is Sentiment.NEGATIVE:
            reason = f"{person.name} ({person.role}) decides, and is not content."
            text = "Listen first; write down what would have to change, and who changes it."
            yield _item(known, f"Meet {person.name}", text, reason, Priority.HIGH, 7)


def _contact(known: Background) -> Iterator[RecommendedItem]:
    quiet = quiet_for(known)
    if quiet is not None and quiet > QUIET_DAYS:
        reason = f"The last contact was {quiet} days ago."
        yield _item(known, "Speak with the customer", "Ask how it goes before asking for anything.", reason, days=7)


def _portfolio(known: Background) -> Iterator[RecommendedItem]:
    for application in known.applications:
        if application.readiness_gaps:
            reason = " ".join(application.readiness_gaps[:5])
            title = f"Complete what is known of {application.name}"
            yield _item(known, title, "Ask its owner for what is missing.", reason)


def _flow(known: Background) -> Iterator[RecommendedItem]:
    overdue = [task for task in open_tasks_of(known) if late(task, known)]
    if overdue:
        names = ", ".join(task.title for task in overdue[:5])
        reason = f"{counted(len(overdue), 'task is', 'tasks are')} overdue: {names}."
        yield _item(known, "Settle what is overdue", "Do it, give it a new date, or skip it.", reason, Priority.HIGH, 2)
    for state in known.flow.phases:
        if state.status is PhaseStatus.FAILED:
            title = f"Look at {known.flow.definition.phase(state.key).title}, which failed"
            why = known.flow.failure.message if known.flow.failure else "The phase came to nothing."
            yield _item(known, title, "Mend what it needs and retry it.", why, Priority.HIGH, 2)
    for warning in known.flow.warnings[:5]:
        title = f"Look at a warning of {warning.phase or 'the flow'}"
        yield _item(known, title, "See whether it changes what is to be done.", warning.message)


def _nothing(known: Background) -> RecommendedItem:
    title = f"Review {known.subject} again in a month"
    return _item(known, title, "See whether anything has changed.", "Nothing is pressing today.", Priority.LOW, 30)
