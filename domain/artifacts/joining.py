"""What a model wrote, joined with what is known: its words enter, and no fact is changed by them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass, replace
from types import MappingProxyType
from typing import Any

from domain.agents.cleaning import block, line
from domain.artifacts import proposals as proposed
from domain.artifacts.shapes import (
    AssessmentForm,
    ContractAnalysis,
    ContractTerm,
    EmailDraft,
    FormQuestion,
    FormSection,
    OpenTask,
    OpenTasks,
    PlainDocument,
    PricingLine,
    PricingTable,
    Recommendations,
    RecommendedItem,
    StakeholderMap,
)
from domain.given import Checking

LONGEST_LINE = 300
LONGEST_BLOCK = 20_000
_ON_ONE_LINE = frozenset({"title", "key", "product", "subject"})


def cleaned(value: Any) -> Any:
    """The same with every text of it as plain text: titles on one line, the rest in paragraphs."""
    if isinstance(value, tuple):
        return tuple(cleaned(each) for each in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _clean(field.name, getattr(value, field.name)) for field in fields(value)})
    return value


def _clean(name: str, value: Any) -> Any:
    if type(value) is not str:
        return cleaned(value)
    return line(value, LONGEST_LINE) if name in _ON_ONE_LINE else block(value, LONGEST_BLOCK)


def keyed(draft: Any) -> Mapping[str, Any]:
    """The things of a draft that a model may speak of, by the short keys that it is told."""
    match draft:
        case OpenTasks():
            return {f"T{number}": task for number, task in enumerate(draft.tasks, 1)}
        case ContractAnalysis():
            return {f"C{number}": term for number, term in enumerate(draft.terms, 1)}
        case StakeholderMap():
            return {f"S{number}": person for number, person in enumerate(draft.stakeholders, 1)}
    return {}


def joined(draft: Any, answer: Any, checking: Checking) -> Any:
    """A content of the draft's shape; what the answer says of things that are not there is wrong."""
    return _JOINS[type(draft)](draft, answer, checking)


def _form(draft: AssessmentForm, answer: proposed.ProposedForm, checking: Checking) -> AssessmentForm:
    known = {each.key: each for section in draft.sections for each in section.questions}
    if not answer.sections:
        checking.wrong("A form has at least one section.", "sections")
    sections = tuple(
        FormSection(section.title, tuple(_question(each, known) for each in section.questions))
        for section in answer.sections
    )
    return AssessmentForm(sections, answer.summary or draft.summary)


def _question(asked: proposed.ProposedQuestion, known: Mapping[str, FormQuestion]) -> FormQuestion:
    """An answer stands only where the rules gave it to the same question of the same kind."""
    before = known.get(asked.key)
    answer = before.answer if before and before.kind is asked.kind else None
    return FormQuestion(asked.key, asked.question, asked.kind, asked.choices, asked.required, answer)


def _tasks(draft: OpenTasks, answer: proposed.ProposedTasks, checking: Checking) -> OpenTasks:
    known = keyed(draft)
    named = [each.key for each in answer.tasks if each.key]
    _require_known(named, known, checking, "tasks")
    listed = [_task(each, known) for each in answer.tasks]
    # Nothing that is to be done is left out because a model forgot it.
    rest = [task for key, task in known.items() if key not in named]
    return OpenTasks((*listed, *rest), answer.summary or draft.summary)


def _task(each: proposed.ProposedTask, known: Mapping[str, OpenTask]) -> OpenTask:
    before = known.get(each.key or "")
    if before is not None:
        return replace(before, note=each.note or before.note)
    return OpenTask(each.title, priority=each.priority, note=each.note)


def _analysis(draft: ContractAnalysis, answer: proposed.ProposedAnalysis, checking: Checking) -> ContractAnalysis:
    known: Mapping[str, ContractTerm] = keyed(draft)
    _require_known([each.key for each in answer.terms if each.key], known, checking, "terms")
    found = [
        replace(before, risk=each.risk, recommendation=each.recommendation)
        if (before := known.get(each.key or ""))
        else ContractTerm(each.title, each.risk, recommendation=each.recommendation)
        for each in answer.terms
    ]
    named = {each.key for each in answer.terms}
    rest = [term for key, term in known.items() if key not in named]
    return replace(draft, summary=answer.summary or draft.summary, terms=(*found, *rest))


def _offer(draft: PricingTable, answer: proposed.ProposedOffer, checking: Checking) -> PricingTable:
    if not answer.lines:
        checking.wrong("An offer has at least one line.", "lines")
    lines = tuple(
        PricingLine(each.product, each.quantity, each.unit_price, each.discount_percent, each.months, note=each.note)
        for each in answer.lines
    )
    return PricingTable(lines, answer.summary or draft.summary)


def _map(draft: StakeholderMap, answer: proposed.ProposedMap, checking: Checking) -> StakeholderMap:
    known = keyed(draft)
    _require_known([each.key for each in answer.stakeholders], known, checking, "stakeholders")
    told = {each.key: each.approach for each in answer.stakeholders}
    people = tuple(replace(person, approach=told.get(key) or person.approach) for key, person in known.items())
    return replace(draft, stakeholders=people, summary=answer.summary or draft.summary)


def _recommendations(
    draft: Recommendations, answer: proposed.ProposedRecommendations, checking: Checking
) -> Recommendations:
    if not answer.items:
        checking.wrong("Recommend at least one thing to do.", "items")
    owner = next((item.assigned_to for item in draft.items if item.assigned_to), None)
    items = tuple(
        RecommendedItem(each.title, None, each.description, each.reason, each.priority, assigned_to=owner)
        for each in answer.items
    )
    return Recommendations(items, answer.summary or draft.summary)


def _letter(draft: EmailDraft, answer: proposed.ProposedLetter, checking: Checking) -> EmailDraft:
    checking.needed(answer.subject, "subject", longest=LONGEST_LINE)
    checking.needed(answer.body, "body", longest=LONGEST_BLOCK)
    return replace(draft, subject=answer.subject, body=answer.body)


def _document(_draft: PlainDocument, answer: proposed.ProposedDocument, checking: Checking) -> PlainDocument:
    checking.needed(answer.summary, "summary", longest=LONGEST_BLOCK)
    sections = tuple(section for section in answer.sections if section.text)
    if not sections:
        checking.wrong("A document has at least one section with a text.", "sections")
    return PlainDocument(answer.summary, sections)


def _require_known(keys: list[str], known: Mapping[str, Any], checking: Checking, part: str) -> None:
    for key in keys:
        if key not in known:
            checking.wrong(f"There is no {key}; use the keys of the draft.", part)


_JOINS: Mapping[type, Callable[[Any, Any, Checking], Any]] = MappingProxyType(
    {
        AssessmentForm: _form,
        OpenTasks: _tasks,
        ContractAnalysis: _analysis,
        PricingTable: _offer,
        StakeholderMap: _map,
        Recommendations: _recommendations,
        EmailDraft: _letter,
        PlainDocument: _document,
    }
)
