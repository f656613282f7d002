"""What customer-success flows add to their master: the customer, the template they go by, and whose work it is."""

from __future__ import annotations

from domain.customer_success.workflow import CustomerWorkflow
from domain.known import KnownChild
from resolvers.context import Context
from resolvers.reading import workflows as reading
from schema.loading import loaded


class Child:
    """The fields of a CustomerSuccessFlow."""

    @loaded
    @staticmethod
    async def assigned_to(context: Context, children: list[KnownChild]) -> list[str]:
        """Whose work it is."""
        return [workflow.assigned_to for workflow in await reading.workflows(context, children)]
