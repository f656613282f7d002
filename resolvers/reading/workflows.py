"""Reading workflow templates and what customer-success flows add, for many flows at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from domain.contract import Contract, ContractExtraction
from domain.contracts.listing import ContractsOfCustomer
from domain.customer import Customer
from domain.customer_success.choosing import newest
from domain.customer_success.context import CustomerContext
from domain.customer_success.facts import WorkflowFacts
from domain.customer_success.listing import NewestTemplates
from domain.customer_success.priority import PriorityScore, Work, score
from domain.customer_success.template import Branch, TemplateVersion
from domain.customer_success.template_reading import template_of
from domain.customer_success.workflow import CustomerWorkflow
from domain.flows.customer_success.rules import answered, with_context
from domain.flows.customer_success.talking import filled
from domain.known import KnownChild
from domain.reading import WHOLE, Window
from domain.transition import FlowStatus
from resolvers.context import Context
from resolvers.reading import customers as customer_reading
from resolvers.reading.engagement import current
from resolvers.reading.flows import results
from resolvers.reading.workflow_queue import standing

# In none of these a workflow is work for anybody now.
_RESTING = frozenset({FlowStatus.COMPLETED, FlowStatus.CANCELLED, FlowStatus.SNOOZED})


async def templates(context: Context) -> tuple[TemplateVersion, ...]:
    """By key, of each the version that counts."""
    [page] = await context.reads.pages([NewestTemplates()], WHOLE)
    return newest(page.items)


async def workflows(context: Context, children: Sequence[KnownChild]) -> list[CustomerWorkflow]:
    """What each of these flows keeps; it is written with the flow."""
    found: list[CustomerWorkflow] = await context.loaded.shelf(_workflows, {}).fill(context, children)
    return found


async def _workflows(context: Context, children: Sequence[KnownChild]) -> list[CustomerWorkflow]:
    found = await context.reads.get(CustomerWorkflow, {child.id for child in children})
    return [found[child.id] for child in children]


async def customers(context: Context, children: Sequence[KnownChild]) -> list[Customer]:
    """Whom each of these flows is about."""
    found: list[Customer] = await context.loaded.shelf(_customers, {}).fill(context, children)
    return found


async def _customers(context: Context, children: Sequence[KnownChild]) -> list[Customer]:
    ids = [str(child.flow.configuration["customerId"]) for child in children]
    found = await context.reads.get(Customer, set(ids))
    return [found[id] for id in ids]


async def contexts(context: Context, children: Sequence[KnownChild]) -> list[CustomerContext]:
    """The customers as of today."""
    about = await customers(context, children)
    distinct = list({customer.id: customer for customer in about}.values())
    made = await customer_reading.contexts(context, distinct)
    by_id = {each.customer.id: each for each in made}
    return [by_id[customer.id] for customer in about]


async def priorities(context: Context, children: Sequence[KnownChild]) -> list[PriorityScore]:
    """How urgent each workflow is today, by the experience and the other work of whom it is assigned to."""
    at = await standing(context)
    kept, about = await workflows(context, children), await customers(context, children)
    return [
        score(
            Work(
                workflow.kind,
                customer,
                at.today,
                at.team.owner(workflow.assigned_to, has_this=child.flow.status not in _RESTING),
                workflow.escalated,
            ),
            at.rules,
        )
        for child, workflow, customer in zip(children, kept, about, strict=True)
    ]


async def branches(context: Context, children: Sequence[KnownChild], step: str) -> list[tuple[Branch, ...]]:
    """Of that step, with their texts as they are for the customer now; none where there is no such step."""
    known, answers = await facts(context, children), await _answers(context, children)
    engagement = (await current(context)).engagement
    today = engagement.today(context.caller.now())
    return [
        _filled(each, with_context(each, done, today, engagement.currency), step)
        for each, done in zip(known, answers, strict=True)
    ]


def _filled(known: WorkflowFacts, values: Mapping[str, Any], step: str) -> tuple[Branch, ...]:
    found = next((each for each in known.template.steps if each.key == step), None)
    return tuple(filled(branch, values) for branch in found.branches) if found else ()


async def facts(context: Context, children: Sequence[KnownChild]) -> list[WorkflowFacts]:
    """What the steps of these flows look at."""
    kept, about = await workflows(context, children), await customers(context, children)
    distinct = list({customer.id: customer for customer in about}.values())
    ids = [customer.id for customer in distinct]
    people = dict(zip(ids, await customer_reading.stakeholders(context, distinct), strict=True))
    contracts = dict(zip(ids, await _contracts(context, ids), strict=True))
    versions = await context.reads.get(TemplateVersion, {workflow.template_id for workflow in kept})
    rules = (await standing(context)).rules
    return [
        WorkflowFacts(
            workflow=workflow,
            template=template_of(versions[workflow.template_id]),
            customer=customer,
            stakeholders=people[customer.id],
            contract=contracts[customer.id],
            rules=rules,
        )
        for workflow, customer in zip(kept, about, strict=True)
    ]


async def _contracts(context: Context, customer_ids: Sequence[str]) -> list[ContractExtraction | None]:
    """What was read from the newest contract of each customer that anything was read from."""
    listings = [ContractsOfCustomer(parent=id) for id in customer_ids]
    pages = await context.reads.pages(listings, Window(size=10))
    return [next((read for each in page.items if (read := _read(each))), None) for page in pages]


def _read(contract: Contract) -> ContractExtraction | None:
    return contract.extraction if contract.extraction.confidence > 0 else None


async def _answers(context: Context, children: Sequence[KnownChild]) -> list[dict[str, dict[str, Any]]]:
    """By step, what was answered so far in each of these flows."""
    found = await results(context, [child.id for child in children])
    given: dict[str, dict[str, dict[str, Any]]] = {child.id: {} for child in children}
    for (flow_id, step), result in found.items():
        if result.data.get("answer") is not None:
            given[flow_id][step] = answered(result.data["answer"], result.data.get("comment"))
    return [given[child.id] for child in children]
