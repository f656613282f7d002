"""Scoring rules of client accounts, through the schema: defaults, versions, all problems at once, whose they are."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from jsonschema import Draft202012Validator
from sqlalchemy import insert, select

from domain.access import Role, Tenant
from domain.event import EventKind
from persistence.database import open_database, reading, select_tenant
from persistence.event_log import EventReader
from persistence.tables import engagements, scoring_rules
from tests.graph import Graph
from tests.integration.conftest import make_tenant, postgres_bench
from tests.toy import new_id, new_tenant

pytestmark = pytest.mark.asyncio(loop_scope="module")

SHOWN = "id version document description changedBy changedAt"
READ = f"{{ scoringRules {{ {SHOWN} }} }}"
SAVE = f"""mutation ($input: SaveScoringRulesInput!) {{ saveScoringRules(input: $input) {{
  rules {{ {SHOWN} }} errors {{ code message path details }} }} }}"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(module_database: str) -> AsyncIterator[Graph]:
    async with postgres_bench(module_database) as bench:
        engine = open_database(module_database)
        yield Graph(engine, bench.work, bench.tenant)
        await engine.dispose()


@pytest_asyncio.fixture(loop_scope="module")
async def graph(site: Graph) -> Graph:
    """An engagement of a client account of its own."""
    return await stranger_of(site)


async def stranger_of(graph: Graph) -> Graph:
    tenant = new_tenant()
    await make_tenant(graph.engine, tenant)
    return replace(graph, tenant=tenant)


async def neighbour_of(graph: Graph) -> Graph:
    """Another engagement of the same client account."""
    tenant = Tenant(graph.tenant.client_account_id, new_id())
    row = {"id": tenant.engagement_id, "client_account_id": tenant.client_account_id, "name": "N", "currency": "USD"}
    async with graph.engine.begin() as connection:
        await select_tenant(connection, tenant)
        await connection.execute(insert(engagements), row)
    return replace(graph, tenant=tenant)


async def rules_of(graph: Graph) -> dict[str, Any]:
    return dict((await graph.data(READ, Role.VIEWER))["scoringRules"])


async def save(graph: Graph, rules: Any, **more: Any) -> dict[str, Any]:
    return dict((await graph.data(SAVE, input={"rules": rules, **more}))["saveScoringRules"])


async def told(graph: Graph) -> list[Any]:
    """What the engagement's log has told of its rules."""
    events = await EventReader(graph.engine).page(graph.tenant, None, 0, 100)
    changes = [event.data["changed"] for event in events if event.kind is EventKind.CHILD_CHANGED]
    return [ids for change in changes for kind, ids in change if kind == "KeptScoringRules"]


async def test_before_anybody_saved_any_they_are_the_products(graph: Graph) -> None:
    rules = await rules_of(graph)

    assert rules["id"] == f"ScoringRules:{graph.tenant.client_account_id}"
    assert (rules["version"], rules["changedBy"], rules["description"]) == (1, "system", None)
    assert rules["document"]["stageDays"]["critical"] == 7
    assert rules["document"]["arrTiers"][0] == {"fromArr": 150000.0, "multiplier": 2.0}
    assert rules["document"]["escalation"] == 20


async def test_the_document_is_valid_by_the_schema_beside_it(graph: Graph) -> None:
    shown = (await graph.data("{ scoringRules { document schema } }"))["scoringRules"]
    validator = Draft202012Validator(shown["schema"])

    assert list(validator.iter_errors(shown["document"])) == []
    wrong: list[Any] = [
        {"stagesDays": {}},
        {"stageDays": {"critical": "seven"}},
        {"stageDays": {"critical": 0}},
        {"renewalBonus": {"overdue": 1_001}},
        {"opportunity": {"fromScore": 101}},
        {"risk": {"perPoint": 11}},
        {"arrTiers": [{"fromArr": 1}]},
        {"arrTiers": [{"fromArr": 1, "multiplier": -1}]},
        {"strategic": {"plans": ["LEAVE"]}},
        {"escalation": 0.5},
        {"perOtherWorkflow": -2},
    ]
    assert [document for document in wrong if validator.is_valid(document)] == []


async def test_other_rules_are_one_more_version_and_the_rest_is_as_by_default(graph: Graph) -> None:
    saved = await save(graph, {"escalation": 35, "plan": {"invest": 2}}, description=" Louder escalations ")

    rules = saved["rules"]
    assert saved["errors"] == []
    assert (rules["version"], rules["changedBy"], rules["description"]) == (2, "alice", "Louder escalations")
    assert (rules["document"]["escalation"], rules["document"]["perOtherWorkflow"]) == (35, 2)
    assert rules["document"]["plan"] == {"invest": 2, "expand": 1.3, "manage": 1, "monitor": 0.8, "none": 1}
    assert await rules_of(graph) == rules
    assert (await graph.data("query ($id: ID!) { node(id: $id) { id } }", id=rules["id"]))["node"] == {
        "id": rules["id"]
    }


async def test_saving_the_same_again_makes_no_version(graph: Graph) -> None:
    first = await save(graph, {"escalation": 5}, description="Why")

    again = await save(graph, {"escalation": 5}, description="Why")

    assert again == first
    assert len(await told(graph)) == 1


async def test_what_was_saved_is_in_the_audit_log(graph: Graph) -> None:
    await save(graph, {"escalation": 5}, description="Why")

    log = "{ auditLog(first: 1) { nodes { mutation subjectId by outcome before after } } }"
    (entry,) = (await graph.data(log))["auditLog"]["nodes"]
    assert (entry["mutation"], entry["by"], entry["outcome"]) == ("saveScoringRules", "alice", "OK")
    assert entry["subjectId"] == f"ScoringRules:{graph.tenant.client_account_id}"
    assert (entry["before"]["version"], entry["before"]["rules"]["escalation"]) == (1, 20)
    assert (entry["after"]["version"], entry["after"]["rules"]["escalation"]) == (2, 5)


async def test_all_that_is_wrong_is_told_at_once_and_nothing_changes(graph: Graph) -> None:
    before = await rules_of(graph)
    wrong = {
        "stageDays": {"critical": 14, "signature": 7},
        "risk": {"fromScore": 101},
        "arrTiers": [{"fromArr": 5, "multiplier": 1}, {"fromArr": 5, "multiplier": 99}],
        "escalation": 1.5,
        "plan": {"invest": "much"},
        "surprise": 1,
    }

    saved = await save(graph, wrong, description="x" * 1_001)

    assert saved["rules"] is None
    assert {tuple(error["path"]) for error in saved["errors"]} == {
        ("rules", "stageDays", "signature"),
        ("rules", "risk", "fromScore"),
        ("rules", "arrTiers", "1", "fromArr"),
        ("rules", "arrTiers", "1", "multiplier"),
        ("rules", "escalation"),
        ("rules", "plan", "invest"),
        ("rules", "surprise"),
        ("description",),
    }
    assert await rules_of(graph) == before
    assert await told(graph) == []


@pytest.mark.parametrize("document", [[], "rules", 3])
async def test_what_is_no_document_is_refused(graph: Graph, document: Any) -> None:
    saved = await save(graph, document)

    assert [error["path"] for error in saved["errors"]] == [["rules"]]
    assert (await rules_of(graph))["version"] == 1


@pytest.mark.parametrize("number", [True, "70", None])
async def test_what_is_no_number_is_none_here(graph: Graph, number: Any) -> None:
    payload = await save(graph, {"risk": {"base": number}})

    assert [(each["code"], each["path"]) for each in payload["errors"]] == [
        ("INVALID_INPUT", ["rules", "risk", "base"])
    ]


async def test_who_saves_on_an_old_version_is_told_who_was_before_him(graph: Graph) -> None:
    await save(graph, {"escalation": 5}, expectedVersion=1)

    saved = await save(graph, {"escalation": 6}, expectedVersion=1)

    (error,) = saved["errors"]
    details = {"expectedVersion": 1, "currentVersion": 2, "changedBy": "alice", "changed": ["rules"]}
    assert error["code"] == "VERSION_CONFLICT"
    assert {name: error["details"][name] for name in details} == details
    assert (await rules_of(graph))["document"]["escalation"] == 5


async def test_two_who_save_at_once_make_two_versions(graph: Graph) -> None:
    both = (save(replace(graph), {"escalation": points}) for points in (5, 6))

    saved = await asyncio.gather(*both)

    assert {each["rules"]["version"] for each in saved} == {2, 3}
    assert (await rules_of(graph))["version"] == 3
    assert len(await told(graph)) == 2


@pytest.mark.parametrize("role", [Role.VIEWER, Role.CONTRIBUTOR, Role.ARCHITECT, Role.LEAD])
async def test_only_an_admin_saves_rules(graph: Graph, role: Role) -> None:
    answer = await graph.ask(SAVE, role, input={"rules": {"escalation": 5}})

    assert [error["extensions"]["code"] for error in answer["errors"]] == ["FORBIDDEN"]
    assert (await rules_of(graph))["version"] == 1


async def test_engagements_of_one_account_have_the_same_rules_and_all_are_told(graph: Graph) -> None:
    neighbour = await neighbour_of(graph)

    await save(neighbour, {"escalation": 5})

    assert (await rules_of(graph))["document"]["escalation"] == 5
    assert await rules_of(neighbour) == await rules_of(graph)
    account = graph.tenant.client_account_id
    assert (await told(graph), await told(neighbour)) == ([account], [account])
    assert (await save(graph, {"escalation": 6}))["rules"]["version"] == 3


async def test_another_account_has_its_own_and_is_told_nothing(graph: Graph) -> None:
    stranger = await stranger_of(graph)

    await save(graph, {"escalation": 5})

    assert (await rules_of(stranger))["version"] == 1
    assert await told(stranger) == []
    foreign = await stranger.data("query ($id: ID!) { node(id: $id) { id } }", id=(await rules_of(graph))["id"])
    assert foreign == {"node": None}
    async with reading(graph.engine, stranger.tenant) as connection:
        assert (await connection.execute(select(scoring_rules))).all() == []


async def test_with_an_engagement_selected_its_neighbours_are_out_of_sight(graph: Graph) -> None:
    neighbour = await neighbour_of(graph)

    async with reading(graph.engine, graph.tenant) as connection:
        ids = (await connection.execute(select(engagements.c.id))).scalars().all()

    assert ids == [graph.tenant.engagement_id]
    assert neighbour.tenant.engagement_id not in ids
