"""Reading what was learned, and what users prefer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select, union

from domain.learning import LearningPattern
from domain.listing import LearningsOfFlow, Patterns
from domain.preferences import SavedPreferences
from domain.similarity import Likeness
from persistence.mapping import names
from persistence.patterns import matches, own_patterns, rank, uses, visible
from persistence.reads.source import Rows, Source, as_kept, downwards, made_of
from persistence.tables import learning_patterns, pattern_flows, preferences

PATTERNS = Rows(
    table=visible,
    columns=tuple(visible.c[name] for name in names(LearningPattern)),
    id=visible.c.id,
    tenant=visible.c.tenant,
    make=made_of(LearningPattern),
)


_own = learning_patterns
OWN = Rows(
    table=own_patterns,
    columns=tuple(uses if name == "uses" else _own.c[name] for name in names(LearningPattern)),
    id=_own.c.id,
    tenant=_own.c.engagement_id,
    make=made_of(LearningPattern),
)


def _ordered(listing: Patterns) -> tuple[Sequence[ColumnElement[Any]], bool]:
    likeness = Likeness.to(listing.similar_to or "")
    ranked = (rank(likeness),) if likeness else ()
    return (visible.c.own, *ranked, visible.c.id), True


def _wanted(listing: Patterns) -> Iterable[ColumnElement[bool]]:
    if listing.kind is not None:
        kind = as_kept(listing.kind)
        yield or_(visible.c.kind == kind, func.starts_with(visible.c.kind, f"{kind}."))
    likeness = Likeness.to(listing.similar_to or "")
    if likeness:
        yield matches(likeness)


def _taught_by(flow_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Those whose first lesson it gave, and those it made surer."""
    first = _own.alias("first")
    taught = union(
        select(pattern_flows.c.pattern_id).where(pattern_flows.c.flow_id == flow_id).correlate_except(pattern_flows),
        select(first.c.id).where(first.c.flow_id == flow_id).correlate_except(first),
    )
    return _own.c.id.in_(taught)


def preferences_query(client_account_id: str, subject: str) -> Select[Any]:
    """What one user of a client account has said."""
    said = (preferences.c[field.name] for field in fields(SavedPreferences))
    return select(*said).where(
        preferences.c.client_account_id == client_account_id,
        preferences.c.subject == subject,
    )


ROWS: dict[type, Rows] = {LearningPattern: PATTERNS}

SOURCES: dict[type, Source] = {
    Patterns: Source(rows=PATTERNS, order=_ordered, where=_wanted),
    LearningsOfFlow: Source(
        rows=OWN,
        order=downwards(_own.c.created_at, _own.c.id),
        belongs=lambda parent, _: _taught_by(parent),
    ),
}
