"""What the rules read in single sentences, exactly; each with what it must not be taken for."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.contract import ContractExtraction, ContractField, ContractPage
from domain.contracts.extracting import extract
from domain.contracts.text import tidy


def read(*texts: str) -> ContractExtraction:
    return extract([ContractPage(1, "\n".join(texts))]).extraction


def warned(*texts: str) -> tuple[str, ...]:
    return extract([ContractPage(1, "\n".join(texts))]).warnings


STARTS = [
    ("This Agreement commences on the 1st day of March 2025.", date(2025, 3, 1)),
    ("This Agreement shall commence on March 1, 2025 and continue until terminated.", date(2025, 3, 1)),
    ("The Subscription Term begins on 15 April 2026.", date(2026, 4, 15)),
    ("This Agreement is effective as of January 31, 2024.", date(2024, 1, 31)),
    ("This Agreement takes effect on 2025-07-01.", date(2025, 7, 1)),
    ("“Effective Date” means the 5th day of May, 2025.", date(2025, 5, 5)),
    ("Effective Date: 1 September 2025", date(2025, 9, 1)),
    ("Subscription Start Date: 01/13/2026", date(2026, 1, 13)),
    ("Contract Start Date | 30.06.2025", date(2025, 6, 30)),
    ('This Agreement is entered into as of July 4, 2025 (the "Effective Date").', date(2025, 7, 4)),
    ("The Term of this Agreement shall run from 1 January 2025 to 31 December 2027.", date(2025, 1, 1)),
    ("This Agreement is made and entered into this first day of June, 2025 by the parties.", date(2025, 6, 1)),
    ("The Services shall start on Sept. 3rd, 2025.", date(2025, 9, 3)),
    ("This contract is dated 12 March 2025.", date(2025, 3, 12)),
    ("The initial term of this Order Form will begin on the twenty-first day of October, 2025.", date(2025, 10, 21)),
    ("The term shall commence on January 1, 2024 (the “Commencement Date”).", date(2024, 1, 1)),
    # Days of other things.
    ("This Agreement supersedes the agreement dated 5 May 2019.", None),
    ("Invoices dated before 1 March 2025 remain payable under the previous terms.", None),
    ("The insurance policy shall be effective on 1 March 2025.", None),
    ("This quote is valid until 30 June 2025.", None),
    ("The Customer's fiscal year begins on 1 April 2025.", None),
    ("Payments under this Agreement begin in March 2025.", None),
    ("This Agreement commences on the 31st day of February 2025.", None),
    # Nobody knows which of the two is the month.
    ("This Agreement commences on 03/04/2025.", None),
]


@pytest.mark.parametrize(("sentence", "expected"), STARTS)
def test_first_days(sentence: str, expected: date | None) -> None:
    assert read(sentence).starts_on == expected


def test_how_a_day_in_figures_is_meant_is_told_by_other_days_or_by_the_law() -> None:
    sentence = "This Agreement commences on 03/04/2025."

    assert read(sentence, "It is governed by the laws of the State of New York.").starts_on == date(2025, 3, 4)
    assert read(sentence, "It is governed by the laws of England and Wales.").starts_on == date(2025, 4, 3)
    assert read(sentence, "Meetings were held on 25/12/2024.").starts_on == date(2025, 4, 3)
    assert read(sentence, "Meetings were held on 12/25/2024.").starts_on == date(2025, 3, 4)


ENDS = [
    ("This Agreement expires on February 28, 2028.", date(2028, 2, 28)),
    ("This Agreement shall remain in full force and effect until 31 December 2026.", date(2026, 12, 31)),
    ("The Term ends on the last day of June 2026.", date(2026, 6, 30)),
    ("Expiration Date: December 31, 2026", date(2026, 12, 31)),
    ("The subscription shall continue through and including 30 September 2027.", date(2027, 9, 30)),
    ("The Term of this Agreement shall run from 1 January 2025 to 31 December 2027.", date(2027, 12, 31)),
    ("Unless terminated earlier, this Agreement will terminate on 14 May 2026.", date(2026, 5, 14)),
    ("Subscription End Date: 2026-08-31", date(2026, 8, 31)),
    ("This Agreement will expire at 11:59 p.m. on September 30, 2026, unless renewed.", date(2026, 9, 30)),
    ("Contract term: 01.04.2025 - 31.03.2028", date(2028, 3, 31)),
    ("This offer expires on 31 December 2025.", None),
    ("Supplier's insurance certificate expires on 31 December 2025.", None),
    ("Either party may terminate this Agreement on thirty days' notice.", None),
    ("The promotion ends on 31 December 2025.", None),
]


@pytest.mark.parametrize(("sentence", "expected"), ENDS)
def test_last_days(sentence: str, expected: date | None) -> None:
    assert read(sentence).ends_on == expected


TERMS = [
    ("The initial term of this Agreement is thirty-six (36) months.", date(2028, 2, 29)),
    ("This Agreement shall continue for a period of three (3) years from the Effective Date.", date(2028, 2, 29)),
    ("The subscription has an initial one-year term.", date(2026, 2, 28)),
    ("The Initial Term shall be two years.", date(2027, 2, 28)),
    ("It remains in effect for a term of 18 months.", date(2026, 8, 31)),
    ("This Agreement remains in force for ninety (90) days.", date(2025, 5, 29)),
    # Other spans of time.
    ("Thereafter it shall renew for successive one-year renewal terms.", None),
    ("Confidentiality obligations survive for a period of five years.", None),
    ("The warranty period is 24 months.", None),
    ("The notice period is three months.", None),
    ("Invoices are payable within a period of 45 days.", None),
]


@pytest.mark.parametrize(("sentence", "expected"), TERMS)
def test_the_end_follows_from_start_and_term(sentence: str, expected: date | None) -> None:
    assert read("This Agreement commences on 1 March 2025.", sentence).ends_on == expected


def test_a_term_whose_words_and_figures_differ_counts_by_its_words_and_is_told() -> None:
    texts = ("This Agreement commences on 1 March 2025.", "The initial term is twenty-four (36) months.")

    assert read(*texts).ends_on == date(2027, 2, 28)
    assert warned(*texts) == ('The term is written in two ways, "twenty-four (36) months": the words count.',)


def test_a_named_end_stands_over_a_term_and_the_difference_is_told() -> None:
    texts = (
        "This Agreement commences on 1 March 2025.",
        "The initial term is twelve (12) months.",
        "This Agreement expires on 31 December 2026.",
    )

    assert read(*texts).ends_on == date(2026, 12, 31)
    assert warned(*texts) == ("The term named would end on 2026-02-28, but the contract names 2026-12-31 as its end.",)


RENEWALS = [
    ("This Agreement shall automatically renew for successive one-year terms.", True),
    ("It will be automatically renewed unless either party gives notice.", True),
    ("The term is extended automatically for further periods of twelve months.", True),
    ("This Agreement auto-renews annually.", True),
    ("Auto-renewal: Yes", True),
    ("Auto-renewal: No", False),
    (
        "The Agreement shall renew for additional one-year periods unless either party gives notice of non-renewal.",
        True,
    ),
    ("This Agreement does not automatically renew.", False),
    ("This Agreement shall not be automatically renewed.", False),
    ("There is no automatic renewal of the Subscription.", False),
    ("The Term may be renewed only by mutual written agreement of the parties.", False),
    ("This Agreement may be extended by a written amendment.", False),
    ("Supplier's insurance shall automatically renew each year.", None),
    ("The parties will discuss renewal in good faith.", None),
]


@pytest.mark.parametrize(("sentence", "expected"), RENEWALS)
def test_renewal_by_itself(sentence: str, expected: bool | None) -> None:
    assert read(sentence).auto_renews is expected


NOTICES = [
    (
        "It renews for successive one-year terms unless either party gives ninety (90) days' prior written notice.",
        90,
    ),
    ("Either party may elect not to renew by giving at least sixty (60) days written notice before the term ends.", 60),
    ("Notice of non-renewal must be given no later than 30 days prior to the expiration of the then-current term.", 30),
    ("Customer may terminate this Agreement for convenience upon forty-five days' written notice.", 45),
    ("Either party may terminate this Agreement at any time on 3 months' written notice.", 90),
    ("Cancellation requires at least two weeks' notice before the renewal date.", 14),
    ("Either party may terminate for any reason on not less than ten (10) business days' notice.", 14),
    ("Notice period: 90 days", 90),
    ("Unless Customer notifies Provider at least 60 days before the end of the term, the Agreement renews.", 60),
    ("Customer may cancel the Subscription by giving us notice no later than 45 days prior to the renewal date.", 45),
    ("Non-renewal notice | 60 days", 60),
    # Not notice to leave.
    ("Any price increase requires 90 days' prior written notice.", None),
    ("Invoices are payable within thirty (30) days of receipt; payment terms are 30 days.", None),
    ("Either party may terminate if the other fails to cure a material breach within 30 days of written notice.", None),
    ("Provider may change its fees upon sixty (60) days' prior written notice.", None),
    ("Customer may audit Provider on ten (10) days' prior written notice.", None),
    ("Notices are deemed received three (3) days after posting.", None),
    ("Provider gives 14 days' notice of scheduled maintenance.", None),
    ("Customer shall pay within 30 days after termination notice is received.", None),
]


@pytest.mark.parametrize(("sentence", "expected"), NOTICES)
def test_notice(sentence: str, expected: int | None) -> None:
    assert read(sentence).notice_days == expected


def test_notice_of_non_renewal_stands_over_notice_to_terminate() -> None:
    found = read(
        "Either party may terminate this Agreement for convenience on 30 days' written notice.",
        "The Agreement renews automatically unless either party gives 90 days' notice of non-renewal.",
    )

    assert found.notice_days == 90


CAPS: list[tuple[str, Any]] = [
    ("Any increase in fees upon renewal shall not exceed the lesser of 5% or CPI.", "5"),
    ("Renewal pricing increases are capped at 3.5% per year.", "3.5"),
    ("Provider may not increase the Fees by more than seven percent (7%) in any year.", "7"),
    ("Fees may be increased annually by up to 4 percent.", "4"),
    ("In no event shall the annual price adjustment exceed 2.75%.", "2.75"),
    ("The maximum increase of the subscription fee at renewal is 6 %.", "6"),
    ("Fee increases shall not exceed five percent (5%) of the fees for the preceding year.", "5"),
    ("Annual price increases are limited to CPI, capped at 4%.", "4"),
    ("Customer will receive a discount of up to 15% off list price increases.", None),
    ("Late payments bear interest at a rate not to exceed 1.5% per month, increasing charges.", None),
    ("Provider's liability shall not exceed 100% of the fees paid, whatever the increase.", None),
    ("Fees increase each year by the greater of 3% or CPI, and by no less.", None),
    ("Fee increases shall not exceed CPI plus 2%.", None),
    ("A volume discount of up to 10% applies to increased subscription charges.", None),
    ("Uptime shall not be less than 99.9%.", None),
]


@pytest.mark.parametrize(("sentence", "expected"), CAPS)
def test_price_caps(sentence: str, expected: str | None) -> None:
    assert read(sentence).price_cap_percent == (None if expected is None else Decimal(expected))


VALUES: list[tuple[str, Any]] = [
    ("The total contract value is $360,000.00.", ("360000", "USD")),
    ("Total fees payable under this Agreement: EUR 1.200.000,00", ("1200000", "EUR")),
    ("The aggregate fees shall be £1.2 million.", ("1200000", "GBP")),
    ("Customer shall pay an annual subscription fee of USD 120,000.", ("120000", "USD")),
    ("The contract price is one hundred thousand dollars ($100,000).", ("100000", "USD")),
    ("Customer pays $50,000 upon signature, and the total contract value is $150,000.", ("150000", "USD")),
    ("The subscription fee is 250.000 EUR.", ("250000", "EUR")),
    ("TCV: $2.5M", ("2500000", "USD")),
    ("Year 1: $100,000; Year 2: $105,000; Year 3: $110,000; Total: $315,000", ("315000", "USD")),
    ("Customer shall pay Provider €95.000 per year, payable in advance.", ("95000", "EUR")),
    ("Monthly fee: $9,500", None),
    ("The fee for the Services is $12,500 per month.", None),
    ("The liability of either party shall not exceed $1,000,000.", None),
    ("Provider shall maintain insurance of at least $2,000,000 per occurrence.", None),
    ("Fees are $45 per user per month.", None),
    ("A service credit of $500 applies.", None),
]


@pytest.mark.parametrize(("sentence", "expected"), VALUES)
def test_values(sentence: str, expected: tuple[str, str] | None) -> None:
    found = read(sentence)

    assert (found.value, found.currency) == ((Decimal(expected[0]), expected[1]) if expected else (None, None))


def test_two_totals_contradict_each_other_and_none_is_taken() -> None:
    texts = ("The total contract value is $360,000.", "Total fees payable under this Agreement: $380,000.")

    assert read(*texts).value is None
    (warning,) = warned(*texts)
    assert warning.startswith("The contract says different things of value: 360000 USD (page 1), 380000 USD (page 1).")


PARTIES = [
    (
        'This is an agreement between Acme Corporation, a Delaware company ("Customer"), and Northwind Ltd., of Rome.',
        ("Acme Corporation", "Northwind Ltd."),
    ),
    ("This contract is entered into between Contoso GmbH and Fabrikam, Inc.", ("Contoso GmbH", "Fabrikam, Inc.")),
    (
        "This Master Agreement is between Blue Yonder Airlines S.A. (the “Client”) and Tailspin B.V. (“Supplier”).",
        ("Blue Yonder Airlines S.A.", "Tailspin B.V."),
    ),
    ("This agreement is between Jane's Flowers, LLC and Smith & Sons Co.", ("Jane's Flowers, LLC", "Smith & Sons Co.")),
    (
        "This agreement is between Acme Inc. and Northwind Ltd., a company of England and Wales under number 0123.",
        ("Acme Inc.", "Northwind Ltd."),
    ),
    (
        "BETWEEN:\n(1) ACME WIDGETS LIMITED, a company registered in England; and\n(2) NORTHWIND PLC (the Supplier).",
        ("ACME WIDGETS LIMITED", "NORTHWIND PLC"),
    ),
    ("Any dispute between the parties and their affiliates under this Agreement is settled in court.", ()),
    ("The difference between Customer and Provider systems is described in the Agreement.", ()),
]


@pytest.mark.parametrize(("sentence", "expected"), PARTIES)
def test_parties(sentence: str, expected: tuple[str, ...]) -> None:
    assert read(sentence).parties == expected


def test_parties_under_labels() -> None:
    assert read("Customer: Acme Corporation", "Supplier: Northwind Software Ltd.").parties == (
        "Acme Corporation",
        "Northwind Software Ltd.",
    )


NON_STANDARD = [
    ("Provider grants Customer most favoured customer pricing.", ("Most favoured customer pricing",)),
    ("Liability under this clause shall be unlimited.", ("Unlimited liability",)),
    ("Either party may terminate this Agreement for convenience.", ("Termination for convenience",)),
    ("Customer shall pay within ninety (90) days of receipt of invoice.", ("Long payment terms",)),
    ("Customer shall pay within thirty (30) days of receipt of invoice.", ()),
    ("Source code is placed in escrow.", ("Source code escrow",)),
    ("Provider grants a non-exclusive right to use the Services.", ()),
    ("The courts of England have exclusive jurisdiction.", ()),
    ("Customer Data shall be stored only in Germany.", ("Data residency",)),
    ("Consent is needed upon a change of control.", ("Change of control",)),
]


@pytest.mark.parametrize(("sentence", "expected"), NON_STANDARD)
def test_terms_that_are_not_everybodys(sentence: str, expected: tuple[str, ...]) -> None:
    assert read(sentence).non_standard_terms == expected


def test_nothing_is_known_of_a_text_that_says_nothing() -> None:
    assert read("Thank you for your visit. We had a nice day.") == ContractExtraction()


SENTENCES = [each[0] for each in (*STARTS, *ENDS, *TERMS, *RENEWALS, *NOTICES, *VALUES, *PARTIES)]
ODD = [
    "9999 years",
    "term of nine hundred million years",
    "$1,2,3.4.5",
    "0/0/2000",
    "⟦7⟧",
    "(((",
    "of",
    "\f",
    "“",
    "5%",
]
FRAGMENTS = st.sampled_from(SENTENCES + ODD)


@given(st.lists(st.one_of(FRAGMENTS, st.text(max_size=20)), max_size=12), st.sampled_from([" ", "\n", ". ", "; ", ""]))
def test_no_text_is_too_much_for_the_rules(parts: list[str], between: str) -> None:
    found = extract([ContractPage(None, tidy(between.join(parts)))])

    assert 0 <= found.extraction.confidence <= 1
    assert {each.field for each in found.extraction.evidence} <= set(ContractField)
