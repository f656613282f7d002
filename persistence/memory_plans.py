"""Plans in memory: their parts, and which of them rest on what was changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.flow import Flow
from domain.planning.plan import PlacedApplication, Plan, ResourceAllocation, WavePlan
from persistence.portfolio_parts import PARTS_OF_PLAN, SINGLE_PARTS
from persistence.stale_plans import Touched

Values = Mapping[type, Mapping[str, Any]]


def plan_of(values: Values, flow_id: str) -> Plan:
    """What there is of that flow's."""
    parts: dict[str, Any] = {}
    for field, type_ in PARTS_OF_PLAN.items():
        found = tuple(each for each in values.get(type_, {}).values() if each.flow_id == flow_id)
        parts[field] = next(iter(found), None) if field in SINGLE_PARTS else found
    return Plan(**parts)


def resting(values: Values, flows: Mapping[str, Flow], touched: Touched) -> tuple[str, ...]:
    """The flows whose plans rest on what was changed."""
    planned = (flows[each.flow_id] for each in values.get(WavePlan, {}).values())
    found = {flow.id for flow in planned if not touched.applications.isdisjoint(flow.application_ids)}
    found |= {each.flow_id for each in values.get(ResourceAllocation, {}).values() if each.pool_id in touched.pools}
    return tuple(sorted(found | touched.flows))


def key_of(value: Any) -> str:
    """Its id, or what it has in place of one."""
    if isinstance(value, PlacedApplication):
        return f"{value.flow_id} {value.application_id}"
    return str(getattr(value, "id", repr(value)))
