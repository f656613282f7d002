from __future__ import annotations

import pytest

from domain.errors import ErrorCode, Refused
from domain.flows.discovery.guessing import guess
from domain.flows.discovery.results import ColumnTarget, MappingAnswer, MappingResult
from domain.learning import LearningPattern, Lesson
from domain.source import Source
from tests.unit.discovery.driving import Discovery, discover

TABLE = """\
Application,Owner,Wichtigkeit,Business criticality rating,Users,Remarks
A,Ines,high,gold,12,x
B,Tom,low,silver,about ten,y
C,Lea,medium,gold,9,z
"""


def mapped(result: MappingResult) -> dict[str, tuple[str | None, float]]:
    return {mapping.column: (mapping.target, mapping.confidence) for mapping in result.mappings}


def answered(discovery: Discovery) -> list[Lesson]:
    return [value for value in discovery.saved["attribute_mapping answer"] if isinstance(value, Lesson)]


def proposed(table: str = TABLE) -> Discovery:
    discovery = discover(table)
    discovery.run("data_import")
    discovery.run("attribute_mapping")
    return discovery


def refused_problems(discovery: Discovery, *mappings: ColumnTarget) -> list[tuple[ErrorCode, tuple[str, ...], str]]:
    before = discovery.results["attribute_mapping"]
    with pytest.raises(Refused) as refused:
        discovery.answer("attribute_mapping", MappingAnswer(mappings))
    assert discovery.results["attribute_mapping"] == before
    return [(problem.code, problem.path, problem.message) for problem in refused.value.problems]


def test_columns_are_known_by_name_by_words_and_by_values() -> None:
    assert mapped(proposed().results["attribute_mapping"]) == {
        "Application": ("name", 0.95),
        "Owner": ("business_owner", 0.95),
        # Two columns tell the criticality: the surer one has it.
        "Wichtigkeit": (None, 0.0),
        "Business criticality rating": ("criticality", 0.6),
        # One of three values is no number.
        "Users": ("user_count", 0.63),
        "Remarks": (None, 0.0),
    }


def test_values_alone_tell_a_criticality() -> None:
    discovery = proposed("Application,Wichtigkeit\nA,high\nB,low\n")

    assert mapped(discovery.results["attribute_mapping"])["Wichtigkeit"] == ("criticality", 0.5)
    assert discovery.warnings["attribute_mapping"] == ("MAPPING_UNSURE",)


@pytest.mark.parametrize(
    ("values", "target"),
    [
        (("Windows Server 2012 R2", "RHEL 6.10", "SLES 12 SP5"), "operating_system"),
        (("MySQL 5.6", "", "PostgreSQL 13"), "database"),
        (("Java 8", "RHEL 7"), "technologies"),
        (("RHEL 6.10",), None),
        (("RHEL 6.10", "somewhere"), None),
        (("Oracle", "SAP"), None),
    ],
)
def test_values_alone_tell_what_products_they_name(values: tuple[str, ...], target: str | None) -> None:
    found = guess(("App", "BS-Version"), {"App": ("a", "b", "c"), "BS-Version": values}, ())[1]

    assert (found.target, found.confidence) == (target, 0.5 if target else 0.0)


def test_a_name_that_its_values_contradict_is_not_believed() -> None:
    discovery = proposed("Application,Users\nA,Ines and Tom\nB,everybody\n")

    assert mapped(discovery.results["attribute_mapping"])["Users"] == (None, 0.0)


def test_without_a_name_the_column_with_the_most_texts_is_guessed() -> None:
    discovery = proposed("Kürzel,Ort\nA,Basel\nB,Basel\n")

    assert mapped(discovery.results["attribute_mapping"])["Kürzel"] == ("name", 0.3)


def test_the_proposal_is_accepted_unchanged() -> None:
    discovery = proposed()
    before = discovery.results["attribute_mapping"]

    after = discovery.answer("attribute_mapping", discovery.propose("attribute_mapping"))

    assert after == before
    # Guesses that somebody let stand are learned too, with less confidence than a correction.
    assert [(lesson.key, lesson.data["target"], lesson.confidence) for lesson in answered(discovery)] == [
        ("business criticality rating", "criticality", 0.675),
        ("users", "user_count", 0.69),
    ]


def test_a_correction_is_kept_and_takes_the_target_from_the_proposal() -> None:
    discovery = proposed()

    result = discovery.answer("attribute_mapping", MappingAnswer((ColumnTarget("Wichtigkeit", "criticality"),)))

    assert mapped(result)["Wichtigkeit"] == ("criticality", 1.0)
    assert mapped(result)["Business criticality rating"] == (None, 0.0)
    assert mapped(result)["Owner"] == ("business_owner", 0.95)
    assert {mapping.column for mapping in result.mappings if mapping.source is Source.USER} == {"Wichtigkeit"}


def test_a_correction_survives_a_second_run_and_is_learned_for_the_next_flow() -> None:
    discovery = proposed()
    discovery.answer("attribute_mapping", MappingAnswer((ColumnTarget("Remarks", "department"),)))

    again = discovery.run("attribute_mapping")
    other = discover(TABLE, discovery.engagement, flow_id="flow-2")
    other.run("data_import")
    next_time = other.run("attribute_mapping")

    assert mapped(again)["Remarks"] == ("department", 1.0)
    assert mapped(next_time)["Remarks"] == ("department", 0.75)
    [lesson] = discovery.engagement.of(LearningPattern)
    assert (lesson.kind, lesson.data) == (
        "discovery.attribute_mapping",
        {"column": "remarks", "target": "department"},
    )


def test_what_is_learned_in_a_second_flow_is_surer_and_the_contrary_begins_anew() -> None:
    discovery, seen = proposed(), []
    for flow_id, target in (("flow-2", "department"), ("flow-3", "department"), ("flow-4", None), ("flow-5", None)):
        discovery.answer("attribute_mapping", MappingAnswer((ColumnTarget("Remarks", target),)))
        discovery = discover(TABLE, discovery.engagement, flow_id=flow_id)
        discovery.run("data_import")
        seen.append(mapped(discovery.run("attribute_mapping"))["Remarks"])

    assert seen == [("department", 0.75), ("department", 0.9), (None, 0.75), (None, 0.9)]
    assert len(discovery.engagement.of(LearningPattern)) == 1


def test_people_are_believed_before_names_and_guesses_after_them() -> None:
    discovery = proposed("Kürzel,Ort\nA,Basel\nB,Basel\n")
    discovery.answer("attribute_mapping", discovery.propose("attribute_mapping"))
    named = discover("Kürzel,Name\nA,One\nB,Two\n", discovery.engagement, flow_id="flow-2")
    named.run("data_import")
    guessed = mapped(named.run("attribute_mapping"))
    named.answer("attribute_mapping", MappingAnswer((ColumnTarget("Kürzel", "name"),)))

    third = discover("Kürzel,Name\nA,One\nB,Two\n", discovery.engagement, flow_id="flow-3")
    third.run("data_import")
    taught = mapped(third.run("attribute_mapping"))

    assert guessed == {"Kürzel": (None, 0.0), "Name": ("name", 0.95)}
    assert taught == {"Kürzel": ("name", 0.81), "Name": (None, 0.0)}


def test_what_is_said_of_a_recognized_format_holds_for_it_alone() -> None:
    konveyor = "Record Type 1,Application Name,Description,Comments\n1,A,x,y\n"
    discovery = proposed(konveyor)
    discovery.answer("attribute_mapping", MappingAnswer((ColumnTarget("Comments", "department"),)))

    same, other = (
        discover(text, discovery.engagement, flow_id=flow)
        for flow, text in (("flow-2", konveyor), ("flow-3", "Application,Comments\nA,y\n"))
    )
    for next_time in (same, other):
        next_time.run("data_import")
        next_time.run("attribute_mapping")

    assert mapped(same.results["attribute_mapping"])["Comments"] == ("department", 0.75)
    assert mapped(other.results["attribute_mapping"])["Comments"] != ("department", 0.75)


def test_columns_in_another_script_are_told_apart() -> None:
    discovery = proposed("Application,部门,负责人\nA,x,y\n")
    discovery.answer("attribute_mapping", MappingAnswer((ColumnTarget("部门", "department"),)))

    other = discover("Application,部门,负责人\nA,x,y\n", discovery.engagement, flow_id="flow-2")
    other.run("data_import")
    found = mapped(other.run("attribute_mapping"))

    assert (found["部门"], found["负责人"]) == (("department", 0.75), (None, 0.0))


def test_what_the_configuration_settles_is_settled() -> None:
    discovery = discover(TABLE, mappings=(ColumnTarget("Owner", "technical_owner"), ColumnTarget("Users", None)))
    discovery.run("data_import")

    result = mapped(discovery.run("attribute_mapping"))

    assert (result["Owner"], result["Users"]) == (("technical_owner", 1.0), (None, 1.0))


def test_all_that_is_wrong_with_an_answer_is_told_at_once() -> None:
    problems = refused_problems(
        proposed(),
        ColumnTarget("Eigner", "business_owner"),
        ColumnTarget("Owner", "boss"),
        ColumnTarget("Users", "criticality"),
        ColumnTarget("Remarks", "criticality"),
        ColumnTarget("Remarks", None),
    )

    assert problems == [
        (ErrorCode.INVALID_INPUT, ("data", "mappings", "0", "column"), 'The import has no column "Eigner".'),
        (
            ErrorCode.INVALID_INPUT,
            ("data", "mappings", "1", "target"),
            'There is no fact "boss". Null keeps the column as it is in `attributes`.',
        ),
        (
            ErrorCode.INVALID_INPUT,
            ("data", "mappings", "3", "target"),
            (
                'The columns "Users" and "Remarks" cannot both fill criticality: it has one value. '
                "Set one of them to null."
            ),
        ),
        (ErrorCode.INVALID_INPUT, ("data", "mappings", "4", "column"), 'The column "Remarks" is named twice.'),
    ]


def test_two_columns_may_fill_the_technologies() -> None:
    discovery = proposed("Application,OS family,OS version\nA,windows,Windows Server 2019\n")

    result = discovery.answer(
        "attribute_mapping",
        MappingAnswer((ColumnTarget("OS family", "operating_system"), ColumnTarget("OS version", "operating_system"))),
    )

    assert {mapping.target for mapping in result.mappings} == {"name", "operating_system"}


def test_an_import_in_which_nothing_has_a_name_is_not_ready() -> None:
    problems = refused_problems(proposed(), ColumnTarget("Application", None))

    assert [(code, path) for code, path, _ in problems] == [(ErrorCode.NOT_READY, ("data", "mappings"))]


def test_a_long_name_is_cut_in_a_message() -> None:
    discovery = proposed()

    with pytest.raises(Refused) as refused:
        discovery.answer("attribute_mapping", MappingAnswer((ColumnTarget("x" * 5_000, "y" * 5_000),)))

    assert [problem.message for problem in refused.value.problems] == [
        f'The import has no column "{"x" * 100}…".',
        f'There is no fact "{"y" * 100}…". Null keeps the column as it is in `attributes`.',
    ]
    assert discovery.results["attribute_mapping"].mappings == proposed().results["attribute_mapping"].mappings
