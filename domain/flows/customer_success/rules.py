"""A step's rules: prepared with what is known of the customer, and an answer proposed for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from domain.customer_success.facts import WorkflowFacts
from domain.customer_success.template import END, TemplateStep, WorkflowTemplate
from domain.customer_success.texts import fill
from domain.customer_success.values import CONTEXT, STEPS, values_of
from domain.definition import Outcome, PhaseCall, Warning
from domain.errors import ErrorCode, refuse
from domain.flows.customer_success.answers import COMMENT, answer_type, plain, proposed
from domain.flows.customer_success.results import EarlierStep, Notice, ShownBranch, ShownField, StepWorked

# The code of the warnings by which notifications are told.
NOTIFICATION = "NOTIFICATION"
# Of what was learned from similar work, as much as a person reads.
RECALLED = 3


def prepare(call: PhaseCall) -> Outcome:
    """The step as a person is shown it."""
    facts = facts_of(call)
    step = facts.template.step(call.phase)
    values = known(call, facts)
    worked = StepWorked(
        step=step.key,
        title=step.title,
        description=fill(step.description, values),
        prompts=tuple(fill(text, values) for text in step.prompts),
        fields=tuple(_field(each, values) for each in step.fields),
        branches=tuple(_branch(each, values) for each in step.branches),
        artifacts=step.artifacts,
        context=_plain(values),
        earlier=tuple(earlier_steps(call, facts)),
        recalled=tuple(pattern.summary for pattern in call.patterns[:RECALLED]),
        notices=notices_at(call, facts, step, values),
    )
    used = tuple(pattern.id for pattern in call.patterns[:RECALLED] if pattern.id)
    return Outcome(worked, warnings=warnings_of(worked.notices), used=used)


def propose(call: PhaseCall) -> Any:
    """The answer that the template proposes."""
    facts = facts_of(call)
    step = facts.template.step(call.phase)
    values = known(call, facts)
    return answer_type(step.fields)(**{each.key: proposed(each, values) for each in step.fields})


def next_step(template: WorkflowTemplate, step: TemplateStep, values: Mapping[str, Any], call: PhaseCall) -> str:
    """Where the first route leads whose condition holds; without one, the step after it, or END."""
    for route in step.next:
        if route.when is None or call.holds(route.when, values):
            return route.to
    following = template.position(step.key) + 1
    return template.steps[following].key if following < len(template.steps) else END


def facts_of(call: PhaseCall) -> WorkflowFacts:
    """What the workflow looks at; NOT_READY once its customer is gone."""
    facts = call.portfolio.workflow
    if facts is None:
        raise refuse(ErrorCode.NOT_READY, "The customer of this workflow is not there any more. Cancel the workflow.")
    return facts


def known(
    call: PhaseCall, facts: WorkflowFacts, given: Mapping[str, Mapping[str, Any]] | None = None
) -> dict[str, Any]:
    """Every value that texts and conditions may name here, with the answers so far."""
    done = {earlier.step: answered(earlier.answer, earlier.comment) for earlier in earlier_steps(call, facts)}
    return with_context(facts, {**done, **(given or {})}, call.as_of, call.currency)


def with_context(
    facts: WorkflowFacts, done: Mapping[str, Mapping[str, Any]], today: date, currency: str
) -> dict[str, Any]:
    """Every value, with the template's own texts filled; `done` are the answers so far."""
    blank = {step.key: {"done": False} for step in facts.template.steps}
    values = values_of(facts, {**blank, **done}, today, currency)
    context = {name: fill(text, values) for name, text in facts.template.context.items()}
    return {**values, CONTEXT: context}


def answered(answer: Mapping[str, Any], comment: str | None) -> dict[str, Any]:
    """What texts and conditions name of a step that was answered."""
    return {**answer, COMMENT: comment, "done": True}


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Without the answers, which stand beside it."""
    return {name: value for name, value in values.items() if name != STEPS}


def earlier_steps(call: PhaseCall, facts: WorkflowFacts) -> Iterator[EarlierStep]:
    """The steps before this one that were answered and are on the way."""
    for step in facts.template.steps:
        if step.key == call.phase:
            return
        worked: StepWorked | None = call.results.get(step.key)
        if worked is not None and worked.answer is not None and step.key not in facts.workflow.left_out:
            yield EarlierStep(step.key, step.title, worked.answer, worked.comment)


def _field(asked: Any, values: Mapping[str, Any]) -> ShownField:
    return ShownField(
        asked.key, fill(asked.label, values), asked.kind, asked.required, asked.choices, plain(proposed(asked, values))
    )


def _branch(branch: Any, values: Mapping[str, Any]) -> ShownBranch:
    prompts = tuple(fill(text, values) for text in branch.prompts)
    return ShownBranch(branch.key, fill(branch.label, values), branch.kind, prompts)


def notices_at(
    call: PhaseCall, facts: WorkflowFacts, step: TemplateStep, values: Mapping[str, Any]
) -> tuple[Notice, ...]:
    """What is to be told at this step and was not told at an earlier one."""
    told = {
        notice.key
        for earlier in facts.template.steps[: facts.template.position(step.key)]
        if (worked := call.results.get(earlier.key)) is not None
        for notice in worked.notices
    }
    return tuple(
        Notice(each.key, fill(each.message, values))
        for each in facts.template.notifications
        if each.at in (None, step.key) and each.key not in told and call.holds(each.when, values)
    )


def warnings_of(notices: tuple[Notice, ...]) -> tuple[Warning, ...]:
    """As a flow tells them."""
    return tuple(Warning(NOTIFICATION, notice.message, details={"notification": notice.key}) for notice in notices)
