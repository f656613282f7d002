"""Mutations through the schema: what they give back, what they refuse, and that a repeat is harmless."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from domain.access import Member, Role, Tenant
from persistence.database import open_database
from server.admission import admit
from tests.graph import Graph
from tests.integration.conftest import Bench, make_tenant, postgres_bench
from tests.toy import new_id, new_tenant

CSV = "Application Name,Environment\nPayroll,PRODUCTION\nLedger,TEST\n"
ERRORS = "errors { code message path }"
START = f"mutation ($input: StartFlowInput!) {{ startFlow(input: $input) {{ flow {{ id name status }} {ERRORS} }} }}"


@pytest.fixture
async def bench(fresh_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(fresh_database) as made:
        yield made


@pytest.fixture
async def graph(fresh_database: str, bench: Bench) -> AsyncIterator[Graph]:
    engine = open_database(fresh_database)
    yield Graph(engine, bench.work, bench.tenant)
    await engine.dispose()


def discovery(**more: Any) -> dict[str, Any]:
    return {"configuration": {"discovery": {"source": {"text": CSV}, "fileName": "apps.csv"}}, **more}


async def started(graph: Graph, **more: Any) -> str:
    payload = (await graph.data(START, input=discovery(**more)))["startFlow"]
    assert payload["errors"] == []
    return str(payload["flow"]["id"])


async def test_a_flow_starts_from_text_and_is_read_anew(graph: Graph) -> None:
    data = await graph.data(START, input=discovery(name="First"))

    assert data["startFlow"]["flow"]["name"] == "First"
    assert data["startFlow"]["flow"]["status"] == "RUNNING"


async def test_a_text_that_is_too_large_is_refused_at_its_place(graph: Graph) -> None:
    source = {"text": "a" * ((1 << 20) + 1)}

    payload = (await graph.data(START, input={"configuration": {"discovery": {"source": source}}}))["startFlow"]

    (error,) = payload["errors"]
    assert (error["code"], error["path"]) == ("LIMIT_EXCEEDED", ["configuration", "discovery", "source"])


class File:
    filename = "apps.csv"
    content_type = "text/csv"

    async def chunks(self) -> AsyncIterator[bytes]:
        for start in range(0, len(CSV), 10):
            yield CSV[start : start + 10].encode()


async def test_a_flow_starts_from_a_file_and_waits_with_a_proposal(graph: Graph, bench: Bench) -> None:
    input = {"configuration": {"discovery": {"source": {"file": File()}}}}
    flow_id = (await graph.data(START, input=input))["startFlow"]["flow"]["id"]

    await bench.drive()

    text = """query ($id: ID!) { flow(id: $id) { status allowedActions configuration currentPhase { key proposedInput
      inputSchema } phase(key: "data_import") { result runs { status durationMs contributions { nodes { agent } } } }
      performance { totalMs waitingForInputMs phases { phase runs } } collaboration { nodes { agent flow { id } } }
      child { ... on DiscoveryFlow { import { fileName rows accepted } mappings { column target }
      changes { created } cleansing { totalCount } dependencyCycles { applications { id } } } } } }"""
    flow = (await graph.data(text, id=flow_id))["flow"]
    assert flow["status"] == "AWAITING_INPUT"
    assert flow["currentPhase"]["key"] == "attribute_mapping"
    assert [mapping["column"] for mapping in flow["currentPhase"]["proposedInput"]["mappings"]] == [
        "Application Name",
        "Environment",
    ]
    assert flow["child"]["import"] == {"fileName": "apps.csv", "rows": 2, "accepted": 2}
    assert flow["phase"]["runs"][0]["status"] == "COMPLETED"
    assert flow["performance"]["phases"][0] == {"phase": "data_import", "runs": 1}
    assert "SUBMIT_INPUT" in flow["allowedActions"]


async def test_the_proposal_goes_back_unchanged(graph: Graph, bench: Bench) -> None:
    flow_id = await started(graph)
    await bench.drive()
    ask = "query ($id: ID!) { flow(id: $id) { currentPhase { key proposedInput } status version } }"
    submit = f"""mutation ($input: SubmitPhaseInput!) {{ submitPhaseInput(input: $input) {{
      flow {{ status phase(key: "attribute_mapping") {{ userInput }} }} {ERRORS} }} }}"""

    seen: list[str] = []
    while (flow := (await graph.data(ask, id=flow_id))["flow"])["status"] == "AWAITING_INPUT":
        phase = flow["currentPhase"]
        seen.append(phase["key"])
        input = {
            "flowId": flow_id,
            "phase": phase["key"],
            "data": phase["proposedInput"],
            "expectedVersion": flow["version"],
        }
        payload = (await graph.data(submit, input=input))["submitPhaseInput"]
        assert payload["errors"] == []
        await bench.drive()

    assert flow["status"] == "COMPLETED"
    assert seen == ["attribute_mapping", "data_cleansing", "dependencies"]
    applications = "{ applications { nodes { name environment history { nodes { field } } } } }"
    found = (await graph.data(applications))["applications"]["nodes"]
    assert [node["name"] for node in found] == ["Ledger", "Payroll"]


PAUSE = f"mutation ($input: FlowActionInput!) {{ pauseFlow(input: $input) {{ flow {{ status }} {ERRORS} }} }}"


@pytest.mark.parametrize(
    ("flow_id", "code", "message"),
    [
        ("nonsense", "INVALID_INPUT", None),
        ("Application:01900000-0000-7000-8000-0000000000ff", "NOT_FOUND", "There is no such flow."),
        ("MasterFlow:01900000-0000-7000-8000-0000000000ff", "NOT_FOUND", "There is no such flow."),
        ("DiscoveryFlow:01900000-0000-7000-8000-0000000000ff", "NOT_FOUND", "There is no such flow."),
    ],
)
async def test_an_id_that_names_no_flow_is_refused(graph: Graph, flow_id: str, code: str, message: str | None) -> None:
    payload = (await graph.data(PAUSE, input={"flowId": flow_id}))["pauseFlow"]

    assert payload["flow"] is None
    (error,) = payload["errors"]
    assert (error["code"], error["path"]) == (code, ["flowId"])
    assert message is None or error["message"] == message


async def test_another_tenants_flow_is_refused_in_the_same_words(graph: Graph, bench: Bench) -> None:
    flow_id = await started(graph)
    other = new_tenant()
    await make_tenant(graph.engine, other)
    stranger = Graph(graph.engine, bench.work, other)

    payload = (await stranger.data(PAUSE, input={"flowId": flow_id}))["pauseFlow"]

    assert payload["errors"] == [{"code": "NOT_FOUND", "message": "There is no such flow.", "path": ["flowId"]}]


async def test_the_same_key_and_input_start_one_flow(graph: Graph) -> None:
    first = await started(graph, idempotencyKey="k1")
    again = await started(graph, idempotencyKey="k1")

    other = (await graph.data(START, input=discovery(idempotencyKey="k1", name="Other")))["startFlow"]

    assert first == again
    assert other["flow"] is None
    assert [error["code"] for error in other["errors"]] == ["IDEMPOTENCY_CONFLICT"]
    assert (await graph.data("{ flows { totalCount } }"))["flows"]["totalCount"] == 1


async def test_a_refusal_is_repeated_with_its_key(graph: Graph) -> None:
    flow_id = await started(graph)
    resume = f"mutation ($input: FlowActionInput!) {{ resumeFlow(input: $input) {{ flow {{ id }} {ERRORS} }} }}"
    input = {"flowId": flow_id, "idempotencyKey": "k2"}

    first = (await graph.data(resume, input=input))["resumeFlow"]
    await graph.data(PAUSE, input={"flowId": flow_id})
    again = (await graph.data(resume, input=input))["resumeFlow"]

    assert [error["code"] for error in first["errors"]] == ["INVALID_TRANSITION"]
    assert first == again


async def test_two_mutations_of_one_operation_each_see_their_own_result(graph: Graph) -> None:
    flow_id = await started(graph)
    text = """mutation ($input: FlowActionInput!) { pauseFlow(input: $input) { flow { status version } }
      resumeFlow(input: $input) { flow { status version } } }"""

    data = await graph.data(text, input={"flowId": flow_id})

    assert data["pauseFlow"]["flow"]["status"] == "PAUSED"
    assert data["resumeFlow"]["flow"]["status"] == "RUNNING"
    assert data["resumeFlow"]["flow"]["version"] == data["pauseFlow"]["flow"]["version"] + 1


async def test_a_stale_version_says_who_changed_it(graph: Graph) -> None:
    flow_id = await started(graph)
    text = """mutation ($input: FlowActionInput!) { pauseFlow(input: $input) { flow { id }
      errors { code details path } } }"""

    (error,) = (await graph.data(text, input={"flowId": flow_id, "expectedVersion": 7}))["pauseFlow"]["errors"]

    assert (error["code"], error["path"]) == ("VERSION_CONFLICT", ["expectedVersion"])
    assert error["details"]["currentVersion"] == 1
    assert error["details"]["changedBy"] == "alice"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", error["details"]["changedAt"])


async def test_what_the_role_does_not_allow_is_a_top_level_error(graph: Graph) -> None:
    flow_id = await started(graph)

    assert await graph.code(PAUSE, Role.VIEWER, input={"flowId": flow_id}) == "FORBIDDEN"


async def test_a_view_is_kept_for_its_user_alone(graph: Graph) -> None:
    flow_id = await started(graph)
    save = """mutation ($input: SaveUiStateInput!) { saveUiState(input: $input) { flow { uiState version }
      errors { code } } }"""

    data = await graph.data(save, input={"flowId": flow_id, "uiState": {"open": [1]}})

    assert data["saveUiState"] == {"flow": {"uiState": {"open": [1]}, "version": 1}, "errors": []}
    text = "query ($id: ID!) { flow(id: $id) { uiState } }"
    assert (await graph.data(text, user="bob", id=flow_id))["flow"]["uiState"] == {}


async def test_a_view_is_kept_word_for_word(graph: Graph) -> None:
    flow_id = await started(graph)
    save = """mutation ($input: SaveUiStateInput!) { saveUiState(input: $input) { flow { uiState }
      errors { code } } }"""
    view = {"flowId": flow_id, "applicationIds": [flow_id.removeprefix("MasterFlow:")], "open": True}

    data = await graph.data(save, input={"flowId": flow_id, "uiState": view})
    fits = await graph.data(save, input={"flowId": flow_id, "uiState": {"a": "\\" * 32_764}})
    larger = await graph.data(save, input={"flowId": flow_id, "uiState": {"a": "\\" * 32_765}})

    assert data["saveUiState"]["flow"]["uiState"] == view
    assert fits["saveUiState"]["errors"] == []
    assert larger["saveUiState"]["errors"] == [{"code": "LIMIT_EXCEEDED"}]


async def test_a_deleted_flow_is_gone_and_the_audit_log_keeps_it(graph: Graph) -> None:
    flow_id = await started(graph)
    act = f"mutation ($input: FlowActionInput!) {{ %s(input: $input) {{ %s {ERRORS} }} }}"
    await graph.data(act % ("cancelFlow", "flow { id }"), input={"flowId": flow_id, "reason": "enough"})

    data = await graph.data(act % ("deleteFlow", "deletedId"), input={"flowId": flow_id})

    assert data["deleteFlow"] == {"deletedId": flow_id, "errors": []}
    found = await graph.data(
        """query ($id: ID!) { flow(id: $id) { id } auditLog(subjectId: $id) { nodes { mutation by subjectId outcome
        reason before after } } }""",
        id=flow_id,
    )
    assert found["flow"] is None
    assert [(entry["mutation"], entry["outcome"], entry["reason"]) for entry in found["auditLog"]["nodes"]] == [
        ("deleteFlow", "OK", None),
        ("cancelFlow", "OK", "enough"),
        ("startFlow", "OK", None),
    ]
    assert {entry["subjectId"] for entry in found["auditLog"]["nodes"]} == {flow_id}
    running = {"flowId": flow_id, "status": "RUNNING", "phase": "data_import", "version": 1}
    cancelled = {**running, "status": "CANCELLED", "version": 2}
    assert [(entry["before"], entry["after"]) for entry in found["auditLog"]["nodes"]] == [
        (cancelled, None),
        (running, cancelled),
        (None, running),
    ]


async def test_a_member_is_set_and_shown(graph: Graph, fresh_database: str) -> None:
    await admit(fresh_database, graph.tenant, [Member("alice", frozenset({Role.ADMIN}))])
    text = f"""mutation ($input: SetMemberInput!) {{ setMember(input: $input) {{
      engagement {{ members {{ userId email roles experience }} }} {ERRORS} }} }}"""

    data = await graph.data(
        text, input={"userId": "bob", "email": "bob@example.org", "roles": ["LEAD"], "experience": "SENIOR"}
    )

    assert data["setMember"]["errors"] == []
    assert data["setMember"]["engagement"]["members"][1] == {
        "userId": "bob",
        "email": "bob@example.org",
        "roles": ["LEAD"],
        "experience": "SENIOR",
    }


async def test_an_engagement_is_made_without_a_tenant(graph: Graph, bench: Bench) -> None:
    platform = Graph(graph.engine, bench.work, Tenant("", ""), platform=True)
    text = f"""mutation ($input: CreateEngagementInput!) {{ createEngagement(input: $input) {{ engagement {{ id currency
      clientAccount {{ id name }} members {{ userId roles }} eventCursor }} {ERRORS} }} }}"""

    first = (await platform.data(text, input={"clientAccount": {"newName": "Acme"}, "name": "One", "currency": "EUR"}))[
        "createEngagement"
    ]
    account = first["engagement"]["clientAccount"]
    second = (await platform.data(text, input={"clientAccount": {"id": account["id"]}, "name": "Two"}))[
        "createEngagement"
    ]

    assert first["errors"] == second["errors"] == []
    assert account["name"] == "Acme"
    assert second["engagement"]["clientAccount"] == account
    assert (first["engagement"]["currency"], second["engagement"]["currency"]) == ("EUR", "USD")
    assert second["engagement"]["members"] == [{"userId": "alice", "roles": ["ADMIN"]}]
    mine = await platform.data("{ selectableEngagements { nodes { clientAccountName name } } viewer: __typename }")
    assert mine["selectableEngagements"]["nodes"] == [
        {"clientAccountName": "Acme", "name": "One"},
        {"clientAccountName": "Acme", "name": "Two"},
    ]


async def test_only_the_platform_makes_engagements(graph: Graph) -> None:
    text = "mutation ($input: CreateEngagementInput!) { createEngagement(input: $input) { engagement { id } } }"

    assert await graph.code(text, input={"clientAccount": {"newName": "Acme"}, "name": "One"}) == "FORBIDDEN"


async def test_a_flow_takes_the_configuration_of_its_own_type_alone(graph: Graph) -> None:
    flow_id = await started(graph, autoAdvance=False)
    text = """mutation ($input: UpdateFlowInput!) { updateFlow(input: $input) {
      flow { id } errors { code message path } } }"""
    other = {"assessment": {"applicationIds": [f"Application:{new_id()}"]}}
    before = await graph.data("query ($id: ID!) { flow(id: $id) { version configuration } }", id=flow_id)

    payload = (await graph.data(text, input={"flowId": flow_id, "configuration": other}))["updateFlow"]

    message = "The configuration of this flow is `discovery`, not `assessment`."
    problem = {"code": "INVALID_INPUT", "message": message, "path": ["configuration", "assessment"]}
    assert payload == {"flow": None, "errors": [problem]}
    assert await graph.data("query ($id: ID!) { flow(id: $id) { version configuration } }", id=flow_id) == before
