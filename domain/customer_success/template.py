"""Workflow templates: the steps, branches and notifications that a workflow of one kind is guided by."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.customer_success.kinds import RenewalStage, WorkflowKind
from domain.errors import NotFound

# Where a route leads that leaves the workflow.
END = "END"


class BranchKind(StrEnum):
    """What becomes of a message on a branch: a reply, a conversation, an action, or an answer from documents."""

    FIXED = "FIXED"
    LLM = "LLM"
    SAVED_ACTION = "SAVED_ACTION"
    RAG = "RAG"


class FieldKind(StrEnum):
    """What a person enters."""

    TEXT = "TEXT"
    NUMBER = "NUMBER"
    DATE = "DATE"
    YES_NO = "YES_NO"
    CHOICE = "CHOICE"
    CHOICES = "CHOICES"


@dataclass(frozen=True, slots=True)
class Branch:
    """One way of going on at a step. Its texts may name values as `{{customer.name}}`.

    `response` is what a FIXED one replies; `action_key` the saved action that a SAVED_ACTION runs. `next_step` is where
    the workflow goes on, `return_to_step` where a conversation comes back to; None is the step after, and the same.
    """

    key: str
    label: str
    kind: BranchKind
    prompts: tuple[str, ...] = ()
    response: str | None = None
    next_step: str | None = None
    action_key: str | None = None
    allows_off_script: bool = False
    return_to_step: str | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that a person confirms or enters at a step. `proposed` is a text that may name values."""

    key: str
    label: str
    kind: FieldKind
    required: bool = False
    choices: tuple[str, ...] = ()
    proposed: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """Where to go on, if `when` holds; without a condition, always."""

    to: str
    when: str | None = None


@dataclass(frozen=True, slots=True)
class Notification:
    """What a person is told once its condition holds: at that step, or at the first step where it does."""

    key: str
    when: str
    message: str
    at: str | None = None


@dataclass(frozen=True, slots=True)
class TemplateStep:
    """One step. The first of its routes whose condition holds is taken; without any, the step after it is next.

    `artifacts` are the kinds of artifacts that it is usually worked out in. A `required` step cannot be skipped.
    """

    key: str
    title: str
    description: str
    prompts: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    branches: tuple[Branch, ...] = ()
    next: tuple[Route, ...] = ()
    artifacts: tuple[str, ...] = ()
    required: bool = False

    def branch(self, key: str) -> Branch:
        """The branch of that key, or NotFound."""
        for branch in self.branches:
            if branch.key == key:
                return branch
        raise NotFound("branch", ("branch",))


@dataclass(frozen=True, slots=True)
class WorkflowTemplate:
    """What a document says. `context` are texts by their names, which other texts name as `{{context.name}}`.

    `outcome` is the text that says how a workflow ended whose last step was answered.
    """

    key: str
    name: str
    kind: WorkflowKind
    version: int
    steps: tuple[TemplateStep, ...]
    stage: RenewalStage | None = None
    summary: str = ""
    trigger: Mapping[str, Any] = field(default_factory=dict, hash=False)
    context: Mapping[str, str] = field(default_factory=dict, hash=False)
    notifications: tuple[Notification, ...] = ()
    outcome: str | None = None
    core: bool = False

    def step(self, key: str) -> TemplateStep:
        """The step of that key, or NotFound."""
        for step in self.steps:
            if step.key == key:
                return step
        raise NotFound("step", ("step",))

    def position(self, key: str) -> int:
        """Where that step stands, counted from 0."""
        return self.steps.index(self.step(key))


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    """One version of a template as it was saved; none is ever changed, so that a workflow keeps what it started with.

    `core` ones ship with the product; the others are the client account's own.
    """

    id: str
    key: str
    version: int
    name: str
    kind: WorkflowKind
    stage: RenewalStage | None
    core: bool
    document: Mapping[str, Any] = field(hash=False)
    changed_by: str
    changed_at: datetime
    description: str | None = None


@dataclass(frozen=True, slots=True)
class TemplateChange:
    """A version as part of its template's history."""

    id: str
    version: int
    changed_by: str
    changed_at: datetime
    description: str | None
    document: Mapping[str, Any] = field(hash=False)
