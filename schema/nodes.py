"""Refetching any node by its global id."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from domain.known import KnownChild, KnownFlow, KnownPhase
from resolvers.context import Context
from resolvers.reading import assessment, engagement, preferences, workflow_queue
from schema.basics import Node
from schema.ids import ASSIGNMENT, CHILD_TYPES, MASTER, GlobalId, parse
from schema.mirror import node_values, register


class AnyNode:
    """Whatever a global id names."""


register(AnyNode, Node)


async def _account(context: Context, _ids: Collection[str]) -> Mapping[str, Any]:
    account = (await engagement.current(context)).client_account
    return {account.id: account}


async def _preferences(context: Context, _ids: Collection[str]) -> Mapping[str, Any]:
    own = await preferences.own(context)
    return {own.id: own}


# What is not read by its id alone: the caller's own, and what is made of others' rows whenever somebody asks.
MADE: Mapping[str, Callable[[Context, Collection[str]], Awaitable[Mapping[str, Any]]]] = MappingProxyType(
    {
        "ClientAccount": _account,
        "UserPreferences": _preferences,
        "WorkflowQueue": workflow_queue.queues_by_id,
        ASSIGNMENT: workflow_queue.assignments_by_id,
    }
)


async def find_nodes(context: Context, ids: Sequence[str]) -> list[Any | None]:
    """What each id names; None where it names nothing for this caller. One statement a type."""
    named = [parse(text) for text in ids]
    found: dict[GlobalId, Any] = {}
    for type_ in dict.fromkeys(each.type for each in named if each):
        wanted = [each for each in named if each and each.type == type_]
        found.update(await _of_type(context, type_, wanted))
    return [found.get(each) if each else None for each in named]


async def _of_type(context: Context, type_: str, ids: Sequence[GlobalId]) -> dict[GlobalId, Any]:
    if type_ == MASTER:
        flows = await _flows(context, ids)
        return {each: flows[each.id] for each in ids if each.id in flows}
    if type_ in CHILD_TYPES:
        flows = await _flows(context, ids)
        return {each: child for each in ids if (child := _child(flows.get(each.id), type_))}
    if type_ == "FlowPhase":
        flows = await _flows(context, ids)
        return {each: phase for each in ids if (phase := _phase(flows, each))}
    if type_ == "AssessmentReport":
        flows = await _flows(context, ids)
        reports = await assessment.reports(context, list(flows.values()))
        found = {report.id: report for report in reports if report}
        return {each: found[each.id] for each in ids if each.id in found}
    if type_ in MADE:
        made = await MADE[type_](context, [each.id for each in ids])
        return {each: made[each.id] for each in ids if each.id in made}
    value = node_values().get(type_)
    if value is None:
        return {}
    values: Mapping[str, Any] = await context.reads.get(value, {each.id for each in ids if ":" not in each.id})
    return {each: values[each.id] for each in ids if each.id in values}


async def _flows(context: Context, ids: Sequence[GlobalId]) -> dict[str, KnownFlow]:
    return dict(await context.reads.get(KnownFlow, {each.id.partition(":")[0] for each in ids}))


def _child(flow: KnownFlow | None, type_: str) -> KnownChild | None:
    return flow.child if flow is not None and flow.kind == CHILD_TYPES[type_] else None


def _phase(flows: dict[str, KnownFlow], id: GlobalId) -> KnownPhase | None:
    flow_id, _, key = id.id.partition(":")
    flow = flows.get(flow_id)
    return flow.known_phase(key) if flow else None
