"""What people correct in the portfolio, through the schema: facts, readiness and dependencies."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.access import Role
from persistence.database import open_database
from persistence.event_log import EventReader
from tests.graph import Graph
from tests.integration.conftest import Bench, make_tenant, postgres_bench
from tests.integration.test_graph_assessment import CSV, follow
from tests.integration.test_graph_commands import ERRORS, started
from tests.toy import new_id, new_tenant

FACTS = """id name description criticality environment userCount technologies { name version } attributes readiness
  readinessGaps version annualCost { amount } history { nodes { field before after by reason } } decision {
  strategy depth accepted source cost { amount } }"""
UPDATE = f"""mutation ($input: UpdateApplicationInput!) {{ updateApplication(input: $input) {{
  application {{ {FACTS} }} flow {{ id }} {ERRORS} }} }}"""
READY = f"""mutation ($input: SetReadinessInput!) {{ setReadiness(input: $input) {{
  applications {{ {FACTS} }} {ERRORS} }} }}"""
SAVE = f"""mutation ($input: SaveDependencyInput!) {{ saveDependency(input: $input) {{
  dependency {{ id from {{ name }} to {{ name }} kind criticality protocol origin confidence }} {ERRORS} }} }}"""
DELETE = f"mutation ($input: DeleteInput!) {{ deleteDependency(input: $input) {{ deletedId {ERRORS} }} }}"
EFFORT = {"low": "10", "likely": "20", "high": "40"}


@pytest.fixture
async def bench(fresh_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(fresh_database) as made:
        yield made


@pytest.fixture
async def graph(fresh_database: str, bench: Bench) -> AsyncIterator[Graph]:
    engine = open_database(fresh_database)
    yield Graph(engine, bench.work, bench.tenant)
    await engine.dispose()


@pytest.fixture
async def ids(graph: Graph, bench: Bench) -> dict[str, str]:
    """Ids of the applications Payroll, Ledger (ready) and Archive (not ready) by name."""
    text = f"{CSV}Archive,,,\n"
    found = {"discovery": {"source": {"text": text}, "fileName": "apps.csv"}}
    await follow(graph, bench, await started(graph, configuration=found))
    nodes = (await graph.data("{ applications { nodes { id name } } }"))["applications"]["nodes"]
    return {node["name"]: node["id"] for node in nodes}


async def ask(graph: Graph, text: str, *roles: Role, user: str = "alice", **input: Any) -> tuple[Any, list[Any]]:
    """What a mutation gives back, and the code and path of each error."""
    (payload,) = (await graph.data(text, *roles, user=user, input=input)).values()
    errors = [(error["code"], error["path"]) for error in payload.pop("errors")]
    return next(iter(payload.values())), errors


async def changed(graph: Graph) -> list[Any]:
    """What the engagement's events outside any flow say has changed."""
    page = await EventReader(graph.engine).page(graph.tenant, None, 0, 1000)
    return [event.data["changed"] for event in page if event.flow_id is None]


async def test_a_person_s_facts_are_kept_with_their_history(graph: Graph, ids: dict[str, str]) -> None:
    found, errors = await ask(
        graph,
        UPDATE,
        id=ids["Archive"],
        criticality="LOW",
        environment="prod",
        userCount=12,
        annualCost="1200.50",
        technologies=[{"name": "java", "version": "8"}],
        attributes={"source_available": True, "Room": "B12"},
    )

    assert errors == []
    assert (found["criticality"], found["environment"], found["userCount"]) == ("LOW", "PRODUCTION", 12)
    assert found["technologies"] == [{"name": "Java", "version": "8"}]
    assert found["attributes"]["source_available"] is True
    assert found["attributes"]["Room"] == "B12"
    assert found["annualCost"] == {"amount": "1200.50"}
    assert (found["readiness"], found["readinessGaps"], found["version"]) == ("READY_FOR_ASSESSMENT", [], 2)
    history = {line["field"]: (line["before"], line["after"], line["by"]) for line in found["history"]["nodes"]}
    assert history["criticality"] == (None, "LOW", "alice")
    assert history["technologies"] == (None, "Java 8", "alice")
    assert history["source_available"] == (None, "yes", "alice")
    assert history["readiness"] == ("NOT_READY", "READY_FOR_ASSESSMENT", "alice")
    assert await changed(graph) == [[["Application", ids["Archive"].partition(":")[2]]]]


async def test_absent_stays_and_null_clears(graph: Graph, ids: dict[str, str]) -> None:
    await ask(graph, UPDATE, id=ids["Payroll"], description="Pays.", attributes={"Room": "B12", "Floor": 3})

    found, errors = await ask(graph, UPDATE, id=ids["Payroll"], criticality=None, attributes={"Room": None})

    assert errors == []
    assert (found["criticality"], found["description"]) == (None, "Pays.")
    assert found["attributes"]["Floor"] == 3
    assert "Room" not in found["attributes"]
    assert found["readiness"] == "NOT_READY"


async def test_a_later_import_leaves_what_a_person_set(graph: Graph, bench: Bench, ids: dict[str, str]) -> None:
    await ask(graph, UPDATE, id=ids["Payroll"], criticality="LOW")

    found = {"discovery": {"source": {"text": CSV}, "fileName": "again.csv"}}
    await follow(graph, bench, await started(graph, configuration=found))

    nodes = (await graph.data("{ applications { nodes { name criticality } } }"))["applications"]["nodes"]
    assert {node["name"]: node["criticality"] for node in nodes}["Payroll"] == "LOW"


async def test_an_edit_names_all_that_is_wrong_and_changes_nothing(graph: Graph, ids: dict[str, str]) -> None:
    wrong: dict[str, Any] = {
        "name": " ",
        "environment": "moon",
        "userCount": -1,
        "attributes": {"criticality": "LOW", "tls": "maybe"},
    }

    found, errors = await ask(graph, UPDATE, id=ids["Payroll"], **wrong)

    assert found is None
    assert errors == [
        ("INVALID_INPUT", ["name"]),
        ("INVALID_INPUT", ["environment"]),
        ("INVALID_INPUT", ["userCount"]),
        ("INVALID_INPUT", ["attributes", "criticality"]),
        ("INVALID_INPUT", ["attributes", "tls"]),
    ]
    assert await changed(graph) == []


async def test_an_edit_of_an_older_application_is_refused(graph: Graph, ids: dict[str, str]) -> None:
    await ask(graph, UPDATE, id=ids["Payroll"], userCount=1, expectedVersion=1)
    same, _ = await ask(graph, UPDATE, id=ids["Payroll"], userCount=1)

    found, errors = await ask(graph, UPDATE, id=ids["Payroll"], userCount=2, expectedVersion=1)

    assert same["version"] == 2
    assert found is None
    assert errors == [("VERSION_CONFLICT", ["expectedVersion"])]


async def test_applications_are_not_edited_by_viewers_or_from_elsewhere(
    graph: Graph, bench: Bench, ids: dict[str, str]
) -> None:
    other = new_tenant()
    await make_tenant(graph.engine, other)
    stranger = Graph(graph.engine, bench.work, other)

    foreign = await ask(stranger, UPDATE, id=ids["Payroll"], userCount=1)
    foreign_readiness = await ask(stranger, READY, applicationIds=[ids["Payroll"]], readiness="NOT_READY")

    assert await graph.code(UPDATE, Role.VIEWER, input={"id": ids["Payroll"], "userCount": 1}) == "FORBIDDEN"
    assert foreign == (None, [("NOT_FOUND", ["id"])])
    assert foreign_readiness == (None, [("NOT_FOUND", ["applicationIds", "0"])])


async def test_over_open_gaps_readiness_needs_a_lead_and_a_reason(graph: Graph, ids: dict[str, str]) -> None:
    input: dict[str, Any] = {"applicationIds": [ids["Archive"]], "readiness": "READY_FOR_ASSESSMENT"}

    unreasoned = await ask(graph, READY, Role.LEAD, **input)
    code = await graph.code(READY, Role.ARCHITECT, input=input | {"reason": "We know it."})
    (found,), errors = await ask(graph, READY, Role.LEAD, **input, reason="We know it.")

    assert unreasoned == (None, [("INVALID_INPUT", ["reason"])])
    assert code == "FORBIDDEN"
    assert errors == []
    assert (found["readiness"], found["readinessGaps"] == []) == ("READY_FOR_ASSESSMENT", False)
    line = next(line for line in found["history"]["nodes"] if line["field"] == "readiness" and line["reason"])
    assert (line["before"], line["after"], line["reason"]) == ("NOT_READY", "READY_FOR_ASSESSMENT", "We know it.")
    edited, _ = await ask(graph, UPDATE, id=ids["Archive"], userCount=3)
    assert edited["readiness"] == "READY_FOR_ASSESSMENT"


async def test_planning_without_an_assessment_needs_a_decision(graph: Graph, ids: dict[str, str]) -> None:
    input: dict[str, Any] = {"applicationIds": [ids["Payroll"]], "readiness": "READY_FOR_PLANNING"}
    decision = {"strategy": "REFACTOR", "effort": EFFORT}

    undecided = await ask(graph, READY, Role.CONTRIBUTOR, **input)
    code = await graph.code(READY, Role.CONTRIBUTOR, input=input | {"decision": decision})
    (found,), errors = await ask(graph, READY, Role.ARCHITECT, **input, decision=decision)

    assert undecided == (None, [("NOT_READY", ["decision"])])
    assert code == "FORBIDDEN"
    assert errors == []
    assert found["readiness"] == "READY_FOR_PLANNING"
    assert found["decision"]["strategy"] == "REFACTOR"
    assert found["decision"]["depth"] == "CODE"
    assert (found["decision"]["accepted"], found["decision"]["source"]) == (True, "USER")


async def test_a_batch_of_readiness_is_done_as_a_whole_or_not_at_all(graph: Graph, ids: dict[str, str]) -> None:
    both = [ids["Payroll"], ids["Archive"]]

    planned = await ask(graph, READY, applicationIds=both, readiness="PLANNED")
    retained = await ask(graph, READY, applicationIds=[ids["Payroll"]], readiness="RETAINED")
    mixed = await ask(graph, READY, applicationIds=both, readiness="NOT_READY")

    assert planned == (None, [("INVALID_TRANSITION", ["applicationIds", str(index)]) for index in range(2)])
    assert retained[0][0]["readiness"] == "RETAINED"
    assert mixed == (None, [("INVALID_TRANSITION", ["applicationIds", "0"])])


async def test_a_dependency_is_drawn_changed_and_deleted(graph: Graph, ids: dict[str, str]) -> None:
    ends = {"fromId": ids["Payroll"], "toId": ids["Ledger"]}

    made, errors = await ask(graph, SAVE, **ends, kind="HARD", protocol="SQL", criticality="HIGH", user="bob")
    changed_one, _ = await ask(graph, SAVE, **ends, id=made["id"], kind="SOFT", criticality=None, user="carol")
    twice = await ask(graph, SAVE, **ends, kind="SOFT")
    itself = await ask(graph, SAVE, fromId=ids["Ledger"], toId=ids["Ledger"], kind="SOFT")
    gone, _ = await ask(graph, DELETE, id=made["id"])
    again = await ask(graph, DELETE, id=made["id"])

    assert errors == []
    assert (made["from"]["name"], made["to"]["name"], made["kind"]) == ("Payroll", "Ledger", "HARD")
    assert (made["origin"], made["confidence"]) == ("bob", 1.0)
    assert (changed_one["kind"], changed_one["protocol"], changed_one["criticality"]) == ("SOFT", "SQL", None)
    assert changed_one["origin"] == "carol"
    assert twice == (None, [("ALREADY_EXISTS", ["toId"])])
    assert itself == (None, [("INVALID_INPUT", ["toId"])])
    assert gone == made["id"]
    assert again == (None, [("NOT_FOUND", ["id"])])
    assert await changed(graph) == [[["Dependency", made["id"].partition(":")[2]]]] * 3


async def test_a_dependency_needs_two_applications_and_a_contributor(graph: Graph, ids: dict[str, str]) -> None:
    input = {"fromId": ids["Payroll"], "toId": f"Application:{new_id()}", "kind": "HARD"}

    assert await ask(graph, SAVE, **input) == (None, [("NOT_FOUND", ["toId"])])
    assert await ask(graph, DELETE, id=ids["Payroll"]) == (None, [("NOT_FOUND", ["id"])])
    assert await graph.code(SAVE, Role.VIEWER, input=input) == "FORBIDDEN"
    assert await graph.code(DELETE, Role.VIEWER, input={"id": f"Dependency:{new_id()}"}) == "FORBIDDEN"
