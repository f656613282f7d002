"""What models were asked, through the schema: of attempts, of flows and of all of them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from domain.access import Role
from domain.model_usage import ModelUsage, ModelUse
from persistence.database import reading
from persistence.tables import model_uses, phase_runs
from tests.graph import Graph
from tests.integration.test_graph_analytics import BEGIN, flow, run, write
from tests.integration.test_graph_commands import started
from tests.integration.test_graph_learning import bench, graph, stranger
from tests.toy import new_id

__all__ = ["bench", "graph", "stranger"]

USAGE = "usage { provider model promptTokens completionTokens requests }"
RUNS = f"""query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on MasterFlow {{
  phases {{ key runs {{ attempt {USAGE} }} }} performance {{ {USAGE} }} }} }} }}"""
ANALYTICS = f"""query ($types: [FlowType!], $since: DateTime) {{
  flowAnalytics(types: $types, since: $since) {{ {USAGE} }} }}"""
DELETE = "mutation ($input: FlowActionInput!) { deleteFlow(input: $input) { errors { code } } }"

SMALL, LARGE = ModelUsage("openai", "small", 100, 10, 1), ModelUsage("anthropic", "large", 2_000, 300, 2)


def shown(usage: ModelUsage) -> dict[str, Any]:
    return {
        "provider": usage.provider,
        "model": usage.model,
        "promptTokens": usage.prompt_tokens,
        "completionTokens": usage.completion_tokens,
        "requests": usage.requests,
    }


async def running(graph: Graph) -> tuple[str, str]:
    """The ids of a flow that was started, and of the attempt that it began with."""
    flow_id = (await started(graph)).partition(":")[2]
    return flow_id, await run_of(graph, flow_id)


async def run_of(graph: Graph, flow_id: str) -> str:
    ask = "query ($id: ID!) { flow(id: $id) { phases { runs { id } } } }"
    phases = (await graph.data(ask, id=f"MasterFlow:{flow_id}"))["flow"]["phases"]
    return str(phases[0]["runs"][0]["id"]).partition(":")[2]


async def asked(graph: Graph, flow_id: str, run_id: str, *usages: ModelUsage) -> list[ModelUse]:
    uses = [ModelUse(new_id(), flow_id, run_id, "data_import", "importer", BEGIN, usage) for usage in usages]
    async with graph.work(graph.tenant) as uow:
        for use in uses:
            await uow.model_uses.add(use)
    return uses


async def runs_of(graph: Graph, *flow_ids: str) -> list[Any]:
    ids = [f"MasterFlow:{id}" for id in flow_ids]
    return list((await graph.data(RUNS, Role.VIEWER, ids=ids))["nodes"])


async def kept(graph: Graph) -> int:
    async with reading(graph.engine, graph.tenant) as connection:
        return await connection.scalar(select(func.count()).select_from(model_uses)) or 0


async def test_where_no_model_was_asked_there_is_no_usage(graph: Graph) -> None:
    flow_id, _ = await running(graph)

    (found,) = await runs_of(graph, flow_id)

    assert found["phases"][0]["runs"] == [{"attempt": 1, "usage": None}]
    assert found["performance"]["usage"] == []
    assert (await graph.data(ANALYTICS))["flowAnalytics"]["usage"] == []


async def test_an_attempt_tells_what_all_models_together_were_asked(graph: Graph) -> None:
    flow_id, run_id = await running(graph)
    await asked(graph, flow_id, run_id, SMALL, LARGE, SMALL)

    (found,) = await runs_of(graph, flow_id)

    whole = ModelUsage("anthropic, openai", "large, small", 2_200, 320, 4)
    assert found["phases"][0]["runs"] == [{"attempt": 1, "usage": shown(whole)}]
    each = [shown(LARGE), shown(ModelUsage("openai", "small", 200, 20, 2))]
    assert found["performance"]["usage"] == each
    assert (await graph.data(ANALYTICS))["flowAnalytics"]["usage"] == each


async def test_the_same_use_a_second_time_counts_once(graph: Graph) -> None:
    flow_id, run_id = await running(graph)
    (use,) = await asked(graph, flow_id, run_id, SMALL)

    async with graph.work(graph.tenant) as uow:
        await uow.model_uses.add(use)

    assert (await runs_of(graph, flow_id))[0]["performance"]["usage"] == [shown(SMALL)]


async def test_analytics_count_the_flows_that_are_wanted(graph: Graph) -> None:
    for kind, day, usage in (("discovery", 1, SMALL), ("discovery", 5, LARGE), ("assessment", 5, SMALL)):
        flow_id = await flow(graph, "COMPLETED", day, 10, kind)
        attempt = run(flow_id, "COMPLETED", 1)
        await write(graph, phase_runs, attempt)
        await asked(graph, flow_id, attempt["id"], usage)

    async def counted(**wanted: Any) -> list[Any]:
        return list((await graph.data(ANALYTICS, Role.VIEWER, **wanted))["flowAnalytics"]["usage"])

    since = BEGIN.replace(day=BEGIN.day + 3).isoformat()
    assert await counted() == [shown(LARGE), shown(ModelUsage("openai", "small", 200, 20, 2))]
    assert await counted(types=["DISCOVERY"]) == [shown(LARGE), shown(SMALL)]
    assert await counted(types=["DISCOVERY"], since=since) == [shown(LARGE)]
    assert await counted(types=["PLANNING"]) == []


async def test_figures_may_be_larger_than_an_int(graph: Graph) -> None:
    flow_id, run_id = await running(graph)
    huge = ModelUsage("openai", "small", 3_000_000_000, 2_500_000_000, 7)
    await asked(graph, flow_id, run_id, huge, huge)

    whole = shown(ModelUsage("openai", "small", 6_000_000_000, 5_000_000_000, 14))
    (found,) = await runs_of(graph, flow_id)
    assert found["phases"][0]["runs"][0]["usage"] == whole
    assert (await graph.data(ANALYTICS))["flowAnalytics"]["usage"] == [whole]


async def test_more_flows_take_no_more_statements(graph: Graph) -> None:
    known = [await running(graph) for _ in range(5)]
    for flow_id, run_id in known:
        await asked(graph, flow_id, run_id, SMALL, LARGE)

    await runs_of(graph, known[0][0])
    one = len(graph.statements)
    found = await runs_of(graph, *(flow_id for flow_id, _ in known))

    assert [each["performance"]["usage"] for each in found] == [[shown(LARGE), shown(SMALL)]] * 5
    assert len(graph.statements) == one
    assert sum("model_uses" in statement for statement in graph.statements) == 2


async def test_nothing_is_read_where_nobody_asks(graph: Graph) -> None:
    flow_id, _ = await running(graph)

    ask = "query ($id: ID!) { flow(id: $id) { phases { runs { attempt } } performance { totalMs } } }"
    await graph.data(ask, id=f"MasterFlow:{flow_id}")

    assert not any("model_uses" in statement for statement in graph.statements)


async def test_another_tenant_sees_none_of_it(graph: Graph, stranger: Graph) -> None:
    flow_id, run_id = await running(graph)
    await asked(graph, flow_id, run_id, SMALL)

    assert await runs_of(stranger, flow_id) == [None]
    assert (await stranger.data(ANALYTICS))["flowAnalytics"]["usage"] == []
    assert await kept(stranger) == 0


async def test_it_goes_with_its_flow(graph: Graph) -> None:
    flow_id, run_id = await running(graph)
    await asked(graph, flow_id, run_id, SMALL)
    assert await kept(graph) == 1
    id = f"MasterFlow:{flow_id}"
    cancel = "mutation ($input: FlowActionInput!) { cancelFlow(input: $input) { errors { code } } }"
    assert (await graph.data(cancel, Role.LEAD, input={"flowId": id}))["cancelFlow"]["errors"] == []

    assert (await graph.data(DELETE, Role.ADMIN, input={"flowId": id}))["deleteFlow"]["errors"] == []

    assert await kept(graph) == 0
