"""Contents by their kinds: checked, completed, and refused with everything that is wrong."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from domain.artifact import ArtifactKind
from domain.artifacts.contents import LARGEST, check
from domain.artifacts.schemas import published
from domain.artifacts.shapes import SHAPES
from domain.errors import ErrorCode, Refused
from domain.task_edit import new_task
from shapes.codec import Codec
from tests.unit.artifacts.making import background, stamp

K = ArtifactKind


def wrong(kind: ArtifactKind, content: Any, **known: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        check(kind, content, background(**known), Codec())
    return [".".join(problem.path) for problem in refused.value.problems]


def kept(kind: ArtifactKind, content: Any, **known: Any) -> Any:
    return check(kind, content, background(**known), Codec()).content


def asked(**parts: Any) -> dict[str, Any]:
    return {"key": "a", "question": "How is it?", **parts}


def test_a_form_is_counted() -> None:
    questions = [
        asked(kind="SCORE", answer=4, required=True),
        asked(key="b", kind="SCORE", answer=5),
        asked(key="c", kind="YES_NO", answer=False),
        asked(key="d", kind="CHOICE", choices=["x", "y"], required=True),
        asked(key="e", answer=""),
    ]

    form = kept(K.ASSESSMENT_FORM, {"sections": [{"title": "A", "questions": questions}], "answered": 99})

    assert (form["questions"], form["answered"], form["complete"], form["score"]) == (5, 3, False, "4.5")


@pytest.mark.parametrize(
    ("question", "path"),
    [
        (asked(kind="SCORE", answer=6), "answer"),
        (asked(kind="SCORE", answer=True), "answer"),
        (asked(kind="SCORE", answer="5"), "answer"),
        (asked(kind="NUMBER", answer="many"), "answer"),
        (asked(kind="NUMBER", answer=True), "answer"),
        (asked(kind="YES_NO", answer="yes"), "answer"),
        (asked(kind="CHOICE", choices=["x"]), "choices"),
        (asked(kind="CHOICE", choices=["x", "x"]), "choices"),
        (asked(kind="CHOICE", choices=["x", "y"], answer="z"), "answer"),
        (asked(kind="TEXT", choices=["x", "y"]), "choices"),
        (asked(kind="TEXT", answer=7), "answer"),
        (asked(key=" "), "key"),
    ],
)
def test_an_answer_fits_its_question(question: dict[str, Any], path: str) -> None:
    form = {"sections": [{"title": "A", "questions": [question]}]}

    assert wrong(K.ASSESSMENT_FORM, form) == [f"content.sections.0.questions.0.{path}"]


def test_a_key_names_one_question_of_the_whole_form() -> None:
    section = {"title": "A", "questions": [asked()]}

    assert wrong(K.ASSESSMENT_FORM, {"sections": [section, section]}) == ["content.sections.1.questions.0.key"]


def test_open_tasks_are_counted_as_of_today() -> None:
    listed = kept(
        K.OPEN_TASKS,
        {
            "tasks": [
                {"title": "late", "dueOn": "2026-11-20"},
                {"title": "today", "dueOn": "2026-11-21"},
                {"title": "done", "dueOn": "2026-11-01", "status": "COMPLETED"},
            ]
        },
    )

    assert [task["overdue"] for task in listed["tasks"]] == [True, False, False]
    assert (listed["asOf"], listed["total"], listed["overdue"]) == ("2026-11-21", 2, 1)


def test_open_tasks_name_tasks_of_the_flow() -> None:
    task = new_task("A", stamp())
    tasks = [{"title": "A", "taskId": task.id}, {"title": "A", "taskId": task.id}, {"title": "B", "taskId": "other"}]

    assert wrong(K.OPEN_TASKS, {"tasks": tasks}, tasks=(task,)) == [
        "content.tasks.2.taskId",
        "content.tasks.1.taskId",
    ]


def test_a_contract_tells_the_last_day_of_notice_and_its_highest_risk() -> None:
    terms = [{"title": "a", "risk": "LOW"}, {"title": "b", "risk": "MEDIUM"}]
    given = {"summary": "x", "endsOn": "2027-03-01", "noticeDays": 30, "terms": terms, "contractId": "k1"}

    analysis = kept(K.CONTRACT_ANALYSIS, given)

    assert (analysis["noticeBy"], analysis["highestRisk"]) == ("2027-01-30", "MEDIUM")


def test_all_that_is_wrong_with_a_contract_is_told() -> None:
    given = {
        "summary": " ",
        "contractId": "of another",
        "startsOn": "2027-03-02",
        "endsOn": "2027-03-01",
        "noticeDays": -1,
        "priceCapPercent": 101,
        "currency": "usd",
        "value": -1,
        "terms": [{"title": "", "risk": "LOW", "page": 0}],
    }

    assert sorted(wrong(K.CONTRACT_ANALYSIS, given)) == sorted(
        f"content.{name}"
        for name in (
            "summary",
            "terms.0.title",
            "terms.0.page",
            "endsOn",
            "noticeDays",
            "value",
            "priceCapPercent",
            "currency",
            "contractId",
        )
    )


def test_a_map_is_of_that_customers_people() -> None:
    given = {
        "stakeholders": [{"stakeholderId": "s1", "influence": "LOW"}, {"stakeholderId": "s2", "name": "Eve"}],
        "relations": [{"fromStakeholderId": "s2", "toStakeholderId": "s1", "kind": "ALLY"}],
    }

    mapped = kept(K.STAKEHOLDER_MAP, given)

    assert mapped["customerId"] == "c1"
    assert [(each["name"], each["role"], each["influence"], each["sentiment"]) for each in mapped["stakeholders"]] == [
        ("Ann", "CFO", "LOW", "NEGATIVE"),
        ("Bob", "Engineer", "LOW", "POSITIVE"),
    ]


def test_a_map_of_others_is_refused() -> None:
    given = {
        "stakeholders": [{"stakeholderId": "s1"}, {"stakeholderId": "s1"}, {"stakeholderId": "stranger"}],
        "relations": [{"fromStakeholderId": "s1", "toStakeholderId": "s2", "kind": "ALLY"}],
        "customerId": "c2",
    }

    assert wrong(K.STAKEHOLDER_MAP, given) == [
        "content.stakeholders.2.stakeholderId",
        "content.stakeholders.1.stakeholderId",
        "content.relations.0.toStakeholderId",
        "content.customerId",
    ]
    assert wrong(K.STAKEHOLDER_MAP, {"stakeholders": []}, customer=None) == ["content.stakeholders"]


def test_recommendations_have_keys_that_last() -> None:
    items = [{"title": "A"}, {"title": "B", "key": "r2"}, {"title": "C"}]

    first = kept(K.RECOMMENDATIONS, {"items": items})
    keys = {item["title"]: item["key"] for item in first["items"]}
    again = kept(
        K.RECOMMENDATIONS,
        {"items": [{"title": "C"}, {"title": "D"}]},
        keys=keys,
        taken=frozenset({*keys.values(), "r4"}),
    )

    assert keys == {"A": "r1", "B": "r2", "C": "r3"}
    assert [item["key"] for item in again["items"]] == ["r3", "r5"]
    twice = {"items": [{"title": "A", "key": "k"}, {"title": "", "key": "k"}]}
    assert wrong(K.RECOMMENDATIONS, twice) == ["content.items.1.title", "content.items.1.key"]


def test_texts_are_plain_and_letters_are_escaped_once() -> None:
    said = {"body": "<b>Fish & chips</b>\x07\n\x1b[31m", "to": ["a@b.example"]}

    letter = kept(K.EMAIL_DRAFT, said)

    assert letter == {"body": "&lt;b&gt;Fish &amp; chips&lt;/b&gt;\n[31m", "to": ["a@b.example"]}
    assert kept(K.EMAIL_DRAFT, letter) == letter
    assert kept(K.REPORT, {"text": "<b>a</b>\x00"}) == {"text": "<b>a</b>"}
    assert kept(K.CODE, "print('\x07')") == "print('\x07')"


def test_a_content_is_there_and_has_an_end() -> None:
    with pytest.raises(Refused) as refused:
        check(K.OTHER, "x" * (LARGEST - 1), background(), Codec())

    assert refused.value.problems[0].code is ErrorCode.LIMIT_EXCEEDED
    assert kept(K.OTHER, "x" * (LARGEST - 2)) == "x" * (LARGEST - 2)
    assert wrong(K.OTHER, None) == ["content"]


def test_each_of_the_six_kinds_has_a_schema_that_its_own_contents_fit() -> None:
    schemas = {each.kind: each.schema for each in published(Codec())}

    assert list(schemas) == list(SHAPES)
    assert len(schemas) == 6
    written = kept(K.RECOMMENDATIONS, {"items": [{"title": "A"}]})
    jsonschema.validate(written, schemas[K.RECOMMENDATIONS])
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**written, "colour": "red"}, schemas[K.RECOMMENDATIONS])
    total = schemas[K.PRICING_TABLE]["properties"]["total"]
    assert total["readOnly"] is True
    assert "readOnly" not in schemas[K.PRICING_TABLE]["properties"]["lines"]
    assert replace(background(), customer=None).subject == "Winter"
