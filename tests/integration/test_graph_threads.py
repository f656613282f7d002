"""Threads through the schema: opened, answered by rules, a branch, an action, documents or a model, and completed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from domain.access import Role
from domain.contract import UploadContract
from persistence.database import open_database
from readers.contracts import ContractFiles
from resolvers.contracts import upload_contract
from tests.graph import Graph
from tests.integration.conftest import postgres_bench
from tests.integration.talking import COMPLETE, OPEN, SEND, Desk, acme, desk_of
from tests.toy import caller
from tests.unit.contracts.made import word

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(module_database: str) -> AsyncIterator[Desk]:
    async with postgres_bench(module_database) as bench:
        engine = open_database(module_database)
        async with desk_of(Graph(engine, bench.work, bench.tenant), bench) as made:
            yield made
        await engine.dispose()


async def test_a_thread_opens_with_what_is_known_of_the_customer(desk: Desk) -> None:
    flow_id = await desk.start()

    thread = await desk.open(flow_id, "read_the_signs")

    (first,) = thread["messages"]["nodes"]
    assert (first["sequence"], first["role"], first["source"]) == (1, "SYSTEM", "RULES")
    assert first["content"].startswith("Customer: Acme Ltd\n- customer, name: Acme Ltd\n")
    assert "- customer, ARR: 120,000\n" in first["content"]
    assert "- stakeholders, critics: Dana Rice\n" in first["content"]
    assert (thread["status"], thread["step"], thread["startedBy"]) == ("ACTIVE", "read_the_signs", "alice")


async def test_without_a_model_the_rules_reply_with_the_facts_that_are_asked_for(desk: Desk) -> None:
    flow_id = await desk.start()
    before = (await desk.flow(flow_id))["version"]
    thread = await desk.open(flow_id, "read_the_signs", "diagnose")

    sent = await desk.say(thread, "When is the renewal,\x07 and who is against us?")
    assert sent["reply"] is None
    await desk.work()

    _, asked, reply = await desk.said(thread)
    assert asked["content"] == "When is the renewal, and who is against us?"
    assert (asked["source"], asked["sequence"]) == ("USER", 2)
    assert (reply["role"], reply["source"], reply["model"], reply["sequence"]) == ("ASSISTANT", "RULES", None, 3)
    assert "- renewal, days until: 55" in reply["content"]
    assert "- stakeholders, critics: Dana Rice" in reply["content"]
    flow = await desk.flow(flow_id)
    assert [event["kind"] for event in flow["events"]["nodes"]][-3:] == ["MESSAGE"] * 3
    assert flow["version"] == before


async def test_a_fixed_branch_replies_at_once_with_what_comes_next(desk: Desk) -> None:
    flow_id = await desk.start()
    thread = await desk.open(flow_id, "read_the_signs", "false_alarm")

    sent = await desk.say(thread, "It is a false alarm", idempotencyKey="once")
    again = await desk.say(thread, "It is a false alarm", idempotencyKey="once")

    assert sent["reply"]["content"].startswith("Good. Say what misled the score")
    assert sent["reply"]["content"].endswith("\n\nNext: Say how it ended.")
    assert again == sent
    assert len(await desk.said(thread)) == 3


async def test_an_action_of_a_branch_is_carried_out_and_told(desk: Desk) -> None:
    flow_id = await desk.start()
    thread = await desk.open(flow_id, "read_the_signs", "raise_it")

    unclear = await desk.say(thread, "Please raise this")
    done = await desk.say(thread, "Escalate to bob")

    assert "to: This is needed." in unclear["reply"]["content"]
    assert done["reply"]["content"].startswith("Done: Escalate (to: bob, reason: Tell them what is at stake: 120,000 ")
    flow = await desk.flow(flow_id)
    assert flow["child"]["assignedTo"] == "bob"
    (executed,) = flow["child"]["actionHistory"]["nodes"]
    assert (executed["action"], executed["executedBy"]) == ({"key": "escalate", "kind": "ESCALATE"}, "alice")


async def test_documents_that_say_nothing_are_no_answer(desk: Desk) -> None:
    flow_id = await desk.start()
    thread = await desk.open(flow_id, "read_the_signs", "promised")

    await desk.say(thread, "Which service levels did we promise?")
    await desk.work()

    reply = (await desk.said(thread))[-1]
    assert reply["content"].startswith("Nothing about this was found in the contracts and artifacts")
    assert reply["source"] == "RULES"


async def test_completing_a_thread_completes_its_step_and_says_the_next(desk: Desk) -> None:
    flow_id = await desk.start()
    thread = await desk.open(flow_id, "read_the_signs")
    outcome = {"causes": ["Support"], "severity": "high", "comment": "Agreed with Dana", "other": 1}

    refused = await desk.do(COMPLETE, threadId=thread["id"], outcome={"severity": "none"})
    assert {tuple(error["path"]) for error in refused["errors"]} == {("outcome", "severity")}
    assert refused["thread"] is None
    assert (await desk.read(thread))["status"] == "ACTIVE"
    done = await desk.do(COMPLETE, threadId=thread["id"], outcome=await _answer(desk, flow_id, outcome))

    assert done["errors"] == []
    assert done["nextStep"] == "hear_the_customer"
    assert (done["thread"]["status"], done["thread"]["outcome"]["other"]) == ("COMPLETED", 1)
    flow = await desk.flow(flow_id)
    assert flow["phases"][0] == {"key": "read_the_signs", "status": "COMPLETED"}
    late = await desk.do(SEND, threadId=thread["id"], content="One more thing")
    assert [error["code"] for error in late["errors"]] == ["INVALID_TRANSITION"]


async def _answer(desk: Desk, flow_id: str, outcome: dict[str, Any]) -> dict[str, Any]:
    """With words that the template knows."""
    text = "query ($id: ID!) { flow(id: $id) { phases { inputSchema } } }"
    schema = (await desk.graph.data(text, id=flow_id))["flow"]["phases"][0]["inputSchema"]
    found = str(schema["properties"]["severity"])
    words = [word for word in ("critical", "high", "serious", "medium") if f"'{word}'" in found]
    causes = schema["properties"]["causes"]["anyOf"][0]["items"]["enum"][:1]
    return {**outcome, "severity": words[0], "causes": causes}


async def test_a_conversation_comes_back_to_its_step_while_something_is_missing(desk: Desk) -> None:
    flow_id = await desk.start()
    thread = await desk.open(flow_id, "read_the_signs", "diagnose")

    done = await desk.do(COMPLETE, threadId=thread["id"], outcome={"summary": "It is about support."})

    assert (done["thread"]["status"], done["nextStep"]) == ("COMPLETED", "read_the_signs")
    assert (await desk.flow(flow_id))["phases"][0]["status"] == "AWAITING_INPUT"


@pytest.mark.parametrize(
    ("input", "code", "path"),
    [
        ({"step": "nowhere"}, "NOT_FOUND", ["step"]),
        ({"step": "close"}, "INVALID_TRANSITION", ["step"]),
        ({"step": "read_the_signs", "branchKey": "nowhere"}, "NOT_FOUND", ["branchKey"]),
    ],
)
async def test_a_thread_that_cannot_be_opened_is_not(desk: Desk, input: Any, code: str, path: list[str]) -> None:
    flow_id = await desk.start()

    payload = await desk.do(OPEN, flowId=flow_id, **input)

    assert (payload["thread"], payload["errors"][0]["code"]) == (None, code)
    assert payload["errors"][0]["path"] == path
    assert (await desk.flow(flow_id))["child"]["threads"]["totalCount"] == 0


@pytest.mark.parametrize(
    ("content", "code"), [(" \x00\x07".replace("\x00", ""), "INVALID_INPUT"), ("x" * 10_001, "LIMIT_EXCEEDED")]
)
async def test_what_is_no_message_is_refused(desk: Desk, content: str, code: str) -> None:
    thread = await desk.open(await desk.start(), "read_the_signs")

    payload = await desk.do(SEND, threadId=thread["id"], content=content)

    assert (payload["message"], payload["errors"][0]["code"]) == (None, code)
    assert len(await desk.said(thread)) == 1


async def test_who_only_reads_says_nothing(desk: Desk) -> None:
    thread = await desk.open(await desk.start(), "read_the_signs")

    answer = await desk.graph.ask(SEND, Role.VIEWER, input={"threadId": thread["id"], "content": "Hello"})

    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert len(await desk.said(thread)) == 1


CHOOSE = """mutation ($input: ChooseBranchInput!) { chooseBranch(input: $input) {
  flow { status version currentPhase { key } } errors { code path } } }"""
DRAFT = "mutation ($input: SubmitPhaseInput!) { submitPhaseInput(input: $input) { errors { message } } }"


async def test_a_fixed_branch_completes_its_step_and_leads_on(desk: Desk) -> None:
    flow_id = await desk.start()
    chosen = {"flowId": flow_id, "step": "read_the_signs", "branchKey": "false_alarm"}

    early = await desk.do(CHOOSE, **chosen)
    assert {error["code"] for error in early["errors"]} == {"NOT_READY"}
    answer = await _answer(desk, flow_id, {})
    assert (await desk.do(DRAFT, flowId=flow_id, phase="read_the_signs", data=answer, submit=False))["errors"] == []
    done = await desk.do(CHOOSE, **chosen)
    await desk.work()

    assert done["errors"] == []
    flow = await desk.flow(flow_id)
    assert flow["currentPhase"] == {"key": "close"}
    statuses = {phase["key"]: phase["status"] for phase in flow["phases"]}
    assert (statuses["read_the_signs"], statuses["see_it_through"]) == ("COMPLETED", "SKIPPED")


async def test_other_branches_open_a_conversation_or_act(desk: Desk) -> None:
    flow_id = await desk.start()

    talked = await desk.do(CHOOSE, flowId=flow_id, step="read_the_signs", branchKey="diagnose")
    unclear = await desk.do(CHOOSE, flowId=flow_id, step="read_the_signs", branchKey="raise_it")

    assert talked["errors"] == []
    assert [(error["code"], error["path"]) for error in unclear["errors"]] == [("INVALID_INPUT", ["parameters", "to"])]
    flow = await desk.flow(flow_id)
    assert [thread["status"] for thread in flow["child"]["threads"]["nodes"]] == ["ACTIVE"]
    assert flow["child"]["actionHistory"]["totalCount"] == 0


async def test_an_answer_quotes_the_customers_own_documents_and_nobody_elses(desk: Desk) -> None:
    other, _ = acme()
    async with desk.bench.work(desk.bench.tenant) as uow:
        await uow.customers.save([other])
    await _upload(desk, desk.customer.id, "ours.docx", "Either party may terminate with ninety days of notice.")
    await _upload(desk, other.id, "theirs.docx", "Either party may terminate with five days of notice.")
    thread = await desk.open(await desk.start(), "read_the_signs", "promised")

    await desk.say(thread, "How many days of notice does it take to terminate?")
    await desk.work()

    assert (await desk.said(thread))[-1]["content"].splitlines() == [
        "This is what the documents of this customer say:",
        "[1] ours.docx: \u201cEither party may terminate with ninety days of notice.\u201d",
    ]


async def _upload(desk: Desk, customer_id: str, name: str, *sentences: str) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield word(*sentences)

    asking = caller(desk.bench.work, desk.bench.tenant)
    await upload_contract(asking, ContractFiles(), UploadContract(customer_id, name, chunks()))
