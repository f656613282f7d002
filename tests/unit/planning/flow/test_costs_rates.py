"""The rate card, and what an application costs a year by it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from domain.decision import Strategy
from domain.engagement import OwnNumbers
from domain.errors import Refused
from domain.planning.rate_card import RateCard
from domain.planning.run_rates import RunFacts, target_run_rate
from domain.reference_data import read_csv
from tests.unit.planning.flow.driving import TODAY

CARD = RateCard("USD", TODAY)


@pytest.mark.parametrize(
    ("strategy", "annual"),
    [
        (Strategy.REHOST, "9012.60"),  # 3 x 3000 + 10.5 x 1.20
        (Strategy.REPLATFORM, "7814.70"),  # 3 x 2600 + 10.5 x 1.40
        (Strategy.REFACTOR, "6006.30"),  # 3 x 2000 + 10.5 x 0.60
        (Strategy.REPURCHASE, "3360.00"),  # 7 x 480
        (Strategy.RETIRE, "0"),
        (Strategy.RETAIN, "5"),
    ],
)
def test_a_year_in_the_target_by_strategy(strategy: Strategy, annual: str) -> None:
    assert (
        str(target_run_rate(RunFacts(strategy, Fraction(3), True, Decimal("10.5"), 7, Decimal(5)), CARD).annual)
        == annual
    )


@pytest.mark.parametrize(
    ("strategy", "missing"),
    [
        (Strategy.REHOST, ("data volume",)),
        (Strategy.REPLATFORM, ("data volume",)),
        (Strategy.REFACTOR, ("data volume",)),
        (Strategy.REPURCHASE, ("users",)),
        (Strategy.RETAIN, ("annual cost",)),
    ],
)
def test_what_is_not_known_is_never_guessed(strategy: Strategy, missing: tuple[str, ...]) -> None:
    rate = target_run_rate(RunFacts(strategy, Fraction(1), servers_known=False), CARD)

    assert (rate.annual, rate.missing) == (None, missing)


def test_servers_that_nobody_counted_are_said_to_be_assumed() -> None:
    rate = target_run_rate(RunFacts(Strategy.REHOST, Fraction(1), False, Decimal(0)), CARD)

    assert rate.annual == Decimal(3_000)
    assert rate.because == (
        "1 server (unknown, taken as one a component) at 3000 and 0 GB at 1.20 a year by the rate card of 2026-01-01 "
        "(ours, unconfirmed)"
    )


def test_every_currency_has_every_price() -> None:
    rows = read_csv("rate_card")
    items = {row["item"] for row in rows}

    assert {row["currency"] for row in rows} >= {"USD", "EUR", "GBP"}
    for currency in {row["currency"] for row in rows}:
        assert {row["item"] for row in rows if row["currency"] == currency} == items, currency
    assert {row["source"] for row in rows} == {"ours", "recalled"}
    assert {row["certain"] for row in rows} <= {"yes", "no"}
    assert all(Decimal(row["price"]) > 0 and date.fromisoformat(row["from"]) for row in rows)


def test_a_currency_that_is_not_there_takes_dollars() -> None:
    card = RateCard("HUF", TODAY)

    assert (card.foreign, card.priced_in) == (True, "USD")
    assert card.price("saas_seat").amount == Decimal(480)
    assert not RateCard("EUR", TODAY).foreign


def test_before_the_table_begins_its_oldest_price_holds() -> None:
    assert RateCard("EUR", date(2020, 1, 1)).price("saas_seat").amount == Decimal(440)


def test_what_the_engagement_sets_stands_before_the_table() -> None:
    card = RateCard("HUF", TODAY, {"rateCard": {"saas_seat": "200000.5", "data_transfer": "-1", "staging_server": "x"}})

    seat = card.price("saas_seat")
    assert (seat.amount, seat.currency, seat.table) == (Decimal("200000.5"), "HUF", "the engagement's settings")
    assert [card.price(item).amount for item in ("data_transfer", "staging_server")] == [Decimal("0.05"), Decimal(90)]
    assert card.foreign


def test_an_engagement_with_prices_of_its_own_needs_no_dollars() -> None:
    own = {row["item"]: "1" for row in read_csv("rate_card")}

    assert not RateCard("HUF", TODAY, {"rateCard": own}).foreign


def test_only_items_of_the_card_have_a_price_and_none_is_negative() -> None:
    with pytest.raises(Refused) as refused:
        OwnNumbers(rate_card={"saas_seat": Decimal(-1), "coffee": Decimal(1), "data_transfer": Decimal(0)})

    assert [problem.path for problem in refused.value.problems] == [
        ("settings", "rateCard", "saas_seat"),
        ("settings", "rateCard", "coffee"),
    ]
