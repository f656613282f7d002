"""The decommission flow: what may be switched off, where its data go, and the shutdown itself."""

from __future__ import annotations

from domain.access import Role
from domain.definition import Agent, FlowDefinition, Opening, Pause, Phase, Stepping
from domain.flows.decommission.archiving import plan_archives, propose_archives, revise_archives, verify
from domain.flows.decommission.candidates import approve, find_candidates, propose_approval, revise_candidates
from domain.flows.decommission.configuration import DecommissionConfiguration
from domain.flows.decommission.export import EXPORTING
from domain.flows.decommission.facts import DATA, PLANNING, SHUTDOWN
from domain.flows.decommission.opening import open_decommission
from domain.flows.decommission.results import (
    ApprovedApplications,
    ConfirmedApplications,
    DataArchived,
    DecommissionPlanned,
    SystemsShutDown,
    VerifiedArchives,
)
from domain.flows.decommission.shutting_down import (
    confirm_shutdown,
    order_shutdown,
    propose_shutdown,
    refuse_while_needed,
)
from domain.need import Need
from domain.transition import FlowAction

_LIVE = frozenset({Need.APPLICATIONS, Need.COMPONENTS, Need.DEPENDENCIES, Need.ACCEPTED, Need.CHANGES})

DEFINITION = FlowDefinition(
    kind="decommission",
    title="Decommission",
    summary="Switch off what is retired or has moved: its data archived, dependents first.",
    configuration=DecommissionConfiguration,
    area="decommission",
    applications=lambda configuration: configuration.application_ids,
    opening=Opening(_LIVE, open_decommission),
    roles={FlowAction.OVERRIDE: Role.LEAD},
    exporting=EXPORTING,
    phases=(
        Phase(
            PLANNING,
            "Candidates",
            DecommissionPlanned,
            rules=find_candidates,
            weight=35,
            needs=_LIVE | {Need.CANDIDATES},
            pause=Pause(ApprovedApplications, propose_approval, approve, needs=_LIVE | {Need.CANDIDATES}),
            agents=(Agent("decommission_planner", "Decommission planner", "Say what may be missed once it is off."),),
            route="/decommission/planning",
            configured=True,
            overridable=True,
            revise=revise_candidates,
        ),
        Phase(
            DATA,
            "Data",
            DataArchived,
            rules=plan_archives,
            weight=35,
            requires=(PLANNING,),
            needs=_LIVE | {Need.ARCHIVES},
            pause=Pause(VerifiedArchives, propose_archives, verify, needs=_LIVE | {Need.ARCHIVES}),
            agents=(Agent("records_manager", "Records manager", "Say what data must be kept, and how long."),),
            configured=True,
            reads=frozenset({"options"}),
            overridable=True,
            revise=revise_archives,
        ),
        Phase(
            SHUTDOWN,
            "Shutdown",
            SystemsShutDown,
            rules=order_shutdown,
            weight=30,
            requires=(PLANNING, DATA),
            needs=_LIVE | {Need.STEPS, Need.POOLS, Need.ARCHIVES},
            pause=Pause(
                ConfirmedApplications,
                propose_shutdown,
                confirm_shutdown,
                needs=_LIVE | {Need.STEPS, Need.ARCHIVES},
                answered_by=Role.LEAD,
            ),
            agents=(
                Agent("shutdown_lead", "Shutdown lead", "Say what must be seen before something is off for good."),
            ),
            overridable=True,
            stepping=Stepping(refuses=refuse_while_needed, needs=_LIVE | {Need.ARCHIVES}),
        ),
    ),
)
