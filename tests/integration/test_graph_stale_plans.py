"""Plans whose decisions, dependencies and pools change afterwards, through the schema: they say so and wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from domain.access import Role
from domain.event import ReviewPlans, RunPhase
from domain.need import Need
from engine.reviews import Reviewer
from engine.run import Run
from persistence.database import open_database
from shapes.codec import Codec
from tests.graph import Graph
from tests.integration.conftest import Bench, make_tenant, postgres_bench
from tests.integration.test_graph_architecture import assessed
from tests.integration.test_graph_assessment import OVERRIDE, follow, settle
from tests.integration.test_graph_commands import ERRORS, START
from tests.integration.test_graph_portfolio import DELETE, EFFORT, READY, SAVE, ask
from tests.integration.test_graph_reassessment import FINALIZE
from tests.toy import new_id, new_tenant, now

PLAN = """query ($id: ID!) { flow(id: $id) { status version progress completedAt allowedActions currentPhase { key }
  phases { key status } warnings { code phase message details }
  child { ... on PlanningFlow { wavePlan { version } resourcePlan { version } } } } }"""
EVENTS = """query ($id: ID!) { flow(id: $id) { events(last: 50, kinds: [PHASE_STATUS, WARNING]) { nodes { kind
  ... on WarningRaised { warning { message } } ... on PhaseStatusChanged { phase phaseStatus } } } } }"""
RUN = f"mutation ($input: PhaseActionInput!) {{ runPhase(input: $input) {{ flow {{ status }} {ERRORS} }} }}"
ADOPT = f"mutation ($input: FlowActionInput!) {{ adoptPlan(input: $input) {{ flow {{ status }} {ERRORS} }} }}"
ACCEPT = f"mutation ($input: PhaseActionInput!) {{ acceptPhase(input: $input) {{ flow {{ status }} {ERRORS} }} }}"
UPDATE = f"mutation ($input: UpdateFlowInput!) {{ updateFlow(input: $input) {{ flow {{ status }} {ERRORS} }} }}"
POOLS = "{ resourcePools { id name role hoursPerDay skills hourlyRate { amount } } }"
POOL = f"mutation ($input: SaveResourcePoolInput!) {{ saveResourcePool(input: $input) {{ pool {{ id }} {ERRORS} }} }}"
DROP = f"mutation ($input: DeleteInput!) {{ deleteResourcePool(input: $input) {{ deletedId {ERRORS} }} }}"


@pytest.fixture
async def bench(fresh_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(fresh_database) as made:
        yield made


@pytest.fixture
async def graph(fresh_database: str, bench: Bench) -> AsyncIterator[Graph]:
    engine = open_database(fresh_database)
    yield Graph(engine, bench.work, bench.tenant)
    await engine.dispose()


@dataclass(frozen=True)
class Planned:
    """A completed plan, the assessment behind it, and the ids of its applications by name."""

    id: str
    assessment: str
    ids: dict[str, str]


@pytest.fixture
async def plan(graph: Graph, bench: Bench) -> Planned:
    assessment = await assessed(graph, bench, "component_sixr_strategies")
    await settle(graph, assessment)
    await follow(graph, bench, assessment, until="finalization")
    await graph.data(FINALIZE, input={"flowId": assessment})
    nodes = (await graph.data("{ applications { nodes { id name } } }"))["applications"]["nodes"]
    ids = {node["name"]: node["id"] for node in nodes}
    return Planned(await planned(graph, bench, ids), assessment, ids)


async def planned(graph: Graph, bench: Bench, ids: dict[str, str]) -> str:
    configuration = {"planning": {"applicationIds": list(ids.values()), "startsOn": "2026-12-01"}}
    payload = (await graph.data(START, input={"configuration": configuration}))["startFlow"]
    assert payload["errors"] == []
    await bench.drive()
    flow_id = str(payload["flow"]["id"])
    assert (await read(graph, flow_id))["status"] == "COMPLETED"
    return flow_id


async def read(graph: Graph, flow_id: str) -> dict[str, Any]:
    flow = dict((await graph.data(PLAN, id=flow_id))["flow"])
    since = [each for each in flow.pop("warnings") if each["code"] == "CHANGED_SINCE"]
    return {**flow, "phases": {each["key"]: each["status"] for each in flow["phases"]}, "since": since}


async def messages(graph: Graph, flow_id: str) -> list[str]:
    return [each["message"] for each in (await read(graph, flow_id))["since"]]


async def decide(graph: Graph, plan: Planned, name: str, strategy: str, hours: int) -> None:
    effort = dict.fromkeys(("low", "likely", "high"), str(hours))
    change = {"strategy": strategy, "effort": effort, "rationale": "We know better."}
    given = {"flowId": plan.assessment, "applicationId": plan.ids[name], **change}
    assert (await graph.data(OVERRIDE, input=given))["overrideDecision"]["errors"] == []


async def test_what_changed_a_moment_ago_keeps_a_plan_from_being_adopted(
    graph: Graph, bench: Bench, plan: Planned
) -> None:
    await decide(graph, plan, "Payroll", "REPLATFORM", 260)
    before = await read(graph, plan.id)

    payload = (await graph.data(ADOPT, Role.LEAD, input={"flowId": plan.id}))["adoptPlan"]

    (error,) = payload["errors"]
    assert (error["code"], error["path"]) == ("NOT_READY", ["flowId"])
    assert error["message"].startswith("Payroll: REHOST became REPLATFORM; ")
    assert before["status"] == "COMPLETED"
    assert await read(graph, plan.id) == before
    nodes = (await graph.data("{ applications { nodes { readiness } } }"))["applications"]["nodes"]
    assert {node["readiness"] for node in nodes} == {"READY_FOR_PLANNING"}


async def test_an_overridden_decision_makes_a_completed_plan_stale_that_says_why(
    graph: Graph, bench: Bench, plan: Planned
) -> None:
    before = await read(graph, plan.id)

    await decide(graph, plan, "Payroll", "REPLATFORM", 260)
    unseen = await read(graph, plan.id)
    jobs = await bench.drive()

    after = await read(graph, plan.id)
    assert unseen == before
    assert [job.flow_ids for job in jobs if isinstance(job, ReviewPlans)] == [(plan.id.partition(":")[2],)]
    assert after["status"] == "COMPLETED"
    assert (after["progress"], after["completedAt"], after["currentPhase"]) == (100, before["completedAt"], None)
    assert after["phases"] == before["phases"] | {"wave_planning": "STALE"}
    assert {"RUN_PHASE", "ACCEPT_STALE"} <= set(after["allowedActions"])
    (warning,) = after["since"]
    assert warning["phase"] == "wave_planning"
    assert warning["message"].startswith("Payroll: REHOST became REPLATFORM; ")
    assert warning["message"].endswith(" h became 260 h.")
    assert warning["details"]["applicationId"] == plan.ids["Payroll"]
    assert warning["details"]["old"]["decisionId"] == warning["details"]["new"]["decisionId"]
    assert after["child"] == before["child"]
    events = (await graph.data(EVENTS, id=plan.id))["flow"]["events"]["nodes"]
    assert events[-2:] == [
        {"kind": "WARNING", "warning": {"message": warning["message"]}},
        {"kind": "PHASE_STATUS", "phase": "wave_planning", "phaseStatus": "STALE"},
    ]


async def test_what_is_accepted_is_remembered_and_does_not_come_back(graph: Graph, bench: Bench, plan: Planned) -> None:
    await decide(graph, plan, "Payroll", "REPLATFORM", 260)
    await bench.drive()

    _, errors = await ask(graph, ACCEPT, flowId=plan.id, phase="wave_planning", reason="It fits.")
    await bench.drive()
    accepted = await read(graph, plan.id)
    await decide(graph, plan, "Ledger", "REPLATFORM", 80)
    await bench.drive()

    assert errors == []
    assert (accepted["status"], accepted["since"]) == ("COMPLETED", [])
    assert set(accepted["phases"].values()) == {"COMPLETED"}
    assert [each.partition(":")[0] for each in await messages(graph, plan.id)] == ["Ledger"]


async def test_running_it_again_plans_with_what_there_is_now(graph: Graph, bench: Bench, plan: Planned) -> None:
    await decide(graph, plan, "Payroll", "REPLATFORM", 260)
    await bench.drive()

    _, errors = await ask(graph, RUN, flowId=plan.id, phase="wave_planning")
    await bench.drive()

    after = await read(graph, plan.id)
    assert errors == []
    assert (after["status"], after["since"]) == ("COMPLETED", [])
    assert set(after["phases"].values()) == {"COMPLETED"}


async def test_dependencies_that_come_change_and_go_are_named_and_taken_back(
    graph: Graph, bench: Bench, plan: Planned
) -> None:
    ends = {"fromId": plan.ids["Payroll"], "toId": plan.ids["Ledger"]}
    edge, errors = await ask(graph, SAVE, **ends, kind="HARD")
    await bench.drive()
    drawn = await messages(graph, plan.id)
    await ask(graph, ACCEPT, flowId=plan.id)
    await ask(graph, SAVE, id=edge["id"], **ends, kind="SOFT")
    await bench.drive()
    softer = await messages(graph, plan.id)
    await ask(graph, DELETE, id=edge["id"])
    await bench.drive()
    gone = await messages(graph, plan.id)
    await ask(graph, SAVE, **ends, kind="HARD")
    await bench.drive()

    assert errors == []
    assert drawn == ["Payroll needs Ledger: this dependency was added, HARD."]
    assert softer == ["Payroll needs Ledger: HARD became SOFT."]
    assert gone == ["Payroll needs Ledger: this dependency was deleted; it was HARD."]
    back = await read(graph, plan.id)
    assert (back["status"], back["since"], set(back["phases"].values())) == ("COMPLETED", [], {"COMPLETED"})


async def test_a_pool_that_changes_makes_the_resources_stale(graph: Graph, bench: Bench, plan: Planned) -> None:
    pools = {each["role"]: each for each in (await graph.data(POOLS))["resourcePools"]}
    engineers = pools["engineer"]
    same: dict[str, Any] = {
        **{name: engineers[name] for name in ("id", "role", "hoursPerDay", "skills")},
        "name": "Builders",
    }
    rate = engineers["hourlyRate"]["amount"]

    await ask(graph, POOL, **same, hourlyRate=rate)
    await bench.drive()
    renamed = await read(graph, plan.id)
    _, errors = await ask(graph, POOL, **same, hourlyRate="321.00")
    await bench.drive()
    dearer = await read(graph, plan.id)
    await ask(graph, DROP, id=engineers["id"])
    await bench.drive()

    assert errors == []
    assert renamed["since"] == []
    assert dearer["status"] == "COMPLETED"
    assert [key for key, status in dearer["phases"].items() if status == "STALE"] == ["resource_allocation"]
    (warning,) = dearer["since"]
    assert warning["message"].startswith("Builders: the hourly rate ")
    assert warning["message"].endswith(" became 321.")
    assert warning["details"]["poolId"] == engineers["id"]
    assert [each.partition(";")[0] for each in await messages(graph, plan.id)] == ["Engineers: this pool was removed"]


async def test_a_newer_decision_is_named(graph: Graph, bench: Bench, plan: Planned) -> None:
    decision = {"strategy": "REFACTOR", "effort": EFFORT}
    given: dict[str, Any] = {
        "applicationIds": [plan.ids["Ledger"]],
        "readiness": "READY_FOR_PLANNING",
        "reason": "We know.",
    }
    _, errors = await ask(graph, READY, **given, decision=decision)
    await bench.drive()

    assert errors == []
    assert [each.partition(";")[0] for each in await messages(graph, plan.id)] == ["Ledger: REHOST became REFACTOR"]


async def test_what_changed_while_the_waves_were_planned_is_seen_afterwards(
    graph: Graph, bench: Bench, plan: Planned
) -> None:
    await ask(graph, RUN, flowId=plan.id, phase="wave_planning")
    (job,) = bench.take_jobs()
    assert isinstance(job, RunPhase)
    run, runner = Run(bench.tenant, job.flow_id, job.run_id), bench.runner()
    await runner.begin(run)
    batches = await runner.rules(run)
    await decide(graph, plan, "Payroll", "REPLATFORM", 260)
    await bench.drive()
    early = await read(graph, plan.id)

    await runner.save(run, batches)
    await bench.drive()

    after = await read(graph, plan.id)
    assert (early["phases"]["wave_planning"], early["since"]) == ("RUNNING", [])
    assert [each["message"].partition(";")[0] for each in after["since"]] == ["Payroll: REHOST became REPLATFORM"]
    # The phase that had begun by then has ended; none began on waves that are stale.
    assert (after["status"], after["phases"]["wave_planning"]) == ("READY", "STALE")
    assert after["phases"]["synthesis"] == "STALE"


async def test_two_changes_at_once_are_both_told_once(graph: Graph, bench: Bench, plan: Planned) -> None:
    await decide(graph, plan, "Payroll", "REPLATFORM", 260)
    await ask(graph, SAVE, fromId=plan.ids["Payroll"], toId=plan.ids["Ledger"], kind="HARD")
    jobs = [job for job in bench.take_jobs() if isinstance(job, ReviewPlans)]
    reviewer = Reviewer(bench.work, Codec(), now, new_id)

    for job in (*jobs, *jobs):
        for flow_id in job.flow_ids:
            await reviewer.review(bench.tenant, flow_id)

    found = await messages(graph, plan.id)
    events = (await graph.data(EVENTS, id=plan.id))["flow"]["events"]["nodes"]
    told = [each["warning"]["message"] for each in events if each["kind"] == "WARNING"]
    assert len(jobs) == 2
    assert [each.partition(":")[0] for each in found] == ["Payroll", "Payroll needs Ledger"]
    assert [message for message in told if message in found] == found


async def test_changes_commands_and_reviews_at_once_do_not_wait_for_one_another(
    graph: Graph, bench: Bench, plan: Planned
) -> None:
    reviewer, id = Reviewer(bench.work, Codec(), now, new_id), plan.id.partition(":")[2]

    async def edited(number: int) -> None:
        async with bench.work(bench.tenant) as uow:
            await uow.portfolio.hold()
            held = await uow.portfolio.load(frozenset({Need.ACCEPTED}), "", (plan.ids["Ledger"].partition(":")[2],))
            after = replace(held.accepted[0], rationale=f"{number}", version=held.accepted[0].version + 1)
            await uow.portfolio.save((after,))

    async def accepted() -> None:
        await ask(graph, ACCEPT, flowId=plan.id)

    async with asyncio.timeout(60):
        for number in range(5):
            reviews = [reviewer.review(bench.tenant, id) for _ in range(3)]
            await asyncio.gather(edited(number), accepted(), *reviews, edited(number + 10), accepted())
    await bench.drive()
    await accepted()

    after = await read(graph, plan.id)
    assert (after["status"], after["since"]) == ("COMPLETED", [])


async def test_other_plans_and_other_tenants_are_left_alone(graph: Graph, bench: Bench, plan: Planned) -> None:
    alone = await planned(graph, bench, {"Ledger": plan.ids["Ledger"]})
    other = new_tenant()
    await make_tenant(graph.engine, other)
    before = await read(graph, alone)

    await decide(graph, plan, "Payroll", "REPLATFORM", 260)
    (job,) = (job for job in bench.take_jobs() if isinstance(job, ReviewPlans))
    for flow_id in (*job.flow_ids, alone.partition(":")[2], new_id()):
        await Reviewer(bench.work, Codec(), now, new_id).review(other, flow_id)
    nobody = await read(graph, plan.id)
    for flow_id in job.flow_ids:
        await Reviewer(bench.work, Codec(), now, new_id).review(bench.tenant, flow_id)

    assert job.flow_ids == (plan.id.partition(":")[2],)
    assert nobody["since"] == []
    assert await read(graph, alone) == before
    assert len(await messages(graph, plan.id)) == 1


async def test_no_query_is_asked_where_nothing_of_a_plan_was_touched(graph: Graph, plan: Planned) -> None:
    await graph.ask(UPDATE, input={"flowId": plan.id, "name": "Ours"})

    assert not any("wave_plans" in statement for statement in graph.statements)


async def test_a_changed_configuration_makes_stale_what_reads_it(graph: Graph, bench: Bench, plan: Planned) -> None:
    async def stale(**changed: Any) -> list[str]:
        configuration = {"planning": {"applicationIds": list(plan.ids.values()), **changed}}
        _, errors = await ask(graph, UPDATE, flowId=plan.id, autoAdvance=False, configuration=configuration)
        assert errors == []
        return [key for key, status in (await read(graph, plan.id))["phases"].items() if status == "STALE"]

    by_percent = await stale(contingencyPercentage="20")
    for key in by_percent:
        await ask(graph, ACCEPT, flowId=plan.id, phase=key)
    kept = await read(graph, plan.id)
    by_waves = await stale(maxParallelWaves=2)

    assert by_percent == ["cost_estimation", "synthesis"]
    assert kept["status"] == "COMPLETED"
    assert len(by_waves) == 5


async def test_who_may_not_accept_changes_nothing(graph: Graph, bench: Bench, plan: Planned) -> None:
    await decide(graph, plan, "Payroll", "REPLATFORM", 260)
    await bench.drive()
    before = await read(graph, plan.id)

    assert await graph.code(ACCEPT, Role.VIEWER, input={"flowId": plan.id}) == "FORBIDDEN"
    refused = await ask(graph, ACCEPT, flowId=plan.id, phase="synthesis")

    assert refused[1] == [("INVALID_TRANSITION", ["phase"])]
    assert await read(graph, plan.id) == before
