"""The schema, and its text."""

from __future__ import annotations

import strawberry
from strawberry.schema.config import StrawberryConfig

from schema import (  # noqa: F401  (they mirror types)
    analytics,
    assessment,
    customers,
    decisions,
    definitions,
    discovery,
    exports,
    flows,
    models,
    phases,
    planning_comparing,
    planning_costs,
    planning_previewing,
    planning_resources,
    planning_timelines,
    portfolio,
    priorities,
    saved_actions,
    stakeholders,
    threads,
)
from schema.children import child_types
from schema.events import event_types
from schema.loading import shorten
from schema.mirror import mirrored_types
from schema.mutations import Mutation
from schema.queries import Query
from schema.scalars import SCALARS
from schema.subscriptions import Subscription

schema = strawberry.Schema(
    Query,
    Mutation,
    Subscription,
    types=[*child_types(), *event_types(), *mirrored_types()],
    config=StrawberryConfig(scalar_map=SCALARS),
)


shorten(schema._schema)


def printed() -> str:
    """The schema as it is reviewed: `schema.graphql`."""
    return schema.as_str() + "\n"
