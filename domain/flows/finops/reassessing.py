"""What applications cost as a person has it: sums and savings, and what each application's part of a sum then is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from domain.application_cost import ApplicationCost
from domain.definition import Outcome, PhaseCall
from domain.errors import ErrorCode, Problem, Refused
from domain.flows.finops.amounts import fits
from domain.flows.finops.analysis import ANALYSIS
from domain.flows.finops.results import CostsAnalyzed, SavingsOpportunity
from domain.planning.exact import exactly

SET_BY_HAND = "A person has set the sum of all; this is its part of it, in the proportion of before."


def reassess_costs(call: PhaseCall) -> Outcome:
    """Applications follow the sums, so that what the budget reads adds up to what people see."""
    given: CostsAnalyzed = call.input
    before: CostsAnalyzed = call.results[ANALYSIS]
    held = sorted(call.portfolio.application_costs, key=lambda each: each.number)
    problems = list(_problems(call, given, before, held))
    if problems:
        raise Refused(problems)
    current, target = (exactly(Fraction(each), call.currency) for each in (given.current_annual, given.target_annual))
    savings = tuple(_rounded(each, call.currency) for each in given.savings)
    after = CostsAnalyzed(current, target, savings, before.as_of)
    return Outcome(after, _parted(held, before, after, call.currency))


def _problems(
    call: PhaseCall, given: CostsAnalyzed, before: CostsAnalyzed, held: Sequence[ApplicationCost]
) -> Iterator[Problem]:
    for name, amount in (("currentAnnual", given.current_annual), ("targetAnnual", given.target_annual)):
        if not fits(amount):
            yield Problem(ErrorCode.INVALID_INPUT, "An amount is 0 or more.", ("data", name))
    if not held and (given.current_annual, given.target_annual) != (before.current_annual, before.target_annual):
        yield Problem(ErrorCode.INVALID_INPUT, "There is no application that could cost it.", ("data",))
    known = {each.id for each in call.portfolio.applications}
    for index, saving in enumerate(given.savings):
        at = ("data", "savings", str(index))
        if not fits(saving.annual):
            yield Problem(ErrorCode.INVALID_INPUT, "An amount is 0 or more.", (*at, "annual"))
        if not known.issuperset(saving.application_ids):
            yield Problem(ErrorCode.NOT_FOUND, "There is no such application.", (*at, "applicationIds"))


def _rounded(each: SavingsOpportunity, currency: str) -> SavingsOpportunity:
    return replace(each, annual=exactly(Fraction(each.annual), currency))


def _parted(
    held: Sequence[ApplicationCost], before: CostsAnalyzed, after: CostsAnalyzed, currency: str
) -> tuple[ApplicationCost, ...]:
    now, later = [each.current_annual for each in held], [each.target_annual for each in held]
    if after.current_annual != before.current_annual:
        now = _shares(now, after.current_annual, currency)
    if after.target_annual != before.target_annual:
        later = _shares(later, after.target_annual, currency)
    return tuple(
        replace(each, current_annual=current, target_annual=target, assumptions=_said(each.assumptions))
        for each, current, target in zip(held, now, later, strict=True)
        if (current, target) != (each.current_annual, each.target_annual)
    )


def _shares(parts: Sequence[Decimal], wanted: Decimal, currency: str) -> list[Decimal]:
    """The sum in the proportion of the parts (evenly where all are nought), which add up to it to the cent."""
    whole = sum(map(Fraction, parts), Fraction(0))
    exact = [Fraction(wanted) * (Fraction(part) / whole if whole else Fraction(1, len(parts))) for part in parts]
    shares, so_far, told = [], Fraction(0), Decimal(0)
    for each in exact:
        so_far += each
        upto = exactly(so_far, currency)
        shares.append(upto - told)
        told = upto
    return shares


def _said(assumptions: tuple[str, ...]) -> tuple[str, ...]:
    return assumptions if SET_BY_HAND in assumptions else (*assumptions, SET_BY_HAND)
