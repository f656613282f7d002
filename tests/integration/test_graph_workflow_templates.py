"""Workflow templates through the schema: saved, versioned, the account's own, and kept by workflows that run."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio

from domain.access import Role
from persistence.database import open_database
from tests.graph import Graph
from tests.integration.conftest import make_tenant, postgres_bench
from tests.integration.guiding import Desk
from tests.toy import new_tenant

pytestmark = pytest.mark.asyncio(loop_scope="module")

TEMPLATE = "id key name kind stage version core steps trigger"
LIST = f"{{ workflowTemplates {{ {TEMPLATE} versions {{ totalCount nodes {{ version changedBy document }} }} }} }}"
SAVE = f"""mutation ($input: SaveWorkflowTemplateInput!) {{ saveWorkflowTemplate(input: $input) {{
  template {{ {TEMPLATE} }} errors {{ code path details }} }} }}"""
WORKFLOW = """query ($id: ID!) { flow(id: $id) { name phases { key } child { ... on CustomerSuccessFlow {
  workflow { id version } } } } }"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(module_database: str) -> AsyncIterator[Desk]:
    async with postgres_bench(module_database) as bench:
        engine = open_database(module_database)
        yield Desk(Graph(engine, bench.work, bench.tenant), bench)
        await engine.dispose()


def document(*keys: str, **more: Any) -> dict[str, Any]:
    steps = [{"key": key, "title": key.title(), "description": "For {{customer.name}}."} for key in keys]
    return {"name": "Ours", "trigger": {"kind": "OPPORTUNITY"}, "steps": steps, **more}


async def save(graph: Graph, key: str, given: Any, *roles: Role, **more: Any) -> dict[str, Any]:
    input = {"key": key, "document": given, **more}
    return dict((await graph.data(SAVE, *roles, input=input))["saveWorkflowTemplate"])


async def listed(graph: Graph) -> dict[str, Any]:
    found = (await graph.data(LIST, Role.VIEWER))["workflowTemplates"]
    return {each["key"]: each for each in found}


async def test_what_ships_is_listed_with_its_version(desk: Desk) -> None:
    templates = await listed(desk.graph)

    assert {key for key, each in templates.items() if each["core"]} == {
        "opportunity",
        "renewal-critical",
        "renewal-emergency",
        "renewal-overdue",
        "renewal-prepare",
        "risk",
        "standard-renewal",
        "strategic-account-planning",
    }
    critical = templates["renewal-critical"]
    assert (critical["kind"], critical["stage"], critical["version"]) == ("RENEWAL", "CRITICAL", 1)
    assert critical["versions"]["nodes"][0]["changedBy"] == "system"


async def test_a_workflow_keeps_the_version_that_it_started_with(desk: Desk) -> None:
    customer = await desk.customer()
    first = await save(desk.graph, "grow", document("ask", "offer"), description="Ours")
    running = await desk.flow(customer, "OPPORTUNITY", templateKey="grow")

    second = await save(desk.graph, "grow", document("listen", "ask", "offer"), expectedVersion=1)

    assert (first["errors"], first["template"]["version"], first["template"]["core"]) == ([], 1, False)
    assert second["template"]["version"] == 2
    kept = (await desk.graph.data(WORKFLOW, id=running["id"]))["flow"]
    assert kept["name"] == "Ours: Ardent Mills"
    assert kept["child"]["workflow"] == {"id": first["template"]["id"], "version": 1}
    assert await desk.walk(running["id"]) == ["ask", "offer"]
    again = await desk.flow(customer, "OPPORTUNITY", templateKey="grow")
    assert (await desk.graph.data(WORKFLOW, id=again["id"]))["flow"]["phases"] == [
        {"key": "listen"},
        {"key": "ask"},
        {"key": "offer"},
    ]
    versions = (await listed(desk.graph))["grow"]["versions"]
    assert [each["version"] for each in versions["nodes"]] == [2, 1]


async def test_a_stale_save_changes_nothing(desk: Desk) -> None:
    await save(desk.graph, "stale", document("ask"))

    payload = await save(desk.graph, "stale", document("listen"), expectedVersion=4)

    assert payload["template"] is None
    assert [(each["code"], each["details"]["currentVersion"]) for each in payload["errors"]] == [
        ("VERSION_CONFLICT", 1)
    ]
    assert (await listed(desk.graph))["stale"]["versions"]["totalCount"] == 1


async def test_a_broken_document_is_refused_with_all_that_is_wrong(desk: Desk) -> None:
    broken = document("ask", "ask", notifications=[{"key": "n", "when": "x >", "message": "{{nobody}}"}])

    payload = await save(desk.graph, "Broken", broken)

    assert payload["template"] is None
    assert sorted(".".join(each["path"]) for each in payload["errors"]) == [
        "document.notifications.0.message",
        "document.notifications.0.when",
        "document.steps.1.key",
        "key",
    ]
    assert "Broken" not in await listed(desk.graph)


async def test_only_an_admin_saves_and_another_account_does_not_see_it(desk: Desk) -> None:
    await save(desk.graph, "private", document("ask"))
    tenant = new_tenant()
    await make_tenant(desk.graph.engine, tenant)
    stranger = replace(desk.graph, tenant=tenant)

    refused = await desk.graph.ask(SAVE, Role.LEAD, input={"key": "private", "document": document("b")})

    assert refused["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert (await listed(desk.graph))["private"]["version"] == 1
    assert "private" not in await listed(stranger)
    assert len(await listed(stranger)) == 8


async def test_without_a_template_starting_names_what_to_add(desk: Desk) -> None:
    """What ships covers every kind; an account's own may be asked for by a key that is not there."""
    customer = await desk.customer()

    payload = await desk.start(customer, "RISK", templateKey="none-such")

    assert [(each["code"], each["path"][-1]) for each in payload["errors"]] == [("NOT_FOUND", "templateKey")]
