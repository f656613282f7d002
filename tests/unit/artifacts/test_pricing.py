"""Offers in exact decimals."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.artifact import ArtifactKind
from domain.artifacts.contents import check
from domain.artifacts.pricing import priced
from domain.artifacts.shapes import PricingLine, PricingTable
from domain.errors import Refused
from shapes.codec import Codec
from tests.unit.artifacts.making import background

D = Decimal
KIND = ArtifactKind.PRICING_TABLE


def line(quantity: str, price: str, discount: str = "0", months: int | None = 12) -> PricingLine:
    return PricingLine("Seats", D(quantity), D(price), D(discount), months)


def sums(table: PricingTable) -> tuple[Decimal | None, ...]:
    return table.subtotal, table.discount, table.total, table.arr, table.arr_change, table.arr_change_percent


# Worked out by hand: 10 x 99.99 x 12 = 11,998.80; 15% of it is 1,799.82; the rest 10,198.98. 1 x 5,000 once. In a year
# 10,198.98 recur; before it were 10,000, so 198.98 more, which is 1.99%.
def test_a_line_and_its_sums_are_worked_out_to_the_cent() -> None:
    table = priced(PricingTable((line("10", "99.99", "15"), line("1", "5000", months=None))), "USD", D(10_000), None)

    first, once = table.lines
    assert (first.list_total, first.discount, first.line_total) == (D("11998.80"), D("1799.82"), D("10198.98"))
    assert (first.annual, once.annual, once.line_total) == (D("10198.98"), D("0.00"), D("5000.00"))
    assert sums(table) == (D("16998.80"), D("1799.82"), D("15198.98"), D("10198.98"), D("198.98"), D("1.99"))


@pytest.mark.parametrize(
    ("currency", "price", "total", "annual"),
    [
        # 1 x 0.005 is half a cent: up. A yen has no parts, a dinar a thousand.
        ("USD", "0.005", "0.01", "0.12"),
        ("JPY", "0.5", "1", "12"),
        ("KWD", "0.0005", "0.001", "0.012"),
        ("USD", "0.0049", "0.00", "0.00"),
    ],
)
def test_amounts_are_rounded_half_up_to_the_currencys_smallest_unit(
    currency: str, price: str, total: str, annual: str
) -> None:
    table = priced(PricingTable((line("1", price, months=1),)), currency, None, None)

    assert (table.total, table.arr) == (D(total), D(annual))
    assert str(table.total) == total
    assert (table.arr_change, table.arr_change_percent) == (None, None)


def test_a_term_of_other_than_a_year_is_counted_by_the_year() -> None:
    table = priced(PricingTable((line("3", "10", months=36), line("1", "10", "50", months=6))), "USD", D(0), None)

    assert [each.annual for each in table.lines] == [D("360.00"), D("60.00")]
    # Of nothing, nothing is a share.
    assert (table.arr, table.arr_change, table.arr_change_percent) == (D("420.00"), D("420.00"), None)


@pytest.mark.parametrize(
    ("price", "discount", "warned"),
    [("10500", "0", 0), ("10500.01", "0", 2), ("12000", "12.5", 0), ("12000", "12.49", 2), ("9000", "0", 0)],
    ids=["at the cap", "a cent above", "at it with a discount", "above it with one", "below"],
)
def test_what_is_above_the_cap_by_however_little_is_warned_of(price: str, discount: str, warned: int) -> None:
    offered = PricingLine("Seats", D(1), D(price), D(discount), 12, current_unit_price=D(10_000))

    table = priced(PricingTable((offered,)), "USD", D(120_000), D(5))

    assert len(table.warnings) == warned


def test_the_warnings_name_line_and_cap() -> None:
    offered = PricingLine("Seats", D(1), D(11_000), months=12, current_unit_price=D(10_000))

    table = priced(PricingTable((offered,)), "USD", D(120_000), D("5.0"))

    line_says, table_says = table.warnings
    assert line_says == "The price of Seats rises by 10%; the contract caps it at 5%."
    assert table_says == (
        "The annual recurring revenue rises by 10%, above the contract's price cap of 5%. "
        "Say where that is more use and not a higher price."
    )


FACTORS = st.decimals(min_value=0, max_value=D("999999999.999999"), places=6, allow_nan=False)
LINES = st.builds(
    PricingLine,
    product=st.just("Seats"),
    quantity=st.decimals(min_value=0, max_value=1000, places=3),
    unit_price=FACTORS.map(lambda price: price / 1000).map(lambda price: price.quantize(D("0.000001"))),
    discount_percent=st.decimals(min_value=0, max_value=100, places=2),
    months=st.none() | st.integers(1, 120),
)


@settings(max_examples=150, deadline=None)
@given(lines=st.lists(LINES, min_size=1, max_size=6), currency=st.sampled_from(["USD", "JPY", "KWD"]))
def test_sums_are_those_of_their_lines_and_never_below_nought(lines: list[PricingLine], currency: str) -> None:
    table = priced(PricingTable(tuple(lines)), currency, None, None)

    assert table.subtotal == sum(each.list_total for each in table.lines)  # type: ignore[misc]
    assert table.discount == sum(each.discount for each in table.lines)  # type: ignore[misc]
    assert table.total == sum(each.line_total for each in table.lines)  # type: ignore[misc]
    assert table.arr == sum(each.annual for each in table.lines)  # type: ignore[misc]
    for amount in (table.subtotal, table.discount, table.total, table.arr):
        assert amount is not None
        assert amount >= 0
    assert table.total <= table.subtotal
    # Whatever was sent with it, it comes to the same again.
    assert priced(table, currency, None, None) == table


def test_sums_that_are_sent_are_worked_out_anew_and_decimals_are_texts() -> None:
    sent = {"product": "Seats", "quantity": "2", "unitPrice": 10, "months": 12, "lineTotal": "1", "annual": "7"}

    checked = check(KIND, {"lines": [sent], "total": "1E+2", "arr": 3}, background(contracts=()), Codec())

    content = checked.content
    assert (content["total"], content["arr"], content["arrChange"]) == ("240.00", "240.00", "-119760.00")
    assert content["lines"][0] | {"note": None} == {
        "product": "Seats",
        "quantity": "2",
        "unitPrice": "10",
        "discountPercent": "0",
        "months": 12,
        "currentUnitPrice": None,
        "note": None,
        "listTotal": "240.00",
        "discount": "0.00",
        "lineTotal": "240.00",
        "annual": "240.00",
        "priceChangePercent": None,
    }
    assert (content["currency"], content["currentArr"], content["priceCapPercent"]) == ("USD", "120000.00", None)


def test_the_contracts_cap_is_the_one_that_counts() -> None:
    offered = {"product": "Seats", "quantity": 1, "unitPrice": "11000", "months": 12}

    checked = check(KIND, {"lines": [offered], "priceCapPercent": "90"}, background(), Codec())

    assert checked.content["priceCapPercent"] == "5"
    assert checked.warnings == tuple(checked.content["warnings"])
    assert len(checked.warnings) == 1


def test_all_that_is_wrong_with_an_offer_is_told_with_its_path() -> None:
    lines = [
        {"product": " ", "quantity": -1, "unitPrice": "0.0000001", "discountPercent": 101, "months": 0},
        {"product": "Seats", "quantity": 1, "unitPrice": "1E+9", "months": 121},
    ]

    with pytest.raises(Refused) as refused:
        check(KIND, {"lines": lines, "currency": "EUR"}, background(), Codec())

    assert [".".join(problem.path) for problem in refused.value.problems] == [
        "content.lines.0.product",
        "content.lines.0.quantity",
        "content.lines.0.unitPrice",
        "content.lines.0.discountPercent",
        "content.lines.0.months",
        "content.lines.1.unitPrice",
        "content.lines.1.months",
        "content.currency",
    ]


@pytest.mark.parametrize(
    ("content", "paths"),
    [
        ({}, ["content.lines"]),
        ({"lines": []}, ["content.lines"]),
        ({"lines": [{"product": 1, "quantity": "x", "colour": "red"}]}, None),
        ([], ["content"]),
        ({"lines": [{"product": "a", "quantity": "NaN", "unitPrice": 1}]}, ["content.lines.0.quantity"]),
    ],
)
def test_what_is_not_of_the_shape_is_refused(content: object, paths: list[str] | None) -> None:
    with pytest.raises(Refused) as refused:
        check(KIND, content, background(), Codec())

    found = [".".join(problem.path) for problem in refused.value.problems]
    wrong = ["product", "quantity", "unitPrice", "colour"]
    assert sorted(found) == sorted(paths if paths is not None else [f"content.lines.0.{name}" for name in wrong])
