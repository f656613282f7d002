"""Exports from outside: asked for over HTTP, told of over a WebSocket, fetched by whom their links are for."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zipfile import ZipFile

import httpx
import pytest
import pytest_asyncio
from gql import Client, gql
from gql.transport.websockets import WebsocketsTransport
from openpyxl import load_workbook
from pyarrow.parquet import read_table
from pypdf import PdfReader
from sqlalchemy import text

from domain.access import Member, Role, Tenant
from domain.commands import StartFlow
from domain.flow import Flow
from persistence.database import open_database, reading
from resolvers import flows
from server.admission import admit, open_engagement
from server.app import create_app
from server.seed import SAMPLE, _Sample, _seed
from server.settings import Settings
from server.tokens import issue
from server.worker import make_exporter
from tests.integration import tiny
from tests.plans import application, decision
from tests.servers import Process

SOON = 60.0
EXPORT = """mutation ($input: ExportFlowInput!) { exportFlow(input: $input) {
  export { id status fileName url sizeBytes format } flow { id } errors { code message path } } }"""
ASK = """query ($id: ID!) { node(id: $id) { ... on Export { status url sizeBytes fileName failure expiresAt } } }"""
LIST = """query ($id: ID!) { flow(id: $id) { exports(first: 2) { totalCount nodes { id format status } } } }"""
CURSOR = "query ($id: ID!) { flow(id: $id) { eventCursor } }"
FOLLOW = """subscription ($id: ID!, $after: String) { flowEvents(flowId: $id, after: $after) {
  kind ... on ChildChanged { changedIds } } }"""
NAME = 'Umzug "2026"/Köln'


@dataclass(frozen=True)
class World:
    """The sample with an assessment of three applications, a plan of five, an API, and a worker of its own."""

    address: str
    data: Path
    flow_id: str
    plan_id: str
    mallory: Tenant
    database_url: str

    def headers(self, subject: str = "alice") -> dict[str, str]:
        tenant = self.mallory if subject == "mallory" else SAMPLE.tenant
        return {
            "Authorization": f"Bearer {issue(self.data, subject, lifetime=timedelta(hours=1))}",
            "X-Client-Account-ID": tenant.client_account_id,
            "X-Engagement-ID": tenant.engagement_id,
        }

    async def ask(self, query: str, subject: str = "alice", **variables: Any) -> Any:
        async with httpx.AsyncClient(base_url=f"http://{self.address}", timeout=30) as client:
            body = {"query": query, "variables": variables}
            answer = (await client.post("/graphql", json=body, headers=self.headers(subject))).json()
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def get(self, url: str, headers: dict[str, str], method: str = "GET") -> httpx.Response:
        async with httpx.AsyncClient(base_url=f"http://{self.address}", timeout=30) as client:
            return await client.request(method, url, headers=headers)

    async def export(self, format: str, of: str | None = None) -> dict[str, Any]:
        """What there is once the event says that it has changed; of the assessment, or of that flow."""
        flow_id = of or self.flow_id
        transport = WebsocketsTransport(url=f"ws://{self.address}/graphql", init_payload=self.headers())
        async with Client(transport=transport, fetch_schema_from_transport=False) as session:
            follow = gql(FOLLOW)
            cursor = (await self.ask(CURSOR, id=flow_id))["flow"]["eventCursor"]
            follow.variable_values = {"id": flow_id, "after": cursor}
            payload = (await self.ask(EXPORT, input={"flowId": flow_id, "format": format}))["exportFlow"]
            assert payload["errors"] == []
            export_id = payload["export"]["id"]
            async with asyncio.timeout(SOON), aclosing(session.subscribe(follow)) as events:
                async for event in events:
                    assert event["flowEvents"] == {"kind": "CHILD_CHANGED", "changedIds": [export_id]}
                    found = (await self.ask(ASK, id=export_id))["node"]
                    if found["status"] != "PENDING":
                        return {"id": export_id, **found}
        raise AssertionError("The subscription ended.")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(
    module_database: str, broadcast_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    data = tmp_path_factory.mktemp("data")
    settings = replace(Settings(), data=data, database_url=module_database, broadcast_url=broadcast_url)
    await _seed(settings)
    engine = open_database(module_database)
    sample = _Sample(engine, settings)
    async with reading(engine, SAMPLE.tenant) as connection:
        query = text("SELECT id FROM applications WHERE readiness = 'READY_FOR_ASSESSMENT' ORDER BY name LIMIT 3")
        ids = [str(row.id) for row in await connection.execute(query)]
    flow = await flows.start_flow(sample._alice, StartFlow("assessment", {"applicationIds": ids}, name=NAME))
    await sample._carry_through(flow.id)
    plan = await planned(sample)
    await engine.dispose()
    mallory = await open_engagement(module_database, "Mallory's")
    await admit(module_database, mallory, [Member("mallory", frozenset({Role.ADMIN}))])
    async with working(settings), tiny.serving(create_app(settings)) as address:
        yield World(address, data, f"MasterFlow:{flow.id}", f"MasterFlow:{plan.id}", mallory, module_database)


async def planned(sample: _Sample) -> Flow:
    """A whole plan of five applications, two at most in a wave."""
    found = [application(name) for name in ("=1+1", "Claims", 'Größe, "Köln"', "Ledger", "Portal")]
    async with sample._works(SAMPLE.tenant) as uow:
        await uow.portfolio.save([*found, *map(decision, found)])
    wanted = {"applicationIds": [each.id for each in found], "maxAppsPerWave": 2, "startsOn": "2027-01-04"}
    flow = await flows.start_flow(sample._alice, StartFlow("planning", wanted, name=NAME))
    try:
        await sample._carry_through(flow.id)
    finally:
        sample._runner.solvers.close()
    return flow


@asynccontextmanager
async def working(settings: Settings) -> AsyncIterator[None]:
    environment = {
        "FLOTILLA_DATABASE_URL": settings.database_url,
        "FLOTILLA_BROADCAST_URL": settings.broadcast_url,
        "FLOTILLA_DATA": str(settings.data),
    }
    worker = Process(["-m", "server", "worker"], environment)
    try:
        await asyncio.to_thread(worker.wait_for_line, "^worker .* is ready$")
        yield
    finally:
        await asyncio.to_thread(worker.stop)


pytestmark = pytest.mark.asyncio(loop_scope="module")

TYPES = {
    "JSON": ("json", "application/json"),
    "CSV": ("zip", "application/zip"),
    "XLSX": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "PDF": ("pdf", "application/pdf"),
}


@pytest.mark.parametrize("format", TYPES)
async def test_a_file_of_each_format_is_fetched_by_its_link(world: World, format: str) -> None:
    export = await world.export(format)

    # Packed on its way, what is text would not tell its length beforehand.
    response = await world.get(export["url"], {**world.headers(), "accept-encoding": "identity"})

    extension, media_type = TYPES[format]
    assert (export["status"], export["failure"]) == ("READY", None)
    assert export["fileName"].startswith("assessment-report-Umzug 2026 Köln-20")
    assert export["fileName"].endswith(f".{extension}")
    assert response.status_code == 200
    assert response.headers["content-type"] == media_type
    assert len(response.content) == export["sizeBytes"] == int(response.headers["content-length"])
    assert response.headers["cache-control"] == "private, no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert 'filename="assessment-report-Umzug 2026 K_ln-' in response.headers["content-disposition"]
    assert "filename*=UTF-8''assessment-report-Umzug%202026%20K%C3%B6ln-" in response.headers["content-disposition"]
    looked_at(format, response.content)


def looked_at(format: str, content: bytes) -> None:
    """It opens, and holds the three applications."""
    if format == "PDF":
        reader = PdfReader(io.BytesIO(content))
        assert len(reader.pages) == 4
        assert NAME in reader.pages[0].extract_text()
    elif format == "XLSX":
        book: Any = load_workbook(io.BytesIO(content))
        assert book["Applications"].max_row == 4
        assert len(book["Summary"]._charts) == 4
    elif format == "CSV":
        with ZipFile(io.BytesIO(content)) as archive:
            rows = list(csv.reader(io.StringIO(archive.read("applications.csv").decode("utf-8-sig"))))
        assert len(rows) == 4
    else:
        assert content.startswith(b'{\n  "format": "flotilla-assessment-report"')


PLAN_TYPES = {**TYPES, "PARQUET": TYPES["CSV"], "JIRA_CSV": ("csv", "text/csv; charset=utf-8")}


@pytest.mark.parametrize("format", PLAN_TYPES)
async def test_a_plan_is_fetched_in_each_of_its_formats(world: World, format: str) -> None:
    export = await world.export(format, world.plan_id)

    response = await world.get(export["url"], world.headers())

    extension, media_type = PLAN_TYPES[format]
    assert (export["status"], export["failure"]) == ("READY", None)
    assert re.fullmatch(rf"planning-report-Umzug 2026 Köln-\d{{4}}-\d\d-\d\d\.{extension}", export["fileName"])
    assert (response.status_code, response.headers["content-type"]) == (200, media_type)
    assert len(response.content) == export["sizeBytes"]
    plan_looked_at(format, response.content)


def plan_looked_at(format: str, content: bytes) -> None:
    """It opens, and holds three waves of five applications."""
    if format == "PDF":
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
        assert NAME in text
        assert "Critical path" in text
    elif format == "XLSX":
        book: Any = load_workbook(io.BytesIO(content))
        assert (book["Applications"].max_row, book["Waves"].max_row) == (6, 4)
        assert len(book["Timeline"]._charts) == 1
        assert {cell.data_type for cell in book["Applications"]["A"]} == {"s"}
    elif format == "JIRA_CSV":
        header, *rows = csv.reader(io.StringIO(content.decode("utf-8"), newline=""))
        kinds = [row[header.index("Issue Type")] for row in rows]
        assert (kinds.count("Epic"), kinds.count("Task")) == (3, 5 + 18)
    elif format == "JSON":
        assert content.startswith(b'{\n  "format": "flotilla-planning-report"')
    else:
        plan_unpacked(format, content)


def plan_unpacked(format: str, content: bytes) -> None:
    with ZipFile(io.BytesIO(content)) as archive:
        if format == "CSV":
            rows = list(csv.reader(io.StringIO(archive.read("applications.csv").decode("utf-8-sig"), newline="")))
            assert len(rows) == 6
            assert "'=1+1" in [row[0] for row in rows]
            return
        costs = read_table(io.BytesIO(archive.read("fact_cost.parquet")))
        (plan,) = read_table(io.BytesIO(archive.read("dim_plan.parquet"))).to_pylist()
        assert sum(costs["amount"].to_pylist()) == plan["subtotal"] > 0
        assert read_table(io.BytesIO(archive.read("fact_placement.parquet"))).num_rows == 5


async def test_exports_are_listed_newest_first(world: World) -> None:
    first, second = await world.export("JSON"), await world.export("CSV")

    found = (await world.ask(LIST, id=world.flow_id))["flow"]["exports"]

    assert [node["id"] for node in found["nodes"]] == [second["id"], first["id"]]
    assert found["totalCount"] >= 2


async def test_a_link_is_good_for_the_one_who_asked_alone(world: World) -> None:
    export = await world.export("JSON")
    mallory = world.headers("mallory")
    beside = {**mallory, "X-Client-Account-ID": SAMPLE.client_account_id, "X-Engagement-ID": SAMPLE.engagement_id}
    nobody = {name: value for name, value in world.headers().items() if name != "Authorization"}

    answers = [(await world.get(export["url"], headers)) for headers in (world.headers("bob"), mallory, beside, nobody)]
    missing = await world.get("/exports/018f0000-0000-7000-8000-0000000000ff", world.headers())

    assert [answer.status_code for answer in answers] == [404, 404, 404, 401]
    assert {answer.text for answer in answers[:3]} == {missing.text}
    assert missing.json()["errors"] == [{"message": "There is no such export.", "extensions": {"code": "NOT_FOUND"}}]
    assert answers[3].headers["www-authenticate"] == "Bearer"


async def test_bob_gets_a_link_of_his_own(world: World) -> None:
    export = await world.export("JSON")

    url = (await world.ask(ASK, "bob", id=export["id"]))["node"]["url"]

    assert url != export["url"]
    assert (await world.get(url, world.headers("bob"))).status_code == 200
    assert (await world.get(url, world.headers())).status_code == 404


async def test_a_link_that_was_changed_is_not_there(world: World) -> None:
    export = await world.export("JSON")
    split = urlsplit(export["url"])
    until = parse_qs(split.query)["until"][0]

    for url in (
        export["url"].replace(until, str(int(until) + 60)),
        export["url"][:-1],
        split.path,
        f"{split.path}?until=never&signature=x",
        "/exports/not-an-id?until=1&signature=x",
    ):
        assert (await world.get(url, world.headers())).status_code == 404, url


async def test_another_process_with_the_same_key_serves_it(world: World, broadcast_url: str) -> None:
    export = await world.export("PDF")
    settings = replace(Settings(), data=world.data, database_url=world.database_url, broadcast_url=broadcast_url)

    async with tiny.serving(create_app(settings)) as address:
        response = await replace(world, address=address).get(export["url"], world.headers())
        head = await replace(world, address=address).get(export["url"], world.headers(), "HEAD")

    assert response.status_code == head.status_code == 200
    assert (len(response.content), head.content) == (export["sizeBytes"], b"")


async def test_a_format_that_is_not_offered_is_named_with_those_that_are(world: World) -> None:
    before = (await world.ask(LIST, id=world.flow_id))["flow"]["exports"]["totalCount"]

    payload = (await world.ask(EXPORT, input={"flowId": world.flow_id, "format": "PARQUET"}))["exportFlow"]

    message = "A flow of the type Assessment is not exported as PARQUET. Formats: JSON, CSV, XLSX, PDF."
    error = {"code": "UNSUPPORTED_FORMAT", "message": message, "path": ["format"]}
    assert payload == {"export": None, "flow": None, "errors": [error]}
    assert (await world.ask(LIST, id=world.flow_id))["flow"]["exports"]["totalCount"] == before


async def test_a_file_whose_time_is_over_is_gone_and_its_export_says_so(world: World) -> None:
    export = await world.export("JSON")
    settings = replace(Settings(), data=world.data, database_url=world.database_url)
    engine = open_database(world.database_url)
    works = _Sample(engine, settings)._works
    async with works(SAMPLE.tenant) as uow:
        file_id = (await uow.exports.get(export["id"].partition(":")[2])).file_id or ""

    await make_exporter(works, settings).expire(SAMPLE.tenant, world.flow_id.partition(":")[2], file_id)

    await engine.dispose()
    response = await world.get(export["url"], world.headers())
    assert response.status_code == 410
    assert response.json()["errors"][0]["message"] == "This file is no longer kept. Export the flow again."
    found = (await world.ask(ASK, id=export["id"]))["node"]
    assert (found["status"], found["url"], found["expiresAt"]) == ("EXPIRED", None, export["expiresAt"])
