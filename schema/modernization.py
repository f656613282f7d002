"""What modernizations add to their flows: candidates, designs, and the work that leads to them."""

from __future__ import annotations

from domain.application import Application, Component
from domain.modernization import ModernizationCandidate, TargetDesign, WorkItem
from domain.modernization_listing import DesignsOfFlow, ModernizationCandidatesOfFlow, WorkItemsOfFlow
from schema.basics import Node
from schema.connections import connection
from schema.mirror import mirror
from schema.relations import listed, referred, referred_all


class Child:
    """The fields of a ModernizationFlow."""

    candidates = listed(
        ModernizationCandidate,
        lambda child: ModernizationCandidatesOfFlow(parent=child.id),
        why="The highest score first, or in the order that a person gave them.",
    )
    designs = listed(TargetDesign, lambda child: DesignsOfFlow(parent=child.id))
    work_items = listed(
        WorkItem, lambda child: WorkItemsOfFlow(parent=child.id), why="In an order in which they can be done."
    )


@mirror(ModernizationCandidate, "score drivers", score="0 to 1: the weighted sum of its drivers.")
class ModernizationCandidateType:
    """An application that is worth modernizing."""

    application = referred(Application, lambda candidate: candidate.application_id)


@mirror(TargetDesign, "current_state target_state pattern services tradeoffs source")
class TargetDesignType:
    """What a component is to become."""

    component = referred(Component, lambda design: design.component_id)


@mirror(WorkItem, "title effort_hours acceptance")
class WorkItemType(Node):
    """Something to be done."""

    application = referred(Application, lambda item: item.application_id)
    component = referred(
        Component, lambda item: item.component_id, nullable=True, why="Null where it is for the application as a whole."
    )
    depends_on = referred_all(WorkItem, lambda item: item.depends_on)


connection(ModernizationCandidate, "ModernizationCandidate")
connection(TargetDesign, "TargetDesign")
connection(WorkItem, "WorkItem")
