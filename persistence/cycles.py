"""Dependencies far from a flow's scope that lead from it and back: cycles are of any length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import CTE, ColumnElement, all_, any_, cast, select
from sqlalchemy.dialects.postgresql import ARRAY, UUID

from domain.dependency import DependencyKind
from persistence.tables import dependencies

_IDS = ARRAY(UUID(as_uuid=False))


def on_the_way_back(engagement_id: str, application_ids: Sequence[str]) -> ColumnElement[bool]:
    """True of hard dependencies between two applications outside that the scope needs and that need the scope."""
    ids = cast(list(application_ids), _IDS)
    ahead = _reached("ahead", engagement_id, ids, dependencies.c.from_id, dependencies.c.to_id)
    behind = _reached("behind", engagement_id, ids, dependencies.c.to_id, dependencies.c.from_id)
    between = select(ahead.c.id).intersect(select(behind.c.id)).cte("between")
    inside = select(between.c.id).scalar_subquery()
    return _hard(engagement_id) & dependencies.c.from_id.in_(inside) & dependencies.c.to_id.in_(inside)


def _hard(engagement_id: str) -> ColumnElement[bool]:
    hard: ColumnElement[bool] = dependencies.c.kind == DependencyKind.HARD
    return hard & (dependencies.c.engagement_id == engagement_id)


def _reached(name: str, engagement_id: str, ids: Any, start: ColumnElement[Any], end: ColumnElement[Any]) -> CTE:
    """Applications outside that are reached along hard dependencies, in that direction."""
    outside = _hard(engagement_id) & (end != all_(ids))
    first = select(end.label("id")).where(outside, start == any_(ids)).cte(name, recursive=True)
    return first.union(select(end).join(first, start == first.c.id).where(outside))
