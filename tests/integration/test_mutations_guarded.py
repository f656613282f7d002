"""Every mutation of the schema: who may not is told nothing else, and whatever it comes to is in the audit log."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import Row, func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.access import Member, Role, Tenant
from persistence.database import open_database, reading
from persistence.tables import audit_log, metadata
from schema.acts import ACTS
from server.admission import admit, open_engagement
from server.app import create_app
from server.settings import Settings
from server.tokens import issue
from tests.integration import tiny
from tests.integration.inputs import MUTATIONS, input_type, object_for, request_of, text_of
from tests.integration.test_websocket import opened, receive, send, subscribe

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNKNOWN = "018f0000-0000-7000-8000-0000000000ff"
IDS = {type_: f"{type_}:{UNKNOWN}" for type_ in ("MasterFlow", "Application", "Component", "ClientAccount")}
PEOPLE = {role.lower(): role for role in Role}
# The role just below the one that a mutation needs, by that role.
BELOW = dict(zip(list(Role)[1:], list(Role), strict=False))
PLATFORM = "createEngagement"
WITHIN = [name for name in MUTATIONS if name != PLATFORM]
REFUSABLE = [name for name in WITHIN if (role := ACTS[name].role) is not None and role is not Role.VIEWER]


@dataclass(frozen=True)
class Office:
    """One engagement with a member for each role, behind the real server; and a stranger's own."""

    engine: AsyncEngine
    client: httpx.AsyncClient
    data: Path
    tenant: Tenant

    def headers(self, who: str) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {issue(self.data, who, lifetime=timedelta(hours=1))}",
            "X-Client-Account-ID": self.tenant.client_account_id,
            "X-Engagement-ID": self.tenant.engagement_id,
        }

    async def ask(self, who: str, query: str, **variables: Any) -> dict[str, Any]:
        return dict(
            (await self.client.post("/graphql", **request_of(query, variables), headers=self.headers(who))).json()
        )

    async def entries(self) -> list[Row[Any]]:
        async with reading(self.engine, self.tenant) as connection:
            return list(await connection.execute(select(audit_log).order_by(audit_log.c.at, audit_log.c.id)))

    async def counts(self) -> dict[str, int]:
        """Rows of every table of the tenant's but the audit log and what was asked."""
        tables = [t for t in metadata.sorted_tables if "tenant" in t.info and t.name not in ("audit_log", "requests")]
        async with reading(self.engine, self.tenant) as connection:
            each = [select(func.count()).select_from(table).scalar_subquery().label(table.name) for table in tables]
            return dict((await connection.execute(select(*each))).one()._mapping)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def office(module_database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Office]:
    data = tmp_path_factory.mktemp("data")
    settings = replace(Settings(), data=data, database_url=module_database, broadcast_url="memory://")
    tenant = await open_engagement(module_database, "Guarded")
    await admit(module_database, tenant, [Member(name, frozenset({role})) for name, role in PEOPLE.items()])
    engine = open_database(module_database)
    async with (
        tiny.serving(create_app(settings)) as address,
        httpx.AsyncClient(base_url=f"http://{address}", timeout=30) as client,
    ):
        yield Office(engine, client, data, tenant)
    await engine.dispose()


def code_of(answer: dict[str, Any]) -> str:
    (error,) = answer["errors"]
    return str(error["extensions"]["code"])


async def test_the_list_of_acts_is_the_list_of_mutations() -> None:
    assert sorted(ACTS) == MUTATIONS


@pytest.mark.parametrize("mutation", REFUSABLE)
async def test_the_role_is_looked_at_before_any_id(office: Office, mutation: str) -> None:
    """Ids of nothing, no ids, and ids of things of another type are all the same to who may not."""
    needed = ACTS[mutation].role
    assert needed is not None
    who = BELOW[needed].lower()
    counts, before = await office.counts(), len(await office.entries())

    for ids in (IDS, dict.fromkeys(IDS, "x"), dict.fromkeys(IDS, f"Engagement:{UNKNOWN}")):
        answer = await office.ask(who, text_of(mutation), input=object_for(input_type(mutation), ids))
        assert code_of(answer) == "FORBIDDEN"
        assert answer["errors"][0]["message"] == f"This needs the role {needed} in the engagement."

    entries = (await office.entries())[before:]
    assert [(each.by, each.mutation, each.outcome) for each in entries] == [(who, mutation, "REFUSED: FORBIDDEN")] * 3
    assert await office.counts() == counts


async def test_a_viewer_may_do_only_what_concerns_himself() -> None:
    open_to_viewers = {name for name in WITHIN if ACTS[name].role is Role.VIEWER}

    assert open_to_viewers == {"saveUiState", "exportFlow", "updatePreferences"}


@pytest.mark.parametrize("id", [UNKNOWN, "x"])
async def test_making_tenants_needs_the_grant_before_any_id_is_read(office: Office, id: str) -> None:
    input = {"name": "Mine", "currency": "EUR", "clientAccount": {"id": f"ClientAccount:{id}"}}

    assert code_of(await office.ask("admin", text_of(PLATFORM), input=input)) == "FORBIDDEN"


@pytest.mark.parametrize("mutation", WITHIN)
async def test_every_mutation_leaves_an_entry(office: Office, mutation: str) -> None:
    """As ADMIN with ids that name nothing: what names something is refused, what names nothing is carried out."""
    before = len(await office.entries())

    answer = await office.ask("admin", text_of(mutation), input=object_for(input_type(mutation), IDS))

    (entry,) = (await office.entries())[before:]
    problems = answer["data"][mutation]["errors"]
    codes = ", ".join(dict.fromkeys(problem["code"] for problem in problems))
    assert (entry.by, entry.acting_for, entry.mutation) == ("admin", None, mutation)
    assert entry.outcome == (f"REFUSED: {codes}" if codes else "OK")
    assert (entry.before, entry.after) == (None, None) or not codes


async def test_a_repeat_and_a_conflict_are_kept_as_what_they_are(office: Office) -> None:
    before = len(await office.entries())
    document = """mutation ($name: String!) { startFlow(input: {name: $name, idempotencyKey: "once",
      configuration: {discovery: {source: {text: "name\\none\\n"}}}}) { errors { code } } }"""

    for name in ("First", "First", "Second"):
        await office.ask("contributor", document, name=name)

    outcomes = [entry.outcome for entry in (await office.entries())[before:]]
    assert outcomes == ["OK", "REPEATED", "REFUSED: IDEMPOTENCY_CONFLICT"]


async def test_a_refusal_with_a_key_is_told_again(office: Office) -> None:
    document = """mutation ($input: FlowActionInput!) { deleteFlow(input: $input) { errors { code message } } }"""
    input = {"flowId": IDS["MasterFlow"], "idempotencyKey": "gone", "reason": "Not needed."}
    before = len(await office.entries())

    answers = [await office.ask("admin", document, input=input) for _ in range(2)]

    entries = (await office.entries())[before:]
    assert answers[0]["data"] == answers[1]["data"]
    assert [entry.outcome for entry in entries] == ["REFUSED: NOT_FOUND", "REPEATED"]
    assert [(entry.subject_id, entry.reason) for entry in entries] == [(UNKNOWN, "Not needed.")] * 2


async def test_what_fails_is_kept_too(office: Office) -> None:
    """A full disk stands for everything that can go wrong on the server."""
    document = 'mutation { updatePreferences(input: {theme: "dark"}) { errors { code } } }'
    before = len(await office.entries())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("persistence.preferences.Preferences.save", _fail)
        answer = await office.ask("viewer", document)

    (entry,) = (await office.entries())[before:]
    assert code_of(answer) == "INTERNAL"
    assert (entry.by, entry.mutation, entry.outcome) == ("viewer", "updatePreferences", "FAILED")


async def _fail(*_: object) -> None:
    raise RuntimeError("the disk is full")


async def test_who_was_made_what_stands_there(office: Office) -> None:
    document = """mutation ($roles: [Role!]!) {
      setMember(input: {userId: "xenia", roles: $roles}) { errors { code } } }"""
    before = len(await office.entries())

    for roles in (["VIEWER"], ["LEAD", "ARCHITECT"], []):
        await office.ask("admin", document, roles=roles)

    entries = (await office.entries())[before:]
    trace = [(entry.before, entry.after) for entry in entries]
    ids = [office.tenant.engagement_id]

    def xenia(*roles: str) -> dict[str, Any]:
        return {"member": {"userId": "xenia", "roles": list(roles)}}

    assert trace == [
        (None, {**xenia("VIEWER"), "ids": ids}),
        (xenia("VIEWER"), {**xenia("ARCHITECT", "LEAD"), "ids": ids}),
        (xenia("ARCHITECT", "LEAD"), {"ids": ids}),
    ]


async def test_neither_tokens_nor_files_get_into_it(office: Office) -> None:
    document = "mutation ($input: StartFlowInput!) { startFlow(input: $input) { errors { code } } }"
    source = {"text": "name,secret\nserver-1,hunter2hunter2\n"}
    await office.ask("contributor", document, input={"configuration": {"discovery": {"source": source}}})

    kept = json.dumps([list(map(str, entry)) for entry in await office.entries()])

    assert "hunter2" not in kept
    assert "server-1" not in kept
    assert "eyJ" not in kept


LOG = """query ($by: String, $subject: ID, $since: DateTime, $first: Int, $after: String) {
  auditLog(by: $by, subjectId: $subject, since: $since, first: $first, after: $after) {
    edges { cursor node { at by mutation subjectId outcome reason } } pageInfo { hasNextPage endCursor } } }"""


async def test_an_admin_reads_it_in_pages_newest_first(office: Office) -> None:
    found: list[tuple[str, str]] = []
    after = None
    while True:
        answer = await office.ask("admin", LOG, first=100, after=after)
        page = answer["data"]["auditLog"]
        found += [(edge["node"]["mutation"], edge["node"]["outcome"]) for edge in page["edges"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]

    kept = [(entry.mutation, entry.outcome) for entry in await office.entries()]
    assert found == kept[::-1]


async def test_it_can_be_narrowed(office: Office) -> None:
    mine = await office.ask("admin", LOG, by="viewer")
    about = await office.ask("admin", LOG, subject=IDS["MasterFlow"], first=100)
    newest = (await office.ask("admin", LOG, first=1))["data"]["auditLog"]["edges"][0]["node"]
    later = await office.ask("admin", LOG, since=newest["at"])

    assert {edge["node"]["by"] for edge in mine["data"]["auditLog"]["edges"]} == {"viewer"}
    assert {edge["node"]["subjectId"].partition(":")[2] for edge in about["data"]["auditLog"]["edges"]} == {UNKNOWN}
    assert [edge["node"]["mutation"] for edge in later["data"]["auditLog"]["edges"]] == [newest["mutation"]]


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
async def test_nobody_else_reads_it(office: Office, role: Role) -> None:
    for variables in ({}, {"after": "x"}, {"subject": "x"}):
        assert code_of(await office.ask(role.lower(), LOG, **variables)) == "FORBIDDEN"


async def test_what_its_client_gave_up_is_kept(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    begun, document = asyncio.Event(), 'mutation { updatePreferences(input: {theme: "dark"}) { errors { code } } }'

    async def stand_still(*_: object) -> None:
        begun.set()
        await asyncio.Event().wait()

    monkeypatch.setattr("persistence.preferences.Preferences.save", stand_still)
    before = len(await office.entries())
    async with opened(office.client.base_url.netloc.decode()) as socket:
        await send(socket, type="connection_init", payload=office.headers("viewer"))
        await receive(socket)
        await subscribe(socket, document)
        await asyncio.wait_for(begun.wait(), 5)
        await send(socket, type="complete", id="1")
        # Answered once the operation has ended.
        await subscribe(socket, "{ viewer { userId } }", "2")
        await receive(socket)

    (entry,) = (await office.entries())[before:]
    assert (entry.by, entry.mutation, entry.outcome) == ("viewer", "updatePreferences", "CANCELLED")


async def test_the_last_admin_stays_whoever_asks(office: Office) -> None:
    document = """mutation ($roles: [Role!]!) {
      setMember(input: {userId: "admin", roles: $roles}) { errors { code path } } }"""

    answers = [await office.ask("admin", document, roles=roles) for roles in ([], ["LEAD"])]

    refusal = {"setMember": {"errors": [{"code": "INVALID_INPUT", "path": ["roles"]}]}}
    assert [answer["data"] for answer in answers] == [refusal] * 2
    viewer = await office.ask("admin", "{ viewer { roles } }")
    assert viewer["data"] == {"viewer": {"roles": ["ADMIN"]}}
