"""Answering a step: what is still missing, where the answer leads, and what a workflow that ends by it teaches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from domain.customer_success.facts import WorkflowFacts
from domain.customer_success.template import END, TemplateStep, WorkflowTemplate
from domain.customer_success.texts import fill
from domain.customer_success.workflow import CustomerWorkflow
from domain.definition import Outcome, PhaseCall
from domain.errors import NotFound, Refused
from domain.flows.customer_success.answers import BRANCH, COMMENT, gaps, said
from domain.flows.customer_success.lessons import lesson_of
from domain.flows.customer_success.results import StepWorked
from domain.flows.customer_success.rules import answered, facts_of, known, next_step, notices_at, warnings_of


def decide(call: PhaseCall) -> Outcome:
    """What the person said, and by his branch or the first route whose condition holds what is next."""
    facts = facts_of(call)
    template, step = facts.template, facts.template.step(call.phase)
    branch = _branch(step, getattr(call.input, BRANCH))
    problems = gaps(step.fields, call.input)
    if problems:
        raise Refused(problems)
    answer, comment = said(step.fields, call.input), getattr(call.input, COMMENT)
    values = known(call, facts, {step.key: answered(answer, comment)})
    to = (branch and step.branch(branch).next_step) or next_step(template, step, values, call)
    passed = _between(template, step.key, to)
    worked = replace(
        _told(call, facts, step, values),
        answer=answer,
        comment=comment,
        branch=branch,
        next_step=to,
        left_out=passed,
    )
    taken_up = (to,) if to in facts.workflow.left_out else ()
    changed = _led(facts.workflow, passed, taken_up)
    if to == END and template.outcome:
        changed = replace(changed, outcome=fill(template.outcome, values))
    saves: tuple[Any, ...] = (changed,) if changed != facts.workflow else ()
    if to == END and changed.outcome:
        saves += (lesson_of(facts, changed.outcome, answer),)
    return Outcome(worked, saves, warnings=warnings_of(worked.notices), leaves_out=passed, takes_up=taken_up)


def _branch(step: TemplateStep, key: str | None) -> str | None:
    """The branch by which the step was worked, which is one of its own."""
    if key is not None and key not in {each.key for each in step.branches}:
        raise NotFound("branch", ("data", BRANCH))
    return key


def _told(call: PhaseCall, facts: WorkflowFacts, step: TemplateStep, values: Mapping[str, Any]) -> StepWorked:
    """The step as it was prepared, with what is to be told now that it is answered."""
    prepared: StepWorked = call.results[call.phase]
    told = {notice.key for notice in prepared.notices}
    more = tuple(each for each in notices_at(call, facts, step, values) if each.key not in told)
    return replace(prepared, notices=(*prepared.notices, *more))


def _led(workflow: CustomerWorkflow, passed: tuple[str, ...], taken_up: tuple[str, ...]) -> CustomerWorkflow:
    left_out = (key for key in (*workflow.left_out, *passed) if key not in taken_up)
    return replace(workflow, left_out=tuple(dict.fromkeys(left_out)))


def _between(template: WorkflowTemplate, key: str, to: str) -> tuple[str, ...]:
    """The steps after the one and before the other; all that follow where the way leads out."""
    end = len(template.steps) if to == END else template.position(to)
    return tuple(step.key for step in template.steps[template.position(key) + 1 : end])
