"""Patterns as an engagement may see them: its own whole, and those of its client account without flow and names."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Double,
    Text,
    bindparam,
    cast,
    false,
    func,
    literal,
    literal_column,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR, UUID

from domain.learning import LearningScope
from domain.similarity import Likeness, facts_of, texts_of, words_of
from persistence.tables import account_patterns, engagements, learning_patterns

_own, _shared = learning_patterns, account_patterns

# What an engagement has learned itself; others may have used what it shares.
own_patterns = _own.outerjoin(_shared, _shared.c.id == _own.c.id)
uses = func.coalesce(_shared.c.uses, _own.c.uses).label("uses")

# `tenant` is the engagement that sees the pattern; row-level security leaves its own engagement alone to be joined.
visible = union_all(
    select(
        _own.c.id,
        _own.c.scope,
        _own.c.kind,
        _own.c.key,
        _own.c.summary,
        _own.c.data,
        uses,
        _own.c.confidence,
        _own.c.flow_id,
        _own.c.created_at,
        _own.c.search,
        _own.c.engagement_id.label("tenant"),
        true().label("own"),
    ).select_from(own_patterns),
    select(
        _shared.c.id,
        literal(str(LearningScope.CLIENT_ACCOUNT), Text),
        _shared.c.kind,
        cast(null(), Text),
        _shared.c.summary,
        _shared.c.data,
        _shared.c.uses,
        _shared.c.confidence,
        cast(null(), UUID(as_uuid=False)),
        _shared.c.created_at,
        _shared.c.search,
        engagements.c.id,
        false(),
    ).select_from(
        _shared.join(
            engagements,
            (engagements.c.client_account_id == _shared.c.client_account_id)
            & (engagements.c.id != _shared.c.engagement_id),
        )
    ),
).subquery("patterns")


def searchable(pattern: Any) -> dict[str, Any]:
    """What a pattern's row takes to be found by: the parameters of `SEARCH`."""
    words = [*words_of(pattern.summary), *(word for text in texts_of(pattern.data) for word in words_of(text))]
    return {"words": " ".join(words), "facts": " ".join(f"'{fact}':1A" for fact in facts_of(pattern.data))}


# Facts count more than words; of words those as they are written and those of the same English stem.
_WORDS: ColumnElement[str] = literal_column("'B'::\"char\"")
# Of D, C, B and A: one fact in common is worth more than several words.
_WEIGHTS: ColumnElement[Any] = literal_column("'{0, 0, 0.1, 1}'::real[]")
_words = bindparam("words", type_=Text)
SEARCH = (
    cast(cast(bindparam("facts", type_=Text), Text), TSVECTOR)
    .op("||", return_type=TSVECTOR())(func.setweight(func.to_tsvector("simple", _words), _WORDS))
    .op("||", return_type=TSVECTOR())(func.setweight(func.to_tsvector("english", _words), _WORDS))
)


# A longer word is found by its beginning too.
_SHORT = 3


def sought(likeness: Likeness) -> ColumnElement[Any]:
    """The full-text query that finds whatever has any of it."""
    either = " | ".join(f"{word}:*" if word.isalpha() and len(word) > _SHORT else word for word in likeness.words)
    query: Any = func.to_tsquery("simple", either).op("||")(func.to_tsquery("english", " | ".join(likeness.words)))
    if likeness.facts:
        # Letters, digits and one "=" only: nothing in a fact needs quoting.
        query = query.op("||")(cast(" | ".join(f"'{fact}'" for fact in likeness.facts), TSQUERY))
    return cast(query, TSQUERY)


def rank(likeness: Likeness) -> ColumnElement[float]:
    """How similar a pattern is to that; nought where there is nothing to be similar to."""
    if not likeness:
        return literal(0.0, Double)
    # A row that the release before this one wrote has nothing to be found by.
    return cast(func.coalesce(func.ts_rank(_WEIGHTS, visible.c.search, sought(likeness)), 0), Double)


def matches(likeness: Likeness) -> ColumnElement[bool]:
    """Whether a pattern has anything in common with that."""
    found: ColumnElement[bool] = visible.c.search.op("@@", return_type=Boolean())(sought(likeness))
    return found
