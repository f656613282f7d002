"""Starting a customer-success flow: its customer, its template and whose work it is are settled once, at the start."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.customer import Customer
from domain.customer_success.choosing import choose, missing, named
from domain.customer_success.determination import renewal_stage
from domain.customer_success.facts import WorkflowFacts
from domain.customer_success.kinds import RenewalStage, WorkflowKind
from domain.customer_success.template import TemplateVersion
from domain.customer_success.template_reading import template_of
from domain.customer_success.workflow import CustomerWorkflow
from domain.definition import PhaseCall
from domain.errors import ErrorCode, NotFound, refuse
from domain.flow_state import Stamp
from domain.flows.customer_success.configuration import CustomerSuccessConfiguration, StepOutline
from domain.ports import UnitOfWork

LONGEST_NAME = 200


async def settle(
    uow: UnitOfWork, stamp: Stamp, given: CustomerSuccessConfiguration, path: tuple[str, ...]
) -> CustomerSuccessConfiguration:
    """What is given, with its template and whose work it is; a template that was settled before stays."""
    _require_name(given.assigned_to, path)
    customer = next(iter(await uow.customers.find([given.customer_id])), None)
    if customer is None:
        raise NotFound("customer", (*path, "customerId"))
    if given.template_id is not None:
        return replace(given, assigned_to=_assigned(given, customer, stamp))
    stage = await _stage(uow, stamp, given.kind, customer, path)
    template = await _template(uow, given, stage, path)
    return replace(
        given,
        template_key=template.key,
        template_id=template.id,
        template_version=template.version,
        assigned_to=_assigned(given, customer, stamp),
        title=_titled(template, customer),
        steps=tuple(StepOutline.of(step) for step in template_of(template).steps),
    )


def _require_name(assigned_to: str | None, path: tuple[str, ...]) -> None:
    if assigned_to is not None and not (0 < len(assigned_to.strip()) <= LONGEST_NAME and assigned_to.isprintable()):
        message = f"A user's id has 1 to {LONGEST_NAME} printable characters."
        raise refuse(ErrorCode.INVALID_INPUT, message, *path, "assignedTo")


def _assigned(given: CustomerSuccessConfiguration, customer: Customer, stamp: Stamp) -> str:
    return (given.assigned_to or "").strip() or customer.owner or stamp.by


def _titled(template: TemplateVersion, customer: Customer) -> str:
    whole = f"{template.name}: {customer.name}"
    return "".join(letter for letter in whole if letter.isprintable())[:LONGEST_NAME]


async def _stage(
    uow: UnitOfWork, stamp: Stamp, kind: WorkflowKind, customer: Customer, path: tuple[str, ...]
) -> RenewalStage | None:
    """The renewal's; other kinds of work have none."""
    if kind is not WorkflowKind.RENEWAL:
        return None
    engagement = await uow.engagement()
    stage = renewal_stage(customer, engagement.today(stamp.at), await uow.templates.scoring_rules())
    if stage is None:
        message = f"{customer.name} has no renewal date. Import or enter one, then start its renewal."
        raise refuse(ErrorCode.NOT_READY, message, *path, "customerId")
    return stage


async def _template(
    uow: UnitOfWork, given: CustomerSuccessConfiguration, stage: RenewalStage | None, path: tuple[str, ...]
) -> TemplateVersion:
    versions = await uow.templates.newest()
    if given.template_key is not None:
        return named(versions, given.template_key, given.kind, (*path, "templateKey"))
    found = choose(versions, given.kind, stage)
    if found is None:
        raise missing(given.kind, stage, (*path, "templateKey"))
    return found


def open_workflow(call: PhaseCall) -> tuple[Any, ...]:
    """Its row; while it runs nothing changes but whose it is."""
    configuration: CustomerSuccessConfiguration = call.configuration
    facts, assigned_to = call.portfolio.workflow, configuration.assigned_to
    if configuration.template_id is None or assigned_to is None:
        raise refuse(ErrorCode.NOT_READY, "This workflow has no template yet.", "configuration")
    if facts is not None:
        _require_same(facts, configuration)
        return (replace(facts.workflow, assigned_to=assigned_to),)
    return (
        CustomerWorkflow(
            id=call.flow_id,
            flow_id=call.flow_id,
            customer_id=configuration.customer_id,
            kind=configuration.kind,
            assigned_to=assigned_to,
            template_id=configuration.template_id,
            started_at=call.now,
        ),
    )


def _require_same(facts: WorkflowFacts, given: CustomerSuccessConfiguration) -> None:
    """Whose work it is may change; what it is about may not."""
    workflow = facts.workflow
    before = (workflow.customer_id, workflow.kind, facts.template.key)
    if before != (given.customer_id, given.kind, given.template_key):
        message = "Of a workflow that has started only `assignedTo` changes. Start another one for other work."
        raise refuse(ErrorCode.INVALID_INPUT, message, "configuration", "customerSuccess")
