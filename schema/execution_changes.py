"""Mutations on what is carried out: checks that people answer for, and steps that they or a pipeline report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import strawberry
from strawberry import UNSET

from domain.check import Check
from domain.errors import Problem
from domain.known import KnownFlow
from domain.recording import CheckReport
from domain.runbook import RunbookStep, StepReport, StepStatus
from resolvers import recording as commands
from resolvers.context import Caller, Context
from schema.commanding import Outcome, Said, carry_out
from schema.ids import CheckId, RunbookStepId
from schema.loading import entry
from schema.mirror import mirror
from schema.payloads import REFUSED
from schema.relations import referred


@strawberry.input
class RecordCheckInput:
    id: CheckId
    passed: bool
    evidence: str | None = strawberry.field(
        default=UNSET, description="Needed where the check blocks and the facts say otherwise."
    )


@strawberry.input
class UpdateRunbookStepInput:
    id: RunbookStepId
    status: StepStatus = strawberry.field(
        description="READY: it is mended, and to be done again. PENDING and BLOCKED are never reported."
    )
    owner: str | None = UNSET
    note: str | None = strawberry.field(default=UNSET, description="Needed to leave a step out.")


@dataclass(frozen=True, slots=True)
class CheckPayload:
    """A check that was recorded."""

    check_id: str | None
    flow_id: str | None
    errors: tuple[Problem, ...]

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        """The payload of that outcome."""
        return cls(outcome.id, outcome.value.flow_id if outcome.value else None, outcome.problems)


@mirror(CheckPayload, "errors")
class CheckPayloadType:
    check = referred(Check, lambda payload: payload.check_id, nullable=True, why=REFUSED)
    flow = referred(KnownFlow, lambda payload: payload.flow_id, nullable=True, why=REFUSED)


@dataclass(frozen=True, slots=True)
class RunbookStepPayload:
    """A step that was reported."""

    step_id: str | None
    flow_id: str | None
    errors: tuple[Problem, ...]

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        """The payload of that outcome."""
        return cls(outcome.id, outcome.value.flow_id if outcome.value else None, outcome.problems)


@mirror(RunbookStepPayload, "errors")
class RunbookStepPayloadType:
    step = referred(RunbookStep, lambda payload: payload.step_id, nullable=True, why=REFUSED)
    flow = referred(KnownFlow, lambda payload: payload.flow_id, nullable=True, why=REFUSED)


async def record_check(context: Context, input: Any) -> CheckPayload:
    """A person's word for a check."""

    async def act(caller: Caller, said: Said) -> commands.Reported:
        report = CheckReport(said["passed"], said.get("evidence"))
        return await commands.record_check(caller, said["id"], report)

    return CheckPayload.of(await carry_out(context, "recordCheck", input, act))


async def update_runbook_step(context: Context, input: Any) -> RunbookStepPayload:
    """How far a step has come."""

    async def act(caller: Caller, said: Said) -> commands.Reported:
        report = StepReport(said["status"], said.get("owner"), said.get("note"))
        return await commands.update_runbook_step(caller, said["id"], report)

    return RunbookStepPayload.of(await carry_out(context, "updateRunbookStep", input, act))


@strawberry.type
class ExecutionMutations:
    @entry
    @staticmethod
    async def record_check(context: Context, input: RecordCheckInput) -> CheckPayload:
        """To pass a blocking one that the facts say does not hold needs LEAD."""
        return await record_check(context, input)

    @entry
    @staticmethod
    async def update_runbook_step(context: Context, input: UpdateRunbookStepInput) -> RunbookStepPayload:
        """From people or a pipeline. A failed step blocks what depends on it; the way back is the reverse."""
        return await update_runbook_step(context, input)
