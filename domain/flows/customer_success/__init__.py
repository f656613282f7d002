"""The customer-success flow: one customer, one kind of work, and the steps of its template, each for a person."""

from __future__ import annotations

from domain.definition import Cloning, FlowDefinition, Opening
from domain.flows.customer_success.configuration import CustomerSuccessConfiguration
from domain.flows.customer_success.opening import open_workflow, settle
from domain.flows.customer_success.shaping import NEEDS, example, shape

DEFINITION = FlowDefinition(
    kind="customer_success",
    title="Customer success",
    summary="Guide a person through a customer's renewal, growth or risk; its phases are the steps of its template.",
    configuration=CustomerSuccessConfiguration,
    area="customers",
    phases=(),
    shape=shape,
    example=example,
    completing=settle,
    scope=lambda configuration: configuration.scope,
    naming=lambda configuration: configuration.title,
    opening=Opening(NEEDS, open_workflow),
    cloning=Cloning(own=frozenset({"templateId", "templateVersion", "title", "steps"})),
    snoozes=True,
)
