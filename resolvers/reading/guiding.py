"""Which template guides the work of a queue."""

from __future__ import annotations

from collections.abc import Sequence

from domain.customer_success.choosing import choose
from domain.customer_success.queue import Assignment
from domain.customer_success.template import TemplateVersion
from domain.customer_success.workflow import CustomerWorkflow
from resolvers.context import Context
from resolvers.reading.workflows import templates


async def guiding(context: Context, assignments: Sequence[Assignment]) -> list[TemplateVersion | None]:
    """What a running workflow goes by, and for the others what they would be started with; None where nothing fits."""
    versions = await templates(context)
    running = await context.reads.get(CustomerWorkflow, {each.flow_id for each in assignments if each.flow_id})
    kept = await context.reads.get(TemplateVersion, {workflow.template_id for workflow in running.values()})
    workflows = [running.get(each.flow_id) if each.flow_id else None for each in assignments]
    return [
        kept.get(workflow.template_id) if workflow else choose(versions, each.kind, each.stage)
        for each, workflow in zip(assignments, workflows, strict=True)
    ]
