"""Plans and reports in plain text."""

from __future__ import annotations

from collections.abc import Iterable

from domain.artifacts.background import Background
from domain.artifacts.drafting.advice import recommend
from domain.artifacts.drafting.facts import Fact, facts_of, late, of_customer, open_tasks_of, steps_left
from domain.artifacts.shapes import DocumentSection, PlainDocument
from domain.customer_success.wording import counted


def report(known: Background) -> PlainDocument:
    """Where things stand: every fact, what is left, and what is recommended."""
    sections = [
        DocumentSection("What is known", _lines(facts_of(known))),
        DocumentSection("Open tasks", _tasks(known)),
        DocumentSection("Recommended", _advice(known)),
    ]
    if known.artifacts:
        written = [f"{each.title} ({each.kind}, version {each.version})" for each in known.artifacts]
        sections.insert(2, DocumentSection("Written so far", "\n".join(f"- {text}" for text in written)))
    return PlainDocument(_summary(known), tuple(sections))


def plan(known: Background) -> PlainDocument:
    """What is to be done, in which order, by when and by whom."""
    steps = steps_left(known)
    goal = "Bring the work that is under way to its end."
    if known.customer is not None:
        goal = f"Keep {known.subject} as a customer who gains by it, and agree on what comes next."
    sections = [
        DocumentSection("Goal", goal),
        DocumentSection("Where we start", _lines(of_customer(known) or facts_of(known))),
        DocumentSection("Steps", "\n".join(f"{number}. {title}" for number, title in enumerate(steps, 1)) or "None."),
        DocumentSection("Actions", _advice(known)),
        DocumentSection("Under way", _tasks(known)),
    ]
    return PlainDocument(_summary(known), tuple(sections))


def _summary(known: Background) -> str:
    tasks = open_tasks_of(known)
    left = counted(len(steps_left(known)), "step", "steps")
    return (
        f"{known.flow.name} is {known.flow.progress}% done as of {known.today.isoformat()}: {left} and "
        f"{counted(len(tasks), 'open task', 'open tasks')} left."
    )


def _lines(facts: Iterable[Fact]) -> str:
    return "\n".join(f"- {fact}" for fact in facts)


def _tasks(known: Background) -> str:
    lines = []
    for task in open_tasks_of(known):
        due = f", due {task.due_on.isoformat()}" if task.due_on else ""
        who = f", {task.assigned_to}" if task.assigned_to else ""
        lines.append(f"- {task.title}{due}{who}{' (overdue)' if late(task, known) else ''}")
    return "\n".join(lines) or "None."


def _advice(known: Background) -> str:
    return "\n".join(
        f"- {item.title} ({item.priority.lower()}, by {item.due_on.isoformat() if item.due_on else 'no date'}): "
        f"{item.reason}"
        for item in recommend(known).items
    )
