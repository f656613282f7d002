"""What workflows teach by the way they ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.customer_success.facts import WorkflowFacts
from domain.learning import Lesson

# The field of a step's answer, and of the metadata, that others are told of when they start similar work.
LESSON = "lesson"
_LONGEST = 500


def lesson_of(facts: WorkflowFacts, outcome: str, said: Mapping[str, Any]) -> Lesson:
    """What the next person is told who starts work by the same template; surer the more often it ends so."""
    template, customer = facts.template, facts.customer
    lesson = said.get(LESSON)
    learned = lesson.strip()[:_LONGEST] if isinstance(lesson, str) else ""
    stage = f" at the stage {template.stage}" if template.stage else ""
    plan = f" (account plan {customer.account_plan})" if customer.account_plan else ""
    summary = f"{template.kind}{stage} for {customer.name}{plan} ended: {outcome}."
    return Lesson(
        kind=f"customer_success.{template.steps[0].key}",
        summary=f"{summary} {learned}".strip(),
        data={
            "kind": str(template.kind),
            "stage": str(template.stage) if template.stage else None,
            "template": template.key,
            "outcome": outcome,
            "lesson": learned or None,
        },
        key=f"{template.key}|{outcome.casefold()}",
        conclusion=("template", "outcome"),
    )
