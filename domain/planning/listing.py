"""Lists of what plans hold."""

from __future__ import annotations

from dataclasses import dataclass

from domain.application import Application
from domain.dependency import Dependency
from domain.listing import Listing
from domain.planning.plan import (
    CostEstimate,
    CostLine,
    PlacedApplication,
    PlanActivity,
    PlanMilestone,
    PlanSynthesis,
    ResourceAllocation,
    ResourcePlan,
    Timeline,
    Wave,
    WavePlan,
)
from domain.resource_pool import ResourcePool


@dataclass(frozen=True, slots=True, kw_only=True)
class WavePlanOfFlow(Listing[WavePlan]):
    """How a flow places its applications: one at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourcePlanOfFlow(Listing[ResourcePlan]):
    """Who works on a flow's waves: one at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineOfFlow(Listing[Timeline]):
    """A flow's timeline: one at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostOfFlow(Listing[CostEstimate]):
    """What a flow's plan costs: one at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthesisOfFlow(Listing[PlanSynthesis]):
    """A flow's plan in short: one at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WavesOfFlow(Listing[Wave]):
    """A flow's waves, by number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveInForce(Listing[Wave]):
    """The wave of an application in the plan in force: one at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedInWave(Listing[PlacedApplication]):
    """What moves in a wave, by the application's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedInFlows(Listing[PlacedApplication]):
    """Where each of some plans puts an application."""

    flow_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UnassignedInFlow(Listing[Application]):
    """Applications of a flow's scope that are in none of its waves, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossWaveDependencies(Listing[Dependency]):
    """Dependencies whose two ends a flow puts into different waves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedBetween(Listing[Application]):
    """Applications that are not in the same wave in all of some plans, by name."""

    flow_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pools(Listing[ResourcePool]):
    """The engagement's pools that are not removed, by role and name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolsOfFlow(Listing[ResourcePool]):
    """The same with those that the flow's plan uses, by role and name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AllocationsOfFlow(Listing[ResourceAllocation]):
    """Who works how long on a flow's waves, by wave, role and name of the pool."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivitiesOfFlow(Listing[PlanActivity]):
    """The bars of a flow's Gantt chart, by number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestonesOfFlow(Listing[PlanMilestone]):
    """The days that matter in a flow's plan, by number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostLinesOfFlow(Listing[CostLine]):
    """What a flow's estimate adds up, line by line."""
