"""The people at a customer's, and what they are to each other."""

from __future__ import annotations

from domain.customer import Stakeholder, StakeholderRelation
from schema.basics import Node
from schema.mirror import mirror
from schema.relations import referred


@mirror(
    Stakeholder,
    "name role influence sentiment notes relations x y",
    notes="Null where there are none.",
    relations="The lines that start here.",
    x="Where it stands on the map's canvas; null until somebody has put it there.",
    y="Downwards; null like `x`.",
)
class StakeholderType(Node):
    reports_to = referred(
        Stakeholder, lambda stakeholder: stakeholder.reports_to_id, nullable=True, why="Null at the top."
    )


@mirror(StakeholderRelation, "kind")
class StakeholderRelationType:
    to = referred(Stakeholder, lambda relation: relation.to_id)
