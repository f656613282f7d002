"""A step as a conversation takes place at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from domain.conversation.setting import Setting, answers_in, context_in, facts_in
from domain.customer_success.template import END, Branch, TemplateStep, WorkflowTemplate
from domain.customer_success.texts import fill
from domain.definition import PhaseCall
from domain.flows.customer_success.rules import facts_of, known, next_step
from domain.flows.customer_success.shaping import NEEDS

__all__ = ["NEEDS", "setting_of"]


def setting_of(call: PhaseCall, branch_key: str | None) -> Setting:
    """The step of the call, by that branch where one is named; NotFound where the step has no such branch."""
    facts = facts_of(call)
    template, step = facts.template, facts.template.step(call.phase)
    branch = step.branch(branch_key) if branch_key is not None else None
    values = known(call, facts)
    to = branch.next_step if branch is not None and branch.next_step else next_step(template, step, values, call)
    return Setting(
        customer_id=facts.customer.id,
        customer=facts.customer.name,
        step=step.key,
        title=step.title,
        description=fill(step.description, values),
        prompts=tuple(fill(text, values) for text in step.prompts),
        facts=facts_in(values),
        context=context_in(values),
        earlier=answers_in(values),
        branch=filled(branch, values) if branch else None,
        following=_titled(template, to, step),
    )


def filled(branch: Branch, values: Mapping[str, Any]) -> Branch:
    return replace(
        branch,
        label=fill(branch.label, values),
        prompts=tuple(fill(text, values) for text in branch.prompts),
        response=fill(branch.response, values) if branch.response else None,
    )


def _titled(template: WorkflowTemplate, key: str, here: TemplateStep) -> str | None:
    return None if key in (END, here.key) else template.step(key).title
