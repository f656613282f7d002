"""Customer success from outside, without a model: imported, determined, worked through by every template, learned."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e import guided
from tests.e2e.guided import (
    begin,
    customer,
    do,
    in_days,
    queue,
    refused,
    resting,
    state,
    upload,
    watching,
    work_through,
)
from tests.e2e.test_main_job import Desk, up
from tests.integration.test_command_line import connect
from tests.unit.contracts.made import MORE, SENTENCES, encrypted, pdf
from tests.unit.customers.test_import_salesforce import ACCOUNTS, CONTACTS

__all__ = ["up"]

pytestmark = pytest.mark.slow

FOREIGN = """query ($customer: ID!, $flow: ID!, $node: ID!) {
  customer(id: $customer) { id } flow(id: $flow) { id } node(id: $node) { id } }"""
TASKS = "{ tasks(first: 20) { nodes { title dueOn assignedTo flow { id } } } }"
SAVE_RULES = """mutation ($input: SaveScoringRulesInput!) { saveScoringRules(input: $input) {
  errors { code message path } } }"""
SAVE_TEMPLATE = """mutation ($input: SaveWorkflowTemplateInput!) { saveWorkflowTemplate(input: $input) {
  errors { code message path } } }"""

# What must be true of a customer for whom each of the templates is chosen, and the steps of the longest way.
TEMPLATES: dict[str, tuple[str, dict[str, Any]]] = {
    "renewal-prepare": ("RENEWAL", {"renewalDate": in_days(150)}),
    "renewal-critical": ("RENEWAL", {"renewalDate": in_days(10)}),
    "renewal-emergency": ("RENEWAL", {"renewalDate": in_days(3)}),
    "renewal-overdue": ("RENEWAL", {"renewalDate": in_days(-5)}),
    "standard-renewal": ("RENEWAL", {"renewalDate": in_days(45)}),
    "strategic-account-planning": ("STRATEGIC", {"accountPlan": "INVEST"}),
    "opportunity": ("OPPORTUNITY", {"opportunityScore": 80}),
    "risk": ("RISK", {"riskScore": 75}),
}


@pytest.fixture(scope="module")
def connection(up: Path) -> dict[str, Any]:
    return connect(up, "--subject", "carol", "--roles", "ADMIN", "--engagement", "new")


@pytest.fixture(scope="module")
def elsewhere(up: Path) -> dict[str, Any]:
    """An engagement of another client account."""
    return connect(up, "--subject", "carol", "--roles", "ADMIN", "--engagement", "new")


@pytest.fixture
async def stranger(elsewhere: dict[str, Any]) -> AsyncIterator[Desk]:
    async with httpx.AsyncClient(headers=elsewhere["headers"], timeout=30) as client:
        yield Desk(elsewhere, client)


@pytest.fixture
async def desk(connection: dict[str, Any]) -> AsyncIterator[Desk]:
    async with httpx.AsyncClient(headers=connection["headers"], timeout=30) as client:
        yield Desk(connection, client)


async def test_the_sample_has_twelve_customers_over_all_stages_and_kinds(up: Path) -> None:
    connection = await asyncio.to_thread(connect, up, "--subject", "alice")
    async with httpx.AsyncClient(headers=connection["headers"], timeout=30) as client:
        sample = Desk(connection, client)
        customers = (await sample.ask(guided.CUSTOMERS))["customers"]
        kinds = {
            each["kind"] for owner in ("alice", "bob") for each in (await queue(sample, owner))["assignments"]["nodes"]
        }

    assert customers["totalCount"] == 12
    assert len({each["context"]["stage"] for each in customers["nodes"]} - {None}) == 9
    assert kinds == {"RENEWAL", "STRATEGIC", "OPPORTUNITY", "RISK"}


async def test_files_become_customers_people_and_a_queue(stranger: Desk) -> None:
    csv = (
        "Customer ID,Name,ARR,Renewal Date,Owner,Account Plan,Risk Score,Opportunity Score\n"
        f"C-1,Heron,150000,{in_days(10)},dora,expand,20,10\n"
        f"C-2,Ibis,100000,{in_days(10)},dora,,59.5,69.5\n"
        "C-3,Broken,many,,dora,,,\n"
    )
    first = await do(stranger, guided.IMPORT, source={"text": csv})
    again = await do(stranger, guided.IMPORT, source={"text": csv})
    accounts = await do(
        stranger, guided.IMPORT, source={"text": ACCOUNTS.replace("USD ", "")}, format="salesforce-accounts"
    )
    assert accounts["rejected"] == []
    contacts = await do(stranger, guided.IMPORT, source={"text": CONTACTS})
    customers = (await stranger.ask(guided.CUSTOMERS))["customers"]["nodes"]
    dora = await queue(stranger, "dora")

    assert (first["imported"], first["rejectedCount"], first["rejected"][0]["line"]) == (2, 1, 4)
    assert (again["imported"], accounts["imported"], contacts["imported"]) == (0, 2, 3)
    assert [each["name"] for each in customers] == ["Corvid Labs", "Heron", "Ibis", "Tern & Co"]
    assert {each["name"] for each in customers[0]["stakeholders"]} == {"Ada Reed", "Ben Lund"}
    # (80 + 10) x 2.0 x 1.3; 60 x 2.0 x 1.3; (80 + 10) x 1.5: nobody has a workflow yet.
    found = [
        (each["customer"]["name"], each["kind"], each["priority"]["total"]) for each in dora["assignments"]["nodes"]
    ]
    assert found == [("Heron", "RENEWAL", 234), ("Heron", "STRATEGIC", 156), ("Ibis", "RENEWAL", 135)]
    assert dora["stats"]["uniqueCustomers"] == 2


@pytest.mark.parametrize("key", TEMPLATES)
async def test_a_template_is_worked_through_to_its_end(desk: Desk, key: str) -> None:
    kind, about = TEMPLATES[key]
    who = await customer(desk, f"Customer of {key}", owner=key, **about)
    (assigned,) = [each for each in (await queue(desk, key))["assignments"]["nodes"] if each["kind"] == kind]
    assert (assigned["template"]["key"], assigned["flow"]) == (key, None)

    flow_id = await begin(desk, who, kind)
    started = await queue(desk, key)
    steps = await work_through(desk, flow_id)

    assert {each["flow"]["id"] for each in started["assignments"]["nodes"] if each["kind"] == kind} == {flow_id}
    ended = await state(desk, flow_id)
    assert (ended["status"], ended["progress"], ended["child"]["workflow"]["key"]) == ("COMPLETED", 100, key)
    assert ended["child"]["outcome"]
    assert (len(steps) >= 3, steps[-1]) == (True, "close")
    assert kind not in {each["kind"] for each in (await queue(desk, key))["assignments"]["nodes"]}
    learned = (await desk.ask(guided.LEARNED))["learnings"]["nodes"]
    assert [each["data"]["outcome"] for each in learned if each["data"].get("template") == key] == [
        ended["child"]["outcome"]
    ]


async def test_what_one_workflow_taught_the_next_is_told(desk: Desk) -> None:
    first = await begin(desk, await customer(desk, "Teacher", riskScore=80), "RISK")
    told = {"lesson": "Call their COO first."}
    ended = await do(desk, guided.COMPLETE, flowId=first, outcome="saved", metadata=told)

    second = await begin(desk, await customer(desk, "Pupil", riskScore=80), "RISK")

    assert ended["flow"] == {"status": "COMPLETED", "progress": 100}
    recalled = (await state(desk, second))["currentPhase"]["result"]["recalled"]
    assert any("ended: saved. Call their COO first." in each for each in recalled)


async def test_every_kind_of_branch_is_talked_through_without_a_model(desk: Desk) -> None:
    who = await customer(desk, "Talker", riskScore=75, owner="tess")
    contract = await upload(desk, who, "MSA.pdf", pdf(SENTENCES, MORE))
    assert (contract["errors"], contract["contract"]["extraction"]["noticeDays"]) == ([], 90)
    flow_id = await begin(desk, who, "RISK")

    async def said(branch: str, content: str) -> tuple[dict[str, Any], str]:
        thread = (await do(desk, guided.OPEN, flowId=flow_id, step="read_the_signs", branchKey=branch))["thread"]
        assert "Customer: Talker" in thread["messages"]["nodes"][0]["content"]
        async with watching(desk, guided.THREAD_EVENTS, id=thread["id"], after="0") as seen:
            await do(desk, guided.SEND, threadId=thread["id"], content=content)
            reply = await seen.until(lambda each: (each.get("chatMessage") or {}).get("role") == "ASSISTANT")
            sequences = [each["chatMessage"]["sequence"] for each in seen.told if each["kind"] == "MESSAGE"]
        assert sequences == [1, 2, 3]
        return reply["chatMessage"], thread["id"]

    model, model_thread = await said("diagnose", "What is the ARR?")
    documents, _ = await said("promised", "How many days' notice does the agreement ask for?")
    action, _ = await said("raise_it", "to @dan")
    fixed, fixed_thread = await said("false_alarm", "It is a false alarm")

    assert (model["source"], "120,000" in model["content"]) == ("RULES", True)
    assert ("MSA.pdf, page 2" in documents["content"], "ninety (90)" in documents["content"]) == (True, True)
    assert "dan" in action["content"]
    assert fixed["source"] == "RULES"
    mid = await state(desk, flow_id)
    assert (mid["child"]["assignedTo"], mid["child"]["priority"]["escalationBonus"]) == ("dan", 20)
    open_ = await do(desk, guided.COMPLETE_THREAD, threadId=model_thread, outcome={"note": "thought about"})
    assert (open_["nextStep"], open_["thread"]["status"]) == ("read_the_signs", "COMPLETED")
    given = answer = {key: value for key, value in guided.answer_to(mid["currentPhase"]).items() if key != "branch"}
    left = await do(desk, guided.COMPLETE_THREAD, threadId=fixed_thread, outcome=given)
    assert left["nextStep"] == "close", answer
    assert (await resting(desk, flow_id))["currentPhase"]["key"] == "close"


async def test_a_workflow_sleeps_wakes_is_raised_put_off_and_skipped(desk: Desk) -> None:
    who = await customer(desk, "Sleeper", opportunityScore=90, owner="nora")
    async with watching(desk, guided.QUEUE_CHANGES, owner="nora") as changes:
        await changes.until(lambda each: each["queue"]["stats"]["total"] == 1)
        flow_id = await begin(desk, who, "OPPORTUNITY")
        started = await changes.until(lambda each: any(one["flow"] for one in each["changed"]))
        asleep = await do(desk, guided.EXECUTE, flowId=flow_id, actionKey="snooze", parameters={"days": 2})
        gone = await changes.until(lambda each: each["removedIds"])
        assert await queue(desk, "nora") | {"assignments": None} == {
            "owner": "nora",
            "assignments": None,
            "stats": {"total": 0, "uniqueCustomers": 0, "minPriority": None, "maxPriority": None, "byKind": []},
        }
        awake = await do(desk, guided.RESUME, flowId=flow_id)
        await changes.until(lambda each: int(each["cursor"]) > int(gone["cursor"]) and each["changed"])
    assert gone["removedIds"] == [started["changed"][0]["id"]]
    assert (asleep["flow"]["status"], awake["flow"]["status"]) == ("SNOOZED", "AWAITING_INPUT")

    late = await refused(desk, guided.EXECUTE, flowId=flow_id, actionKey="snooze", parameters={"days": 91})
    kept = await refused(desk, guided.EXECUTE, flowId=flow_id, actionKey="skip", parameters={"reason": "No."})
    title = {"title": "Ask again", "dueOn": in_days(5)}
    await do(desk, guided.EXECUTE, flowId=flow_id, actionKey="schedule", parameters=title)
    phase = (await state(desk, flow_id))["currentPhase"]
    assert await desk.submit(flow_id, phase["key"], guided.answer_to(phase)) == []
    passed = (await resting(desk, flow_id))["currentPhase"]["key"]
    await do(desk, guided.EXECUTE, flowId=flow_id, actionKey="skip", parameters={"reason": "Known."})

    assert late["errors"] != []
    assert kept["errors"] != []
    after = await resting(desk, flow_id)
    assert after["currentPhase"]["key"] != passed
    assert [each["action"]["key"] for each in after["child"]["actionHistory"]["nodes"]] == [
        "skip",
        "schedule",
        "snooze",
    ]
    tasks = (await desk.ask(TASKS))["tasks"]["nodes"]
    assert {"title": "Ask again", "dueOn": in_days(5), "assignedTo": "nora", "flow": {"id": flow_id}} in tasks


async def test_an_offer_is_summed_and_held_to_the_contract(desk: Desk) -> None:
    who = await customer(desk, "Buyer", renewalDate=in_days(45))
    await upload(desk, who, "MSA.pdf", pdf(SENTENCES, MORE))
    flow_id = await begin(desk, who, "RENEWAL")
    line = {"product": "Seats", "quantity": "100", "unitPrice": "110.005", "discountPercent": "10", "months": 12}

    saved = await do(
        desk,
        guided.ARTIFACT,
        flowId=flow_id,
        kind="PRICING_TABLE",
        title="Offer",
        content={"lines": [line], "total": "1"},
    )
    broken = await refused(
        desk, guided.ARTIFACT, flowId=flow_id, kind="PRICING_TABLE", title="Offer", content={"lines": [{"months": -1}]}
    )

    content = saved["artifact"]["content"]
    # 100 x 110.005 x 12 = 132,006.00; a tenth off is 13,200.60.
    assert [content[name] for name in ("subtotal", "discount", "total")] == ["132006.00", "13200.60", "118805.40"]
    assert content["arrChange"] == "-1194.60"
    assert broken["artifact"] is None
    assert len(broken["errors"]) >= 2


async def test_what_is_anothers_is_not_there(stranger: Desk, desk: Desk) -> None:
    who = await customer(desk, "Ours", riskScore=90)
    flow_id = await begin(desk, who, "RISK")
    thread = (await do(desk, guided.OPEN, flowId=flow_id, step="read_the_signs"))["thread"]["id"]
    before = await state(desk, flow_id)
    start = {"configuration": {"customerSuccess": {"customerId": who, "kind": "RISK"}}}

    seen = await stranger.ask(FOREIGN, customer=who, flow=flow_id, node=thread)
    tried = [
        await refused(stranger, guided.SEND, threadId=thread, content="Hello"),
        await refused(stranger, guided.COMPLETE_THREAD, threadId=thread),
        await refused(stranger, guided.OPEN, flowId=flow_id, step="read_the_signs"),
        await refused(stranger, guided.EXECUTE, flowId=flow_id, actionKey="escalate", parameters={"to": "me"}),
        await refused(stranger, guided.CHOOSE, flowId=flow_id, step="read_the_signs", branchKey="false_alarm"),
        await refused(stranger, guided.COMPLETE, flowId=flow_id, outcome="mine"),
        await refused(stranger, guided.ARTIFACT, flowId=flow_id, kind="OTHER", title="x", content={"text": "x"}),
        await refused(stranger, guided.GENERATE, flowId=flow_id, kind="REPORT"),
        await refused(stranger, guided.CUSTOMER, id=who, name="Theirs"),
        (await stranger.ask(guided.STARTING, input=start))["startFlow"],
        await upload(stranger, who, "MSA.pdf", pdf(SENTENCES)),
    ]

    assert seen == {"customer": None, "flow": None, "node": None}
    assert [[each["code"] for each in answer["errors"]] for answer in tried] == [["NOT_FOUND"]] * len(tried)
    assert await state(desk, flow_id) == before


async def test_odd_contracts_are_refused_with_a_reason(desk: Desk) -> None:
    who = await customer(desk, "Odd")

    odd = [
        await upload(desk, who, "locked.pdf", encrypted(pdf(SENTENCES))),
        await upload(desk, who, "cut.pdf", pdf(SENTENCES)[:300]),
        await upload(desk, who, "letter.docx", pdf(SENTENCES)),
        await upload(desk, who, "empty.pdf", b""),
    ]

    codes = [[each["code"] for each in answer["errors"]] for answer in odd]
    assert codes == [["UNSUPPORTED_FORMAT"]] * 3 + [["INVALID_INPUT"]]
    assert all(answer["contract"] is None and answer["errors"][0]["message"].endswith(".") for answer in odd)


async def test_two_who_answer_one_step_at_once_answer_it_once(desk: Desk) -> None:
    flow_id = await begin(desk, await customer(desk, "Both", riskScore=90), "RISK")
    phase = (await state(desk, flow_id))["currentPhase"]

    both = await asyncio.gather(*(desk.submit(flow_id, phase["key"], guided.answer_to(phase)) for _ in range(2)))

    assert sorted(len(each) for each in both) == [0, 1]
    assert [each["code"] for errors in both for each in errors] == ["INVALID_TRANSITION"]


async def test_rules_that_are_saved_count_at_once(stranger: Desk) -> None:
    await customer(stranger, "Risky", riskScore=50, owner="erin")
    before = await queue(stranger, "erin")
    await do(stranger, SAVE_RULES, rules={"risk": {"fromScore": 50}})

    after = await queue(stranger, "erin")

    assert before["stats"]["total"] == 0
    # (60 + 0.6 x 50) x 1.5
    assert [(each["kind"], each["priority"]["total"]) for each in after["assignments"]["nodes"]] == [("RISK", 135)]


BOMBS = (
    "[1, 2, 3].map(x, [1, 2, 3].map(y, x * y)).size() > 0",
    "[1, 2].all(x, x > 0)",
    "x" * 501,
    "customer.__class__ == null",
    "{{customer.name}} == 'x'",
)


async def test_bombs_for_conditions_are_told_apart_and_nothing_is_saved(desk: Desk) -> None:
    ways = [{"to": "two", "when": condition} for condition in BOMBS]
    steps = [
        {"key": "one", "title": "One", "description": "{{{{customer.name}}}}", "next": [*ways, {"to": "one"}]},
        {"key": "two", "title": "Two", "description": "{{steps.two.done}}"},
    ]
    document = {"name": "Bomb", "trigger": {"kind": "RISK"}, "steps": steps}

    async with asyncio.timeout(10):
        answer = await refused(desk, SAVE_TEMPLATE, key="bomb", document=document)

    wrong = {tuple(each["path"][3:]) for each in answer["errors"]}
    assert wrong >= {("next", str(number), "when") for number in range(len(BOMBS))} | {("description",)}
    assert any("circle" in each["message"] for each in answer["errors"])
    assert "bomb" not in {
        each["key"] for each in (await desk.ask("{ workflowTemplates { key } }"))["workflowTemplates"]
    }
