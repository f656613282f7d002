"""Another tenant's things are not there: not by any table, type, query, mutation or subscription."""

from __future__ import annotations

import json
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
from graphql import (
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLObjectType,
    get_named_type,
)
from sqlalchemy import Table, func, insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.access import Member, Role, Tenant
from domain.preferences import id_of
from persistence.database import APPLICATION_ROLE, open_database, reading, select_tenant
from persistence.reads.sources import ROWS
from persistence.tables import metadata
from resolvers.reading.workflow_queue import queue_id
from schema.ids import CHILD_TYPES
from schema.mirror import node_values
from server.admission import admit, open_engagement
from server.app import create_app
from server.seed import SAMPLE, _seed
from server.settings import Settings
from server.tokens import issue
from tests.integration import tiny
from tests.integration.filling import fill
from tests.integration.inputs import (
    GRAPH,
    MUTATIONS,
    input_type,
    object_for,
    request_of,
    text_of,
    value_for,
)
from tests.integration.lists import CONNECTIONS, WITHOUT_A_WAY, cursors, of_somebody_else, text_of_list
from tests.integration.test_websocket import opened, receive, send, subscribe

pytestmark = pytest.mark.asyncio(loop_scope="module")

# Reading the certificates of the machine for every client takes longer than what is asked here, in the clear.
PLAIN = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
UNKNOWN = "018f0000-0000-7000-8000-0000000000ff"
# Ids, numbers and times only: the engine and the hub look across tenants there; and what workers found of the model.
ACROSS = {"heads", "due", "expiries", "workers", "model_checks"}
# What ships with the product: the application may read it, and nobody writes it but a migration.
SHIPPED = {"shipped_templates"}
# Rows are added there and never changed; not even the application takes one away.
APPENDED = {"audit_log", "scoring_rules", "workflow_templates"}
NODES = sorted(
    name
    for name, type_ in GRAPH.type_map.items()
    if isinstance(type_, GraphQLObjectType) and "Node" in {interface.name for interface in type_.interfaces}
)
# They name nothing that could be somebody else's: what they change is the selected engagement itself.
ACCOUNTS = {"saveSavedAction", "saveScoringRules", "saveWorkflowTemplate"}
WITHOUT_IDS = ACCOUNTS | {"importCustomers", "setMember", "saveEngagementSettings", "updatePreferences"}
# Of these some ship with the product, and everybody reads them.
EVERYBODYS = {"SavedAction", "WorkflowTemplate"}
TENANT_TABLES = [table for table in metadata.sorted_tables if "tenant" in table.info]


@dataclass(frozen=True)
class World:
    """Two tenants: the sample of Alice, with everything in it, and Mallory's own engagement, with nothing."""

    engine: AsyncEngine
    address: str
    data: Path
    mallory: Tenant

    def headers(self, subject: str) -> dict[str, str]:
        tenant = SAMPLE.tenant if subject == "alice" else self.mallory
        return {
            "Authorization": f"Bearer {issue(self.data, subject, lifetime=timedelta(hours=1))}",
            "X-Client-Account-ID": tenant.client_account_id,
            "X-Engagement-ID": tenant.engagement_id,
        }

    async def ask(self, subject: str, query: str, **variables: Any) -> dict[str, Any]:
        async with httpx.AsyncClient(base_url=f"http://{self.address}", timeout=30, verify=PLAIN) as client:
            response = await client.post("/graphql", **request_of(query, variables), headers=self.headers(subject))
        # What it cost may differ by the time it is told.
        return {name: value for name, value in response.json().items() if name != "extensions"}

    async def id_of(self, type_: str) -> str | None:
        """The global id of one of Alice's things of that type."""
        if type_ == "FlowPhase":
            return f"FlowPhase:{await self._flow()}:data_import"
        kind = {**CHILD_TYPES, "MasterFlow": "discovery", "AssessmentReport": "assessment"}.get(type_)
        if kind:
            found = await self._flow(f"WHERE kind = '{kind}'")
        elif type_ == "ClientAccount":
            found = SAMPLE.client_account_id
        elif type_ == "UserPreferences":
            found = id_of(SAMPLE.client_account_id, "alice")
        elif type_ == "WorkflowQueue":
            found = queue_id(SAMPLE.tenant.engagement_id, "alice")
        elif type_ == "WorkflowAssignment":
            found = await self._assignment()
        elif type_ == "ComponentTreatment":
            return await self._treatment()
        else:
            rows = ROWS[node_values()[type_]]
            async with reading(self.engine, SAMPLE.tenant) as connection:
                found = await connection.scalar(select(rows.id).select_from(rows.table).limit(1))
        return f"{type_}:{found}" if found else None

    async def _treatment(self) -> str | None:
        answer = await self.ask("alice", "{ applications { nodes { components { treatment { id } } } } }")
        components = [part for node in answer["data"]["applications"]["nodes"] for part in node["components"]]
        return next((part["treatment"]["id"] for part in components if part["treatment"]), None)

    async def _assignment(self) -> str | None:
        """The renewal of a customer who has one ahead of him."""
        ahead = text("SELECT id FROM customers WHERE renewal_date > current_date + 1 LIMIT 1")
        async with reading(self.engine, SAMPLE.tenant) as connection:
            found = await connection.scalar(ahead)
        return None if found is None else f"{found}:renewal"

    async def _flow(self, where: str = "") -> str | None:
        async with reading(self.engine, SAMPLE.tenant) as connection:
            found = await connection.scalar(text(f"SELECT id FROM master_flows {where} LIMIT 1"))
        return None if found is None else str(found)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(module_database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    data = tmp_path_factory.mktemp("data")
    settings = replace(Settings(), data=data, database_url=module_database, broadcast_url="memory://")
    await _seed(settings)
    mallory = await open_engagement(module_database, "Mallory's")
    await admit(module_database, mallory, [Member("mallory", frozenset({Role.ADMIN}))])
    engine = open_database(module_database)
    await fill(engine, settings)
    async with tiny.serving(create_app(settings)) as address:
        yield World(engine, address, data, mallory)
    await engine.dispose()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def unguarded(world: World, module_database: str) -> AsyncIterator[World]:
    """The same two tenants, served under a role that row-level security does not hold back: queries stand alone."""
    settings = replace(Settings(), data=world.data, database_url=module_database, broadcast_url="memory://")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("persistence.database.APPLICATION_ROLE", make_url(module_database).username)
        app = create_app(settings)
    async with tiny.serving(app) as address:
        yield replace(world, address=address)


async def rows_of(engine: AsyncEngine, table: Table, tenant: Tenant | None) -> int:
    async with reading(engine, tenant) as connection:
        return await connection.scalar(select(func.count()).select_from(table)) or 0


# ── the database itself


async def test_every_table_has_a_tenant_or_holds_nothing_of_one(world: World) -> None:
    free = {table.name: table for table in metadata.sorted_tables if "tenant" not in table.info}

    assert free.keys() == ACROSS | SHIPPED
    kept = [table for name, table in free.items() if name not in SHIPPED]
    words = {column.name for table in kept for column in table.columns if str(column.type) == "TEXT"}
    assert words <= {"executor_id", "host", "state", "model", "message"}


async def test_row_level_security_is_forced_on_every_tenants_table(world: World) -> None:
    query = text(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'"
        " AND relrowsecurity AND relforcerowsecurity"
        " AND EXISTS (SELECT FROM pg_policy WHERE polrelid = pg_class.oid)"
    )
    async with world.engine.connect() as connection:
        secured = {row.relname for row in await connection.execute(query)}

    assert secured == {table.name for table in TENANT_TABLES}


async def test_the_application_cannot_bypass_it(world: World) -> None:
    query = text(
        "SELECT rolsuper, rolbypassrls, rolcanlogin,"
        " EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid) AS owns"
        " FROM pg_roles WHERE rolname = current_user"
    )
    async with world.engine.connect() as connection:
        assert await connection.scalar(text("SELECT current_user")) == APPLICATION_ROLE
        role = (await connection.execute(query)).one()

    assert tuple(role) == (False, False, False, False)


@pytest.mark.parametrize("table", TENANT_TABLES, ids=lambda table: str(table.name))
async def test_rows_are_their_own_tenants(world: World, table: Table) -> None:
    theirs = await rows_of(world.engine, table, SAMPLE.tenant)

    assert await rows_of(world.engine, table, None) == 0
    async with world.engine.connect() as connection:
        await select_tenant(connection, world.mallory)
        own = await connection.scalar(select(func.count()).select_from(table)) or 0
        column = table.c[table.info["tenant"]]
        foreign = select(func.count()).where(column.in_([SAMPLE.engagement_id, SAMPLE.client_account_id]))
        assert await connection.scalar(foreign) == 0
        if table.name not in APPENDED:
            assert (await connection.execute(table.delete())).rowcount == own
        await connection.rollback()
    assert await rows_of(world.engine, table, SAMPLE.tenant) == theirs


@pytest.mark.parametrize("table", TENANT_TABLES, ids=lambda table: str(table.name))
async def test_no_row_can_be_given_to_another_tenant(world: World, table: Table) -> None:
    async with reading(world.engine, SAMPLE.tenant) as connection:
        row = (await connection.execute(select(table).limit(1))).mappings().first()
    if row is None:
        pytest.skip("The sample has none.")

    async with world.engine.connect() as connection:
        await select_tenant(connection, world.mallory)
        with pytest.raises(DBAPIError, match="row-level security"):
            await connection.execute(insert(table).values(dict(row)))


async def test_a_subject_sees_its_memberships_only_while_it_chooses(world: World) -> None:
    query = text("SELECT engagement_id FROM members")
    async with reading(world.engine, None, "alice") as connection:
        choosing = [str(row.engagement_id) for row in await connection.execute(query)]
    async with reading(world.engine, world.mallory, "alice") as connection:
        chosen = [str(row.engagement_id) for row in await connection.execute(query)]

    assert (choosing, chosen) == ([SAMPLE.engagement_id], [world.mallory.engagement_id])


# ── nodes


NODE = "query ($id: ID!) { node(id: $id) { __typename id } nodes(ids: [$id]) { id } }"
NOTHING = {"data": {"node": None, "nodes": [None]}}


@pytest.mark.parametrize("type_", [name for name in NODES if name not in EVERYBODYS])
async def test_a_node_is_its_own_tenants(world: World, type_: str) -> None:
    id = await world.id_of(type_)
    if id is None:
        pytest.skip("The sample has none.")

    assert await world.ask("alice", NODE, id=id) == {
        "data": {"node": {"__typename": type_, "id": id}, "nodes": [{"id": id}]}
    }
    assert await world.ask("mallory", NODE, id=id) == NOTHING


@pytest.mark.parametrize("type_", [name for name in NODES if name not in EVERYBODYS])
async def test_queries_alone_keep_nodes_apart(unguarded: World, type_: str) -> None:
    id = await unguarded.id_of(type_)
    if id is None:
        pytest.skip("The sample has none.")

    assert await unguarded.ask("mallory", NODE, id=id) == NOTHING


@pytest.mark.skipif("AssessmentFlow" not in NODES, reason="There is no assessment to make the others.")
async def test_the_sample_has_nodes_of_most_types(world: World) -> None:
    missing = {type_ for type_ in NODES if await world.id_of(type_) is None}

    assert missing <= {"Override", "LearningPattern", "Reassessment", "StandardException"}


HOSTILE = [
    "",
    " ",
    "x",
    "MasterFlow",
    "MasterFlow:",
    ":",
    "MasterFlow:x",
    f"Unheard:{UNKNOWN}",
    f"masterflow:{UNKNOWN}",
    f"MasterFlow:{UNKNOWN}\n",
    f"MasterFlow:{UNKNOWN}:data_import",
    f"FlowPhase:{UNKNOWN}",
    f"FlowPhase:{UNKNOWN}:data_import",
    f"Application:{UNKNOWN}:x",
    UNKNOWN,
    "MasterFlow:018f0000-0000-7000-8000-00000000000\u0660",
    "MasterFlow:'; DROP TABLE master_flows; --",
    "MasterFlow:\0",
    "\0",
    "\U0001f4a5",
    "TWFzdGVyRmxvdzox",
    "a" * 4_000,  # the longest that a query may look for
]


@pytest.mark.parametrize("id", HOSTILE, ids=lambda id: repr(id[:40]))
async def test_an_id_that_names_nothing_is_null_in_queries(world: World, id: str) -> None:
    query = """query ($id: ID!) { node(id: $id) { id } nodes(ids: [$id]) { id } flow(id: $id) { id }
    application(id: $id) { id } flows(filter: {applicationId: $id}) { totalCount } }"""

    assert await world.ask("alice", query, id=id) == {
        "data": {"node": None, "nodes": [None], "flow": None, "application": None, "flows": {"totalCount": 0}}
    }


@pytest.mark.parametrize("id", [*HOSTILE, "a" * 1_000_000], ids=lambda id: repr(id[:40]))
async def test_an_id_that_names_nothing_is_refused_in_mutations(world: World, id: str) -> None:
    query = "mutation ($id: ID!) { pauseFlow(input: {flowId: $id}) { flow { id } errors { code path } } }"

    answer = (await world.ask("alice", query, id=id))["data"]["pauseFlow"]

    assert answer["flow"] is None
    assert {error["code"] for error in answer["errors"]} <= {"INVALID_INPUT", "NOT_FOUND"}
    assert answer["errors"][0]["path"] == ["flowId"]


async def test_an_id_of_another_type_is_not_found(world: World) -> None:
    application = await world.id_of("Application")
    query = "mutation ($id: ID!) { pauseFlow(input: {flowId: $id}) { errors { code message } } }"

    answer = await world.ask("alice", query, id=application)

    assert answer["data"]["pauseFlow"]["errors"] == [{"code": "NOT_FOUND", "message": "There is no such flow."}]


# ── queries


LISTS = """{
  flows { totalCount nodes { id } } flowSummary { total } applications { totalCount nodes { id } }
  architectureStandards { totalCount nodes { id } } learnings { totalCount nodes { id } }
  flowAnalytics { flows learnings phases { runs } }
  portfolioSummary { applications } auditLog { nodes { mutation } }
  selectableEngagements { nodes { engagementKey } } viewer { engagement { members { userId } } }
}"""


async def test_lists_hold_only_ones_own(world: World) -> None:
    data = (await world.ask("mallory", LISTS))["data"]

    assert data["flows"] == data["applications"] == data["learnings"] == {"totalCount": 0, "nodes": []}
    assert data["flowAnalytics"] == {"flows": 0, "learnings": 0, "phases": []}
    assert data["flowSummary"] == {"total": 0}
    assert data["portfolioSummary"] == {"applications": 0}
    assert data["auditLog"] == {"nodes": []}
    assert data["selectableEngagements"]["nodes"] == [{"engagementKey": world.mallory.engagement_id}]
    assert data["viewer"]["engagement"]["members"] == [{"userId": "mallory"}]


@pytest.mark.parametrize(
    "query",
    [
        "query ($id: ID!) { flow(id: $id) { id } }",
        "query ($id: ID!) { application(id: $id) { id } }",
        "query ($id: ID!) { flows(filter: {applicationId: $id}) { nodes { id } totalCount } }",
        "query ($id: ID!) { auditLog(subjectId: $id) { nodes { mutation } } }",
    ],
)
@pytest.mark.parametrize("type_", ["MasterFlow", "DiscoveryFlow", "Application", "Engagement"])
async def test_a_query_by_a_foreign_id_is_as_by_an_unknown_one(world: World, query: str, type_: str) -> None:
    foreign = await world.ask("mallory", query, id=await world.id_of(type_))

    assert foreign == await world.ask("mallory", query, id=f"{type_}:{UNKNOWN}")
    assert "errors" not in foreign


# ── cursors


NEVER = "bmV2ZXIgd2FzIGEgY3Vyc29y"
NO_CURSOR = {"code": "CURSOR_EXPIRED"}


async def test_every_list_can_be_reached() -> None:
    assert {("PlanComparison", "moved")} == WITHOUT_A_WAY


@pytest.mark.parametrize(("type_", "name"), CONNECTIONS)
async def test_a_foreign_cursor_is_as_one_that_never_was(world: World, type_: str, name: str) -> None:
    own = next(cursors(await world.ask("alice", text_of_list(type_, name))), None)
    if own is None or own.isdigit():
        pytest.skip("The sample has none." if own is None else "A number says nothing of anybody.")
    assert "errors" not in await world.ask("alice", text_of_list(type_, name, own))

    never = await world.ask("alice", text_of_list(type_, name, NEVER))

    assert {json.dumps(error["extensions"]) for error in never["errors"]} == {json.dumps(NO_CURSOR)}
    assert never == await world.ask("alice", text_of_list(type_, name, of_somebody_else(own)))
    if type_ == "Query":
        foreign = await world.ask("mallory", text_of_list(type_, name, own))
        assert foreign == await world.ask("mallory", text_of_list(type_, name, NEVER)) == never


async def test_a_cursor_is_of_its_list_and_its_order(world: World) -> None:
    query = "query ($after: String) {{ flows(orderBy: {}, first: 1, after: $after) {{ edges {{ cursor }} }} }}"
    (own,) = cursors(await world.ask("alice", query.format("UPDATED_DESC")))

    turned = await world.ask("alice", query.format("CREATED_ASC"), after=own)
    elsewhere = await world.ask("alice", text_of_list("Query", "auditLog", own))

    assert [answer["errors"][0]["extensions"] for answer in (turned, elsewhere)] == [NO_CURSOR] * 2


# ── mutations


@pytest.mark.parametrize("mutation", [name for name in MUTATIONS if name not in WITHOUT_IDS])
@pytest.mark.parametrize("guard", ["world", "unguarded"])
async def test_a_mutation_of_a_foreign_thing_is_as_of_an_unknown_one(
    world: World, unguarded: World, mutation: str, guard: str
) -> None:
    asked = world if guard == "world" else unguarded
    input = input_type(mutation)
    types = ("MasterFlow", "Application", "Component", "ClientAccount")

    foreign = {type_: await world.id_of(type_) or f"{type_}:{UNKNOWN}" for type_ in types}
    unknown = {type_: f"{type_}:{UNKNOWN}" for type_ in types}
    answers = [
        await asked.ask("mallory", text_of(mutation), input=object_for(input, ids)) for ids in (foreign, unknown)
    ]

    assert answers[0] == answers[1]
    errors = answers[0]["errors"] if "errors" in answers[0] else answers[0]["data"][mutation]["errors"]
    codes = {error.get("code") or error["extensions"]["code"] for error in errors}
    assert codes <= {"NOT_FOUND", "FORBIDDEN", "INVALID_INPUT", "NOT_READY"}
    assert codes


async def test_every_mutation_that_names_nothing_is_known_to(world: World) -> None:
    assert GRAPH.mutation_type is not None
    without = {
        name for name, field in GRAPH.mutation_type.fields.items() if '"' not in str(_ids_of(field.args["input"].type))
    }

    assert without == WITHOUT_IDS


def _ids_of(type_: GraphQLInputType) -> str:
    ids = {name: f'"{name}"' for name in ("MasterFlow", "Application", "Component", "ClientAccount")}
    return json.dumps(value_for(type_, "", ids)).replace('"x"', "x") if _names_something(type_) else ""


def _names_something(type_: GraphQLInputType) -> bool:
    named = get_named_type(type_)
    if not isinstance(named, GraphQLInputObjectType):
        return named.name == "ID"
    return any(_names_something(field.type) for field in named.fields.values())


# ── subscriptions


@pytest.mark.parametrize("type_", ["MasterFlow", "DiscoveryFlow"])
async def test_a_subscription_to_a_foreign_flow_is_as_to_an_unknown_one(world: World, type_: str) -> None:
    answers = []
    async with opened(world.address) as socket:
        await send(socket, type="connection_init", payload=world.headers("mallory"))
        await receive(socket)
        for number, id in enumerate((await world.id_of(type_), f"{type_}:{UNKNOWN}", "x", f"Application:{UNKNOWN}")):
            query = "subscription ($id: ID!) { flowEvents(flowId: $id) { kind } }"
            await subscribe(socket, query, str(number), variables={"id": id})
            answers.append(await receive(socket))

    assert [answer["type"] for answer in answers] == ["error"] * 4
    assert answers[0]["payload"][0]["extensions"] == {"code": "NOT_FOUND"}
    assert {answer["payload"][0]["message"] for answer in answers} == {"There is no such flow."}


async def test_an_engagements_events_are_its_own(world: World) -> None:
    query = 'subscription { engagementEvents(after: "0") { cursor changedIds } }'
    async with opened(world.address) as socket:
        await send(socket, type="connection_init", payload=world.headers("mallory"))
        await receive(socket)
        await subscribe(socket, query)
        member = 'mutation { setMember(input: {userId: "eve", roles: [VIEWER]}) { errors { code } } }'
        assert (await world.ask("mallory", member))["data"] == {"setMember": {"errors": []}}
        first = await receive(socket)

    assert first["payload"]["data"]["engagementEvents"] == {
        "cursor": "1",
        "changedIds": [f"Engagement:{world.mallory.engagement_id}"],
    }
