"""Starting a finops flow: over which applications."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from domain.definition import PhaseCall, Settling
from domain.errors import ErrorCode, NotFound, Problem, Refused, refuse
from domain.flows.finops.amounts import TOO_LARGE, fits
from domain.flows.finops.budgeting import read_month
from domain.flows.finops.configuration import FinopsConfiguration
from domain.need import Need
from domain.planning.rate_card import items
from domain.portfolio import Portfolio

PATH = ("configuration", "finops")
MOST_APPLICATIONS = 10_000


def take_plan(configuration: FinopsConfiguration, found: Portfolio) -> FinopsConfiguration:
    """With the applications that the plan moves, where none are named.

    `found` holds the plan: nothing where another kind of flow, or another tenant's, is named.
    """
    if found.plan.wave_plan is None:
        raise NotFound("plan", (*PATH, "planningFlowId"))
    if configuration.application_ids:
        return configuration
    ids = tuple(sorted(each.application_id for each in found.plan.placed))
    if not ids:
        raise refuse(ErrorCode.NOT_READY, "That plan moves no application.", *PATH, "planningFlowId")
    return replace(configuration, application_ids=ids)


SETTLING = Settling(None, lambda configuration: configuration.planning_flow_id, frozenset({Need.PLAN}), take_plan)


def open_finops(call: PhaseCall) -> tuple[Any, ...]:
    """Refuse, naming all that is wrong; nothing changes."""
    problems = (*_applications(call), *_prices(call.configuration), *_actuals(call.configuration))
    if problems:
        raise Refused(problems)
    return ()


def _applications(call: PhaseCall) -> Iterator[Problem]:
    ids = call.configuration.application_ids
    if not ids:
        message = "Name a plan by `planningFlowId`, or applications by `applicationIds`."
        yield Problem(ErrorCode.INVALID_INPUT, message, PATH)
    if len(ids) > MOST_APPLICATIONS:
        message = f"A finops flow takes at most {MOST_APPLICATIONS:,} applications; these are {len(ids):,}."
        yield Problem(ErrorCode.LIMIT_EXCEEDED, message, (*PATH, "applicationIds"))
    found = {each.id for each in call.portfolio.applications}
    seen: set[str] = set()
    for index, id in enumerate(ids):
        at = (*PATH, "applicationIds", str(index))
        if id in seen:
            yield Problem(ErrorCode.INVALID_INPUT, "It is named twice.", at)
        elif id not in found:
            yield Problem(ErrorCode.NOT_FOUND, "There is no such application.", at)
        seen.add(id)


def _prices(configuration: FinopsConfiguration) -> Iterator[Problem]:
    known = items()
    for item, price in configuration.rate_card.items():
        at = (*PATH, "rateCard", item)
        if item not in known:
            message = f"The rate card has no item {item!r}. It has: {', '.join(sorted(known))}."
            yield Problem(ErrorCode.INVALID_INPUT, message, at)
        elif not fits(price):
            yield Problem(ErrorCode.INVALID_INPUT, "A price is 0 or more.", at)


def _actuals(configuration: FinopsConfiguration) -> Iterator[Problem]:
    seen = set()
    for index, actual in enumerate(configuration.actuals):
        at = (*PATH, "actuals", str(index))
        month = read_month(actual.month)
        if month is None:
            message = f"{actual.month!r} is no month. Write it like 2026-03."
            yield Problem(ErrorCode.INVALID_INPUT, message, (*at, "month"))
        elif month in seen:
            yield Problem(ErrorCode.INVALID_INPUT, f"{actual.month} is told twice.", (*at, "month"))
        if not (actual.amount.is_finite() and abs(actual.amount) < TOO_LARGE):
            yield Problem(ErrorCode.INVALID_INPUT, "Give an amount.", (*at, "amount"))
        seen.add(month)
