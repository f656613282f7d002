"""What is known, in words: the lines that reports, letters and models are told of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.artifacts.background import Background
from domain.customer import Customer
from domain.customer_success.determination import stage_at
from domain.customer_success.wording import amount, counted, renewal_in
from domain.phase import PhaseStatus
from domain.task import ENDED, Task

# A customer nobody has spoken to for so long is one to call.
QUIET_DAYS = 30
# Less than this share of what is licensed, and somebody will ask what the rest is for.
LOW_USE = Decimal("0.5")
HIGH_USE = Decimal("0.9")
MANY_TICKETS = 5
HIGH_RISK = 60
HIGH_OPPORTUNITY = 70
SOON_DAYS = 120


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known."""

    label: str
    text: str

    def __str__(self) -> str:
        return f"{self.label}: {self.text}"


def money(known: Background, number: Decimal) -> str:
    """In the engagement's currency."""
    return f"{amount(number)} {known.currency}"


def share(number: Decimal) -> str:
    """As a percentage."""
    return f"{amount(number * 100)}%"


def facts_of(known: Background) -> tuple[Fact, ...]:
    """All of it, the customer first."""
    return (*_customer(known), *_people(known), *_contract(known), *_portfolio(known), *_flow(known))


def of_customer(known: Background) -> tuple[Fact, ...]:
    """What is known of the customer himself."""
    return tuple(_customer(known))


def days_left(known: Background) -> int | None:
    """Until the renewal; below nought once it is past."""
    return known.customer.days_until_renewal(known.today) if known.customer else None


def quiet_for(known: Background) -> int | None:
    """How many days nobody has spoken with the customer; None where nobody knows."""
    last = known.customer.engagement.last_contact_on if known.customer else None
    return None if last is None else (known.today - last).days


def open_tasks_of(known: Background) -> tuple[Task, ...]:
    """What is left to do, by due date."""
    left = [task for task in known.tasks if task.status not in ENDED]
    return tuple(sorted(left, key=lambda task: (task.due_on is None, task.due_on or known.today, task.id)))


def late(task: Task, known: Background) -> bool:
    """Whether it should have been done by now."""
    return task.due_on is not None and task.due_on < known.today


def steps_left(known: Background) -> tuple[str, ...]:
    """Titles of the phases that are neither completed nor skipped."""
    done = (PhaseStatus.COMPLETED, PhaseStatus.SKIPPED)
    left = {state.key for state in known.flow.phases if state.status not in done}
    return tuple(phase.title for phase in known.flow.definition.phases if phase.key in left)


def _customer(known: Background) -> Iterator[Fact]:
    customer = known.customer
    if customer is None:
        return
    yield Fact("Customer", customer.name)
    if known.arr:
        yield Fact("Annual recurring revenue", money(known, known.arr))
    before = customer.financials.previous_arr
    if before is not None:
        yield Fact("A year before", money(known, before))
    yield from _renewal(known, customer)
    if customer.account_plan is not None:
        yield Fact("Account plan", customer.account_plan.lower())
    for label, score in (
        ("Risk score", customer.risk_score),
        ("Opportunity score", customer.opportunity_score),
        ("Health score", customer.health_score),
    ):
        if score is not None:
            yield Fact(label, f"{amount(score)} of 100")
    yield from _use(customer)
    yield from _contact(known, customer)


def _renewal(known: Background, customer: Customer) -> Iterator[Fact]:
    days = days_left(known)
    if days is None or customer.renewal_date is None:
        yield Fact("Renewal", "no date is known")
        return
    stage = stage_at(days).lower()
    yield Fact("Renewal", f"{customer.renewal_date.isoformat()} ({renewal_in(days).lower()}, stage {stage})")


def _use(customer: Customer) -> Iterator[Fact]:
    usage = customer.usage
    if usage.active_users is not None:
        yield Fact("Active users", f"{usage.active_users:,}")
    if usage.utilization_rate is not None:
        trend = f", {usage.trend.lower()}" if usage.trend else ""
        yield Fact("Used of what is licensed", f"{share(usage.utilization_rate)}{trend}")


def _contact(known: Background, customer: Customer) -> Iterator[Fact]:
    quiet = quiet_for(known)
    if quiet is not None and customer.engagement.last_contact_on is not None:
        ago = "today" if quiet <= 0 else f"{counted(quiet, 'day', 'days')} ago"
        yield Fact("Last contact", f"{customer.engagement.last_contact_on.isoformat()} ({ago})")
    if customer.engagement.next_review_on is not None:
        yield Fact("Next review", customer.engagement.next_review_on.isoformat())
    if customer.engagement.open_tickets is not None:
        yield Fact("Open tickets", f"{customer.engagement.open_tickets:,}")


def _people(known: Background) -> Iterator[Fact]:
    for person in known.stakeholders[:20]:
        influence, sentiment = person.influence.lower(), person.sentiment.lower()
        yield Fact("Stakeholder", f"{person.name}, {person.role}: influence {influence}, sentiment {sentiment}")


def _contract(known: Background) -> Iterator[Fact]:
    contract, said = known.contract, known.extraction
    if contract is None or said is None:
        return
    yield Fact("Contract", contract.file_name)
    parts: tuple[tuple[str, Any, str], ...] = (
        ("Contract starts on", said.starts_on, "{}"),
        ("Contract ends on", said.ends_on, "{}"),
        ("Contract renews by itself", {True: "yes", False: "no", None: None}[said.auto_renews], "{}"),
        ("Notice", said.notice_days, "{} days before the end"),
        ("Price cap", said.price_cap_percent, "{}% a renewal"),
    )
    for label, value, text in parts:
        if value is not None:
            yield Fact(label, text.format(amount(value) if isinstance(value, Decimal) else value))


def _portfolio(known: Background) -> Iterator[Fact]:
    if not known.applications:
        return
    yield Fact("Applications", str(len(known.flow.application_ids)))
    counts = Counter(str(each.criticality or "unknown").lower() for each in known.applications)
    yield Fact("By criticality", ", ".join(f"{word} {count}" for word, count in sorted(counts.items())))
    gaps = [each for each in known.applications if each.readiness_gaps]
    if gaps:
        yield Fact("Applications with gaps", f"{len(gaps)}: {', '.join(each.name for each in gaps[:10])}")


def _flow(known: Background) -> Iterator[Fact]:
    flow = known.flow
    yield Fact("Flow", f"{flow.name} ({flow.definition.title}), {flow.status.lower()}, {flow.progress}% done")
    left = steps_left(known)
    if left:
        yield Fact("Steps left", ", ".join(left))
    for warning in flow.warnings[:10]:
        yield Fact("Warning", warning.message)
    tasks = open_tasks_of(known)
    overdue = sum(late(task, known) for task in tasks)
    yield Fact("Open tasks", f"{len(tasks)}, of them {overdue} overdue" if overdue else str(len(tasks)))
