"""Registering flows of an older system: twice, together, from the command line, and seen through the API."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import make_url

from domain.access import Role, Tenant
from domain.errors import Refused
from persistence.database import open_database
from server.legacy import Report, import_legacy
from server.settings import Settings
from tests.graph import Graph
from tests.integration.conftest import Bench, postgres_bench
from tests.integration.test_command_line import command
from tests.integration.test_graph_assessment import CSV, follow
from tests.integration.test_graph_commands import started
from tests.toy import new_id

FLOWS = """{ flows(first: 20, orderBy: CREATED_ASC) { nodes { id type name status createdBy configuration progress
  iteration failure { message } allowedActions child { id } applications { nodes { name } }
  events { nodes { kind } } } } }"""
AUDIT = "SELECT mutation, outcome FROM audit_log WHERE mutation = 'import-legacy'"
FILE = """id,type,status,owner,created,configuration,applications
a-1,migration_readiness,completed,dana,2024-03-01T09:30:00Z,"{""depth"": 2}",Ledger;Payroll;Gone
a-2,plan,running,,2024-05-02 08:00:00,"{""maxAppsPerWave"": 0}",Ledger
a-3,carve_out,active,dana,2024-05-02,,
a-1,discovery,done,dana,2024-05-02,,
"""


@pytest.fixture
async def bench(fresh_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(fresh_database) as made:
        yield made


@pytest.fixture
async def graph(fresh_database: str, bench: Bench) -> AsyncIterator[Graph]:
    engine = open_database(fresh_database)
    made = Graph(engine, bench.work, bench.tenant)
    found = {"discovery": {"source": {"text": CSV}, "fileName": "apps.csv"}}
    await follow(made, bench, await started(made, configuration=found))
    yield made
    await engine.dispose()


@pytest.fixture
def settings(fresh_database: str, tmp_path: Path) -> Settings:
    return replace(Settings(), data=tmp_path, database_url=fresh_database, broadcast_url="memory://")


async def imported(settings: Settings, tenant: Tenant, text: str = FILE, *, only_check: bool = False) -> Report:
    return await import_legacy(settings, tenant, text.encode(), "flows.csv", only_check=only_check)


async def legacy(graph: Graph) -> list[dict[str, Any]]:
    nodes = (await graph.data(FLOWS, Role.ADMIN))["flows"]["nodes"]
    return [flow for flow in nodes if flow["configuration"].get("migrated")]


async def test_each_is_registered_once_and_what_was_wrong_is_told(graph: Graph, settings: Settings) -> None:
    report = await imported(settings, graph.tenant)

    assert (report.rows, report.registered, report.known) == (4, 2, 0)
    assert {row: texts[0].partition(":")[0] for row, texts in report.problems.items()} == {3: "type", 4: "id"}
    assert [(row, text.partition(":")[0]) for row, text in report.notes] == [
        (1, "applications"),
        (2, "status"),
        (2, "owner"),
        (2, "configuration"),
    ]
    done, unfit = await legacy(graph)
    assert (done["type"], done["status"], done["progress"], done["createdBy"]) == (
        "ASSESSMENT",
        "COMPLETED",
        100,
        "dana",
    )
    assert {each["name"] for each in done["applications"]["nodes"]} == {"Ledger", "Payroll"}
    assert {name: done["configuration"][name] for name in ("originalCreatedAt", "legacyId", "legacyConfiguration")} == {
        "originalCreatedAt": "2024-03-01T09:30:00Z",
        "legacyId": "a-1",
        "legacyConfiguration": {"depth": 2},
    }
    assert done["events"]["nodes"] == [{"kind": "FLOW_STATUS"}]
    assert done["child"]["id"].startswith("AssessmentFlow:")
    assert (unfit["type"], unfit["status"], unfit["createdBy"]) == ("PLANNING", "FAILED", "migration-script")
    assert "Ledger has not been assessed" in unfit["failure"]["message"]
    assert {"UPDATE", "RETRY_PHASE"} <= set(unfit["allowedActions"])

    again = await imported(settings, graph.tenant)

    assert (again.registered, again.known, len(again.problems)) == (0, 2, 2)
    assert len(await legacy(graph)) == 2


async def test_two_at_once_register_each_only_once(graph: Graph, settings: Settings) -> None:
    rows = "".join(f"b-{number},assessment,done,dana,2024-01-01,,Ledger\n" for number in range(12))
    reports = await asyncio.gather(
        *(
            imported(settings, graph.tenant, f"id,type,status,owner,created,configuration,applications\n{rows}")
            for _ in range(3)
        )
    )

    assert sum(report.registered for report in reports) == 12
    assert sum(report.known for report in reports) == 24
    found = await legacy(graph)
    assert sorted(flow["configuration"]["legacyId"] for flow in found) == sorted(f"b-{number}" for number in range(12))
    assert sorted(flow["iteration"] for flow in found) == list(range(1, 13))


async def test_nothing_is_registered_by_a_check_or_in_another_account(graph: Graph, settings: Settings) -> None:
    checked = await imported(settings, graph.tenant, only_check=True)
    with pytest.raises(Refused, match="There is no such engagement"):
        await imported(settings, Tenant(new_id(), graph.tenant.engagement_id))

    assert len(checked.problems) == 2
    assert await legacy(graph) == []


async def test_a_flow_that_goes_on_can_be_changed_and_keeps_where_it_is_from(
    graph: Graph, bench: Bench, settings: Settings
) -> None:
    rows = [{"id": 7, "type": "technical_assessment", "status": "paused", "applications": ["Ledger"]}]
    await import_legacy(settings, graph.tenant, json.dumps({"flows": rows}).encode(), "f.json", only_check=False)
    (flow,) = await legacy(graph)
    assert (flow["status"], flow["failure"]) == ("PAUSED", None)

    for mutation in ("resumeFlow(input: {flowId: $id})", "runPhase(input: {flowId: $id})"):
        await graph.data(f"mutation ($id: ID!) {{ {mutation} {{ errors {{ message }} }} }}", Role.LEAD, id=flow["id"])
    await bench.drive()

    (flow,) = await legacy(graph)
    assert flow["status"] == "AWAITING_INPUT"
    assert flow["configuration"]["legacyId"] == "7"


def test_the_command_says_what_it_did(graph: Graph, settings: Settings, tmp_path: Path, broadcast_url: str) -> None:
    file = tmp_path / "flows.csv"
    file.write_text(FILE, encoding="utf-8")
    servers = {
        "FLOTILLA_DATABASE_URL": make_url(settings.database_url).render_as_string(hide_password=False),
        "FLOTILLA_BROADCAST_URL": broadcast_url,
        "FLOTILLA_DATA": str(tmp_path),
    }
    words = ["--client-account", graph.tenant.client_account_id, "--engagement", graph.tenant.engagement_id]

    done = command("import-legacy", str(file), *words, **servers)
    assert (done.returncode, done.stderr[-1500:]) == (1, "2 of 4 rows were not registered; mend them and repeat.\n")
    assert done.stdout.splitlines()[-1] == "4 rows: 2 registered, 0 registered before, 2 refused."
    assert "row 3, not registered: type: There is no flow type 'carve_out'." in done.stdout

    unread = command("import-legacy", str(tmp_path / "none.csv"), *words, **servers)
    assert (unread.returncode, unread.stderr.endswith("cannot be read: No such file or directory.\n")) == (2, True)
