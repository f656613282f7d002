from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.errors import ErrorCode
from domain.inventory import RowKind
from readers import Limits
from tests.unit.readers.reading import GOVUK_DATA, KONVEYOR_DATA, bad, good, read, read_or_refused, refusal

PORTFOLIO = """# claims division
---
- github_repo_name: claims-desk
  team: "#claims"
  production_hosted_on: none
  version: 1.10
  dependencies:
    policy-store:
      description: reads policies
    mail, internal:
  actors: [Public, Staff]
- github_repo_name: policy-store
  retired: false
  extra:
    nested: [1, {a: b}]
"""


def test_a_list_of_applications_is_read_as_the_text_it_is_written_in() -> None:
    sheet, rows = read(PORTFOLIO.encode(), "portfolio.txt")

    assert sheet.format == "govuk"
    assert [(row.line, row.kind) for row in good(rows)] == [(3, RowKind.APPLICATION), (12, RowKind.APPLICATION)]
    assert good(rows)[0].values == {
        "github_repo_name": "claims-desk",
        "team": "#claims",
        "production_hosted_on": "none",
        "version": "1.10",
        "dependencies": "policy-store\nmail, internal\n",
        "dependency descriptions": "policy-store: reads policies",
        "actors": "Public\nStaff",
    }
    assert good(rows)[1].values == {
        "github_repo_name": "policy-store",
        "retired": "false",
        "extra": '{"nested": ["1", {"a": "b"}]}',
    }


@pytest.mark.parametrize("needs", ["[Store, Mail]", "{Store: , Mail: {}}", "[{name: Store}, {name: Mail}]"])
def test_what_is_needed_may_be_written_in_several_ways(needs: str) -> None:
    sheet, rows = read(f"applications:\n  - name: CRM\n    dependencies: {needs}\n  - name: Store\n".encode())

    assert sheet.format == "yaml"
    assert [row.values.get("dependencies") for row in good(rows)] == ["Store\nMail\n", None]
    assert {row.kind for row in good(rows)} == {RowKind.APPLICATION}


def test_what_is_no_application_is_rejected_with_its_line() -> None:
    _, rows = read(b"- name: CRM\n- just text\n- name: A\n  name: B\n- owner: Ines\n- [a]: b\n")

    assert [row.values["name"] for row in good(rows)] == ["CRM"]
    assert bad(rows) == [
        (2, "This is no application: it has no fields."),
        (3, 'The field "name" stands twice.'),
        (5, 'The row has no "name".'),
        (6, "The name of a field is no text."),
    ]


def test_aliases_are_refused_before_they_grow() -> None:
    laughs = "- name: &a [ha, ha]\n" + "".join(
        f"- name: &{chr(98 + number)} [*{chr(97 + number)}, *{chr(97 + number)}]\n" for number in range(20)
    )

    assert refusal(laughs.encode()) == (
        ErrorCode.UNSUPPORTED_FORMAT,
        "The document on line 2 repeats another part by an alias (*), which is not read. Write it out.",
    )


@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        ("- name: !!python/object/apply:os.system [id]\n", "The document on line 1 has a tag (!)"),
        ("- name: !env SECRET\n", "The document on line 1 has a tag (!)"),
        (f"- name: {'[' * 30}{']' * 30}\n", "The document on line 1 is nested more than 20 deep."),
        ("- name: [a\n- b: c\n", "The document is no valid YAML: line "),
        ("- name: a\n--- \n- name: b\n", "The document is no valid YAML: line 2: but found another document."),
        ("applications:\n", "The document is no list of applications."),
        ("applications: none\n", "No table was recognized"),
    ],
)
def test_what_is_no_list_is_named(text: str, beginning: str) -> None:
    _, message = refusal(text.encode())

    assert message.startswith(beginning)


def test_a_document_beyond_the_limit_is_refused() -> None:
    code, message = refusal(PORTFOLIO.encode(), limits=Limits(document=100))

    assert code is ErrorCode.LIMIT_EXCEEDED
    assert message.startswith("The document has 101 characters; at most 100 are read.")


def test_a_table_is_not_taken_for_a_document() -> None:
    assert read(b"name: x,owner\nA,B\n")[0].format == "csv"


@given(st.text(st.sampled_from("- :\n'\"[]{}&*!|>#,?%@ab1~\té"), max_size=60))
@example("- ? [a]: b\n")
@example("- <<: {a: b}\n")
def test_no_document_does_more_than_be_refused(text: str) -> None:
    read_or_refused(("- name: CRM\n" + text).encode())


@pytest.mark.skipif(not GOVUK_DATA.is_dir(), reason="the reference data are not here")
def test_a_real_portfolio() -> None:
    sheet, rows = read((GOVUK_DATA / "portfolio-2020-06-01.yml").read_bytes(), "portfolio.yml")

    needed = [name for row in good(rows) for name in row.values.get("dependencies", "").splitlines()]
    assert (sheet.format, len(sheet.columns), len(good(rows)), bad(rows), len(needed)) == ("govuk", 21, 87, [], 144)
    assert good(rows)[0].line == 3


@pytest.mark.skipif(not KONVEYOR_DATA.is_dir(), reason="the reference data are not here")
def test_a_questionnaire_is_no_portfolio() -> None:
    code, message = refusal((KONVEYOR_DATA / "seed-questionnaire-cloud-readiness.yaml").read_bytes(), "questions.yaml")

    assert code is ErrorCode.UNSUPPORTED_FORMAT
    assert message.startswith("The document is no list of applications.")
