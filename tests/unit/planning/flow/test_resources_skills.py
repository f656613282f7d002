"""Which skills moving an application takes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.application import Component, Technology
from domain.decision import RefactorDepth, Strategy
from domain.planning.roles import WorkRole
from domain.planning.skills import skill_key, skilled_hours, skills_needed
from domain.reference_data import read_csv
from domain.technologies import product
from tests.unit.planning.flow.driving import application, component, decided

JAVA = Technology("Java", "8", "runtime")
ORACLE = Technology("Oracle Database", "12", "database")
TOMCAT = Technology("Tomcat", "8.5", "middleware")
WINDOWS = Technology("Windows Server", "2008 R2", "operating_system")


def needed(strategy: Strategy, *technologies: Technology, depth: RefactorDepth | None = None) -> set[str]:
    given = application("a", technologies=technologies)
    return set(skills_needed(given, (), decided("a", strategy=strategy, depth=depth)))


@pytest.mark.parametrize(
    ("strategy", "skills"),
    [
        (Strategy.REHOST, {"Cloud migration", "Windows administration", "Oracle Database", "Java application servers"}),
        (
            Strategy.REPLATFORM,
            {
                "Cloud migration",
                "Managed platforms",
                "Containers",
                "Windows administration",
                "Oracle Database",
                "Java application servers",
            },
        ),
        (Strategy.REFACTOR, {"Cloud development", "Java development", "Oracle Database", "Java application servers"}),
        (Strategy.REPURCHASE, {"SaaS rollout", "Data migration", "Oracle Database"}),
        (Strategy.RETIRE, {"Decommissioning"}),
        (Strategy.RETAIN, set()),
    ],
)
def test_what_becomes_of_it_decides_which_of_its_technologies_take_skill(strategy: Strategy, skills: set[str]) -> None:
    assert needed(strategy, JAVA, ORACLE, TOMCAT, WINDOWS) == skills


def test_a_deep_refactoring_takes_an_architect() -> None:
    deep = needed(Strategy.REFACTOR, depth=RefactorDepth.REWRITE)

    assert deep == {"Cloud development", "Cloud architecture"}
    assert needed(Strategy.REFACTOR, depth=RefactorDepth.CODE) == {"Cloud development"}


def test_a_product_that_nobody_knows_takes_what_its_category_does() -> None:
    unknown = Technology("Frobnicator", None, "database")

    assert needed(Strategy.REHOST, unknown) == {"Cloud migration", "Database administration"}
    assert needed(Strategy.REHOST, Technology("Frobnicator")) == {"Cloud migration"}


def test_a_spelling_that_is_not_the_tables_is_read() -> None:
    assert "Oracle Database" in needed(Strategy.REHOST, Technology("oracle db 12c", None, "database"))


def test_each_part_takes_what_its_own_strategy_asks() -> None:
    parts = (component("a", "web", "service", JAVA), component("a", "db", "database", ORACLE), component("a", "job"))
    decision = decided("a", strategy=Strategy.REHOST, components=parts)
    kept = replace(decision.treatments[1], strategy=Strategy.RETAIN)
    rewritten = replace(decision.treatments[0], strategy=Strategy.REFACTOR, depth=RefactorDepth.CODE)
    mixed = replace(decision, treatments=(rewritten, kept, decision.treatments[2]))

    found = skills_needed(application("a"), parts, mixed)

    assert found == {"Cloud migration", "Cloud development", "Java development"}


def test_a_part_without_technologies_runs_on_what_the_application_does() -> None:
    parts: tuple[Component, ...] = (component("a", "web"),)
    decision = decided("a", strategy=Strategy.RETAIN, components=parts)
    treated = replace(decision, treatments=(replace(decision.treatments[0], strategy=Strategy.REHOST),))

    assert "Windows administration" in skills_needed(application("a", technologies=(WINDOWS,)), parts, treated)


def test_parts_of_others_take_nothing() -> None:
    other = component("b", "db", "database", ORACLE)

    assert skills_needed(application("a"), (other,), decided("a")) == {"Cloud migration"}


def test_capitals_and_spaces_tell_no_skills_apart() -> None:
    assert skill_key("  SQL   server ") == skill_key("SQL Server")
    assert skill_key("C") != skill_key("C++")


def test_hours_of_a_skill_are_those_of_the_role_of_whom_it_is_asked() -> None:
    roles = {WorkRole.ENGINEER: Decimal(50), WorkRole.DATABASE: Decimal(15), WorkRole.ARCHITECT: Decimal(10)}

    found = {each: skilled_hours(each, roles) for each in ("Cloud migration", "sql server", "Cloud architecture")}

    assert found == {"Cloud migration": Decimal(50), "sql server": Decimal(15), "Cloud architecture": Decimal(10)}
    # Where nobody works on data alone, engineers do; a skill that is not in the table is theirs.
    assert skilled_hours("SQL Server", {WorkRole.ENGINEER: Decimal(65)}) == 65
    assert skilled_hours("Juggling", roles) == 50


def test_a_skill_is_asked_of_one_role() -> None:
    asked = {(skill_key(row["skill"]), row["role"]) for row in read_csv("skills")}

    assert len(asked) == len({skill for skill, _ in asked})


def test_every_row_names_what_the_products_table_knows_and_where_it_is_from() -> None:
    rows = read_csv("skills")

    assert {row["source"] for row in rows} == {"ours", "recalled"}
    assert [row["subject"] for row in rows if row["kind"] == "product" and product(row["subject"]) is None] == []
    assert {row["kind"] for row in rows} == {"product", "category", "strategy", "depth"}
    known = {str(each) for each in Strategy}
    assert {word for row in rows for word in row["strategies"].split("|") if word} <= known


def test_every_product_takes_some_skill_under_some_strategy() -> None:
    subjects = {(row["kind"], row["subject"]) for row in read_csv("skills")}
    found = [
        row["product"]
        for row in read_csv("products")
        if ("product", row["product"]) not in subjects and ("category", row["category"]) not in subjects
    ]

    assert found == []
