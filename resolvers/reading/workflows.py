"""Reading what customer-success flows keep, for many flows at once."""

from __future__ import annotations

from collections.abc import Sequence

from domain.customer_success.choosing import newest
from domain.customer_success.listing import NewestTemplates
from domain.customer_success.template import TemplateVersion
from domain.customer_success.workflow import CustomerWorkflow
from domain.known import KnownChild
from domain.reading import WHOLE
from resolvers.context import Context


async def workflows(context: Context, children: Sequence[KnownChild]) -> list[CustomerWorkflow]:
    """What each of these flows keeps; it is written with the flow."""
    found = await context.reads.get(CustomerWorkflow, {child.id for child in children})
    return [found[child.id] for child in children]


async def templates(context: Context) -> tuple[TemplateVersion, ...]:
    """By key, of each the version that counts."""
    [page] = await context.reads.pages([NewestTemplates()], WHOLE)
    return newest(page.items)
