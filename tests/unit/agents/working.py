"""Phases run by their rules, as far as agents then look at them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from typing import Any

from domain.agents.applying import Applying
from domain.agents.reviewing import Reviewed, review, subjects_of
from domain.decision import Decision
from domain.definition import Outcome, PhaseCall
from domain.flows.assessment import DEFINITION as ASSESSMENT
from domain.portfolio import Portfolio
from tests.unit.assessment.portfolios import application, component
from tests.unit.assessment.sample import sample
from tests.unit.assessment.walking import Walk

__all__ = ["Applying", "assessed", "key_of", "ran", "with_parts"]

Work = tuple[PhaseCall, Outcome]
_ORDER = ("initialization", "architecture_minimums", "tech_debt_analysis", "component_sixr_strategies")


def ran(walk: Walk, phase: str) -> Work:
    """The phase's call, and what its rules come to."""
    call = walk.call(phase)
    outcome = ASSESSMENT.phase(phase).rules(call)
    assert isinstance(outcome, Outcome)
    return call, outcome


def walked(portfolio: Portfolio, phase: str) -> Walk:
    walk = Walk(portfolio)
    walk.open()
    walk.through(*_ORDER[: _ORDER.index(phase)] if phase in _ORDER else _ORDER)
    return walk


@cache
def assessed(phase: str) -> Work:
    """The sample's dozen applications at that phase."""
    return ran(walked(sample(), phase), phase)


def with_parts() -> Portfolio:
    """An application of several parts, one of which must stay, and one of its own."""
    known = {"stability": "medium", "modernization_need": "medium", "too_outdated": "no"}
    parts = (
        component("bank", "core", **known),
        component("bank", "web", **known),
        component("bank", "vault", legal_block="yes"),
        component("bank", "files", **known),
        component("bank", "jobs", **known),
        component("bank", "mail", **known),
        component("bank", "cache", **known),
        component("solo", "main", **known),
    )
    return Portfolio(applications=(application("bank"), application("solo")), components=parts)


def key_of(kind: str, work: Work, name: str) -> str:
    """The key of the subject of that name."""
    found = [key for key, each in subjects_of(kind, *work).items() if each.name == name]
    assert len(found) == 1, found
    return found[0]


def decisions(outcome: Outcome) -> dict[str, Decision]:
    return {each.application_id: each for each in outcome.saves if isinstance(each, Decision)}


def reviewed(kind: str, work: Work, proposal: Any, **named: Any) -> Reviewed:
    return review(kind, *work, proposal, **named)


def plain(outcome: Outcome) -> Outcome:
    """Without ids, which each run makes anew."""
    return replace(outcome, saves=tuple(outcome.saves))


def codes(warnings: Iterable[Any]) -> list[str]:
    return [each.code for each in warnings]
