"""What a workflow's steps look at: the workflow itself, its template, its customer, and who looks after it."""

from __future__ import annotations

from dataclasses import dataclass

from domain.access import Experience
from domain.contract import ContractExtraction
from domain.customer import Customer, Stakeholder
from domain.customer_success.scoring_rules import DEFAULTS, ScoringRules
from domain.customer_success.template import WorkflowTemplate
from domain.customer_success.workflow import CustomerWorkflow


@dataclass(frozen=True, slots=True)
class WorkflowFacts:
    """`contract` is what was read from the newest contract of the customer that anything was read from.

    `experience` is of whom the workflow is assigned to, and `other_workflows` are his open ones, this one left out.
    `rules` are the client account's scoring rules.
    """

    workflow: CustomerWorkflow
    template: WorkflowTemplate
    customer: Customer
    stakeholders: tuple[Stakeholder, ...] = ()
    contract: ContractExtraction | None = None
    experience: Experience | None = None
    other_workflows: int = 0
    rules: ScoringRules = DEFAULTS
