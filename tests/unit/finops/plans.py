"""A plan of one wave, as a budget reads it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from domain.application import Application
from domain.planning.plan import CostCategory, CostEstimate, CostLine, PlacedApplication, Plan, Wave
from domain.source import Source


def planned(
    moved: Application, starts: date, ends: date, *, cut_over: date, line: str = "0", contingency: str = "0"
) -> Plan:
    """One application in one wave, with one line of cost."""
    amount, extra = Decimal(line), Decimal(contingency)
    wave = Wave("w", "plan", 1, "Wave 1", False, Decimal(80), 0.1, 20, "One.", starts, ends, cut_over)
    cost = CostEstimate(
        "c", "plan", amount, Decimal(10), extra, amount + extra, amount, amount, Decimal(0), Source.RULES
    )
    bought = CostLine(
        *("l", "plan", "labor:0001", 1, CostCategory.LABOR, "Work", Decimal(1), "hour"),
        *(amount, amount, amount, amount, "By hand.", "w"),
    )
    placed = PlacedApplication("plan", moved.id, "w", "It moves.")
    return Plan(waves=(wave,), placed=(placed,), cost=cost, cost_lines=(bought,))
