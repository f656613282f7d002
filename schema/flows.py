"""Master flows: what every flow has in common."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from domain.application import Application
from domain.artifact import KnownArtifact
from domain.artifacts.listing import ArtifactsOfFlow
from domain.contribution import AgentContribution
from domain.definition import FlowDefinition, Warning
from domain.event import EventKind, LoggedEvent
from domain.export import Export
from domain.known import (
    FlowPerformance,
    FlowStatusCount,
    FlowSummary,
    FlowTypeCount,
    KnownChild,
    KnownFlow,
    KnownPhase,
    PhasePerformance,
)
from domain.learning import LearningPattern
from domain.listing import (
    ApplicationsOfFlow,
    ContributionsOfFlow,
    EventsOfFlow,
    ExportsOfFlow,
    LearningsOfFlow,
    OverridesOfFlow,
)
from domain.model_usage import ModelUsage
from domain.override import Override
from domain.phase import Failure
from domain.reading import Page
from domain.transition import FlowAction
from resolvers.context import Context
from resolvers.reading import flows as reading
from schema.basics import Node
from schema.connections import connection, window
from schema.enums import FlowType
from schema.ids import MASTER, show_ids
from schema.loading import computed, loaded, personal
from schema.mirror import mirror
from schema.relations import listed, referred

# What the overrides of a phase are of.
_SUBJECTS: Mapping[str, str] = MappingProxyType(
    {
        "architecture_minimums": "ArchitectureStandard",
        "tech_debt_analysis": "Application",
        "component_sixr_strategies": "SixRDecision",
        "app_on_page_generation": "AppOnPage",
        "wave_planning": "WavePlan",
        "resource_allocation": "ResourcePlan",
        "timeline_generation": "Timeline",
        "cost_estimation": "CostEstimate",
        "synthesis": "PlanSynthesis",
    }
)


@mirror(FlowSummary, "total active by_type by_status awaiting_input")
class FlowSummaryType:
    pass


@mirror(FlowTypeCount, "count active")
class FlowTypeCountType:
    @computed
    @staticmethod
    def type(count: FlowTypeCount) -> FlowType:
        return FlowType(count.kind)


@mirror(FlowStatusCount, "status count")
class FlowStatusCountType:
    pass


@mirror(Warning, "code message phase", phase="Null where it is about the whole flow.")
class FlowWarning:
    @computed
    @staticmethod
    def details(warning: Warning) -> Any:
        return show_ids(warning.details)


@mirror(Failure, "code message phase retryable occurred_at", phase="Null where it is of no single phase.")
class FlowFailure:
    pass


@mirror(ModelUsage, "provider model requests")
class ModelUsageType:
    # Of all flows together there may be more than an Int holds.
    @computed
    @staticmethod
    def prompt_tokens(usage: ModelUsage) -> float:
        return usage.prompt_tokens

    @computed
    @staticmethod
    def completion_tokens(usage: ModelUsage) -> float:
        return usage.completion_tokens


@mirror(PhasePerformance, "phase runs total_ms last_ms", last_ms="Null while it runs.")
class PhasePerformanceType:
    pass


@mirror(
    FlowPerformance,
    "total_ms waiting_for_input_ms phases peak_memory_mib",
    peak_memory_mib="Null where the platform does not tell.",
)
class FlowPerformanceType:
    @loaded
    @staticmethod
    async def usage(context: Context, found: list[FlowPerformance]) -> list[tuple[ModelUsage, ...]]:
        """By provider and model; empty where no model was asked."""
        return await reading.usage_of_flows(context, found)


@mirror(
    KnownFlow,
    "name status progress iteration version warnings failure created_by created_at updated_at started_at"
    " completed_at last_user_interaction_at",
    name=MASTER,
    progress="0 to 100, from the weights in the flow's definition.",
    iteration="1 for the first run of this type over this scope, 2 for the next.",
    version="Grows with every command and with a phase's end; pass it back as `expectedVersion`.",
    failure="Null unless it has failed.",
    started_at="Null until its first phase runs.",
    completed_at="Null until it is completed.",
    last_user_interaction_at="Null where no person has touched it.",
)
class MasterFlow(Node):
    """The registry's row for one run of one flow: what every flow has in common."""

    previous_iteration = referred(
        KnownFlow, lambda flow: flow.previous_id, nullable=True, why="Null for the first, and where it is deleted."
    )
    collaboration = listed(AgentContribution, lambda flow: ContributionsOfFlow(parent=flow.id))
    learnings = listed(LearningPattern, lambda flow: LearningsOfFlow(parent=flow.id))
    overrides = listed(Override, lambda flow: OverridesOfFlow(parent=flow.id))
    applications = listed(Application, lambda flow: ApplicationsOfFlow(parent=flow.id))
    artifacts = listed(KnownArtifact, lambda flow: ArtifactsOfFlow(parent=flow.id), why="Newest first.")
    exports = listed(Export, lambda flow: ExportsOfFlow(parent=flow.id), why="Newest first.")

    @computed
    @staticmethod
    def type(flow: KnownFlow) -> FlowType:
        return FlowType(flow.kind)

    @computed
    @staticmethod
    def configuration(flow: KnownFlow) -> Any:
        return show_ids(flow.configuration)

    @computed
    @staticmethod
    def route(flow: KnownFlow) -> str:
        """Where a single-page application shows this flow's current phase."""
        return flow.definition.route(f"{MASTER}:{flow.id}", flow.current.key if flow.current else None)

    @computed
    @staticmethod
    def definition(flow: KnownFlow) -> FlowDefinition:
        return flow.definition

    @computed
    @staticmethod
    def child(flow: KnownFlow) -> KnownChild:
        return flow.child

    @computed
    @staticmethod
    def phases(flow: KnownFlow) -> tuple[KnownPhase, ...]:
        return flow.known_phases

    @computed
    @staticmethod
    def phase(flow: KnownFlow, _context: Context, key: str) -> KnownPhase | None:
        """Null where it has none of that key."""
        return flow.known_phase(key)

    @computed
    @staticmethod
    def current_phase(flow: KnownFlow) -> KnownPhase | None:
        """Null once the flow is completed."""
        return flow.current_phase

    @computed
    @staticmethod
    def next_phase(flow: KnownFlow) -> KnownPhase | None:
        """Null where nothing comes after the current phase."""
        return reading.next_phase(flow)

    @computed
    @staticmethod
    def pause_points(flow: KnownFlow) -> tuple[str, ...]:
        return reading.pause_points(flow.definition)

    @loaded
    @staticmethod
    async def allowed_actions(context: Context, flows: list[KnownFlow]) -> list[tuple[FlowAction, ...]]:
        return await reading.allowed(context, flows)

    @computed
    @staticmethod
    def event_cursor(flow: KnownFlow) -> str:
        """The newest durable event's cursor, read with the state: query it, then subscribe with `after`."""
        return str(flow.last_seq)

    @loaded
    @staticmethod
    async def events(
        context: Context,
        flows: list[KnownFlow],
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
        kinds: list[EventKind] | None = None,
    ) -> list[Page[LoggedEvent]]:
        """The durable event log, oldest first."""
        wanted = None if kinds is None else tuple(kinds)
        listings = [EventsOfFlow(parent=flow.id, kinds=wanted) for flow in flows]
        return await context.reads.pages(listings, window(first, after, last, before))

    @loaded
    @staticmethod
    async def performance(context: Context, flows: list[KnownFlow]) -> list[FlowPerformance]:
        return await reading.performance(context, flows)

    @personal
    @loaded
    @staticmethod
    async def ui_state(context: Context, flows: list[KnownFlow]) -> list[Any]:
        """The asking user's own view of it: open panels, filters, a wizard's step."""
        found = await context.reads.ui_states([flow.id for flow in flows], context.caller.user)
        return [found.get(flow.id, {}) for flow in flows]


@mirror(
    AgentContribution,
    "phase agent action confidence source started_at finished_at",
    confidence="0 to 1, where the agent tells.",
    finished_at="Null while it goes on.",
)
class AgentContributionType(Node):
    flow = referred(KnownFlow, lambda contribution: contribution.flow_id)

    @computed
    @staticmethod
    def details(contribution: AgentContribution) -> Any:
        return show_ids(contribution.details)


@mirror(Override, "phase rationale created_by created_at", rationale="Null where none was asked for.")
class OverrideType(Node):
    """A person's change to what an agent or a rule proposed: what stood before, what stands now, and why."""

    flow = referred(KnownFlow, lambda override: override.flow_id)

    @computed
    @staticmethod
    def subject(override: Override) -> str:
        """The id of what was changed."""
        type_ = _SUBJECTS.get(override.phase)
        return f"{type_}:{override.subject}" if type_ else override.subject

    @computed
    @staticmethod
    def before(override: Override) -> Any | None:
        """Null where nothing stood before."""
        return show_ids(override.before)

    @computed
    @staticmethod
    def after(override: Override) -> Any | None:
        """Null where nothing stands now."""
        return show_ids(override.after)


connection(KnownFlow, "MasterFlow")
connection(AgentContribution, "AgentContribution", counted=False)
connection(Override, "Override")
