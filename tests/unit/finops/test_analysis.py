"""What applications cost, now and in the target, and where money is saved: to the cent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from domain.application import Environment
from domain.decision import Strategy
from domain.errors import ErrorCode, Refused
from domain.flows.finops.analysis import ANALYSIS
from domain.flows.finops.configuration import Actual, FinopsConfiguration
from domain.flows.finops.opening import open_finops, take_plan
from domain.flows.finops.reassessing import SET_BY_HAND, reassess_costs
from domain.flows.finops.results import CostsAnalyzed, EffortSize
from domain.portfolio import Portfolio
from tests.plans import application
from tests.unit.finops.calling import analyzed, call, cost, decided

# By the rate card of 2026-01-01 in dollars: a rehosted server 3,000 a year, its storage 1.20 a GB, a seat 480.
LEDGER = decided(
    "Ledger", Strategy.REHOST, annual_cost=Decimal(10_000), attributes={"server_count": 2, "data_volume_gb": 50}
)
CRM = decided("CRM", Strategy.REPURCHASE, annual_cost=Decimal(9_000), user_count=10)
OLD = decided("Old", Strategy.RETIRE, annual_cost=Decimal("1234.56"))


def costs(*given: object, **more: object) -> dict[str, tuple[Decimal, Decimal]]:
    wanted = call(*given, **more)  # type: ignore[arg-type]
    names = {each.id: each.name for each in wanted.portfolio.applications}
    return {names[each.application_id]: (each.current_annual, each.target_annual) for each in analyzed(wanted).saves}


def test_each_costs_what_its_decision_makes_of_it() -> None:
    assert costs(LEDGER, CRM, OLD) == {
        "Ledger": (Decimal(10_000), Decimal("6060.00")),
        "CRM": (Decimal(9_000), Decimal("4800.00")),
        "Old": (Decimal("1234.56"), Decimal(0)),
    }


def test_what_the_flow_is_started_with_goes_before_the_engagements_prices_and_those_before_the_table() -> None:
    settings = {"rateCard": {"run_server_rehost": "100", "run_storage_rehost": "0"}}

    assert costs(LEDGER, settings=settings)["Ledger"][1] == Decimal("200.00")
    assert costs(LEDGER, settings=settings, rate_card={"run_server_rehost": Decimal(70)})["Ledger"][1] == Decimal(
        "140.00"
    )


def test_what_nobody_knows_is_assumed_and_said() -> None:
    unknown = (application("Unknown"), None)
    silent = decided("Silent", Strategy.REHOST)
    bought = decided("Bought", Strategy.REPURCHASE, annual_cost=Decimal(700))
    outcome = analyzed(call(unknown, silent, bought))

    told = {each.application_id: each for each in outcome.saves}
    assert (told[unknown[0].id].current_annual, told[unknown[0].id].target_annual) == (
        Decimal("3000.00"),
        Decimal("3000.00"),
    )
    assert told[unknown[0].id].assumptions[1] == "Nobody has decided what becomes of it: taken as it is."
    assert told[silent[0].id].target_annual == Decimal("3000.00")
    assert told[silent[0].id].assumptions[1].endswith("Nobody knows how much data it holds: taken as none.")
    assert told[bought[0].id].target_annual == Decimal(700)
    assert [warning.code for warning in outcome.warnings] == ["COSTS_ASSUMED", "UNDECIDED"]


def test_sums_and_savings_the_greatest_first() -> None:
    result = analyzed(call(LEDGER, CRM, OLD)).result

    assert (result.current_annual, result.target_annual) == (Decimal("20234.56"), Decimal("10860.00"))
    assert [(each.title, each.annual, each.effort) for each in result.savings] == [
        ("Replace by what is bought", Decimal("4200.00"), EffortSize.MEDIUM),
        ("Rehost", Decimal("3940.00"), EffortSize.MEDIUM),
        ("Switch off what is retired", Decimal("1234.56"), EffortSize.MEDIUM),
    ]
    assert result.savings[0].application_ids == (CRM[0].id,)


def test_what_rests_and_what_idles_is_worth_less() -> None:
    """One server of 3,000: 60 of 168 hours leave 108/168 of it unused; a size smaller is half of it."""
    test = decided(
        "Test", Strategy.REHOST, environment=Environment.TEST, annual_cost=Decimal(1), attributes={"cpu_percent": 4}
    )

    savings = {each.title: each.annual for each in analyzed(call(test)).result.savings}
    assert savings == {
        "Stop test and development outside of office hours": Decimal("1928.57"),
        "Take smaller servers for what idles": Decimal("1500.00"),
    }
    own = {"savings": {"office_hours_per_week": 168, "idle_cpu_percent": 3}}
    assert analyzed(call(test, settings=own)).result.savings == ()


def test_another_run_keeps_ids_and_lets_go_of_what_left() -> None:
    held = [cost(LEDGER[0], "1", "1"), cost(OLD[0], "1", "1")]
    outcome = analyzed(call(LEDGER, costs=held))

    assert [each.id for each in outcome.saves] == [held[0].id]
    assert outcome.removes == (held[1],)


def test_a_person_may_set_sums_and_applications_follow_to_the_cent() -> None:
    outcome = analyzed(call(LEDGER, CRM, OLD))
    result: CostsAnalyzed = outcome.result
    first = replace(result.savings[0], annual=Decimal("1.005"))
    wanted = replace(result, current_annual=Decimal("10000.01"), savings=(first,), as_of=date(1999, 1, 1))
    changed = reassess_costs(call(LEDGER, CRM, OLD, results={ANALYSIS: result}, costs=outcome.saves, given=wanted))

    assert changed.result.savings[0].annual == Decimal("1.01")
    assert changed.result.as_of == result.as_of
    assert [each.current_annual for each in changed.saves] == [
        Decimal("4942.04"),
        Decimal("4447.84"),
        Decimal("610.13"),
    ]
    assert [each.target_annual for each in changed.saves] == [each.target_annual for each in outcome.saves]
    assert {each.assumptions[-1] for each in changed.saves} == {SET_BY_HAND}
    again = replace(changed.result, current_annual=Decimal(3))
    twice = reassess_costs(call(LEDGER, CRM, OLD, results={ANALYSIS: changed.result}, costs=changed.saves, given=again))
    assert [each.assumptions.count(SET_BY_HAND) for each in twice.saves] == [1, 1, 1]


def test_only_savings_leave_the_applications_alone() -> None:
    outcome = analyzed(call(LEDGER))
    wanted = replace(outcome.result, savings=())

    assert (
        reassess_costs(call(LEDGER, results={ANALYSIS: outcome.result}, costs=outcome.saves, given=wanted)).saves == ()
    )


def test_a_sum_of_nought_is_parted_evenly() -> None:
    outcome = analyzed(call(decided("A", Strategy.RETIRE), decided("B", Strategy.RETIRE)))
    wanted = replace(outcome.result, target_annual=Decimal("0.03"))
    changed = reassess_costs(
        call(LEDGER, results={ANALYSIS: outcome.result}, costs=outcome.saves, given=replace(wanted, savings=()))
    )

    assert [each.target_annual for each in changed.saves] == [Decimal("0.02"), Decimal("0.01")]


def test_no_amount_is_below_nought_and_no_saving_is_of_strangers() -> None:
    outcome = analyzed(call(LEDGER))
    result: CostsAnalyzed = outcome.result
    saving = result.savings[0]
    for broken in (
        replace(result, target_annual=Decimal(-1)),
        replace(result, current_annual=Decimal("NaN")),
        replace(result, current_annual=Decimal("1E+999999999")),
        replace(result, savings=(replace(saving, annual=Decimal("Infinity")),)),
        replace(result, savings=(replace(saving, application_ids=("x",)),)),
    ):
        with pytest.raises(Refused):
            reassess_costs(call(LEDGER, results={ANALYSIS: result}, costs=outcome.saves, given=broken))
    with pytest.raises(Refused, match="no application that could cost it"):
        reassess_costs(call(LEDGER, results={ANALYSIS: result}, given=replace(result, current_annual=Decimal(1))))


def test_what_is_there_no_more_costs_nothing_and_is_told() -> None:
    wanted = call(LEDGER)
    ids = (*wanted.configuration.application_ids, "gone")
    outcome = analyzed(replace(wanted, configuration=replace(wanted.configuration, application_ids=ids)))

    assert outcome.result.current_annual == Decimal(10_000)
    assert [each.message for each in outcome.warnings] == [
        "1 of its applications are there no more, and cost nothing here."
    ]


def test_a_start_names_everything_wrong() -> None:
    wanted = call(
        LEDGER, rate_card={"gold": Decimal(1), "saas_seat": Decimal(-1)}, actuals=(Actual("May", Decimal(1)),)
    )
    stranger = replace(wanted.configuration, application_ids=(LEDGER[0].id, LEDGER[0].id, "x"))

    with pytest.raises(Refused) as refused:
        open_finops(replace(wanted, configuration=stranger))
    assert [(each.code, each.path[2:]) for each in refused.value.problems] == [
        (ErrorCode.INVALID_INPUT, ("applicationIds", "1")),
        (ErrorCode.NOT_FOUND, ("applicationIds", "2")),
        (ErrorCode.INVALID_INPUT, ("rateCard", "gold")),
        (ErrorCode.INVALID_INPUT, ("rateCard", "saas_seat")),
        (ErrorCode.INVALID_INPUT, ("actuals", "0", "month")),
    ]
    with pytest.raises(Refused, match="There is no such plan"):
        take_plan(FinopsConfiguration("plan"), Portfolio())
