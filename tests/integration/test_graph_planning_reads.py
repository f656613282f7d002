"""Reading plans through the schema: whole, page by page, side by side, and nobody else's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
import pytest_asyncio

from domain.access import Role
from domain.application import Application
from domain.commands import StartFlow
from domain.dependency import Dependency, DependencyKind
from domain.planning.waves.violation import Violation
from persistence.database import open_database
from resolvers import flows
from tests.graph import Graph
from tests.integration.conftest import Bench, make_tenant, postgres_bench
from tests.plans import Stored, application, decision, pool
from tests.toy import caller, new_id, new_tenant

pytestmark = pytest.mark.asyncio(loop_scope="module")

NAMES = [f"App {number}" for number in range(9)]
WAVES = {1: (0, 1), 2: (2, 3, 4)}
OTHER_WAVES = {1: (0, 2), 2: (3, 4, 5)}


@dataclass(frozen=True)
class Plans:
    """Two plans of the same nine applications, of which the first is in force, and one that has not begun."""

    first: str
    second: str
    empty: str
    applications: tuple[Application, ...]

    @property
    def ids(self) -> list[str]:
        return [f"MasterFlow:{id}" for id in (self.first, self.second, self.empty)]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bench(module_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(module_database) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def graph(module_database: str, bench: Bench) -> AsyncIterator[Graph]:
    engine = open_database(module_database)
    yield Graph(engine, bench.work, bench.tenant)
    await engine.dispose()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stranger(graph: Graph) -> Graph:
    """The same database for somebody else's engagement, with nothing in it."""
    tenant = new_tenant()
    await make_tenant(graph.engine, tenant)
    return replace(graph, tenant=tenant)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plans(bench: Bench) -> Plans:
    applications = tuple(application(name) for name in NAMES)
    needs = [Dependency(new_id(), one.id, two.id, DependencyKind.HARD, "test") for one, two in pairs(applications)]
    async with bench.work(bench.tenant) as uow:
        await uow.portfolio.save([*applications, *(decision(each) for each in applications), *needs])
    first, second, empty = [await planned(bench, applications) for _ in range(3)]
    pools = [pool("Builders", "engineer"), pool("Architects", "architect"), pool("Gone", "test", removed=True)]
    broken = (Violation("TOO_LARGE", "Wave 2 holds three.", (applications[2].id,), (2,)),)
    stored = [
        Stored(first, placed(applications, WAVES), pools[:2], broken),
        Stored(second, placed(applications, OTHER_WAVES), [pools[0], pools[2]]),
    ]
    async with bench.work(bench.tenant) as uow:
        in_force = [replace(each, planned_by=first, version=2) for each in applications[:6]]
        await uow.portfolio.save([*pools, *(value for each in stored for value in each.values()), *in_force])
    return Plans(first, second, empty, applications)


def pairs(applications: tuple[Application, ...]) -> list[tuple[Application, Application]]:
    """Who needs whom: each the first, and the last two each other's neighbour."""
    first = applications[0]
    return [(each, first) for each in applications[1:]]


def placed(applications: tuple[Application, ...], waves: dict[int, tuple[int, ...]]) -> dict[int, list[Application]]:
    return {number: [applications[index] for index in members] for number, members in waves.items()}


async def planned(bench: Bench, applications: tuple[Application, ...]) -> str:
    ids = [each.id for each in applications]
    command = StartFlow("planning", {"applicationIds": ids}, auto_advance=False)
    return (await flows.start_flow(caller(bench.work, bench.tenant), command)).id


WHOLE = """query ($id: ID!) { flow(id: $id) { type route applications { totalCount } child { ... on PlanningFlow {
  id applications { totalCount }
  wavePlan { id rationale optimalityGap solverSeconds timeLimited source version
    violations { code message phase details }
    unassigned { totalCount nodes { name } } crossWaveDependencies { totalCount nodes { from { name } to { name } } }
    waves { id number name pilot effortHours riskScore durationDays startsOn endsOn locked maxApplications rationale
      applications { name wave { number } } placements { application { name } because } cost { amount currency } } }
  resourcePlan { id source version skillGaps { skill wave { number } hoursNeeded hoursAvailable severity suggestion }
    pools { pool { id name } capacityHours allocatedHours availableHours utilizationPercent }
    allocations { id wave { number } pool { name hourlyRate { amount } } hours cost { amount } suggested confidence
      overAllocated } }
  timeline { id name startsOn endsOn status resourceFeasible version criticalPath { number }
    milestones { id number name date description }
    activities { id number name wave { number } startsOn endsOn workingDays earliestStart latestFinish floatDays
      critical predecessors { number } percentComplete pinned actualStart actualEnd } }
  cost { id subtotal { amount currency } contingencyPercentage contingency { amount } total { amount } low { amount }
    high { amount } currentRunRate { amount } targetRunRate { amount } paybackMonths source version
    byWave { wave { number } amount { amount } } unassigned { amount }
    lines { id category wave { number } description quantity unit unitCost { amount } amount { amount } provenance
      overridden } }
  synthesis { id totalApplications totalWaves totalDurationDays totalCost { amount } skillGaps summary
    recommendations { title detail priority } completedAt } } } } }"""


async def child(graph: Graph, flow_id: str, text: str = WHOLE) -> dict[str, Any]:
    answer = await graph.data(text, Role.VIEWER, id=f"PlanningFlow:{flow_id}")
    return dict(answer["flow"]["child"])


async def test_a_whole_plan_is_one_query_of_a_fixed_number_of_statements(graph: Graph, plans: Plans) -> None:
    flow = (await graph.data(WHOLE, Role.VIEWER, id=plans.ids[0]))["flow"]

    assert (flow["type"], flow["applications"]) == ("PLANNING", {"totalCount": 9})
    assert flow["route"] == f"/plan/wave-planning?flow={plans.ids[0]}"
    assert flow["child"]["id"] == f"PlanningFlow:{plans.first}"
    assert all(flow["child"].values())
    assert len(graph.statements) == 43


async def test_twice_as_many_waves_take_no_more_statements(graph: Graph, plans: Plans) -> None:
    await child(graph, plans.first)
    one = len(graph.statements)
    text = WHOLE.replace(
        "query ($id: ID!) { flow(id: $id) {", "query ($ids: [ID!]!) { nodes(ids: $ids) { ... on MasterFlow {"
    )
    answer = await graph.data(text + " }", Role.VIEWER, ids=plans.ids[:2])

    assert [len(each["child"]["wavePlan"]["waves"]) for each in answer["nodes"]] == [2, 2]
    assert len(graph.statements) <= one


async def test_waves_tell_what_moves_when_and_what_it_costs(graph: Graph, plans: Plans) -> None:
    plan = (await child(graph, plans.first))["wavePlan"]

    assert plan["waves"][1] | {"id": None, "applications": [], "placements": []} == {
        "id": None,
        "number": 2,
        "name": "Wave 2",
        "pilot": False,
        "effortHours": "240",
        "riskScore": 0.25,
        "durationDays": 20,
        "startsOn": "2027-02-01",
        "endsOn": "2027-02-26",
        "locked": False,
        "maxApplications": None,
        "rationale": "3 of them.",
        "applications": [],
        "placements": [],
        "cost": {"amount": "24000.00", "currency": "USD"},
    }
    assert plan["waves"][0]["applications"] == [{"name": name, "wave": {"number": 1}} for name in NAMES[:2]]
    assert plan["waves"][0]["placements"] == [
        {"application": {"name": name}, "because": f"{name} fits."} for name in NAMES[:2]
    ]
    assert plan["violations"] == [
        {
            "code": "TOO_LARGE",
            "message": "Wave 2 holds three.",
            "phase": "wave_planning",
            "details": {"applicationIds": [f"Application:{plans.applications[2].id}"], "waves": [2]},
        }
    ]


async def test_the_wave_of_an_application_is_that_of_the_plan_in_force(graph: Graph, plans: Plans) -> None:
    answer = await graph.data("{ applications { nodes { name wave { number } } } }")

    waves = {each["name"]: each["wave"] and each["wave"]["number"] for each in answer["applications"]["nodes"]}
    # The sixth is in scope of the plan in force, but in none of its waves; the second plan has it in one.
    assert waves == dict(zip(NAMES, [1, 1, 2, 2, 2, None, None, None, None], strict=True))


async def test_what_is_unassigned_is_paged_by_name(graph: Graph, plans: Plans) -> None:
    text = """query ($id: ID!, $after: String) { flow(id: $id) { child { ... on PlanningFlow { wavePlan {
      unassigned(first: 3, after: $after) { totalCount nodes { name } pageInfo { hasNextPage endCursor } } } } } } }"""

    one = (await graph.data(text, id=plans.ids[0]))["flow"]["child"]["wavePlan"]["unassigned"]
    two = (await graph.data(text, id=plans.ids[0], after=one["pageInfo"]["endCursor"]))["flow"]["child"]["wavePlan"]

    assert (one["totalCount"], one["pageInfo"]["hasNextPage"]) == (4, True)
    assert [each["name"] for each in one["nodes"] + two["unassigned"]["nodes"]] == NAMES[5:]
    assert two["unassigned"]["pageInfo"]["hasNextPage"] is False


async def test_dependencies_between_waves_are_paged(graph: Graph, plans: Plans) -> None:
    text = """query ($id: ID!, $after: String) { flow(id: $id) { child { ... on PlanningFlow { wavePlan {
      crossWaveDependencies(first: 2, after: $after) { totalCount nodes { from { name } to { name } }
        pageInfo { hasNextPage endCursor } } } } } } }"""

    one = (await graph.data(text, id=plans.ids[0]))["flow"]["child"]["wavePlan"]["crossWaveDependencies"]
    two = (await graph.data(text, id=plans.ids[0], after=one["pageInfo"]["endCursor"]))["flow"]["child"]["wavePlan"]

    assert (one["totalCount"], one["pageInfo"]["hasNextPage"]) == (3, True)
    found = one["nodes"] + two["crossWaveDependencies"]["nodes"]
    assert found == [{"from": {"name": name}, "to": {"name": "App 0"}} for name in NAMES[2:5]]


async def test_pools_are_measured_over_the_plans_dates(graph: Graph, plans: Plans) -> None:
    plan = (await child(graph, plans.second))["resourcePlan"]

    # 2027-01-04 to 2027-02-26 are 40 working days of 8 hours. The removed pool is there because the plan uses it.
    assert [(each["pool"]["name"], each["capacityHours"], each["allocatedHours"]) for each in plan["pools"]] == [
        ("Architects", "320", "0"),
        ("Builders", "320", "200"),
        ("Gone", "320", "200"),
    ]
    assert [(each["availableHours"], each["utilizationPercent"]) for each in plan["pools"]] == [
        ("320", 0.0),
        ("120", 62.5),
        ("120", 62.5),
    ]
    assert [(each["wave"]["number"], each["pool"]["name"], each["hours"]) for each in plan["allocations"]] == [
        (1, "Builders", "80"),
        (1, "Gone", "80"),
        (2, "Builders", "120"),
        (2, "Gone", "120"),
    ]
    assert plan["skillGaps"] == [
        {
            "skill": "cobol",
            "wave": {"number": 1},
            "hoursNeeded": "80",
            "hoursAvailable": "0",
            "severity": "HIGH",
            "suggestion": "Hire somebody.",
        }
    ]


async def test_a_timeline_names_its_critical_path_in_order(graph: Graph, plans: Plans) -> None:
    timeline = (await child(graph, plans.first))["timeline"]

    assert (timeline["startsOn"], timeline["endsOn"], timeline["status"]) == ("2027-01-04", "2027-02-26", "DRAFT")
    assert timeline["criticalPath"] == [{"number": number} for number in (2, 3, 4, 5)]
    assert [each["predecessors"] for each in timeline["activities"]] == [[], [{"number": 2}], [], [{"number": 4}]]
    assert timeline["milestones"][0]["date"] == "2027-02-26"


async def test_costs_add_up_by_wave(graph: Graph, plans: Plans) -> None:
    cost = (await child(graph, plans.first))["cost"]

    assert [(each["wave"]["number"], each["amount"]["amount"]) for each in cost["byWave"]] == [
        (1, "16000.00"),
        (2, "24000.00"),
    ]
    assert cost["unassigned"] == {"amount": "100.00"}
    assert cost["subtotal"] == {"amount": "40100.00", "currency": "USD"}
    assert (cost["contingency"], cost["total"]) == ({"amount": "6015.00"}, {"amount": "46115.00"})
    assert [(each["category"], each["wave"], each["unitCost"]["amount"]) for each in cost["lines"]] == [
        ("LABOR", {"number": 1}, "100.00"),
        ("LABOR", {"number": 2}, "100.00"),
        ("TOOLING", None, "100.00"),
    ]


async def test_a_plan_that_has_not_begun_has_no_parts(graph: Graph, plans: Plans) -> None:
    found = await child(graph, plans.empty)

    assert found.pop("id") == f"PlanningFlow:{plans.empty}"
    assert found.pop("applications") == {"totalCount": 9}
    assert found == dict.fromkeys(["wavePlan", "resourcePlan", "timeline", "cost", "synthesis"])


async def test_pools_are_listed_by_role_and_name_without_removed_ones(graph: Graph, plans: Plans) -> None:
    answer = await graph.data("{ resourcePools { name role hoursPerDay hourlyRate { amount } suggested version } }")

    assert [(each["role"], each["name"]) for each in answer["resourcePools"]] == [
        ("architect", "Architects"),
        ("engineer", "Builders"),
    ]


COMPARE = """query ($ids: [ID!]!, $first: Int, $after: String) { comparePlans(flowIds: $ids) {
  plans { flow { id } waves startsOn endsOn totalCost { amount } crossWaveDependencies skillGaps
    peakUtilizationPercent }
  moved(first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor }
    nodes { application { name } placements { flow { id } wave { number } } } } } }"""


async def compared(graph: Graph, ids: list[str], **more: Any) -> dict[str, Any]:
    return dict((await graph.data(COMPARE, Role.VIEWER, ids=ids, **more))["comparePlans"])


async def test_two_plans_compare_side_by_side(graph: Graph, plans: Plans) -> None:
    found = await compared(graph, [f"PlanningFlow:{plans.second}", plans.ids[0]])

    assert found["plans"][0] == {
        "flow": {"id": plans.ids[1]},
        "waves": 2,
        "startsOn": "2027-01-04",
        "endsOn": "2027-02-26",
        "totalCost": {"amount": "46115.00"},
        "crossWaveDependencies": 3,
        "skillGaps": 1,
        "peakUtilizationPercent": 62.5,
    }
    assert found["plans"][1]["flow"] == {"id": plans.ids[0]}
    assert found["moved"]["totalCount"] == 3
    assert {
        each["application"]["name"]: [place["wave"] and place["wave"]["number"] for place in each["placements"]]
        for each in found["moved"]["nodes"]
    } == {"App 1": [None, 1], "App 2": [1, 2], "App 5": [2, None]}


async def test_what_moved_is_paged(graph: Graph, plans: Plans) -> None:
    one = (await compared(graph, plans.ids[:2], first=2))["moved"]
    two = (await compared(graph, plans.ids[:2], first=2, after=one["pageInfo"]["endCursor"]))["moved"]

    assert (one["totalCount"], one["pageInfo"]["hasNextPage"], two["pageInfo"]["hasNextPage"]) == (3, True, False)
    assert [each["application"]["name"] for each in one["nodes"] + two["nodes"]] == ["App 1", "App 2", "App 5"]


async def test_a_plan_that_has_not_begun_compares_as_far_as_it_goes(graph: Graph, plans: Plans) -> None:
    found = await compared(graph, plans.ids)
    statements = len(graph.statements)
    await compared(graph, plans.ids[:2])

    assert found["plans"][2] == {
        "flow": {"id": plans.ids[2]},
        "waves": 0,
        "startsOn": None,
        "endsOn": None,
        "totalCost": None,
        "crossWaveDependencies": 0,
        "skillGaps": 0,
        "peakUtilizationPercent": None,
    }
    assert found["moved"]["totalCount"] == 6
    assert statements == len(graph.statements)


async def test_comparing_with_what_is_no_plan_is_null(graph: Graph, plans: Plans) -> None:
    command = StartFlow("discovery", {"fileId": new_id(), "fileName": "a.csv"}, auto_advance=False)
    discovery = (await flows.start_flow(caller(graph.work, graph.tenant), command)).id

    for other in (f"MasterFlow:{new_id()}", f"MasterFlow:{discovery}", "x", f"Application:{plans.applications[0].id}"):
        assert await graph.data(COMPARE, ids=[plans.ids[0], other]) == {"comparePlans": None}


@pytest.mark.parametrize("chosen", [[], [0], [0, 0], [0, 1, 2, 0], [0, 1, 2, 3, 4]])
async def test_two_to_four_different_plans_compare(graph: Graph, plans: Plans, chosen: list[int]) -> None:
    known = [*plans.ids, f"MasterFlow:{new_id()}", f"MasterFlow:{new_id()}"]

    answer = await graph.ask(COMPARE, ids=[known[index] for index in chosen])

    assert answer["data"] == {"comparePlans": None}
    (error,) = answer["errors"]
    assert error["message"] == "Name 2 to 4 different planning flows to compare."
    assert error["extensions"]["code"] == "BAD_REQUEST"


NODES = "query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"


def ids_in(value: Any) -> set[str]:
    """Every global id in an answer."""
    if isinstance(value, dict):
        own = {value["id"]} if isinstance(value.get("id"), str) else set()
        return own.union(*(ids_in(each) for each in value.values()))
    return set[str]().union(*(ids_in(each) for each in value)) if isinstance(value, list) else set()


async def test_every_part_of_a_plan_is_found_by_its_id_and_by_nobody_else(
    graph: Graph, stranger: Graph, plans: Plans
) -> None:
    ids = sorted(ids_in(await child(graph, plans.first)))

    own = (await graph.data(NODES, Role.VIEWER, ids=ids))["nodes"]
    foreign = (await stranger.data(NODES, ids=ids))["nodes"]

    assert [each["id"] for each in own] == ids
    assert {each["__typename"] for each in own} == {
        *("PlanningFlow", "WavePlan", "Wave", "ResourcePlan", "ResourcePool", "ResourceAllocation"),
        *("Timeline", "Activity", "Milestone", "CostEstimate", "CostLine", "PlanSynthesis"),
    }
    assert foreign == [None] * len(ids)


async def test_another_tenant_sees_no_plan(stranger: Graph, plans: Plans) -> None:
    assert await stranger.data("{ resourcePools { id } }") == {"resourcePools": []}
    assert await stranger.data(COMPARE, ids=plans.ids[:2]) == {"comparePlans": None}
    assert await stranger.data(WHOLE, id=plans.ids[0]) == {"flow": None}
