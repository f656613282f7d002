"""A letter to the customer, or to those who take part in a flow."""

from __future__ import annotations

from domain.artifacts.background import Background
from domain.artifacts.drafting.facts import days_left, late, open_tasks_of, steps_left
from domain.artifacts.shapes import EmailDraft
from domain.customer_success.wording import counted

_SOON = 120


def letter(known: Background) -> EmailDraft:
    """Short, with what is known and what is asked for; whoever sends it reads it first."""
    if known.customer is not None:
        return _to_customer(known)
    return _to_team(known)


def _to_customer(known: Background) -> EmailDraft:
    days = days_left(known)
    subject, lines = f"Our next steps with {known.subject}", []
    if days is not None and known.customer is not None and known.customer.renewal_date is not None and days < _SOON:
        subject = f"Renewal of {known.subject} on {known.customer.renewal_date.isoformat()}"
        when = "is due today" if days == 0 else f"is due in {counted(days, 'day', 'days')}"
        lines.append(f"Your renewal {when if days >= 0 else 'was due on ' + known.customer.renewal_date.isoformat()}.")
    else:
        lines.append("I would like to hear how things are going, and what you want to reach next.")
    tasks = [task for task in open_tasks_of(known) if not late(task, known)][:3]
    if tasks:
        lines.append("From our side these are under way: " + "; ".join(task.title for task in tasks) + ".")
    lines.append("Would half an hour this week or next suit you? I will send what we have prepared beforehand.")
    return EmailDraft(subject, _body("Hello,", lines, known.customer.owner if known.customer else ""))


def _to_team(known: Background) -> EmailDraft:
    flow, left = known.flow, steps_left(known)
    lines = [f"{flow.name} is {flow.status.lower()} and {flow.progress}% done."]
    if left:
        lines.append(f"What is left: {', '.join(left)}.")
    if flow.warnings:
        lines.append("To be looked at: " + " ".join(warning.message for warning in flow.warnings[:3]))
    tasks = open_tasks_of(known)
    if tasks:
        lines.append("Open tasks: " + "; ".join(task.title for task in tasks[:5]) + ".")
    lines.append("Please say by the end of the week what stands in your way.")
    return EmailDraft(f"{flow.name}: where we stand", _body("Hello all,", lines, flow.created_by))


def _body(greeting: str, lines: list[str], sender: str) -> str:
    return "\n\n".join((greeting, *lines, f"Kind regards\n{sender}".strip()))
