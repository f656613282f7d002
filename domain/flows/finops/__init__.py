"""The finops flow: what applications cost now and later, where money is saved, and the budget by month."""

from __future__ import annotations

from domain.definition import Agent, FlowDefinition, Opening, Pause, Phase
from domain.flows.finops.analysis import ANALYSIS, analyze_costs
from domain.flows.finops.budgeting import BUDGET, confirm_budget, plan_budget, propose_budget, rebudget
from domain.flows.finops.configuration import FinopsConfiguration
from domain.flows.finops.export import EXPORTING
from domain.flows.finops.opening import SETTLING, open_finops
from domain.flows.finops.reassessing import reassess_costs
from domain.flows.finops.results import BudgetAnswer, BudgetPlanned, CostsAnalyzed
from domain.need import Need

_COSTS = frozenset({Need.APPLICATIONS, Need.APPLICATION_COSTS})

DEFINITION = FlowDefinition(
    kind="finops",
    title="FinOps",
    summary="See what applications cost now and in the target, where money is saved, and what to budget by month.",
    configuration=FinopsConfiguration,
    area="finops",
    applications=lambda configuration: configuration.application_ids,
    settling=SETTLING,
    opening=Opening(frozenset({Need.APPLICATIONS}), open_finops),
    exporting=EXPORTING,
    phases=(
        Phase(
            ANALYSIS,
            "Costs",
            CostsAnalyzed,
            rules=analyze_costs,
            weight=50,
            needs=_COSTS | {Need.COMPONENTS, Need.ACCEPTED},
            agents=(Agent("cost_analyst", "Cost analyst", "Say what drives the costs and where they can fall."),),
            configured=True,
            reads=frozenset({"applicationIds", "rateCard"}),
            overridable=True,
            revise=reassess_costs,
        ),
        Phase(
            BUDGET,
            "Budget",
            BudgetPlanned,
            rules=plan_budget,
            weight=50,
            requires=(ANALYSIS,),
            needs=_COSTS | {Need.NAMED_PLAN},
            pause=Pause(BudgetAnswer, propose_budget, confirm_budget),
            agents=(Agent("budget_planner", "Budget planner", "Say what the budget rests on and what may move it."),),
            configured=True,
            reads=frozenset({"planningFlowId", "actuals"}),
            overridable=True,
            revise=rebudget,
        ),
    ),
)
