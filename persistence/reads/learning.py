"""Reading what was learned, and what users prefer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select

from domain.learning import LearningPattern
from domain.listing import LearningsOfFlow, Patterns
from domain.preferences import SavedPreferences
from domain.similarity import Likeness
from persistence.mapping import names
from persistence.patterns import matches, rank, visible
from persistence.reads.source import Rows, Source, downwards, made_of
from persistence.tables import pattern_flows, preferences

PATTERNS = Rows(
    table=visible,
    columns=tuple(visible.c[name] for name in names(LearningPattern)),
    id=visible.c.id,
    tenant=visible.c.tenant,
    make=made_of(LearningPattern),
)


def _ordered(listing: Patterns) -> tuple[Sequence[ColumnElement[Any]], bool]:
    likeness = Likeness.to(listing.similar_to or "")
    ranked = (rank(likeness),) if likeness else ()
    return (visible.c.own, *ranked, visible.c.id), True


def _wanted(listing: Patterns) -> Iterable[ColumnElement[bool]]:
    if listing.kind is not None:
        within = func.starts_with(visible.c.kind, f"{listing.kind}.")
        yield or_(visible.c.kind == listing.kind, within)
    likeness = Likeness.to(listing.similar_to or "")
    if likeness:
        yield matches(likeness)


def _taught_by(flow_id: ColumnElement[Any]) -> ColumnElement[bool]:
    taught = exists().where(pattern_flows.c.pattern_id == visible.c.id, pattern_flows.c.flow_id == flow_id)
    return or_(visible.c.flow_id == flow_id, taught.correlate_except(pattern_flows))


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
        rows=PATTERNS,
        order=downwards(visible.c.created_at, visible.c.id),
        belongs=lambda parent, _: _taught_by(parent),
    ),
}
