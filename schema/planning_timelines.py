"""When everything in a plan happens."""

from __future__ import annotations

from datetime import date

from domain.planning.plan import PlanActivity, PlanMilestone, Timeline, Wave
from resolvers.context import Context
from resolvers.reading import planning as reading
from schema.basics import Node
from schema.loading import computed, loaded, named
from schema.mirror import mirror
from schema.relations import referred, referred_all


@mirror(
    Timeline,
    "name starts_on ends_on status resource_feasible version",
    resource_feasible="True when no role is ever asked for more hours than its pool has.",
)
class TimelineType(Node):
    critical_path = referred_all(PlanActivity, lambda timeline: timeline.critical_path)

    @loaded
    @staticmethod
    async def activities(context: Context, timelines: list[Timeline]) -> list[tuple[PlanActivity, ...]]:
        """By number."""
        return await reading.activities(context, timelines)

    @loaded
    @staticmethod
    async def milestones(context: Context, timelines: list[Timeline]) -> list[tuple[PlanMilestone, ...]]:
        """By number."""
        return await reading.milestones(context, timelines)


@mirror(
    PlanActivity,
    "number name starts_on ends_on working_days earliest_start latest_finish float_days critical percent_complete"
    " pinned actual_start actual_end",
    name="Activity",
    actual_start="Null until it has begun.",
    actual_end="Null until it is done.",
)
class Activity(Node):
    """A bar of the Gantt chart."""

    wave = referred(Wave, lambda activity: activity.wave_id, nullable=True, why="Null where it is of no wave.")
    predecessors = referred_all(PlanActivity, lambda activity: activity.predecessors)


@mirror(PlanMilestone, "number name description", name="Milestone")
class Milestone(Node):
    @computed
    @staticmethod
    def day(milestone: PlanMilestone) -> date:
        return milestone.day

    named("date", day)
