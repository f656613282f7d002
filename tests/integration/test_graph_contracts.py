"""Contracts over GraphQL: what is read at once, what people correct, and what a search finds."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.access import Role, Tenant
from domain.customer import Customer
from domain.event import CheckContract
from persistence.database import open_database
from persistence.work import Outlets, Works
from tests.graph import Graph
from tests.integration.conftest import make_tenant
from tests.toy import ALL, new_id, new_tenant, now
from tests.unit.contracts.made import MORE, SENTENCES, encrypted, pdf, word

FIELDS = """
  id fileName mediaType pages warnings checkedAt version uploadedBy
  customer { id name }
  extraction {
    startsOn endsOn value { amount currency } autoRenews noticeDays priceCapPercent parties nonStandardTerms
    confidence source evidence { field sentence page source confidence }
  }
  corrections { field before after rationale createdBy }
"""
UPLOAD = f"""mutation($customer: ID!, $flow: ID, $file: Upload!) {{
  uploadContract(input: {{customerId: $customer, flowId: $flow, file: $file}}) {{
    contract {{ {FIELDS} }} flow {{ id }} errors {{ code message path }} }} }}"""
CORRECT = f"""mutation($id: ID!, $fields: JSON!, $why: String!, $version: Int) {{
  correctContract(input: {{id: $id, fields: $fields, rationale: $why, expectedVersion: $version}}) {{
    contract {{ {FIELDS} }} errors {{ code message path }} }} }}"""
DELETE = "mutation($id: ID!) { deleteContract(input: {id: $id}) { deletedId errors { code message path } } }"
LIST = f"""query($id: ID!) {{ customer(id: $id) {{ contracts {{ totalCount nodes {{ {FIELDS} }} }} }} }}"""


@dataclass(frozen=True)
class File:
    """A file of a multipart request."""

    filename: str
    data: bytes
    content_type: str | None = "application/octet-stream"

    async def chunks(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self.data), 100_000):
            yield self.data[start : start + 100_000]


@dataclass
class Site:
    """A customer of a tenant, and the jobs that were enqueued."""

    graph: Graph
    customer: str
    jobs: list[Any]

    async def upload(self, name: str, data: bytes) -> Any:
        answer = await self.graph.data(
            UPLOAD, Role.CONTRIBUTOR, customer=self.customer, flow=None, file=File(name, data)
        )
        return answer["uploadContract"]

    async def listed(self) -> Any:
        return (await self.graph.data(LIST, Role.VIEWER, id=self.customer))["customer"]["contracts"]


@pytest.fixture
async def site(module_database: str) -> AsyncIterator[Site]:
    engine, jobs = open_database(module_database), []

    async def enqueue(_connection: Any, _tenant: Tenant, job: Any) -> None:
        jobs.append(job)

    async def cancel(_jobs: Any) -> None: ...

    works = Works(engine, ALL, Outlets(enqueue, cancel, lambda _heads: None), now, new_id)
    graph = Graph(engine, works, await _tenant(engine))
    customer = await _customer(graph)
    yield Site(graph, customer, jobs)
    await engine.dispose()


async def _tenant(engine: Any) -> Tenant:
    tenant = new_tenant()
    await make_tenant(engine, tenant)
    return tenant


async def _customer(graph: Graph) -> str:
    made = Customer(new_id(), "Acme", Decimal(100_000), "alice", renewal_date=date(2026, 12, 1))
    async with graph.work(graph.tenant) as uow:
        await uow.customers.save((made,))
    return f"Customer:{made.id}"


async def test_a_contract_is_read_at_once_and_looked_at_again(site: Site) -> None:
    answer = await site.upload("Acme MSA.pdf", pdf(SENTENCES, MORE))

    contract = answer["contract"]
    assert answer["errors"] == []
    assert (contract["fileName"], contract["mediaType"], contract["pages"]) == ("Acme MSA.pdf", "application/pdf", 2)
    assert contract["customer"] == {"id": site.customer, "name": "Acme"}
    found = contract["extraction"]
    assert {name: found[name] for name in ("startsOn", "endsOn", "autoRenews", "noticeDays", "priceCapPercent")} == {
        "startsOn": "2025-03-01",
        "endsOn": "2028-02-29",
        "autoRenews": True,
        "noticeDays": 90,
        "priceCapPercent": 5.0,
    }
    assert found["value"] == {"amount": "360000.00", "currency": "USD"}
    assert found["parties"] == ["Acme Corporation", "Northwind Software Ltd."]
    assert found["source"] == "RULES"
    assert {each["field"]: each["page"] for each in found["evidence"]} == {
        "startsOn": 1, "endsOn": 1, "value": 1, "autoRenews": 2, "noticeDays": 2, "priceCapPercent": 2, "parties": 1,
    }  # fmt: skip
    assert contract["checkedAt"] is None
    assert site.jobs == [CheckContract(contract["id"].removeprefix("Contract:"))]
    assert (await site.listed())["nodes"] == [contract]


async def test_what_cannot_be_read_is_refused_and_nothing_is_stored(site: Site) -> None:
    good = pdf(SENTENCES)
    refusals = [
        ("a.pdf", encrypted(good), "UNSUPPORTED_FORMAT", "protected by a password"),
        ("a.docx", good, "UNSUPPORTED_FORMAT", "it is a PDF"),
        ("a.pdf", b"", "INVALID_INPUT", "empty"),
        ("a.pdf", good + bytes(20 << 20), "LIMIT_EXCEEDED", "larger than 20 MiB"),
    ]

    for name, data, code, words in refusals:
        answer = await site.upload(name, data)
        (error,) = answer["errors"]
        assert (answer["contract"], error["code"], error["path"]) == (None, code, ["file"])
        assert words in error["message"]

    assert (await site.listed())["totalCount"] == 0
    assert site.jobs == []


async def test_a_correction_stands_and_is_recorded(site: Site) -> None:
    contract = (await site.upload("a.docx", word(*SENTENCES, *MORE)))["contract"]
    fields = {"noticeDays": 60, "value": {"amount": "300000", "currency": "EUR"}, "nonStandardTerms": ["Odd"]}

    answer = await site.graph.data(
        CORRECT, Role.CONTRIBUTOR, id=contract["id"], fields=fields, why="Amendment 1", version=1
    )

    after = answer["correctContract"]["contract"]
    assert answer["correctContract"]["errors"] == []
    assert after["version"] == 2
    assert (after["extraction"]["noticeDays"], after["extraction"]["source"]) == (60, "USER")
    assert after["extraction"]["value"] == {"amount": "300000.00", "currency": "EUR"}
    assert after["corrections"] == [
        {"field": "noticeDays", "before": 90, "after": 60, "rationale": "Amendment 1", "createdBy": "alice"},
        {
            "field": "value",
            "before": {"amount": "360000", "currency": "USD"},
            "after": {"amount": "300000", "currency": "EUR"},
            "rationale": "Amendment 1",
            "createdBy": "alice",
        },
        {"field": "nonStandardTerms", "before": [], "after": ["Odd"], "rationale": "Amendment 1", "createdBy": "alice"},
    ]
    again = await site.graph.data(
        CORRECT, Role.CONTRIBUTOR, id=contract["id"], fields={"value": "310000.5"}, why="Amendment 2", version=2
    )
    assert again["correctContract"]["contract"]["extraction"]["value"] == {"amount": "310000.50", "currency": "EUR"}
    said = [each for each in after["extraction"]["evidence"] if each["field"] == "noticeDays"]
    assert said == [
        {"field": "noticeDays", "sentence": "Amendment 1", "page": None, "source": "USER", "confidence": 1.0}
    ]


async def test_a_sentence_once_corrected_is_read_that_way_in_other_contracts(site: Site) -> None:
    first = (await site.upload("a.pdf", pdf(SENTENCES, MORE)))["contract"]
    await site.graph.data(
        CORRECT, Role.CONTRIBUTOR, id=first["id"], fields={"noticeDays": 45}, why="As agreed", version=None
    )

    second = (await site.upload("b.pdf", pdf(SENTENCES, MORE)))["contract"]

    assert second["extraction"]["noticeDays"] == 45
    assert second["warnings"] == [
        "noticeDays: a person has corrected the same sentence in another contract; so it stands here."
    ]


async def test_everything_that_is_wrong_with_a_correction_is_told_and_nothing_changes(site: Site) -> None:
    contract = (await site.upload("a.pdf", pdf(SENTENCES, MORE)))["contract"]
    fields = {"noticeDays": "ninety", "endsOn": "2020-01-01", "colour": "red", "parties": "Acme"}

    answer = await site.graph.data(CORRECT, Role.CONTRIBUTOR, id=contract["id"], fields=fields, why=" ", version=None)

    errors = answer["correctContract"]["errors"]
    assert {(each["code"], *each["path"]) for each in errors} == {
        ("INVALID_INPUT", "rationale"),
        ("INVALID_INPUT", "fields", "noticeDays"),
        ("INVALID_INPUT", "fields", "endsOn"),
        ("INVALID_INPUT", "fields", "colour"),
        ("INVALID_INPUT", "fields", "parties"),
    }
    stale = await site.graph.data(
        CORRECT, Role.CONTRIBUTOR, id=contract["id"], fields={"noticeDays": 1}, why="x", version=7
    )
    assert stale["correctContract"]["errors"][0]["code"] == "VERSION_CONFLICT"
    assert (await site.listed())["nodes"] == [contract]


async def test_a_deleted_contract_is_gone_with_its_file_and_its_text(site: Site) -> None:
    contract = (await site.upload("a.pdf", pdf(SENTENCES, MORE)))["contract"]

    answer = await site.graph.data(DELETE, Role.CONTRIBUTOR, id=contract["id"])

    assert answer["deleteContract"] == {"deletedId": contract["id"], "errors": []}
    assert (await site.listed())["totalCount"] == 0
    async with site.graph.work(site.graph.tenant) as uow:
        assert await uow.contracts.passages(site.customer.removeprefix("Customer:"), "notice") == ()
        rows = await uow.connection.exec_driver_sql("SELECT count(*) FROM files")  # type: ignore[attr-defined]
        assert rows.scalar() == 0


async def test_a_question_in_plain_words_finds_passages_of_that_customer_alone(site: Site) -> None:
    await site.upload("Acme MSA.pdf", pdf(SENTENCES, MORE))
    other = await _customer(site.graph)

    async with site.graph.work(site.graph.tenant) as uow:
        found = await uow.contracts.passages(
            site.customer.removeprefix("Customer:"), "How many days of notice must we give before it renews?"
        )
        assert await uow.contracts.passages(other.removeprefix("Customer:"), "notice") == ()
        assert await uow.contracts.passages(site.customer.removeprefix("Customer:"), "what is it?") == ()

    assert (found[0].title, found[0].page) == ("Acme MSA.pdf", 2)
    assert "ninety (90) days' prior written notice" in found[0].text


ODD = (
    "", "   ", "'", "a\\b C:\\notice\\x", '"notice', "notice & ! ( |", "-notice", "notice:*", "\u0000 \u2019",
    "o'neil's notice", "x/y@z.com notice", "https://a.b/c?d=notice#e <b>notice</b>", "notice " * 5_000,
    "1.5e10 -7 notice", "\U0001f4a5 notice", "notice OR -renewal",
)  # fmt: skip


async def test_no_question_is_too_odd_to_search_for(site: Site) -> None:
    await site.upload("a.pdf", pdf(SENTENCES, MORE))
    customer = site.customer.removeprefix("Customer:")

    async with site.graph.work(site.graph.tenant) as uow:
        found = [len(await uow.contracts.passages(customer, question)) for question in ODD]

    assert found == [1 if "notice" in question else 0 for question in ODD]


async def test_nobody_else_sees_or_changes_a_contract(site: Site) -> None:
    contract = (await site.upload("a.pdf", pdf(SENTENCES, MORE)))["contract"]
    foreign = Graph(site.graph.engine, site.graph.work, await _tenant(site.graph.engine))

    assert (await foreign.data(f'{{ node(id: "{contract["id"]}") {{ id }} }}', Role.ADMIN))["node"] is None
    changed = await foreign.data(
        CORRECT, Role.ADMIN, id=contract["id"], fields={"noticeDays": 1}, why="x", version=None
    )
    deleted = await foreign.data(DELETE, Role.ADMIN, id=contract["id"])
    stored = await foreign.data(
        UPLOAD, Role.ADMIN, customer=site.customer, flow=None, file=File("a.pdf", pdf(SENTENCES))
    )
    for answer in (changed["correctContract"], deleted["deleteContract"], stored["uploadContract"]):
        assert [each["code"] for each in answer["errors"]] == ["NOT_FOUND"]
    assert await site.graph.code(DELETE, Role.VIEWER, id=contract["id"]) == "FORBIDDEN"
    assert (await site.listed())["nodes"] == [contract]
