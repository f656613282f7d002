"""Files of customers: what a row says, what it changes, and why it is left out."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from domain.customer import (
    AccountPlan,
    Customer,
    CustomerEngagement,
    CustomerFinancials,
    CustomerUsage,
    RenewalStatus,
    Trend,
    domain_of,
    external_key,
)
from domain.errors import ErrorCode
from tests.unit.customers.importing import Book, refusal, table
from tests.unit.readers.workbooks import workbook

WHOLE = (
    "Id,Name,Domain,ARR,Renewal date,Renewal status,Owner,Account plan,Risk score,Opportunity score,Health score,"
    "Current ARR,Previous ARR,ARR trend,Active users,Utilization rate,Usage trend,Last contact,Next review,"
    "Open tickets,Industry\n"
    'A1,Corvid Labs,https://www.Corvid.example/about,"120,000.50",2027-03-31,open,carol,Expand,12.5,80,91%,'
    '120000,"$100,000",up,340,82%,flat,2026-11-01,2026-12-15,3,Toys\n'
)


def test_every_column_fills_its_field() -> None:
    book = Book()

    assert book.take(WHOLE) == 1

    assert book.named("Corvid Labs") == Customer(
        id="id1",
        name="Corvid Labs",
        arr=Decimal("120000.50"),
        owner="carol",
        domain="corvid.example",
        renewal_date=date(2027, 3, 31),
        renewal_status=RenewalStatus.OPEN,
        account_plan=AccountPlan.EXPAND,
        risk_score=Decimal("12.5"),
        opportunity_score=Decimal(80),
        health_score=Decimal(91),
        financials=CustomerFinancials(Decimal(120000), Decimal(100000), Trend.UP),
        usage=CustomerUsage(340, Decimal("0.82"), Trend.FLAT),
        engagement=CustomerEngagement(date(2026, 11, 1), date(2026, 12, 15), 3),
        extra={"Industry": "Toys"},
        external_id="A1",
    )


def test_the_same_file_a_second_time_changes_nothing() -> None:
    book = Book()
    book.take(WHOLE)

    assert book.take(WHOLE) == 0

    assert book.last.customers == ()
    assert book.named("Corvid Labs").version == 1


def test_what_a_row_does_not_say_stays() -> None:
    book = Book()
    book.take(WHOLE)

    assert book.take("Account ID,Risk Score,Owner,Segment\na1,60,,North\n") == 1

    after = book.named("Corvid Labs")
    assert (after.risk_score, after.owner, after.arr, after.version) == (Decimal(60), "carol", Decimal("120000.50"), 2)
    assert after.extra == {"Industry": "Toys", "Segment": "North"}


def test_without_an_id_name_and_domain_say_who_is_meant() -> None:
    book = Book()
    book.take("Name,Domain,ARR\nCorvid,corvid.example,1\nCorvid,corvid.test,2\n")

    assert book.take("name,domain,arr\nCORVID,corvid.test,3\n") == 1
    assert book.take("domain,arr\ncorvid.example,4\n") == 1
    assert book.take("name,arr\nCorvid,5\n") == 0

    assert sorted(each.arr for each in book.customers.values()) == [3, 4]
    assert book.why == [
        (2, "Several customers are called 'Corvid'. Give the id or the domain of the one that is meant.")
    ]


def test_who_was_written_by_hand_gets_the_id_of_an_import() -> None:
    book = Book(customers={"c": Customer("c", "Corvid Labs", Decimal(7), "bob")})

    book.take("Id,Name\n001A,Corvid labs\n")

    assert [(each.id, each.external_id, each.arr) for each in book.customers.values()] == [("c", "001A", Decimal(7))]


@pytest.mark.parametrize(
    ("column", "cell", "reason"),
    [
        ("ARR", "-5", "ARR cannot be negative; '-5' is."),
        ("ARR", "lots", "ARR needs an amount of money; 'lots' is none."),
        ("ARR", "120.000", "ARR could be 120000 or 120.000; write it without a separator."),
        ("ARR", "EUR 5", "ARR is in EUR, the engagement in USD. Convert it."),
        ("ARR", "5 \u20ac", "ARR is in \u20ac, the engagement in USD. Convert it."),
        ("Risk Score", "101", "Risk score is from 0 to 100; 101 is not."),
        ("Risk Score", "nan", "Risk score needs a number; 'nan' is none."),
        ("Renewal Date", "2027-02-30", "Renewal date needs a date such as 2027-03-31; '2027-02-30' is none."),
        ("Renewal Date", "13/14/2027", "Renewal date: '13/14/2027' is no date; write it as 2027-03-31."),
        ("Renewal Date", "3/4/2027", "Renewal date: '3/4/2027' could be two dates; write it as 2027-03-31."),
        ("Account Plan", "gold", "Account plan needs one of INVEST, EXPAND, MANAGE, MONITOR; 'gold' is none of them."),
        ("Open tickets", "1.5", "Open tickets needs a whole number; '1.5' is none."),
        ("Active users", "3000000000", "Active users cannot be as large as '3000000000'."),
        ("Domain", "not a domain", "Domain is written like acme.example; 'not a domain' is none."),
        ("Utilization rate", "99999%", "Utilization rate is a share such as 0.82 or 82%; '99999%' is too large."),
    ],
)
def test_an_impossible_value_leaves_its_row_out_and_no_other(column: str, cell: str, reason: str) -> None:
    book = Book()

    assert book.take(f"Name,{column}\nGood,\nBad,{cell}\n") == 1

    assert book.names() == ["Good"]
    assert book.why == [(3, f'Column "{column}": {reason}')]


def test_all_that_is_wrong_with_a_row_is_told_at_once() -> None:
    book = Book()

    book.take("Name,ARR,Risk Score\n,x,101\n")

    ((line, reason),) = book.why
    assert line == 2
    assert reason == (
        "Column \"ARR\": ARR needs an amount of money; 'x' is none. "
        'Column "Risk Score": Risk score is from 0 to 100; 101 is not. '
        'The row does not say which customer it is about: fill "Name".'
    )


def test_one_certain_day_says_how_the_others_are_written() -> None:
    book = Book()

    book.take("Name,Renewal Date,Last Contact\nA,3/4/2027,\nB,,12/31/2026\n")
    assert book.named("A").renewal_date == date(2027, 3, 4)

    book.take("Name,Renewal Date,Last Contact\nA,3/4/2027,\nB,,31/12/2026\n")
    assert book.named("A").renewal_date == date(2027, 4, 3)


def test_days_that_stand_for_never_are_none() -> None:
    book = Book()

    assert book.take("Name,Renewal Date\nA,9999-12-31\nB,0001-01-01\nC,2999-12-31\n") == 1

    assert [str(why).split("; ")[1] for _, why in book.why] == [
        "'9999-12-31' does not. Leave it empty.",
        "'0001-01-01' does not. Leave it empty.",
    ]


def test_one_certain_amount_says_how_the_others_are_written() -> None:
    book = Book("EUR")

    book.take("Name;ARR\nA;120.000\nB;1.250,75 \u20ac\nC;80000\n".encode("cp1252"))

    assert [each.arr for each in book.customers.values()] == [120000, Decimal("1250.75"), 80000]


def test_a_rate_without_a_sign_is_of_a_hundred_where_its_column_is() -> None:
    book = Book()

    book.take("Name,Utilization\nA,82\nB,4.5\n")
    assert [each.usage.utilization_rate for each in book.customers.values()] == [Decimal("0.82"), Decimal("0.045")]

    book.take("Name,Utilization\nA,0.5\nB,1.25\n")
    assert [each.usage.utilization_rate for each in book.customers.values()] == [Decimal("0.5"), Decimal("1.25")]


def test_rows_that_contradict_each_other_are_told_with_both_values() -> None:
    book = Book()

    assert book.take("Id,Name,ARR\n1,A,5\n1,A,5\n1,A,6\n") == 1

    assert book.named("A").arr == 5
    assert book.why == [
        (4, "Row 2 already says of this customer that arr is '5.00', this one '6.00'. Keep one of the rows.")
    ]


def test_json_is_read_by_its_paths_and_people_in_it_are_stakeholders() -> None:
    document = {
        "customers": [
            {
                "id": "c1",
                "name": "Corvid Labs",
                "arr": 120.125,
                "renewalDate": "2027-03-31",
                "financials": {"currentArr": 5, "trend": "DOWN"},
                "usage": {"utilizationRate": 0.5},
                "engagement": {"openTickets": 2},
                "tags": ["north", 1.5],
                "address": {"city": "Ystad"},
                "stakeholders": [
                    {"name": "Ada Reed", "role": "CTO", "influence": "high", "x": 1, "y": -2.5},
                    {"name": "Ben Lund", "reportsTo": "Ada Reed"},
                ],
            },
            {"name": "Bad", "riskScore": 200, "stakeholders": [{"name": "Nobody"}]},
        ]
    }
    book = Book()

    assert book.take(json.dumps(document)) == 1

    corvid = book.named("Corvid Labs")
    assert (corvid.arr, corvid.financials.current_arr, corvid.financials.trend) == (
        Decimal("120.13"),
        Decimal(5),
        Trend.DOWN,
    )
    assert (corvid.usage.utilization_rate, corvid.engagement.open_tickets) == (Decimal("0.5"), 2)
    assert corvid.extra == {"tags": ["north", 1.5], "address.city": "Ystad"}
    ada, ben = book.person("Ada Reed"), book.person("Ben Lund")
    assert (ada.role, ada.influence, ada.x, ada.y, ada.customer_id) == ("CTO", "HIGH", 1.0, -2.5, corvid.id)
    assert (ben.reports_to_id, ben.role) == (ada.id, "Contact")
    assert book.why == [(2, 'Column "riskScore": Risk score is from 0 to 100; 200 is not.')]
    assert book.take(json.dumps(document)) == 0


def test_a_workbook_is_read_from_the_sheet_with_customers() -> None:
    book = Book()
    rows: list[list[Any]] = [["Our customers"], [], ["Name", "ARR", "Renewal Date"], ["A", 1234.5, date(2027, 3, 4)]]

    assert book.take(workbook({"Notes": [["Read me"]], "Customers": rows})) == 1

    assert (book.named("A").arr, book.named("A").renewal_date) == (Decimal("1234.50"), date(2027, 3, 4))


@pytest.mark.parametrize(
    ("content", "code", "message"),
    [
        (b"", ErrorCode.INVALID_INPUT, "The file is empty."),
        (b"%PDF-1.7 x", ErrorCode.UNSUPPORTED_FORMAT, "This is a PDF. Export the customers as CSV"),
        (b"one,two\n1,2\n", ErrorCode.UNSUPPORTED_FORMAT, "No table of customers was recognized"),
        (b'[{"name": "A"', ErrorCode.INVALID_INPUT, "The JSON cannot be read: line 1, column 14"),
        (b'[{"colour": "red"}]', ErrorCode.UNSUPPORTED_FORMAT, "No customers were recognized in this JSON."),
        (b'[{"name": NaN}]', ErrorCode.INVALID_INPUT, "The JSON cannot be read: NaN is no number."),
        (b'[{"a":' * 3000, ErrorCode.INVALID_INPUT, "The JSON cannot be read: it is nested too deep."),
        (b'Name,ARR\n"A,5\n', ErrorCode.INVALID_INPUT, "The quoted cell in the row on line 2 never ends"),
        (b"PK\x03\x04rubbish", ErrorCode.UNSUPPORTED_FORMAT, "The archive is damaged"),
    ],
)
def test_rubbish_is_refused_by_its_own_name(content: bytes, code: ErrorCode, message: str) -> None:
    found, told = refusal(content)

    assert (found, told[: len(message)]) == (code, message)


def test_a_format_that_was_asked_for_is_the_one_that_is_read() -> None:
    assert table("Name\nA\n", format="csv").format == "csv"
    assert refusal("Name\nA\n", format="json")[0] is ErrorCode.INVALID_INPUT
    assert refusal("Name\nA\n", format="salesforce-contacts")[0] is ErrorCode.INVALID_INPUT
    assert refusal("Name\nA\n", format="hubspot")[0] is ErrorCode.UNSUPPORTED_FORMAT


def test_characters_that_cannot_be_kept_leave_their_row_out() -> None:
    book = Book()

    assert book.take('[{"name": "A\\u0000"}, {"name": "B", "n": 1e999, "m": 99999999999999999999}]') == 1

    assert book.named("B").extra == {"n": "1e999", "m": "99999999999999999999"}
    assert [line for line, _ in book.why] == [1]


def test_what_is_nested_too_deep_leaves_its_row_out() -> None:
    book = Book()

    assert book.take('[{"name": "A", "n": ' + "[" * 60 + "]" * 60 + '}, {"name": "B"}]') == 1

    assert book.names() == ["B"]


def test_rows_that_are_longer_than_the_header_and_totals_are_left_out() -> None:
    book = Book()

    book.take("Name,ARR\nA,1\nB,1,000\nTotal,2\n")

    assert book.names() == ["A"]
    assert [line for line, _ in book.why] == [3, 4]


def test_ids_that_capitals_part_are_two_and_their_long_form_is_the_same() -> None:
    assert external_key("001D000000IRFma") == external_key("001D000000IRFmaIAH")
    assert external_key("0015g00000ABCdE") != external_key("0015g00000ABCde")
    assert external_key(" ACME-1") == external_key("acme-1")


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://www.Acme.example/x?y#z", "acme.example"),
        ("acme.example:8443", "acme.example"),
        ("m\u00fcnchen.example", "m\u00fcnchen.example"),
        ("localhost", None),
        ("two words.example", None),
        ("", None),
    ],
)
def test_a_domain_is_the_host_of_an_address(text: str, host: str | None) -> None:
    assert domain_of(text) == host
