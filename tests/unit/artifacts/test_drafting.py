"""What the rules write, and how a model's words are joined with it."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from domain.access import Tenant
from domain.artifact import Artifact, ArtifactKind, ArtifactRequest
from domain.artifacts.background import Background
from domain.artifacts.commissioning import commission
from domain.artifacts.contents import check, finish, sentences
from domain.artifacts.drafting import draft, title_of
from domain.artifacts.requesting import ArtifactWanted, request
from domain.artifacts.schemas import published
from domain.artifacts.shapes import SHAPES, WRITTEN
from domain.errors import Refused
from domain.source import Source
from domain.task_edit import new_task
from shapes.codec import Codec
from tests.unit.artifacts.making import NOW, TODAY, background, stamp

K = ArtifactKind
TASK = new_task("Send <the> offer", stamp(), due_on=TODAY.replace(day=1), assigned_to="olga")
KNOWN = background(tasks=(TASK,))
ALONE = background(customer=None, stakeholders=(), contracts=(), tasks=(TASK,))
EMPTY = background(stakeholders=(), contracts=())
OF_CUSTOMERS = (K.CONTRACT_ANALYSIS, K.PRICING_TABLE, K.STAKEHOLDER_MAP)


def written(kind: ArtifactKind, known: Background = KNOWN) -> Any:
    return finish(kind, draft(kind, known), known, Codec()).content


def asking(kind: ArtifactKind) -> ArtifactRequest:
    return ArtifactRequest("a1", "f1", kind, "alice", NOW, instructions="Short, please.")


@pytest.mark.parametrize("kind", WRITTEN)
@pytest.mark.parametrize("known", [KNOWN, ALONE, EMPTY], ids=["customer", "no customer", "little known"])
def test_the_rules_write_every_kind_and_it_can_be_saved_again(kind: ArtifactKind, known: Background) -> None:
    if kind in OF_CUSTOMERS and known.customer is None:
        return
    content = written(kind, known)

    assert check(kind, content, known, Codec()).content == content
    if kind in SHAPES:
        schemas = {each.kind: each.schema for each in published(Codec())}
        jsonschema.validate(content, schemas[kind])
    assert title_of(asking(kind), known).endswith(known.subject)


def test_an_offer_starts_from_what_is_paid_today() -> None:
    offer = written(K.PRICING_TABLE)

    assert (offer["total"], offer["arr"], offer["arrChange"], offer["warnings"]) == (
        "120000.00",
        "120000.00",
        "0.00",
        [],
    )


def test_a_contract_is_told_with_its_own_sentences() -> None:
    analysis = written(K.CONTRACT_ANALYSIS)

    assert (analysis["contractId"], analysis["noticeBy"], analysis["highestRisk"]) == ("k1", "2026-11-21", "HIGH")
    assert {term["title"]: (term["risk"], term["sentence"], term["page"]) for term in analysis["terms"]} == {
        "It does not renew by itself": ("HIGH", None, None),
        "Prices rise by at most 5%": ("MEDIUM", "Prices rise by at most 5% a year.", 3),
        "A term that is not usual": ("HIGH", "Acme may leave at any time.", 4),
    }


def test_what_is_read_and_searched_holds_no_ids() -> None:
    content = written(K.STAKEHOLDER_MAP)
    artifact = Artifact("a1", "f1", K.STAKEHOLDER_MAP, "Map", content, Source.RULES, "a", NOW, "a", NOW)

    read = list(sentences(content))

    assert read[1::2] == ["Ann", "Bob"]
    assert read[-1] == "2 people known, 1 of high influence: 0 with us, 1 against."
    assert not {"s1", "s2", "c1"} & {*read, *artifact.text.split("\n")}
    assert artifact.text.startswith("Map\n")


def test_people_are_mapped_with_their_lines() -> None:
    mapped = written(K.STAKEHOLDER_MAP)

    assert [each["stakeholderId"] for each in mapped["stakeholders"]] == ["s1", "s2"]
    assert mapped["stakeholders"][0]["approach"].startswith("Mend: listen")
    assert [(each["fromStakeholderId"], each["kind"]) for each in mapped["relations"]] == [
        ("s2", "INFLUENCES"),
        ("s2", "REPORTS_TO"),
    ]


def test_recommendations_rest_on_facts_and_the_pressing_come_first() -> None:
    items = written(K.RECOMMENDATIONS)["items"]

    assert [(item["title"], item["priority"]) for item in items] == [
        ("Make a plan that wins the customer back", "URGENT"),
        ("Agree on the terms of the renewal", "HIGH"),
        ("Settle the renewal before notice is due on 2026-11-21", "HIGH"),
        ("Hold a workshop on adoption", "HIGH"),
        ("Go through the open tickets with support", "HIGH"),
        ("Find a sponsor who decides", "HIGH"),
        ("Meet Ann", "HIGH"),
        ("Settle what is overdue", "HIGH"),
        ("Keep the offer within the price cap", "MEDIUM"),
        ("Speak with the customer", "MEDIUM"),
    ]
    assert {item["assignedTo"] for item in items} == {"olga"}
    assert items[0]["reason"] == "The risk score is 72."


def test_a_letter_is_escaped() -> None:
    letter = written(K.EMAIL_DRAFT, background(tasks=()))

    assert letter["subject"] == "Renewal of Acme &lt;Mills&gt; &amp; Sons on 2027-01-20"
    assert letter["body"].startswith("Hello,\n\nYour renewal is due in 60 days.")


# ── what a model writes


def read(kind: ArtifactKind, answer: Any, known: Background = KNOWN) -> Any:
    asked = commission(Tenant("c", "e"), asking(kind), known, draft(kind, known), Codec())
    jsonschema.validate(answer, dict(asked.schema))
    return asked.read(answer).content


def test_a_model_changes_words_and_no_facts() -> None:
    terms = [{"title": "No cap!", "risk": "HIGH", "recommendation": "Stay below.", "key": "C2"}]

    analysis = read(K.CONTRACT_ANALYSIS, {"summary": "Mind\x07 the cap.", "terms": terms})

    assert (analysis["summary"], analysis["priceCapPercent"], analysis["endsOn"]) == (
        "Mind the cap.",
        "5",
        "2027-01-20",
    )
    first = analysis["terms"][0]
    assert (first["title"], first["risk"], first["recommendation"]) == (
        "Prices rise by at most 5%",
        "HIGH",
        "Stay below.",
    )
    assert len(analysis["terms"]) == 3


def test_a_model_speaks_of_people_by_their_keys_and_of_no_others() -> None:
    told = {"summary": "", "stakeholders": [{"key": "S2", "approach": "Ask for examples."}]}

    mapped = read(K.STAKEHOLDER_MAP, told)

    assert [each["approach"][:5] for each in mapped["stakeholders"]] == ["Mend:", "Ask f"]
    with pytest.raises(Refused, match="There is no S9"):
        read(K.STAKEHOLDER_MAP, {"summary": "", "stakeholders": [{"key": "S9", "approach": "x"}]})


def test_a_model_forgets_no_task_and_answers_no_question() -> None:
    tasks = read(
        K.OPEN_TASKS, {"summary": "s", "tasks": [{"title": "New", "key": None, "priority": "LOW", "note": None}]}
    )
    question = {"key": "people_known", "question": "How many?", "kind": "NUMBER", "choices": [], "required": True}
    own = question | {"key": "own", "question": "And?"}
    form = read(K.ASSESSMENT_FORM, {"summary": "s", "sections": [{"title": "A", "questions": [question, own]}]})

    assert [task["title"] for task in tasks["tasks"]][:2] == ["New", "Send <the> offer"]
    assert tasks["tasks"][1]["taskId"] == TASK.id
    assert [each["answer"] for each in form["sections"][0]["questions"]] == [2, None]


def test_a_models_offer_is_added_up_by_the_server() -> None:
    line = {"product": "Seats", "quantity": 2, "unitPrice": 6000, "discountPercent": 0, "months": 12, "note": None}

    offer = read(K.PRICING_TABLE, {"summary": "s", "lines": [line]})

    assert offer["total"] == "144000.00"
    assert [text[:52] for text in offer["warnings"]] == ["The annual recurring revenue rises by 20%, above the"]
    with pytest.raises(Refused):
        read(K.PRICING_TABLE, {"summary": "s", "lines": [line | {"discountPercent": 120}]})
    with pytest.raises(Refused):
        read(K.PRICING_TABLE, {"summary": "s", "lines": []})


def test_a_sentence_with_a_figure_from_nowhere_is_left_out() -> None:
    asked = commission(Tenant("c", "e"), asking(K.REPORT), KNOWN, draft(K.REPORT, KNOWN), Codec())
    sections = [{"title": "Now", "text": "The cap is 5%. They save 43%.\nIn 3 steps, by 20 January 2027.\n"}]

    checked = asked.read({"summary": "Risk 72 of 100. Worth 1,000,000 USD!", "sections": sections})

    assert checked.content == {
        "summary": "Risk 72 of 100.",
        "sections": [{"title": "Now", "text": "The cap is 5%.\nIn 3 steps, by 20 January 2027."}],
    }
    assert checked.dropped == ("Worth 1,000,000 USD!", "They save 43%.")
    with pytest.raises(Refused, match="43 stands nowhere"):
        asked.read({"summary": "Fine.", "sections": [{"title": "Save 43%", "text": "Fine."}]})
    with pytest.raises(Refused):
        asked.read({"summary": "Worth 1,000,000 USD!", "sections": sections})


def test_an_offer_may_speak_of_its_own_figures() -> None:
    line = {"product": "Seats", "quantity": 37, "unitPrice": 99.5, "discountPercent": 0, "months": 24, "note": None}

    offer = read(K.PRICING_TABLE, {"summary": "37 seats at 99.50 for 24 months. You save 8,888.", "lines": [line]})

    assert offer["summary"] == "37 seats at 99.50 for 24 months."


def test_the_briefing_holds_no_ids_and_its_data_cannot_leave_their_marks() -> None:
    asked = commission(Tenant("c", "e"), asking(K.STAKEHOLDER_MAP), KNOWN, draft(K.STAKEHOLDER_MAP, KNOWN), Codec())

    assert '"s1"' not in asked.briefing
    assert '{"key": "S1"' in asked.briefing
    assert asked.briefing.count("<data-") == asked.briefing.count("</data-") == 3
    assert "Short, please." in asked.briefing
    assert asked.writer == "Artifact:a1"


def test_what_cannot_be_written_is_refused_when_it_is_asked_for() -> None:
    with pytest.raises(Refused) as refused:
        request(ArtifactWanted("f1", K.CODE, step="nowhere", instructions="x" * 4_001), ALONE, stamp())
    with pytest.raises(Refused, match="about a customer"):
        request(ArtifactWanted("f1", K.PRICING_TABLE), ALONE, stamp())

    assert [problem.path for problem in refused.value.problems] == [("step",), ("instructions",), ("kind",)]
    assert request(ArtifactWanted("f1", K.REPORT), ALONE, stamp()).kind is K.REPORT
