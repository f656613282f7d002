"""What customer-success flows add to their master: the customer, the template they go by, and whose work it is."""

from __future__ import annotations

from datetime import datetime

from domain.known import KnownChild
from resolvers.context import Context
from resolvers.reading import workflows as reading
from schema.loading import computed, loaded
from schema.saved_actions import actions_of_flow, history_of_flow
from schema.tasks import tasks_of_flow
from schema.threads import threads_of_flow


class Child:
    """The fields of a CustomerSuccessFlow."""

    threads = threads_of_flow
    tasks = tasks_of_flow
    actions = actions_of_flow
    action_history = history_of_flow

    @computed
    @staticmethod
    def snoozed_until(child: KnownChild) -> datetime | None:
        """When it wakes by itself; null unless it is SNOOZED."""
        return child.flow.snoozed_until

    @loaded
    @staticmethod
    async def assigned_to(context: Context, children: list[KnownChild]) -> list[str]:
        """Whose work it is."""
        return [workflow.assigned_to for workflow in await reading.workflows(context, children)]
