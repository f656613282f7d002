"""What executions add to their flows: checks, and the runbook; both are met in other flows as well."""

from __future__ import annotations

from domain.application import Application, Component
from domain.check import Check
from domain.execution_listing import ChecksOfFlow, StepsOfFlow, WaveOfFlow
from domain.flows.execution.facts import MIGRATION, READINESS, VALIDATION
from domain.known import KnownChild
from domain.planning.plan import Wave
from domain.runbook import RunbookStep
from resolvers.context import Context
from resolvers.reading import execution as reading
from schema.basics import Node
from schema.loading import loaded
from schema.mirror import mirror
from schema.relations import referred, referred_all


class Child:
    """The fields of an ExecutionFlow."""

    @loaded
    @staticmethod
    async def wave(context: Context, children: list[KnownChild]) -> list[Wave | None]:
        """Null where it carries out applications without a plan, or the wave is gone."""
        return await reading.only(context, [WaveOfFlow(parent=child.id) for child in children])

    @loaded
    @staticmethod
    async def readiness_checks(context: Context, children: list[KnownChild]) -> list[tuple[Check, ...]]:
        """Those of the whole first, then those of each application."""
        return await reading.whole(context, [ChecksOfFlow(parent=child.id, phase=READINESS) for child in children])

    @loaded
    @staticmethod
    async def runbook(context: Context, children: list[KnownChild]) -> list[tuple[RunbookStep, ...]]:
        """In order: each step after those it depends on."""
        return await reading.whole(context, [StepsOfFlow(parent=child.id, phase=MIGRATION) for child in children])

    @loaded
    @staticmethod
    async def rollback_order(context: Context, children: list[KnownChild]) -> list[tuple[RunbookStep, ...]]:
        """What has been begun, in the order in which it is taken back."""
        return await reading.back(context, [StepsOfFlow(parent=child.id, phase=MIGRATION) for child in children])

    @loaded
    @staticmethod
    async def validations(context: Context, children: list[KnownChild]) -> list[tuple[Check, ...]]:
        """By application; none before post_migration has run."""
        return await reading.whole(context, [ChecksOfFlow(parent=child.id, phase=VALIDATION) for child in children])


@mirror(
    Check,
    "subject title passed evidence blocking checked_by checked_at",
    passed="Null until somebody has said so, or where the facts cannot tell.",
    evidence="What it rests on; null where nothing was said.",
    checked_by="`rules` where the facts say it; null until it is checked.",
    checked_at="Null until it is checked.",
)
class CheckType(Node):
    """One thing to be seen to."""

    application = referred(
        Application, lambda check: check.application_id, nullable=True, why="Null where it is about all together."
    )


@mirror(
    RunbookStep,
    "number title kind status owner planned_minutes started_at finished_at rollback note",
    owner="Null where nobody is named.",
    started_at="Null until it has begun.",
    finished_at="Null until it is done, has failed, or is taken back.",
    rollback="How it is taken back; null where there is nothing to take back.",
    note="Null where nobody has said anything.",
)
class RunbookStepType(Node):
    """One thing that somebody does."""

    application = referred(
        Application, lambda step: step.application_id, nullable=True, why="Null where it is about all together."
    )
    component = referred(
        Component, lambda step: step.component_id, nullable=True, why="Null where it is about the whole application."
    )
    depends_on = referred_all(RunbookStep, lambda step: step.depends_on)
