"""What customer-success flows add to their master: the customer, the template they go by, and whose work it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.customer import Customer
from domain.customer_success.context import CustomerContext
from domain.customer_success.priority import PriorityScore
from domain.customer_success.template import Branch, TemplateVersion
from domain.known import KnownChild
from domain.saved_action import SavedAction
from resolvers.context import Context
from resolvers.reading import threads
from resolvers.reading import workflows as reading
from schema.loading import computed, loaded
from schema.mirror import mirror
from schema.relations import referred
from schema.saved_actions import actions_of_flow, history_of_flow
from schema.tasks import tasks_of_flow
from schema.threads import threads_of_flow


@mirror(
    Branch,
    "key label kind prompts response next_step allows_off_script return_to_step",
    name="ChatBranch",
    response="What a FIXED one replies; null for other kinds.",
    next_step="Null where the template's own conditions say what is next.",
    allows_off_script="Whether a FIXED one lets a message lead away from it.",
    return_to_step="Where a conversation comes back to; null where it goes on.",
)
class ChatBranch:
    """One way of going on at a step, with the customer's figures in its texts."""

    @loaded
    @staticmethod
    async def action(context: Context, branches: list[Branch]) -> list[SavedAction | None]:
        """What a SAVED_ACTION runs; null for other kinds, and once it is gone."""
        known = {action.key: action for action in await threads.actions(context)}
        return [known.get(branch.action_key) if branch.action_key else None for branch in branches]


class Child:
    """The fields of a CustomerSuccessFlow."""

    workflow = referred(
        TemplateVersion,
        lambda child: child.flow.configuration["templateId"],
        why="The version that it started with, whatever was saved since.",
    )

    @loaded
    @staticmethod
    async def customer(context: Context, children: list[KnownChild]) -> list[Customer]:
        return await reading.customers(context, children)

    @loaded
    @staticmethod
    async def context(context: Context, children: list[KnownChild]) -> list[CustomerContext]:
        """The customer as of the engagement's today."""
        return await reading.contexts(context, children)

    @loaded
    @staticmethod
    async def priority(context: Context, children: list[KnownChild]) -> list[PriorityScore]:
        """As of today, by the experience and the other work of whom it is assigned to."""
        return await reading.priorities(context, children)

    @loaded
    @staticmethod
    async def assigned_to(context: Context, children: list[KnownChild]) -> list[str]:
        """Whose work it is."""
        return [workflow.assigned_to for workflow in await reading.workflows(context, children)]

    @loaded
    @staticmethod
    async def branches(context: Context, children: list[KnownChild], step: str) -> list[tuple[Branch, ...]]:
        """Ways of going on at that step; none where the workflow has no such step."""
        return await reading.branches(context, children, step)

    actions = actions_of_flow
    threads = threads_of_flow
    tasks = tasks_of_flow
    action_history = history_of_flow

    @computed
    @staticmethod
    def snoozed_until(child: KnownChild) -> datetime | None:
        """Null unless it sleeps."""
        return child.flow.snoozed_until

    @loaded
    @staticmethod
    async def outcome(context: Context, children: list[KnownChild]) -> list[str | None]:
        """How it ended; null while it goes on, and where nobody said."""
        return [workflow.outcome for workflow in await reading.workflows(context, children)]

    @loaded
    @staticmethod
    async def outcome_metadata(context: Context, children: list[KnownChild]) -> list[Any | None]:
        """What was said beside the outcome."""
        return [workflow.outcome_metadata for workflow in await reading.workflows(context, children)]
