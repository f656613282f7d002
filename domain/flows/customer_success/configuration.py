"""What a customer-success flow is started with, and what is kept of its template so that its steps are known."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid5

from domain.customer_success.kinds import WorkflowKind
from domain.customer_success.template import Field, TemplateStep

_SCOPE = UUID("0a1b6d8e-0f5a-5c59-9a62-6c3a5a2c9f40")


@dataclass(frozen=True, slots=True)
class StepOutline:
    """What must be known of a step to say what the flow's phases are and what each of them takes."""

    key: str
    title: str
    required: bool = False
    fields: tuple[Field, ...] = ()

    @classmethod
    def of(cls, step: TemplateStep) -> StepOutline:
        """That step's."""
        return cls(step.key, step.title, step.required, step.fields)


@dataclass(frozen=True, slots=True)
class CustomerSuccessConfiguration:
    """A person gives the first four; the rest is settled when the flow starts and does not change after that."""

    customer_id: str
    kind: WorkflowKind
    template_key: str | None = None
    assigned_to: str | None = None
    template_id: str | None = None
    template_version: int | None = None
    title: str | None = None
    steps: tuple[StepOutline, ...] = ()

    @property
    def scope(self) -> tuple[str, ...]:
        """Flows of one customer and kind are iterations of each other; one id stands for both."""
        return (str(uuid5(_SCOPE, f"{self.customer_id}/{self.kind}")),)
