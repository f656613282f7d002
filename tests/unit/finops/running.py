"""A finops flow over three applications, one of them without a known cost, and a plan that moves one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from domain.decision import Strategy
from domain.flows.finops import DEFINITION
from tests.unit.finops.calling import call, decided
from tests.unit.finops.plans import planned
from tests.unit.running import Running


def costing() -> Running:
    ledger = decided("Ledger", Strategy.REHOST, annual_cost=Decimal(12_000), attributes={"data_volume_gb": 50})
    old = decided("Old", Strategy.RETIRE, annual_cost=Decimal(2_400))
    silent = decided("Silent", Strategy.REPLATFORM)
    plan = planned(
        ledger[0], date(2027, 1, 16), date(2027, 2, 14), cut_over=date(2027, 1, 31), line="3000", contingency="300"
    )
    return Running(DEFINITION, call(ledger, old, silent, plan=plan, planning_flow_id="plan"))
