"""Workflow templates: the steps by which work with a customer is guided, version by version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from domain.customer_success.listing import VersionsOfTemplate
from domain.customer_success.template import TemplateChange, TemplateVersion
from domain.customer_success.template_checking import template_schema
from domain.customer_success.template_saving import SaveTemplate
from domain.errors import Problem
from resolvers import workflow_templates as commands
from resolvers.context import Caller, Context
from resolvers.reading import workflows as reading
from schema.basics import Node
from schema.commanding import Said, carry_out
from schema.connections import connection
from schema.ids import Verbatim
from schema.loading import computed, entry
from schema.mirror import mirror
from schema.payloads import REFUSED
from schema.relations import listed, referred
from schema.scalars import JSON


@strawberry.input(
    description="`document` follows the JSON Schema that every template has as `documentSchema`. The key of one that "
    "ships makes the client account's own version of it, which wins."
)
class SaveWorkflowTemplateInput:
    key: str
    document: Annotated[JSON, Verbatim()]
    description: str | None = strawberry.field(default=UNSET, description="Why; at most 1,000 characters.")
    expected_version: int | None = strawberry.field(default=UNSET, description="0 where there is none of that key yet.")


@mirror(
    TemplateVersion,
    "key name kind stage version core",
    name="WorkflowTemplate",
    stage="The renewal's that it is made for; null where it is for every other one, and for other kinds.",
    core="True of those that ship with the product.",
)
class WorkflowTemplateType(Node):
    """One version of a template; a workflow keeps the one that it started with."""

    versions = listed(TemplateChange, lambda template: VersionsOfTemplate(parent=template.key), why="Newest first.")

    @computed
    @staticmethod
    def steps(template: TemplateVersion) -> Any:
        """As its document has them."""
        return template.document["steps"]

    @computed
    @staticmethod
    def trigger(template: TemplateVersion) -> Any:
        """As its document has it: for which work it is chosen."""
        return template.document["trigger"]

    @computed
    @staticmethod
    def document_schema(_template: TemplateVersion) -> Any:
        """JSON Schema (2020-12) of a template's document."""
        return dict(template_schema())


@mirror(
    TemplateChange,
    "version description",
    name="WorkflowTemplateVersion",
    description="Why; null where nobody said.",
)
class WorkflowTemplateVersionType:
    @computed
    @staticmethod
    def changed_by(change: TemplateChange) -> str:
        return change.changed_by

    @computed
    @staticmethod
    def changed_at(change: TemplateChange) -> datetime:
        return change.changed_at

    @computed
    @staticmethod
    def document(change: TemplateChange) -> Any:
        """As it was saved."""
        return dict(change.document)


connection(TemplateChange, "WorkflowTemplateVersion")


@dataclass(frozen=True, slots=True)
class WorkflowTemplatePayload:
    """A template that was saved."""

    template_id: str | None
    errors: tuple[Problem, ...]


@mirror(WorkflowTemplatePayload, "errors")
class WorkflowTemplatePayloadType:
    template = referred(TemplateVersion, lambda payload: payload.template_id, nullable=True, why=REFUSED)


async def save_workflow_template(context: Context, input: Any) -> WorkflowTemplatePayload:
    """A template for all engagements of the client account."""

    async def act(caller: Caller, said: Said) -> TemplateVersion:
        wanted = SaveTemplate(said["key"], said["document"], said.get("description"), said.get("expected_version"))
        return await commands.save_workflow_template(caller, wanted)

    outcome = await carry_out(context, "saveWorkflowTemplate", input, act)
    return WorkflowTemplatePayload(outcome.id, outcome.problems)


@strawberry.type
class TemplateQueries:
    @entry
    @staticmethod
    async def workflow_templates(context: Context) -> tuple[TemplateVersion, ...]:
        """By key, of each the version that counts: the client account's own newest, else the newest that ships."""
        return await reading.templates(context)


@strawberry.type
class TemplateMutations:
    @entry
    @staticmethod
    async def save_workflow_template(context: Context, input: SaveWorkflowTemplateInput) -> WorkflowTemplatePayload:
        """ADMIN. One more version, for all engagements of the client account; workflows that run keep theirs."""
        return await save_workflow_template(context, input)
