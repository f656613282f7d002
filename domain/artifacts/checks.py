"""What a schema cannot say of contents, and what the server works out for them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from itertools import count
from typing import Any

from domain.artifacts.background import Background
from domain.artifacts.shapes import (
    AnswerKind,
    AssessmentForm,
    ContractAnalysis,
    ContractTerm,
    FormQuestion,
    FormSection,
    OpenTask,
    OpenTasks,
    Recommendations,
    RiskLevel,
    StakeholderMap,
)
from domain.given import Checking
from domain.task import ENDED

MOST_ITEMS = 500
MOST_CHOICES = 50
BEST_SCORE = 5
LONGEST_KEY = 80
_PATH = "content"
_HUNDRED = 100


def _few(items: Sequence[Any], what: str, checking: Checking, *path: str) -> None:
    if len(items) > MOST_ITEMS:
        checking.wrong(f"This holds at most {MOST_ITEMS} {what}.", _PATH, *path)


def _each_once(keys: Iterable[str | None], what: str, checking: Checking, *path: str, name: str) -> None:
    seen: set[str] = set()
    for index, key in enumerate(keys):
        if key is not None and key in seen:
            checking.wrong(f"{what} is named twice.", _PATH, *path, str(index), name)
        seen.add(key or "")


# ── assessment forms


def check_form(form: AssessmentForm, _background: Background, checking: Checking) -> None:
    """Keys once in the whole form; answers that fit their questions."""
    _few(form.sections, "sections", checking, "sections")
    keys: set[str] = set()
    for number, section in enumerate(form.sections[:MOST_ITEMS]):
        here = (_PATH, "sections", str(number))
        checking.needed(section.title, *here, "title")
        _few(section.questions, "questions", checking, *here[1:], "questions")
        for index, question in enumerate(section.questions[:MOST_ITEMS]):
            _check_question(question, keys, checking, *here, "questions", str(index))


def _check_question(question: FormQuestion, keys: set[str], checking: Checking, *path: str) -> None:
    key = checking.needed(question.key, *path, "key", longest=LONGEST_KEY)
    if key in keys:
        checking.wrong("Another question has this key already.", *path, "key")
    keys.add(key)
    checking.needed(question.question, *path, "question", longest=2_000)
    choosing = question.kind is AnswerKind.CHOICE
    if choosing and not 1 < len(set(question.choices)) == len(question.choices) <= MOST_CHOICES:
        checking.wrong(f"A choice is among 2 to {MOST_CHOICES} different ones.", *path, "choices")
    if not choosing and question.choices:
        checking.wrong(f"A question of the kind {question.kind} has no choices.", *path, "choices")
    if question.answer is not None and not _fits(question):
        checking.wrong(_WANTED[question.kind], *path, "answer")


_WANTED = {
    AnswerKind.TEXT: "The answer is a text.",
    AnswerKind.NUMBER: "The answer is a number.",
    AnswerKind.YES_NO: "The answer is true or false.",
    AnswerKind.CHOICE: "The answer is one of the choices.",
    AnswerKind.SCORE: f"The answer is a whole number from 1 to {BEST_SCORE}.",
}


def _fits(question: FormQuestion) -> bool:
    answer = question.answer
    match question.kind:
        case AnswerKind.YES_NO:
            return isinstance(answer, bool)
        case AnswerKind.NUMBER:
            return not isinstance(answer, bool) and _number(answer) is not None
        case AnswerKind.SCORE:
            return not isinstance(answer, bool | str | float) and answer in range(1, BEST_SCORE + 1)
        case AnswerKind.CHOICE:
            return answer in question.choices
        case _:
            return isinstance(answer, str)


def _number(answer: Any) -> Decimal | None:
    try:
        number = Decimal(str(answer))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def count_form(form: AssessmentForm, _background: Background) -> AssessmentForm:
    """How far it is filled in, and the mean of the scores to one place."""
    asked = list(_questions(form.sections))
    scores = [int(each.answer) for each in asked if each.kind is AnswerKind.SCORE and each.answer is not None]
    mean = Decimal(sum(scores)) / len(scores) if scores else None
    return replace(
        form,
        questions=len(asked),
        answered=sum(_answered(each) for each in asked),
        complete=all(_answered(each) for each in asked if each.required),
        score=None if mean is None else mean.quantize(Decimal("0.1"), ROUND_HALF_UP),
    )


def _questions(sections: Iterable[FormSection]) -> Iterator[FormQuestion]:
    for section in sections:
        yield from section.questions


def _answered(question: FormQuestion) -> bool:
    return question.answer is not None and question.answer != ""


# ── open tasks


def check_tasks(listed: OpenTasks, background: Background, checking: Checking) -> None:
    """Titles, and ids of tasks that there are."""
    _few(listed.tasks, "tasks", checking, "tasks")
    known = {task.id for task in background.tasks}
    for index, task in enumerate(listed.tasks[:MOST_ITEMS]):
        checking.needed(task.title, _PATH, "tasks", str(index), "title", longest=300)
        if task.task_id is not None and task.task_id not in known:
            checking.wrong("There is no such task in this flow.", _PATH, "tasks", str(index), "taskId")
    _each_once((task.task_id for task in listed.tasks), "This task", checking, "tasks", name="taskId")


def count_tasks(listed: OpenTasks, background: Background) -> OpenTasks:
    """Which are late, as of today."""

    def late(task: OpenTask) -> bool:
        return task.due_on is not None and task.due_on < background.today and task.status not in ENDED

    tasks = tuple(replace(task, overdue=late(task)) for task in listed.tasks)
    left = [task for task in tasks if task.status not in ENDED]
    overdue = sum(bool(task.overdue) for task in tasks)
    return replace(listed, tasks=tasks, as_of=background.today, total=len(left), overdue=overdue)


# ── contract analyses


def check_contract(analysis: ContractAnalysis, background: Background, checking: Checking) -> None:
    """Dates in order, figures within reason, and a contract of that customer."""
    checking.needed(analysis.summary, _PATH, "summary", longest=20_000)
    _few(analysis.terms, "terms", checking, "terms")
    _few(analysis.parties, "parties", checking, "parties")
    for index, term in enumerate(analysis.terms[:MOST_ITEMS]):
        checking.needed(term.title, _PATH, "terms", str(index), "title", longest=300)
        if term.page is not None and term.page < 1:
            checking.wrong("Pages are counted from 1.", _PATH, "terms", str(index), "page")
    _check_figures(analysis, checking)
    if analysis.contract_id not in (None, *(contract.id for contract in background.contracts)):
        checking.wrong("There is no such contract of this flow's customer.", _PATH, "contractId")


def _check_figures(analysis: ContractAnalysis, checking: Checking) -> None:
    starts, ends = analysis.starts_on, analysis.ends_on
    if starts is not None and ends is not None and ends < starts:
        checking.wrong("A contract does not end before it starts.", _PATH, "endsOn")
    if analysis.notice_days is not None and not 0 <= analysis.notice_days <= 10 * 366:
        checking.wrong("Notice is given between 0 days and ten years before the end.", _PATH, "noticeDays")
    if analysis.value is not None and not 0 <= analysis.value < Decimal(10) ** 15:
        checking.wrong("The value is nought or more, with at most 15 digits before the point.", _PATH, "value")
    cap = analysis.price_cap_percent
    if cap is not None and not 0 <= cap <= _HUNDRED:
        checking.wrong("A price cap is from 0 to 100 percent.", _PATH, "priceCapPercent")
    currency = analysis.currency
    if currency is not None and not (len(currency) == 3 and currency.isalpha() and currency.isupper()):  # noqa: PLR2004 - ISO 4217
        checking.wrong("A currency is a code of three capital letters, such as USD.", _PATH, "currency")


def date_contract(analysis: ContractAnalysis, _background: Background) -> ContractAnalysis:
    """The last day to give notice, and the worst of the terms."""
    ends, days = analysis.ends_on, analysis.notice_days
    by = ends - timedelta(days=days) if ends is not None and days is not None else None
    return replace(analysis, notice_by=by, highest_risk=worst(analysis.terms))


def worst(terms: Iterable[ContractTerm]) -> RiskLevel | None:
    """The highest risk among them; None where there are none."""
    found = {term.risk for term in terms}
    return next((risk for risk in RiskLevel if risk in found), None)


# ── stakeholder maps


def check_map(given: StakeholderMap, background: Background, checking: Checking) -> None:
    """People of that customer, each once, and lines between those who are on the map."""
    _few(given.stakeholders, "stakeholders", checking, "stakeholders")
    _few(given.relations, "relations", checking, "relations")
    if background.customer is None:
        checking.wrong("This flow is about no customer, whose people could be mapped.", _PATH, "stakeholders")
        return
    known = {person.id for person in background.stakeholders}
    for index, person in enumerate(given.stakeholders[:MOST_ITEMS]):
        if person.stakeholder_id not in known:
            message = "There is no such stakeholder of this flow's customer."
            checking.wrong(message, _PATH, "stakeholders", str(index), "stakeholderId")
    ids = [person.stakeholder_id for person in given.stakeholders]
    _each_once(ids, "This stakeholder", checking, "stakeholders", name="stakeholderId")
    _check_lines(given, set(ids), checking)
    if given.customer_id not in (None, background.customer.id):
        checking.wrong("This is not the customer of this flow.", _PATH, "customerId")


def _check_lines(given: StakeholderMap, on_map: set[str], checking: Checking) -> None:
    for index, line in enumerate(given.relations[:MOST_ITEMS]):
        here = (_PATH, "relations", str(index))
        for name, end in (
            ("fromStakeholderId", line.from_stakeholder_id),
            ("toStakeholderId", line.to_stakeholder_id),
        ):
            if end not in on_map:
                checking.wrong("This stakeholder is not on the map.", *here, name)
        if line.from_stakeholder_id == line.to_stakeholder_id:
            checking.wrong("Nobody is related to himself.", *here, "toStakeholderId")


def name_people(given: StakeholderMap, background: Background) -> StakeholderMap:
    """Names and roles as they are now; influence and sentiment too where the map says nothing of its own."""
    known = {person.id: person for person in background.stakeholders}
    named = tuple(
        replace(
            person,
            name=known[person.stakeholder_id].name,
            role=known[person.stakeholder_id].role,
            influence=person.influence or known[person.stakeholder_id].influence,
            sentiment=person.sentiment or known[person.stakeholder_id].sentiment,
        )
        for person in given.stakeholders
    )
    return replace(given, stakeholders=named, customer_id=background.customer.id if background.customer else None)


# ── recommendations


def check_recommendations(given: Recommendations, _background: Background, checking: Checking) -> None:
    """Titles, and keys that name one item each."""
    _few(given.items, "items", checking, "items")
    for index, item in enumerate(given.items[:MOST_ITEMS]):
        here = (_PATH, "items", str(index))
        checking.needed(item.title, *here, "title", longest=300)
        checking.text(item.key, *here, "key", longest=LONGEST_KEY)
        checking.text(item.description, *here, "description", longest=10_000)
        checking.text(item.assigned_to, *here, "assignedTo")
    _each_once((item.key or None for item in given.items), "This key", checking, "items", name="key")


def name_items(given: Recommendations, background: Background) -> Recommendations:
    """A key for each that has none: the one it had before by its title, else the first number that never named one."""
    taken = {item.key for item in given.items if item.key}
    keys = []
    for item in given.items:
        key = item.key or background.keys.get(item.title)
        if item.key or (key and key not in taken):
            keys.append(key)
        else:
            keys.append(next(_free(taken | background.taken)))
        taken.add(keys[-1] or "")
    return replace(given, items=tuple(replace(item, key=key) for item, key in zip(given.items, keys, strict=True)))


def _free(taken: set[str]) -> Iterator[str]:
    return (key for number in count(1) if (key := f"r{number}") not in taken)
