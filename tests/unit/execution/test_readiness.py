"""Readiness checks: what the facts say of each, what people add, and who may go."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.application import Criticality, Readiness, Technology
from domain.debt import DebtCategory, Severity, TechDebtItem
from domain.decision import Strategy
from domain.dependency import DependencyKind
from domain.errors import Refused
from domain.flows.execution.facts import READINESS
from domain.portfolio import Portfolio
from domain.source import Source
from domain.standard import ApprovalStatus, ExceptionKind, StandardException
from tests.unit.assessment.portfolios import NOW, component, needs
from tests.unit.execution.driving import Executing, application, decided, wave


def simple(**fields: object) -> Executing:
    """One application, nothing against it but what people must say."""
    portfolio = Portfolio(applications=(application("shop", data_volume_gb=40),), accepted=(decided("shop"),))
    return Executing(replace(portfolio, **fields))  # type: ignore[arg-type]


def said(executing: Executing, key: str) -> tuple[bool | None, str | None]:
    check = executing.check(key)
    return check.passed, check.evidence


def test_the_facts_decide_what_they_can_and_people_the_rest() -> None:
    executing = simple()

    outcome = executing.run(READINESS)

    assert [(each.key, each.passed) for each in executing.portfolio.checks_of(READINESS)] == [
        ("run:dates", None),
        ("run:plan", True),
        ("run:change", None),
        ("run:target", None),
        ("shop:decision", True),
        ("shop:standing", True),
        ("shop:providers", True),
        ("shop:consumers", True),
        ("shop:support", True),
        ("shop:data", True),
        ("shop:owner", True),
        ("shop:debt", True),
        ("shop:exceptions", True),
        ("shop:backup", None),
    ]
    assert (outcome.result.checks, outcome.result.blocking, outcome.result.application_ids) == (14, 10, ())
    assert said(executing, "shop:data") == (True, "40 GB.")
    assert said(executing, "shop:owner") == (True, "Grace.")


def test_the_way_back_is_rehearsed_where_it_matters() -> None:
    executing = simple(applications=(application("shop", criticality=Criticality.HIGH),))

    executing.run(READINESS)

    assert executing.check("shop:rehearsal").open


@pytest.mark.parametrize(
    ("fields", "key", "passed", "evidence"),
    [
        (
            {"accepted": ()},
            "shop:decision",
            False,
            "There is no accepted decision.",
        ),
        (
            {"accepted": (replace(decided("shop"), changed_facts=("Users", "Criticality")),)},
            "shop:decision",
            False,
            "What it rests on has changed since: Users, Criticality.",
        ),
        (
            {"applications": (application("shop", readiness=Readiness.IN_ASSESSMENT),)},
            "shop:standing",
            False,
            "It is in an assessment that has not ended.",
        ),
        (
            {"accepted": (decided("shop", Strategy.RETAIN),)},
            "shop:standing",
            False,
            "It stays where it is: its decision is RETAIN.",
        ),
        (
            {"applications": (application("shop", technical_owner=None, business_owner=None),)},
            "shop:owner",
            False,
            "Neither a business nor a technical owner is known.",
        ),
        (
            {"applications": (application("shop"),)},
            "shop:data",
            False,
            "How much is not known; the runbook reckons with the default.",
        ),
        (
            {"components": (component("shop", "vm", "server", Technology("Windows Server", "2008 R2")),)},
            "shop:support",
            False,
            "Windows Server 2008 R2: support ended on 2020-01-14.",
        ),
    ],
)
def test_what_the_facts_say(fields: dict[str, object], key: str, passed: bool, evidence: str) -> None:
    executing = simple(**fields)

    executing.run(READINESS)

    assert said(executing, key) == (passed, evidence)


@pytest.mark.parametrize(
    ("readiness", "number", "passed", "evidence"),
    [
        (Readiness.MIGRATED, 1, True, "All it needs has moved, or moves with it."),
        (Readiness.PLANNED, 1, False, "Ledger was to move before, and is PLANNED."),
        (Readiness.PLANNED, 3, None, "These stay where they are; see that it reaches them: Ledger."),
        (Readiness.RETIRED, 1, False, "Ledger is switched off."),
    ],
)
def test_what_it_needs_has_moved_before_or_stays_within_reach(
    readiness: Readiness,
    number: int,
    passed: bool | None,
    evidence: str,
) -> None:
    executing = simple(
        neighbours=(application("ledger", readiness=readiness),),
        dependencies=(needs("shop", "ledger"), needs("shop", "mail", DependencyKind.SOFT)),
        wave=wave(2, {number: ("ledger",), 2: ("shop",)}, on=date(2026, 12, 1)),
    )

    outcome = executing.run(READINESS)

    check = executing.check("shop:providers")
    assert (check.passed, check.because) == (passed, evidence)
    told = [each.details["checkId"] for each in outcome.warnings if each.code == "CHECK_FAILED"]
    assert (check.id in told) is (passed is False)


@pytest.mark.parametrize(
    ("day", "blackouts", "passed", "evidence"),
    [
        (date(2026, 12, 1), [], True, "The cut-over is on 2026-12-01."),
        (date(2026, 11, 20), [], False, "The cut-over was to be on 2026-11-20, which is past."),
        (
            date(2026, 12, 24),
            [{"startsOn": "2026-12-20", "endsOn": "2027-01-03", "reason": "Year end"}],
            False,
            "The cut-over on 2026-12-24 lies in a blackout: Year end.",
        ),
    ],
)
def test_the_day_of_the_cut_over(day: date, blackouts: list[object], passed: bool, evidence: str) -> None:
    executing = simple(wave=wave(1, {1: ("shop",)}, on=day, blackouts=blackouts))

    executing.run(READINESS)

    assert said(executing, "run:dates") == (passed, evidence)
    assert said(executing, "run:plan") == (False, "The plan is not the plan in force of: Shop.")


def test_critical_debt_stands_in_the_way_unless_an_exception_that_holds_excuses_it() -> None:
    item = TechDebtItem(
        "i", "f", "shop", DebtCategory.SECURITY, Severity.CRITICAL, "tls", "No TLS", "It listens on 80.",
        hours := decided("shop").effort.low, 1.0, Source.RULES, standard_id="s",
    )  # fmt: skip
    assert hours
    excuse = StandardException(
        "x", "f", "shop", ExceptionKind.EXCEPTION, "Behind a proxy.", "ada", NOW, "s", status=ApprovalStatus.APPROVED
    )
    expired = replace(excuse, expires_on=date(2026, 11, 20))

    bare, excused, late = (simple(debt=(item,), exceptions=each) for each in ((), (excuse,), (expired,)))
    for each in (bare, excused, late):
        each.run(READINESS)

    assert said(bare, "shop:debt") == (False, "No TLS.")
    assert said(excused, "shop:debt") == (True, "There is none.")
    assert said(late, "shop:debt") == (False, "No TLS.")
    assert said(late, "shop:exceptions") == (False, "Expired by 2026-11-21: 2026-11-20.")


def test_a_person_s_word_outlives_the_same_facts_and_no_others() -> None:
    executing = simple(applications=(application("shop", technical_owner=None, business_owner=None),))
    executing.run(READINESS)
    owner = executing.check("shop:owner")
    executing.keep(owner.recorded(passed=True, evidence="Ada takes it.", by="lead", at=NOW))

    again = executing.run(READINESS)
    same = executing.check("shop:owner")
    assert [(each.code, each.message) for each in again.warnings if each.details["checkId"] == owner.id] == [
        ("CHECK_WAIVED", "Shop: Somebody answers for it: waived by lead: Ada takes it.")
    ]
    executing.keep(application("shop", technical_owner="Eve", business_owner=None))
    executing.run(READINESS)
    other = executing.check("shop:owner")

    assert (same.id, same.passed, same.evidence, same.checked_by, same.waived) == (
        owner.id,
        True,
        "Ada takes it.",
        "lead",
        True,
    )
    assert (other.id, other.passed, other.evidence, other.checked_by) == (owner.id, True, "Eve.", "rules")


def test_who_passes_goes_and_the_others_stay_what_they_were() -> None:
    both = Portfolio(
        applications=(
            application("shop", data_volume_gb=1),
            application("till", technical_owner="", business_owner=""),
        ),
        accepted=(decided("shop"), decided("till")),
    )
    executing = Executing(both)
    executing.run(READINESS)
    executing.pass_all(READINESS)
    owner = executing.check("till:owner")
    executing.keep(owner.recorded(passed=False, evidence="Nobody.", by="ada", at=NOW))

    assert executing.proposed(READINESS) == ("shop",)
    with pytest.raises(Refused) as refused:
        executing.answer(READINESS, "shop", "till")
    assert [(each.message, each.path) for each in refused.value.problems] == [
        ("Till: Somebody answers for it is not passed: Nobody.", ("data", "confirmedApplicationIds", "1"))
    ]
    outcome = executing.answer(READINESS, "shop")
    assert {each.id: each.readiness for each in executing.portfolio.applications} == {
        "shop": Readiness.MIGRATING,
        "till": Readiness.READY_FOR_PLANNING,
    }
    assert [each.message for each in outcome.warnings if each.code == "LEFT_OUT"] == [
        "Till does not go with the others."
    ]
    assert outcome.result.going


def test_the_facts_are_looked_at_again_when_it_is_answered() -> None:
    executing = simple()
    executing.run(READINESS)
    executing.pass_all(READINESS)
    assert executing.proposed(READINESS) == ("shop",)

    executing.keep(application("shop", technical_owner=None, business_owner=None))

    assert executing.proposed(READINESS) == ()
    with pytest.raises(Refused, match="Somebody answers for it is not passed"):
        executing.answer(READINESS, "shop")
