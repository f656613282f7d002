"""What moves would make of a plan, asked through the schema: as the command makes it, and nothing kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from domain.access import Role
from domain.application import Application
from domain.commands import StartFlow
from domain.dependency import Dependency, DependencyKind
from persistence.database import open_database
from resolvers import flows
from tests.graph import Graph
from tests.integration.conftest import Bench, make_tenant, postgres_bench
from tests.plans import application, decision, pool
from tests.toy import caller, new_id, new_tenant

ROLES = ("architect", "engineer", "database", "test", "lead")
PLAN = """query ($id: ID!) { flow(id: $id) { version child { ... on PlanningFlow { wavePlan { version
  violations { code message details } crossWaveDependencies { totalCount }
  waves { id number effortHours durationDays startsOn endsOn cost { amount } applications { id name } } } } } } }"""
PREVIEW = """query ($id: ID!, $moves: [MoveInput!]!) { previewMoves(flowId: $id, moves: $moves) {
  crossWaveDependencyCount violations { code message details }
  waves { number applicationIds effortHours durationDays startsOn endsOn cost { amount currency } } } }"""
MOVE = """mutation ($input: MoveApplicationsInput!) { moveApplications(input: $input) {
  wavePlan { version } errors { code message path } } }"""

RUN = "mutation ($input: PhaseActionInput!) { runPhase(input: $input) { flow { status } errors { message } } }"


@dataclass(frozen=True)
class Planned:
    """A completed plan of six applications, three to a wave, and a flow that has no plan yet."""

    id: str
    empty: str
    applications: dict[str, Application]

    def move(self, name: str, **to: Any) -> dict[str, Any]:
        return {"applicationId": f"Application:{self.applications[name].id}", "to": to}


@pytest.fixture
async def bench(fresh_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(fresh_database) as made:
        yield made


@pytest.fixture
async def graph(fresh_database: str, bench: Bench) -> AsyncIterator[Graph]:
    engine = open_database(fresh_database)
    yield Graph(engine, bench.work, bench.tenant)
    await engine.dispose()


@pytest.fixture
async def planned(bench: Bench) -> Planned:
    applications = {name: application(name) for name in ("Ant", "Bee", "Cat", "Dog", "Emu", "Fox")}
    needs = Dependency(new_id(), applications["Ant"].id, applications["Bee"].id, DependencyKind.SOFT, "test")
    values = [*applications.values(), *map(decision, applications.values()), *(pool(role, role) for role in ROLES)]
    async with bench.work(bench.tenant) as uow:
        await uow.portfolio.save([*values, needs])
    ids = [each.id for each in applications.values()]
    wanted = {"applicationIds": ids, "maxAppsPerWave": 3, "startsOn": "2027-01-04"}
    asking = caller(bench.work, bench.tenant)
    flow = await flows.start_flow(asking, StartFlow("planning", wanted))
    await bench.drive()
    empty = await flows.start_flow(asking, StartFlow("planning", wanted, auto_advance=False))
    return Planned(f"MasterFlow:{flow.id}", f"MasterFlow:{empty.id}", applications)


async def plan_of(graph: Graph, planned: Planned) -> dict[str, Any]:
    return dict((await graph.data(PLAN, Role.VIEWER, id=planned.id))["flow"]["child"]["wavePlan"])


async def previewed(graph: Graph, planned: Planned, *moves: dict[str, Any]) -> Any:
    return (await graph.data(PREVIEW, Role.VIEWER, id=planned.id, moves=moves))["previewMoves"]


def as_previewed(plan: dict[str, Any]) -> dict[str, Any]:
    """A plan in the words of a preview, without its costs."""
    return {
        "crossWaveDependencyCount": plan["crossWaveDependencies"]["totalCount"],
        "violations": plan["violations"],
        "waves": [
            {name: value for name, value in wave.items() if name not in ("id", "applications", "cost")}
            | {"applicationIds": sorted(each["id"] for each in wave["applications"])}
            for wave in plan["waves"]
        ],
    }


def without_costs(preview: dict[str, Any]) -> dict[str, Any]:
    waves = [{name: value for name, value in wave.items() if name != "cost"} for wave in preview["waves"]]
    return {**preview, "waves": waves}


async def wave_of(graph: Graph, planned: Planned, name: str) -> dict[str, Any]:
    plan = await plan_of(graph, planned)
    found = (wave for wave in plan["waves"] if name in [each["name"] for each in wave["applications"]])
    return next(found)


async def test_a_preview_shows_what_the_move_then_does(graph: Graph, bench: Bench, planned: Planned) -> None:
    here = await wave_of(graph, planned, "Ant")
    there = next(wave for wave in (await plan_of(graph, planned))["waves"] if wave["id"] != here["id"])
    moves = [planned.move("Ant", waveId=there["id"]), planned.move("Fox", newWaveNumber=7)]

    preview = await previewed(graph, planned, *moves)
    payload = (await graph.data(MOVE, Role.LEAD, input={"flowId": planned.id, "moves": moves}))["moveApplications"]

    assert payload["errors"] == []
    assert without_costs(preview) == as_previewed(await plan_of(graph, planned))
    assert [wave["number"] for wave in preview["waves"]] == [1, 2, 7]
    # Once the later phases have run again, costs are as foretold, but for what the days of the new wave add.
    input = {"flowId": planned.id, "phase": "resource_allocation"}
    assert (await graph.data(RUN, Role.LEAD, input=input))["runPhase"]["errors"] == []
    await bench.drive()
    after = [wave["cost"]["amount"] for wave in (await plan_of(graph, planned))["waves"]]
    assert [wave["cost"]["amount"] for wave in preview["waves"]] == [*after[:2], "8270.00"]
    assert after[2] == "8320.40"


async def test_a_preview_tells_what_would_be_broken(graph: Graph, planned: Planned) -> None:
    here = await wave_of(graph, planned, "Ant")
    others = [name for name in planned.applications if name not in [each["name"] for each in here["applications"]]]

    preview = await previewed(graph, planned, planned.move(others[0], waveId=here["id"]))

    (violation,) = preview["violations"]
    assert violation["details"]["waves"] == [here["number"]]
    assert len(violation["details"]["applicationIds"]) == 4
    assert f"Application:{planned.applications[others[0]].id}" in violation["details"]["applicationIds"]


async def test_nothing_of_a_preview_is_kept(graph: Graph, planned: Planned) -> None:
    before = await graph.data(PLAN, id=planned.id)

    preview = await previewed(
        graph, planned, planned.move("Ant", unassigned=True), planned.move("Bee", newWaveNumber=3)
    )

    placed = [id for wave in preview["waves"] for id in wave["applicationIds"]]
    assert planned.move("Ant")["applicationId"] not in placed
    assert await graph.data(PLAN, id=planned.id) == before
    assert not any("FOR UPDATE" in statement or "advisory" in statement for statement in graph.statements)


@pytest.mark.parametrize(
    ("to", "message"),
    [
        ({"newWaveNumber": 1}, "There is a wave 1 already; move it there by that wave's id."),
        ({"newWaveNumber": 0}, "Waves are numbered from 1 to"),
        ({"unassigned": False}, "Say where it goes"),
    ],
)
async def test_moves_that_cannot_be_made_say_why(
    graph: Graph, planned: Planned, to: dict[str, Any], message: str
) -> None:
    answer = await graph.ask(PREVIEW, id=planned.id, moves=[planned.move("Ant", **to)])

    assert answer["data"] == {"previewMoves": None}
    assert answer["errors"][0]["message"].startswith(message)


async def test_moves_of_what_is_not_there_are_null(graph: Graph, planned: Planned) -> None:
    unknown = {"applicationId": f"Application:{new_id()}", "to": {"unassigned": True}}

    for moves in (
        [unknown],
        [unknown | {"applicationId": "x"}],
        [planned.move("Ant", waveId=f"Wave:{new_id()}")],
        [planned.move("Ant", waveId=planned.id)],
    ):
        assert await previewed(graph, planned, *moves) is None


async def test_another_tenants_plan_has_no_preview(graph: Graph, planned: Planned) -> None:
    tenant = new_tenant()
    await make_tenant(graph.engine, tenant)
    stranger, moves = replace(graph, tenant=tenant), [planned.move("Ant", unassigned=True)]

    assert await previewed(stranger, planned, *moves) is None
    for id in (planned.empty, "x", f"MasterFlow:{new_id()}", moves[0]["applicationId"]):
        assert await graph.data(PREVIEW, id=id, moves=moves) == {"previewMoves": None}


async def test_a_preview_takes_at_most_a_thousand_moves(graph: Graph, planned: Planned) -> None:
    moves = [planned.move("Ant", unassigned=True)] * 1_001

    assert await graph.code(PREVIEW, id=planned.id, moves=moves) == "LIMIT_EXCEEDED"
