"""Reading what agents asked of language models."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, Select, cast, func, select

from domain.model_usage import ModelUsage
from persistence.tables import model_uses

_row = model_uses.c


def of_runs(tenant: str, run_ids: Collection[str]) -> Select[Any]:
    """One row for each model that was asked in each of these runs."""
    return _sums(tenant, _row.run_id, run_ids)


def of_flows(tenant: str, flow_ids: Collection[str]) -> Select[Any]:
    """The same for each of these flows."""
    return _sums(tenant, _row.flow_id, flow_ids)


def _sums(tenant: str, owner: ColumnElement[str], ids: Collection[str]) -> Select[Any]:
    by = (owner.label("owner"), _row.provider, _row.model)
    counted = (_row.prompt_tokens, _row.completion_tokens, _row.requests)
    sums = (cast(func.sum(column), BigInteger).label(column.name) for column in counted)
    mine = (_row.engagement_id == tenant, owner.in_(sorted(set(ids))))
    return select(*by, *sums).where(*mine).group_by(*by).order_by(*by)


def usages(rows: Sequence[Row[Any]]) -> Mapping[str, tuple[ModelUsage, ...]]:
    """The sums by whom they are of."""
    return {
        owner: tuple(
            ModelUsage(row.provider, row.model, row.prompt_tokens, row.completion_tokens, row.requests) for row in mine
        )
        for owner, mine in groupby(rows, lambda row: row.owner)
    }
