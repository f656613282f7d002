"""Contracts that are uploaded for a workflow: what the workflow tells of them, and what a search finds beside them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from domain.access import Role
from domain.customer import Customer
from persistence.database import open_database
from tests.graph import Graph
from tests.integration.conftest import postgres_bench
from tests.integration.talking import Desk, desk_of
from tests.integration.test_graph_contracts import CORRECT, DELETE, UPLOAD, File
from tests.toy import new_id
from tests.unit.contracts.made import MORE, SENTENCES, pdf

EVENTS = """query ($id: ID!) { flow(id: $id) {
  events(first: 100) { nodes { kind ... on ChildChanged { changedIds } ... on OverrideRecorded { override {
    subject before after rationale } } } } overrides(first: 10) { totalCount } } }"""
SAVE = """mutation ($input: SaveArtifactInput!) { saveArtifact(input: $input) {
  artifact { id } errors { message } } }"""


@pytest.fixture
async def desk(fresh_database: str) -> AsyncIterator[Desk]:
    engine = open_database(fresh_database)
    async with postgres_bench(fresh_database) as bench, desk_of(Graph(engine, bench.work, bench.tenant), bench) as desk:
        yield desk
    await engine.dispose()


async def upload(desk: Desk, flow_id: str | None, customer: str | None = None) -> Any:
    file = File("Acme MSA.pdf", pdf(SENTENCES, MORE))
    asked: dict[str, Any] = {"customer": customer or f"Customer:{desk.customer.id}", "flow": flow_id, "file": file}
    return (await desk.graph.data(UPLOAD, Role.CONTRIBUTOR, **asked))["uploadContract"]


async def test_a_workflow_tells_of_its_contract_and_lists_its_corrections(desk: Desk) -> None:
    flow_id = await desk.start()

    stored = await upload(desk, flow_id)
    contract = stored["contract"]["id"]
    await desk.graph.data(
        CORRECT, Role.CONTRIBUTOR, id=contract, fields={"noticeDays": 60}, why="Amendment 1", version=None
    )
    deleted = await desk.graph.data(DELETE, Role.CONTRIBUTOR, id=contract)

    assert (stored["flow"], deleted["deleteContract"]["errors"]) == ({"id": flow_id}, [])
    flow = (await desk.graph.data(EVENTS, id=flow_id))["flow"]
    told = [each for each in flow["events"]["nodes"] if each.get("changedIds") == [contract]]
    assert len(told) == 3
    (override,) = [each["override"] for each in flow["events"]["nodes"] if each["kind"] == "OVERRIDE"]
    assert override == {
        "subject": contract,
        "before": {"noticeDays": 90},
        "after": {"noticeDays": 60},
        "rationale": "Amendment 1",
    }
    assert flow["overrides"]["totalCount"] == 1


async def test_a_contract_is_for_a_workflow_of_its_customer_alone(desk: Desk) -> None:
    flow_id = await desk.start()
    async with desk.graph.work(desk.graph.tenant) as uow:
        other = Customer(new_id(), "Other", Decimal(1), "bob")
        await uow.customers.save((other,))

    answer = await upload(desk, flow_id, f"Customer:{other.id}")

    assert [(each["code"], each["path"]) for each in answer["errors"]] == [("INVALID_INPUT", ["flowId"])]
    async with desk.graph.work(desk.graph.tenant) as uow:
        assert await uow.contracts.of_customer(other.id) == ()


async def test_a_search_finds_what_artifacts_say_too(desk: Desk) -> None:
    flow_id = await desk.start()
    await upload(desk, None)
    content = {"text": "The steering committee meets in Rotterdam every second Tuesday."}
    saved = await desk.do(SAVE, flowId=flow_id, kind="OTHER", title="Minutes", content=content)

    async with desk.graph.work(desk.graph.tenant) as uow:
        about_meetings = await uow.contracts.passages(desk.customer.id, "Where does the committee meet?")
        about_notice = await uow.contracts.passages(desk.customer.id, "notice of renewal", 1)

    assert [f"Artifact:{each.artifact_id}" for each in about_meetings] == [saved["artifact"]["id"]]
    assert (about_meetings[0].title, "Rotterdam" in about_meetings[0].text) == ("Minutes", True)
    assert [(each.title, each.page) for each in about_notice] == [("Acme MSA.pdf", 2)]
