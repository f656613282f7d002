"""How workflows end because somebody says so, and how."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from domain.customer_success.workflow import CustomerWorkflow
from domain.definition import PhaseCall
from domain.errors import ErrorCode, Problem, Refused
from domain.flows.customer_success.lessons import lesson_of
from domain.flows.customer_success.rules import facts_of
from domain.learning import Lesson

LONGEST_OUTCOME = 200
MOST_METADATA = 64 << 10


@dataclass(frozen=True, slots=True)
class CompleteWorkflow:
    """How a workflow ended, and what else is to be kept of it."""

    flow_id: str
    outcome: str
    metadata: Any = None
    expected_version: int | None = None

    def check(self) -> None:
        """Refused with all that is wrong with it."""
        problems = []
        if not 0 < len(self.outcome.strip()) <= LONGEST_OUTCOME or not self.outcome.isprintable():
            message = f"An outcome has 1 to {LONGEST_OUTCOME} printable characters."
            problems.append(Problem(ErrorCode.INVALID_INPUT, message, ("outcome",)))
        if len(json.dumps(self.metadata)) > MOST_METADATA:
            message = f"Metadata holds at most {MOST_METADATA >> 10} KiB."
            problems.append(Problem(ErrorCode.LIMIT_EXCEEDED, message, ("metadata",)))
        if problems:
            raise Refused(problems)


def ended(call: PhaseCall, command: CompleteWorkflow) -> tuple[CustomerWorkflow, Lesson]:
    """The workflow as it ended, and what is learned of that."""
    facts = facts_of(call)
    outcome = command.outcome.strip()
    workflow = replace(facts.workflow, outcome=outcome, outcome_metadata=command.metadata)
    said = command.metadata if isinstance(command.metadata, Mapping) else {}
    return workflow, lesson_of(facts, outcome, said)
