"""A modernization of two applications with three parts."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from domain.application import Criticality, Technology
from domain.decision import Strategy
from domain.flows.modernization import DEFINITION
from tests.plans import application, decision
from tests.unit.modernization.test_modernization import call, part
from tests.unit.running import Running


def modernizing(until: str | None = None) -> Running:
    """Up to that phase; all of it where none is named."""
    shop = application("Shop", criticality=Criticality.HIGH, annual_cost=Decimal(900))
    wiki = application("Wiki", criticality=Criticality.LOW, annual_cost=Decimal(100))
    store = part(shop, "store", "database", Technology("SQL Server", "2008", "database"))
    parts = (store, part(shop, "web", "web frontend", needs=(store.id,)), part(wiki, "wiki", "service"))
    decided = replace(decision(shop), strategy=Strategy.REFACTOR)
    running = Running(DEFINITION, call([shop, wiki], parts, [decided]))
    return running.until(until) if until else running.through()
