"""Customers through the schema: imported, edited, drawn as a map, and nobody else's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from domain.access import Role
from persistence.database import open_database
from tests.graph import Graph
from tests.integration.conftest import Bench, make_tenant, postgres_bench
from tests.integration.test_graph_commands import ERRORS
from tests.integration.test_graph_portfolio import ask, changed
from tests.toy import new_id, new_tenant

pytestmark = pytest.mark.asyncio(loop_scope="module")

CUSTOMER = (
    """id name domain arr { amount currency } renewalDate owner accountPlan riskScore opportunityScore healthScore"""
)
CONTEXT = """context { stage daysUntilRenewal riskScore extra
  financials { currentArr { amount } previousArr { amount } trend }
  usage { activeUsers utilizationRate trend } engagement { lastContactOn nextReviewOn openTickets }
  priorities { kind priority { total baseScore arrMultiplier planMultiplier explanation } } }"""
PEOPLE = "stakeholders { id name role influence sentiment notes x y reportsTo { name } relations { kind to { name } } }"
IMPORT = f"""mutation ($input: ImportCustomersInput!) {{ importCustomers(input: $input) {{
  imported rejectedCount rejected {{ line reason values }} {ERRORS} }} }}"""
SAVE = (
    f"mutation ($input: SaveCustomerInput!) {{ saveCustomer(input: $input) {{ customer {{ {CUSTOMER} }} {ERRORS} }} }}"
)
PERSON = f"""mutation ($input: SaveStakeholderInput!) {{ saveStakeholder(input: $input) {{
  stakeholder {{ id name notes x y reportsTo {{ name }} }} {ERRORS} }} }}"""
MAP = f"""mutation ($input: SaveStakeholderMapInput!) {{ saveStakeholderMap(input: $input) {{
  customer {{ {PEOPLE} }} {ERRORS} }} }}"""
DELETE = f"mutation ($input: DeleteInput!) {{ deleteStakeholder(input: $input) {{ deletedId {ERRORS} }} }}"
READ = f"query ($id: ID!) {{ customer(id: $id) {{ {CUSTOMER} {CONTEXT} {PEOPLE} }} }}"
LIST = """query ($filter: CustomerFilter, $first: Int, $after: String) { customers(filter: $filter, first: $first,
  after: $after) { totalCount nodes { name } pageInfo { hasNextPage endCursor } } }"""
NODE = "query ($id: ID!) { node(id: $id) { id ... on Customer { name } ... on Stakeholder { name } } }"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def bench(module_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(module_database) as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def graph(module_database: str, bench: Bench) -> AsyncIterator[Graph]:
    """A tenant of its own for each test."""
    engine = open_database(module_database)
    tenant = new_tenant()
    await make_tenant(engine, tenant)
    yield Graph(engine, bench.work, tenant)
    await engine.dispose()


def day(days: int) -> str:
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


async def imported(graph: Graph, text: str, *roles: Role, **more: Any) -> dict[str, Any]:
    input = {"source": {"text": text}, **more}
    return dict((await graph.data(IMPORT, *roles, input=input))["importCustomers"])


async def customer_ids(graph: Graph) -> dict[str, str]:
    nodes = (await graph.data("{ customers { nodes { id name } } }"))["customers"]["nodes"]
    return {node["name"]: node["id"] for node in nodes}


async def person(graph: Graph, customer: str, name: str, **more: Any) -> Any:
    input = {"customerId": customer, "name": name, "role": "Buyer", "influence": "HIGH", "sentiment": "NEUTRAL", **more}
    return await ask(graph, PERSON, **input)


def placed(customer: str, id: str | None, name: str, **more: Any) -> dict[str, Any]:
    given = {"customerId": customer, "name": name, "role": "Buyer", "influence": "LOW", "sentiment": "POSITIVE", **more}
    return given if id is None else {"id": id, **given}


CORVID = (
    "Id,Name,Website,ARR,Renewal date,Owner,Plan,Risk score,Previous ARR,Active users,Usage rate,Open tickets,Area\n"
    "1,Corvid Labs,corvid.example,160000,{renewal},carol,invest,65,100000,12,80%,3,North\n"
)


async def test_what_was_imported_is_read_back(graph: Graph) -> None:
    payload = await imported(graph, CORVID.format(renewal=day(10)), Role.CONTRIBUTOR)

    assert payload == {"imported": 1, "rejectedCount": 0, "rejected": [], "errors": []}
    id = (await customer_ids(graph))["Corvid Labs"]
    found = (await graph.data(READ, Role.VIEWER, id=id))["customer"]
    assert found.pop("context")["extra"] == {"Area": "North"}
    assert found == {
        "id": id,
        "name": "Corvid Labs",
        "domain": "corvid.example",
        "arr": {"amount": "160000.00", "currency": "USD"},
        "renewalDate": day(10),
        "owner": "carol",
        "accountPlan": "INVEST",
        "riskScore": 65.0,
        "opportunityScore": None,
        "healthScore": None,
        "stakeholders": [],
    }


async def test_a_customer_has_a_context_before_any_workflow_starts(graph: Graph) -> None:
    await imported(graph, CORVID.format(renewal=day(10)))
    id = (await customer_ids(graph))["Corvid Labs"]

    context = (await graph.data(READ, Role.VIEWER, id=id))["customer"]["context"]

    kinds = {each["kind"]: each["priority"] for each in context.pop("priorities")}
    assert context == {
        "stage": "CRITICAL",
        "daysUntilRenewal": 10,
        "riskScore": 65.0,
        "extra": {"Area": "North"},
        "financials": {"currentArr": {"amount": "160000.00"}, "previousArr": {"amount": "100000.00"}, "trend": "UP"},
        "usage": {"activeUsers": 12, "utilizationRate": 0.8, "trend": None},
        "engagement": {"lastContactOn": None, "nextReviewOn": None, "openTickets": 3},
    }
    # (80 + 10) x 2 x 1.5, 70 x 2 x 1.5, (60 + 0.6 x 65) x 2 x 1.5.
    assert {kind: each["total"] for kind, each in kinds.items()} == {"RENEWAL": 270, "STRATEGIC": 210, "RISK": 297}
    assert kinds["RENEWAL"]["explanation"].startswith("Renewal in 10 days")


async def test_a_repeat_is_told_what_the_first_import_came_to(graph: Graph) -> None:
    text = "Name,Risk score\nA,5\nB,500\n"

    first = await imported(graph, text, idempotencyKey="once")
    again = await imported(graph, text, idempotencyKey="once")
    anew = await imported(graph, text)

    assert (first["imported"], first["rejectedCount"]) == (1, 1)
    assert first["rejected"] == [
        {
            "line": 3,
            "reason": 'Column "Risk score": Risk score is from 0 to 100; 500 is not.',
            "values": {"Name": "B", "Risk score": "500"},
        }
    ]
    assert again == first
    assert (anew["imported"], anew["rejectedCount"]) == (0, 1)
    assert list(await customer_ids(graph)) == ["A"]


@pytest.mark.parametrize("text", ["", "one,two\n1,2\n", '[{"name": ', "\x01\x02\x03\x04"])
async def test_rubbish_is_refused_and_nothing_changes(graph: Graph, text: str) -> None:
    payload = await imported(graph, text)

    assert [error["path"] for error in payload.pop("errors")] == [["source"]]
    assert payload == {"imported": None, "rejectedCount": None, "rejected": None}
    assert await customer_ids(graph) == {}


async def test_two_imports_at_once_make_one_customer_each(graph: Graph) -> None:
    text = "Name\n" + "".join(f"Customer {number}\n" for number in range(30))

    made = await asyncio.gather(*(imported(graph, text) for _ in range(3)))

    assert sorted(each["imported"] for each in made) == [0, 0, 30]
    assert len(await customer_ids(graph)) == 30


async def test_customers_are_listed_by_name_and_filtered(graph: Graph) -> None:
    await imported(
        graph,
        "Name,Domain,Owner,Plan,Renewal date\nB,b.example,carol,manage,2027-01-10\nA,a.example,dan,invest,2027-02-10\n"
        "C,c.test,carol,,\n",
    )

    async def names(**filter: Any) -> list[str]:
        page = (await graph.data(LIST, filter=filter))["customers"]
        assert page["totalCount"] == len(page["nodes"])
        return [node["name"] for node in page["nodes"]]

    assert await names() == ["A", "B", "C"]
    assert await names(owner="carol") == ["B", "C"]
    assert await names(search="EXAMPLE") == ["A", "B"]
    assert await names(accountPlans=["INVEST", "MONITOR"]) == ["A"]
    assert await names(renewsBefore="2027-02-10") == ["B"]
    first = (await graph.data(LIST, first=2))["customers"]
    rest = (await graph.data(LIST, first=2, after=first["pageInfo"]["endCursor"]))["customers"]
    assert (first["pageInfo"]["hasNextPage"], [node["name"] for node in rest["nodes"]]) == (True, ["C"])


async def test_an_edit_leaves_what_it_does_not_say_and_null_clears(graph: Graph) -> None:
    made, errors = await ask(graph, SAVE, name="Corvid", arr="10.50", riskScore=60, renewalDate="2027-01-01")
    assert errors == []
    assert (made["owner"], made["domain"], made["arr"]["amount"]) == ("alice", "", "10.50")

    after, errors = await ask(graph, SAVE, id=made["id"], name="Corvid Labs", renewalDate=None, domain="Corvid.example")

    assert errors == []
    assert after == {**made, "name": "Corvid Labs", "renewalDate": None, "domain": "corvid.example"}


async def test_all_that_is_wrong_with_an_edit_is_told_and_nothing_changes(graph: Graph) -> None:
    made, _ = await ask(graph, SAVE, name="Corvid", arr="10")
    wrong: dict[str, Any] = {"name": " ", "arr": "-1", "domain": "no domain", "riskScore": 101, "healthScore": -0.5}

    refused, errors = await ask(graph, SAVE, id=made["id"], **wrong)

    assert refused is None
    assert errors == [("INVALID_INPUT", [name]) for name in ("name", "arr", "domain", "riskScore", "healthScore")]
    assert (await graph.data(READ, id=made["id"]))["customer"]["name"] == "Corvid"
    for name, value in (("arr", "1.005"), ("renewalDate", "9999-12-31"), ("renewalDate", "0001-01-01")):
        assert (await ask(graph, SAVE, name="X", **{name: value}))[1] == [("INVALID_INPUT", [name])]
    assert list(await customer_ids(graph)) == ["Corvid"]


async def test_a_map_is_saved_as_a_whole(graph: Graph) -> None:
    corvid = (await ask(graph, SAVE, name="Corvid"))[0]["id"]
    ada, ben, cleo = [(await person(graph, corvid, name))[0]["id"] for name in ("Ada", "Ben", "Cleo")]
    people = [placed(corvid, ada, "Ada", x=1.5, y=-2), placed(corvid, ben, "Ben", reportsToId=ada, notes="Tea")]
    lines = [{"fromId": ben, "toId": ada, "kind": "ALLY"}, {"fromId": ada, "toId": ben, "kind": "INFLUENCES"}]

    saved, errors = await ask(graph, MAP, customerId=corvid, stakeholders=people, relations=lines)

    assert errors == []
    assert [(each["name"], each["x"], each["reportsTo"], each["relations"]) for each in saved["stakeholders"]] == [
        ("Ada", 1.5, None, [{"kind": "INFLUENCES", "to": {"name": "Ben"}}]),
        ("Ben", None, {"name": "Ada"}, [{"kind": "ALLY", "to": {"name": "Ada"}}]),
    ]
    assert (await graph.data(NODE, id=cleo))["node"] is None
    gone = (await graph.data(DELETE, input={"id": ada}))["deleteStakeholder"]
    assert gone == {"deletedId": ada, "errors": []}
    left = (await graph.data(READ, id=corvid))["customer"]["stakeholders"]
    assert [(each["name"], each["reportsTo"], each["relations"], each["notes"]) for each in left] == [
        ("Ben", None, [], "Tea")
    ]


async def test_a_map_that_cannot_be_is_refused_whole(graph: Graph) -> None:
    corvid, tern = [(await ask(graph, SAVE, name=name))[0]["id"] for name in ("Corvid", "Tern")]
    ada, ben = [(await person(graph, corvid, name))[0]["id"] for name in ("Ada", "Ben")]
    stranger = (await person(graph, tern, "Zoe"))[0]["id"]
    before = (await graph.data(READ, id=corvid))["customer"]["stakeholders"]

    async def refused(people: list[Any], *lines: tuple[str, str]) -> list[Any]:
        relations = [{"fromId": start, "toId": end, "kind": "ALLY"} for start, end in lines]
        payload, errors = await ask(graph, MAP, customerId=corvid, stakeholders=people, relations=relations)
        assert payload is None
        return errors

    circle = [placed(corvid, ada, "Ada", reportsToId=ben), placed(corvid, ben, "Ben", reportsToId=ada)]
    assert await refused(circle) == [("INVALID_INPUT", ["stakeholders", str(n), "reportsToId"]) for n in (0, 1)]
    both = [placed(corvid, ada, "Ada"), placed(corvid, ben, "Ben", x=1)]
    assert await refused(both, (ada, ada), (ada, stranger)) == [
        ("INVALID_INPUT", ["stakeholders", "1", "y"]),
        ("INVALID_INPUT", ["relations", "0", "toId"]),
        ("NOT_FOUND", ["relations", "1", "toId"]),
    ]
    assert await refused([placed(corvid, stranger, "Zoe"), placed(tern, ada, "Ada"), placed(corvid, ada, "Ada")]) == [
        ("NOT_FOUND", ["stakeholders", "0", "id"]),
        ("INVALID_INPUT", ["stakeholders", "1", "customerId"]),
        ("INVALID_INPUT", ["stakeholders", "2", "id"]),
    ]
    assert (await graph.data(READ, id=corvid))["customer"]["stakeholders"] == before


async def test_one_stakeholder_answers_to_somebody_of_the_same_customer_only(graph: Graph) -> None:
    corvid, tern = [(await ask(graph, SAVE, name=name))[0]["id"] for name in ("Corvid", "Tern")]
    ada = (await person(graph, corvid, "Ada", notes="Tea"))[0]["id"]
    ben = (await person(graph, corvid, "Ben", reportsToId=ada))[0]["id"]
    zoe = (await person(graph, tern, "Zoe"))[0]["id"]

    assert (await person(graph, corvid, "Ada", id=ada, reportsToId=ben))[1] == [("INVALID_INPUT", ["reportsToId"])]
    assert (await person(graph, corvid, "Ada", id=ada, reportsToId=ada))[1] == [("INVALID_INPUT", ["reportsToId"])]
    assert (await person(graph, corvid, "Ada", id=ada, reportsToId=zoe))[1] == [("NOT_FOUND", ["reportsToId"])]
    assert (await person(graph, tern, "Ada", id=ada))[1] == [("NOT_FOUND", ["id"])]
    after, errors = await person(graph, corvid, "Ada Reed", id=ada)
    assert (after["name"], after["notes"], after["reportsTo"], errors) == ("Ada Reed", "Tea", None, [])


async def test_another_tenant_sees_and_changes_nothing(graph: Graph) -> None:
    corvid = (await ask(graph, SAVE, name="Corvid"))[0]["id"]
    ada = (await person(graph, corvid, "Ada"))[0]["id"]
    tenant = new_tenant()
    await make_tenant(graph.engine, tenant)
    other = replace(graph, tenant=tenant)

    assert (await other.data(READ, id=corvid))["customer"] is None
    assert await customer_ids(other) == {}
    assert [(await other.data(NODE, id=id))["node"] for id in (corvid, ada)] == [None, None]
    assert (await ask(other, SAVE, id=corvid, name="Mine"))[1] == [("NOT_FOUND", ["id"])]
    assert (await person(other, corvid, "Mine"))[1] == [("NOT_FOUND", ["customerId"])]
    assert (await other.data(DELETE, input={"id": ada}))["deleteStakeholder"]["deletedId"] is None
    assert (await graph.data(NODE, id=ada))["node"] == {"id": ada, "name": "Ada"}
    assert (await graph.data(READ, id=corvid))["customer"]["name"] == "Corvid"


@pytest.mark.parametrize("text", [IMPORT, SAVE])
async def test_viewers_change_nothing(graph: Graph, text: str) -> None:
    input: dict[str, Any] = {"source": {"text": "Name\nA\n"}} if text is IMPORT else {"name": "A"}

    assert await graph.code(text, Role.VIEWER, input=input) == "FORBIDDEN"

    assert await customer_ids(graph) == {}


async def test_changes_are_told_to_the_engagement(graph: Graph) -> None:
    await imported(graph, "Name\nCorvid\n")
    corvid = (await customer_ids(graph))["Corvid"]
    ada = (await person(graph, corvid, "Ada"))[0]["id"]

    assert await changed(graph) == [
        [["Customer", corvid.partition(":")[2]]],
        [["Stakeholder", ada.partition(":")[2]], ["Customer", corvid.partition(":")[2]]],
    ]
    log = (await graph.data("{ auditLog { nodes { mutation subjectId } } }"))["auditLog"]["nodes"]
    assert log == [
        {"mutation": "saveStakeholder", "subjectId": ada},
        {"mutation": "importCustomers", "subjectId": corvid},
    ]


async def test_more_customers_are_found_at_once_than_a_statement_has_parameters(graph: Graph) -> None:
    await imported(graph, '[{"name": "Corvid", "stakeholders": [{"name": "Ada"}]}]')
    corvid = (await customer_ids(graph))["Corvid"].partition(":")[2]
    ids = [corvid, *(new_id() for _ in range(40_000))]

    async with graph.work(graph.tenant) as uow:
        found = await uow.customers.find(ids)
        people = await uow.customers.stakeholders(ids)

    assert ([each.id for each in found], [each.name for each in people]) == ([corvid], ["Ada"])
