"""Artifacts through the schema: saved in versions, written by rules and by a model, and made into tasks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from domain.access import Role, Tenant
from domain.artifacts.authoring import Authored, AuthorFailed, Commission
from domain.contract import PDF, Contract, ContractExtraction, ContractField, ExtractionEvidence
from domain.customer import Influence, Sentiment, Stakeholder
from domain.errors import Refused
from domain.event import WriteArtifact
from domain.model_usage import ModelUsage
from engine.artifacts import ArtifactJob, ArtifactRunner
from persistence.database import open_database
from shapes.codec import Codec
from tests.graph import Graph
from tests.integration.conftest import make_tenant, postgres_bench
from tests.integration.guiding import Desk
from tests.toy import new_id, new_tenant, now

pytestmark = pytest.mark.asyncio(loop_scope="module")

ERRORS = "errors { code message path details }"
ARTIFACT = """id step kind title content metadata source version createdBy
  flow { id version } tasks { title status } versions { totalCount nodes { version title savedBy source content } }"""
SAVE = f"""mutation ($input: SaveArtifactInput!) {{
  saveArtifact(input: $input) {{ artifact {{ {ARTIFACT} }} flow {{ id }} {ERRORS} }} }}"""
GENERATE = f"""mutation ($input: GenerateArtifactInput!) {{
  generateArtifact(input: $input) {{ artifact {{ id }} flow {{ id }} {ERRORS} }} }}"""
TASKS = f"""mutation ($input: TasksFromArtifactInput!) {{ createTasksFromArtifact(input: $input) {{
  tasks {{ id title status priority dueOn artifacts {{ id }} flow {{ id }} }} {ERRORS} }} }}"""
READ = f"query ($id: ID!) {{ artifact(id: $id) {{ {ARTIFACT} }} }}"
FLOW = """query ($id: ID!) { flow(id: $id) { version artifacts { totalCount nodes { id kind title } }
  events(kinds: [ARTIFACT, WARNING, TASK]) { nodes { kind
    ... on ArtifactSaved { artifact { title version } } ... on WarningRaised { warning { code message } } } } } }"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(module_database: str) -> AsyncIterator[Desk]:
    async with postgres_bench(module_database) as bench:
        engine = open_database(module_database)
        yield Desk(Graph(engine, bench.work, bench.tenant), bench)
        await engine.dispose()


@pytest_asyncio.fixture(loop_scope="module")
async def flow_id(desk: Desk) -> str:
    """A customer's workflow at its first step, with somebody known there."""
    customer = await desk.customer(name="Acme & Sons")
    async with desk.bench.work(desk.graph.tenant) as uow:
        ann = Stakeholder(new_id(), customer.id, "Ann", "CFO", Influence.HIGH, Sentiment.POSITIVE)
        await uow.customers.save_stakeholders([ann])
    flow_id: str = (await desk.flow(customer, "RISK"))["id"]
    desk.bench.take_jobs()
    return flow_id


@dataclass
class Scripted:
    """An author that gives these answers, as JSON, one after the other; what it showed is in `seen`."""

    answers: list[Any] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    asked: list[Commission] = field(default_factory=list)
    longest: int = 12_000

    @property
    def writes(self) -> bool:
        return bool(self.answers)

    async def write(self, commission: Commission) -> Authored:
        self.asked.append(commission)
        usage = ModelUsage("openai", "scripted", 10, 20, 1)
        try:
            checked = commission.read(self.answers.pop(0))
        except Refused as refused:
            raise AuthorFailed("INVALID_ANSWER", str(refused), usage) from None
        return Authored(checked, usage, 1, "artifacts 1 sha")

    def writing(self, _commission: Commission) -> Any:
        return nullcontext(_Pen(self.seen))


@dataclass
class _Pen:
    seen: list[str]

    def write(self, piece: str) -> None:
        self.seen.append(piece)


def runner(desk: Desk, author: Scripted) -> ArtifactRunner:
    return ArtifactRunner(desk.bench.work, Codec(), author, now, new_id)


async def written(desk: Desk, author: Scripted, *, times: int = 1) -> None:
    """What has been asked for is written, so many times over."""
    for job in desk.bench.take_jobs():
        if isinstance(job, WriteArtifact):
            for _ in range(times):
                await runner(desk, author).write(ArtifactJob(desk.graph.tenant, job.flow_id, job.artifact_id))


async def save(desk: Desk, flow_id: str, *roles: Role, **input: Any) -> dict[str, Any]:
    payload = (await desk.graph.data(SAVE, *roles, input={"flowId": flow_id, **input}))["saveArtifact"]
    assert payload["errors"] == []
    return dict(payload["artifact"])


async def refused(graph: Graph, text: str, **input: Any) -> list[tuple[str, list[str]]]:
    (payload,) = (await graph.data(text, input=input)).values()
    return [(error["code"], error["path"]) for error in payload["errors"]]


async def generated(desk: Desk, flow_id: str, kind: str, author: Scripted, **more: Any) -> dict[str, Any]:
    """The newest artifact of the flow, just written."""
    payload = (await desk.graph.data(GENERATE, input={"flowId": flow_id, "kind": kind, **more}))["generateArtifact"]
    assert payload == {"artifact": None, "flow": {"id": flow_id}, "errors": []}
    await written(desk, author)
    (newest, *_) = (await desk.graph.data(FLOW, id=flow_id))["flow"]["artifacts"]["nodes"]
    return dict((await desk.graph.data(READ, id=newest["id"]))["artifact"])


def told(flow: dict[str, Any]) -> list[dict[str, Any]]:
    """What the flow tells of artifacts, without what its template warns of."""
    return [each for each in flow["events"]["nodes"] if each.get("warning", {}).get("code") != "NOTIFICATION"]


async def test_each_save_is_a_version_and_the_same_again_is_none(desk: Desk, flow_id: str) -> None:
    first = await save(desk, flow_id, kind="REPORT", title="R", content={"text": "a"}, metadata={"colour": "red"})
    same = await save(desk, flow_id, id=first["id"], kind="REPORT", title="R", content={"text": "a"})
    second = await save(desk, flow_id, id=first["id"], kind="REPORT", title="S", content="b", expectedVersion=1)

    assert same == first
    assert (first["version"], first["source"], first["createdBy"], first["step"]) == (1, "USER", "alice", None)
    assert (second["version"], second["content"], second["metadata"]) == (2, "b", {"colour": "red"})
    assert [(each["version"], each["title"], each["content"]) for each in second["versions"]["nodes"]] == [
        (2, "S", "b"),
        (1, "R", {"text": "a"}),
    ]
    found = (await desk.graph.data(FLOW, id=flow_id))["flow"]
    assert found["artifacts"] == {"totalCount": 1, "nodes": [{"id": first["id"], "kind": "REPORT", "title": "S"}]}
    assert [each["artifact"] for each in told(found)] == [{"title": "S", "version": 2}] * 2


async def test_all_that_is_wrong_is_told_and_nothing_is_kept(desk: Desk, flow_id: str) -> None:
    graph, new = desk.graph, {"flowId": flow_id, "kind": "RECOMMENDATIONS", "title": "R"}
    artifact = await save(desk, flow_id, kind="REPORT", title="R", content="a")
    old = {"flowId": flow_id, "id": artifact["id"], "kind": "REPORT", "title": "S", "content": "b"}

    assert await refused(graph, SAVE, **new | {"title": " "}, step="nowhere", content={"items": [{}]}, metadata=7) == [
        ("INVALID_INPUT", ["title"]),
        ("NOT_FOUND", ["step"]),
        ("INVALID_INPUT", ["metadata"]),
        ("INVALID_INPUT", ["content", "items", "0", "title"]),
    ]
    assert await refused(graph, SAVE, **old, expectedVersion=7) == [("VERSION_CONFLICT", ["expectedVersion"])]
    assert await refused(graph, SAVE, **old | {"kind": "PLAN"}) == [("INVALID_INPUT", ["kind"])]
    assert await refused(graph, SAVE, **old | {"id": f"Artifact:{new_id()}"}) == [("NOT_FOUND", ["id"])]
    assert await refused(graph, SAVE, **old | {"id": "Task:x"}) == [("INVALID_INPUT", ["id"])]
    assert await refused(graph, GENERATE, flowId=flow_id, kind="CODE") == [("INVALID_INPUT", ["kind"])]
    assert await graph.code(SAVE, Role.VIEWER, input=old) == "FORBIDDEN"
    assert (await graph.data(READ, id=artifact["id"]))["artifact"] == artifact
    assert desk.bench.take_jobs() == []


async def test_an_offer_is_added_up_whatever_was_sent(desk: Desk, flow_id: str) -> None:
    line = {"product": "Seats", "quantity": 10, "unitPrice": "1500.005", "discountPercent": "10", "months": 12}

    offer = await save(desk, flow_id, kind="PRICING_TABLE", title="O", content={"lines": [line], "total": "1"})

    content = offer["content"]
    # 10 x 1500.005 x 12 = 180,000.60; 10% of it 18,000.06; 162,000.54 a year after 120,000.
    assert [content[name] for name in ("subtotal", "discount", "total", "arr", "arrChange", "arrChangePercent")] == [
        "180000.60",
        "18000.06",
        "162000.54",
        "162000.54",
        "42000.54",
        "35.00",
    ]


async def test_a_contract_bounds_an_offer_and_is_told_of_in_its_own_words(desk: Desk) -> None:
    customer = await desk.customer(name="Capped")
    async with desk.bench.work(desk.graph.tenant) as uow:
        said = "Prices rise by at most 5% at a renewal."
        evidence = ExtractionEvidence(ContractField.PRICE_CAP_PERCENT, said, 2)
        extraction = ContractExtraction(
            ends_on=date(2027, 3, 1), notice_days=30, price_cap_percent=Decimal(5), evidence=(evidence,)
        )
        stored = await uow.files.save("c.pdf", PDF, _chunks(b"x"), 10)
        contract = Contract(new_id(), customer.id, stored.id, "c.pdf", PDF, 2, "alice", now(), extraction)
        await uow.contracts.save(contract)
    flow_id = (await desk.flow(customer, "RISK"))["id"]
    desk.bench.take_jobs()
    line = {"product": "Seats", "quantity": 1, "unitPrice": "10500.01", "months": 12, "currentUnitPrice": "10000"}

    offer = await save(desk, flow_id, kind="PRICING_TABLE", title="O", content={"lines": [line]})
    analysis = await generated(desk, flow_id, "CONTRACT_ANALYSIS", Scripted())

    # 126,000.12 a year after 120,000.
    (line_says, table_says) = offer["metadata"]["warnings"]
    assert line_says == "The price of Seats rises by 5.0001%; the contract caps it at 5%."
    assert table_says.startswith("The annual recurring revenue rises by 5.0001%, above the contract's price cap of 5%.")
    assert offer["content"]["warnings"] == [line_says, table_says]
    warned = [each["warning"] for each in told((await desk.graph.data(FLOW, id=flow_id))["flow"]) if "warning" in each]
    assert [each["code"] for each in warned] == ["ARTIFACT_WARNING"] * 2
    content = analysis["content"]
    assert content["contractId"] == f"Contract:{contract.id}"
    assert (content["noticeBy"], content["priceCapPercent"]) == ("2027-01-30", "5")
    assert said in [term["sentence"] for term in content["terms"]]
    async with desk.bench.work(desk.graph.tenant) as uow:
        (found,) = await uow.contracts.passages(customer.id, "What do seats cost?")
    assert f"Artifact:{found.artifact_id}" == offer["id"]


async def _chunks(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def test_ids_in_a_map_are_global_ones_and_others_are_refused(desk: Desk, flow_id: str) -> None:
    draft = await generated(desk, flow_id, "STAKEHOLDER_MAP", Scripted())
    (person,) = draft["content"]["stakeholders"]

    again = await save(desk, flow_id, id=draft["id"], kind="STAKEHOLDER_MAP", title="Map", content=draft["content"])

    assert person["stakeholderId"].startswith("Stakeholder:")
    assert draft["content"]["customerId"].startswith("Customer:")
    assert (again["version"], again["content"], again["source"]) == (2, draft["content"], "USER")
    stranger = {"stakeholders": [{"stakeholderId": f"Stakeholder:{new_id()}"}]}
    wrong = {"flowId": flow_id, "kind": "STAKEHOLDER_MAP", "title": "M", "content": stranger}
    assert await refused(desk.graph, SAVE, **wrong) == [
        ("INVALID_INPUT", ["content", "stakeholders", "0", "stakeholderId"])
    ]


async def test_recommendations_become_tasks_once(desk: Desk, flow_id: str) -> None:
    items = [{"title": "A", "priority": "HIGH", "dueOn": "2026-12-01"}, {"title": "B"}, {"title": "C"}]
    artifact = await save(desk, flow_id, kind="RECOMMENDATIONS", title="R", content={"items": items})
    asked = {"artifactId": artifact["id"]}

    (first,) = (await desk.graph.data(TASKS, input=asked | {"items": [0]}))["createTasksFromArtifact"]["tasks"]
    moved = {"items": [{"title": "B"}, {"title": "A"}]}
    await save(desk, flow_id, id=artifact["id"], kind="RECOMMENDATIONS", title="R", content=moved)
    every = (await desk.graph.data(TASKS, input=asked))["createTasksFromArtifact"]["tasks"]
    again = (await desk.graph.data(TASKS, input=asked))["createTasksFromArtifact"]["tasks"]

    assert first == {
        "id": first["id"],
        "title": "A",
        "status": "OPEN",
        "priority": "HIGH",
        "dueOn": "2026-12-01",
        "artifacts": [{"id": artifact["id"]}],
        "flow": {"id": flow_id},
    }
    assert [task["title"] for task in every] == ["B", "A"]
    assert every[1] == first
    assert again == every
    assert await refused(desk.graph, TASKS, **asked, items=[2, 0, -1]) == [
        ("INVALID_INPUT", ["items", "0"]),
        ("INVALID_INPUT", ["items", "2"]),
    ]
    assert await refused(desk.graph, TASKS, artifactId=f"Artifact:{new_id()}") == [("NOT_FOUND", ["artifactId"])]
    tasks = (await desk.graph.data(READ, id=artifact["id"]))["artifact"]["tasks"]
    assert sorted(task["title"] for task in tasks) == ["A", "B"]


async def test_the_rules_write_one_live_and_it_is_saved_once(desk: Desk, flow_id: str) -> None:
    author, asked = Scripted(), {"flowId": flow_id, "kind": "EMAIL_DRAFT", "idempotencyKey": "k"}
    first = (await desk.graph.data(GENERATE, input=asked))["generateArtifact"]
    await written(desk, author, times=2)
    again = (await desk.graph.data(GENERATE, input=asked))["generateArtifact"]

    assert first == {"artifact": None, "flow": {"id": flow_id}, "errors": []}
    assert again["flow"] == {"id": flow_id}
    artifact = (await desk.graph.data(READ, id=again["artifact"]["id"]))["artifact"]
    assert (artifact["source"], artifact["version"], artifact["title"]) == ("RULES", 1, "Letter to Acme & Sons")
    assert "Acme &amp; Sons" in artifact["content"]["subject"]
    assert artifact["content"]["body"] in author.seen[0]
    assert len(author.seen) == 1
    flow = (await desk.graph.data(FLOW, id=flow_id))["flow"]
    assert flow["artifacts"]["totalCount"] == 1
    assert told(flow) == [{"kind": "ARTIFACT", "artifact": {"title": "Letter to Acme & Sons", "version": 1}}]


async def test_a_model_writes_one_from_the_facts(desk: Desk, flow_id: str) -> None:
    line = {"product": "Seats", "quantity": 10, "unitPrice": 1000, "discountPercent": 5, "months": 12, "note": None}
    author = Scripted([{"summary": "Ten seats.", "lines": [line]}])

    artifact = await generated(desk, flow_id, "PRICING_TABLE", author, instructions="Ten seats, please.")

    assert (artifact["source"], artifact["content"]["total"]) == ("MODEL_CHECKED_BY_RULES", "114000.00")
    assert artifact["metadata"] == {
        "generated": {
            "requestedBy": "alice",
            "instructions": "Ten seats, please.",
            "model": "scripted",
            "prompt": "artifacts 1 sha",
            "attempts": 1,
        }
    }
    assert "Ten seats, please." in author.asked[0].briefing


async def test_what_a_model_gets_wrong_is_written_by_the_rules(desk: Desk, flow_id: str) -> None:
    artifact = await generated(desk, flow_id, "RECOMMENDATIONS", Scripted([{"items": "none"}]))

    assert (artifact["source"], artifact["metadata"]["generated"]["fallback"]["code"]) == ("RULES", "INVALID_ANSWER")
    assert artifact["content"]["items"][0]["key"] == "r1"


async def test_one_that_ends_its_workers_is_given_up_and_told_of(desk: Desk, flow_id: str) -> None:
    await desk.graph.data(GENERATE, input={"flowId": flow_id, "kind": "PLAN"})
    (job,) = desk.bench.take_jobs()
    assert isinstance(job, WriteArtifact)
    asked = ArtifactJob(desk.graph.tenant, job.flow_id, job.artifact_id)

    starts = [await runner(desk, Scripted()).start(asked) for _ in range(5)]
    await runner(desk, Scripted()).write(asked)

    assert starts == [1, 2, 3, 4, 0]
    flow = (await desk.graph.data(FLOW, id=flow_id))["flow"]
    assert flow["artifacts"]["totalCount"] == 0
    (warned,) = told(flow)
    assert warned["warning"]["code"] == "ARTIFACT_FAILED"


async def test_a_deleted_flow_takes_its_artifacts_and_tasks(desk: Desk, flow_id: str) -> None:
    artifact = await save(desk, flow_id, kind="OTHER", title="O", content=[1])
    await desk.graph.data(GENERATE, input={"flowId": flow_id, "kind": "PLAN"})
    delete = "mutation ($id: ID!) { deleteFlow(input: {flowId: $id}) { deletedId errors { message } } }"

    gone = (await desk.graph.data(delete, Role.ADMIN, id=flow_id))["deleteFlow"]
    await written(desk, Scripted())

    assert gone == {"deletedId": flow_id, "errors": []}
    assert (await desk.graph.data(READ, id=artifact["id"]))["artifact"] is None


async def test_another_tenants_artifact_is_not_there(desk: Desk, flow_id: str) -> None:
    items = {"items": [{"title": "A"}]}
    artifact = await save(desk, flow_id, kind="RECOMMENDATIONS", title="R", content=items)
    tenant: Tenant = new_tenant()
    await make_tenant(desk.graph.engine, tenant)
    stranger = replace(desk.graph, tenant=tenant)

    assert (await stranger.data(READ, id=artifact["id"]))["artifact"] is None
    assert await refused(stranger, TASKS, artifactId=artifact["id"]) == [("NOT_FOUND", ["artifactId"])]
    assert await refused(stranger, GENERATE, flowId=flow_id, kind="REPORT") == [("NOT_FOUND", ["flowId"])]
    link = "mutation ($input: SaveTaskInput!) { saveTask(input: $input) { task { id } errors { code path } } }"
    assert await refused(stranger, link, title="T", artifactIds=[artifact["id"]]) == [
        ("NOT_FOUND", ["artifactIds", "0"])
    ]
    async with stranger.work(tenant) as uow:
        assert await uow.artifacts.find([artifact["id"].removeprefix("Artifact:")]) == ()
    assert (await desk.graph.data(READ, id=artifact["id"]))["artifact"] == artifact


async def test_the_schemas_of_the_six_kinds_can_be_read(desk: Desk) -> None:
    found = (await desk.graph.data("{ artifactSchemas { kind schema } }", Role.VIEWER))["artifactSchemas"]

    assert [each["kind"] for each in found] == [
        "ASSESSMENT_FORM",
        "OPEN_TASKS",
        "CONTRACT_ANALYSIS",
        "PRICING_TABLE",
        "STAKEHOLDER_MAP",
        "RECOMMENDATIONS",
    ]
    assert all(each["schema"]["type"] == "object" for each in found)
