"""What of a model's reading enters: what stands in the contract, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from domain.access import Tenant
from domain.contract import ContractExtraction, ContractField, ContractPage, ExtractionEvidence
from domain.contracts.asking import Proposal, ProposedField, question
from domain.contracts.extracting import extract
from domain.contracts.weighing import Weighed, weigh
from domain.source import Source
from shapes.codec import Codec

F = ContractField
START = "This Agreement shall be deemed to have been alive since the ides, namely 15 March 2025."
NOTICE = "Whoever wants out says so ninety (90) days ahead."
PAGES = (
    ContractPage(1, f"{START}\nIt renews automati-\ncally each year, unless “opted out”."),
    ContractPage(2, f"{NOTICE}\nThe yearly sum comes to EUR 12.000,00 and may go up by 4% at most."),
)
NOTHING = ContractExtraction()


def weighed(
    field: ContractField, value: str, sentence: str, found: ContractExtraction = NOTHING, sure: float = 0.9
) -> Weighed:
    return weigh(found, PAGES, Proposal((ProposedField(field, value, sentence, sure),)))


@pytest.mark.parametrize(
    ("field", "value", "sentence", "expected", "page"),
    [
        (F.STARTS_ON, "2025-03-15", START, date(2025, 3, 15), 1),
        (F.NOTICE_DAYS, "90", NOTICE.lower(), 90, 2),
        (F.NOTICE_DAYS, "90 days", "Whoever wants out\nsays so  ninety (90) days", 90, 2),
        (F.AUTO_RENEWS, "true", 'It renews automatically each year, unless "opted out".', True, 1),
        (F.PRICE_CAP_PERCENT, "4%", "and may go up by 4% at most", Decimal(4), 2),
        (F.NON_STANDARD_TERMS, "Opting out", "each year, unless “opted out”", ("Opting out",), 1),
    ],
)
def test_what_is_in_the_text_enters(
    field: ContractField, value: str, sentence: str, expected: object, page: int
) -> None:
    after = weighed(field, value, sentence)

    assert after.warnings == ()
    assert after.extraction.get(field) == expected
    (evidence,) = after.extraction.evidence
    assert (evidence.page, evidence.source, evidence.confidence) == (page, Source.MODEL_CHECKED_BY_RULES, 0.8)
    assert (after.extraction.source, after.extraction.confidence) == (Source.MODEL_CHECKED_BY_RULES, 0.8)


def test_an_amount_enters_with_its_currency() -> None:
    after = weighed(F.VALUE, "12000 EUR", "The yearly sum comes to EUR 12.000,00").extraction

    assert (after.value, after.currency) == (Decimal(12000), "EUR")
    assert weighed(F.VALUE, "12,000", "The yearly sum comes to EUR 12.000,00").extraction == after


@pytest.mark.parametrize(
    ("field", "value", "sentence", "why"),
    [
        (F.STARTS_ON, "2025-03-16", START, "the day is not in its sentence."),
        (F.STARTS_ON, "15 March 2025", START, "it is no day such as 2026-11-21."),
        (F.NOTICE_DAYS, "60", NOTICE, "so many days are not in its sentence."),
        (F.NOTICE_DAYS, "90", "Either party gives ninety (90) days' notice.", "its sentence is not in the contract."),
        (F.NOTICE_DAYS, "90", "90", "it names no sentence."),
        (F.AUTO_RENEWS, "false", "It renews automatically each year", "its sentence says the contrary."),
        (F.AUTO_RENEWS, "true", NOTICE, "its sentence says nothing of renewal."),
        (F.PRICE_CAP_PERCENT, "5", "may go up by 4% at most", "the percentage is not in its sentence."),
        (F.VALUE, "13000 EUR", "The yearly sum comes to EUR 12.000,00", "the amount is not in its sentence."),
        (F.VALUE, "12000 USD", "The yearly sum comes to EUR 12.000,00", "the amount is not in its sentence."),
        (F.PARTIES, "Acme Corporation", NOTICE, "the name is not in its sentence."),
    ],
)
def test_what_is_not_in_the_text_is_dropped_and_told(field: ContractField, value: str, sentence: str, why: str) -> None:
    after = weighed(field, value, sentence)

    assert after.extraction == NOTHING
    (warning,) = after.warnings
    assert warning.endswith(f"was dropped: {why}")


def test_a_model_that_is_not_sure_changes_nothing() -> None:
    assert weighed(F.NOTICE_DAYS, "90", NOTICE, sure=0.4) == Weighed(NOTHING, ())


def rules(days: int, confidence: float, source: Source = Source.RULES) -> ContractExtraction:
    evidence = ExtractionEvidence(F.NOTICE_DAYS, "A sentence.", 1, source, confidence)
    return ContractExtraction(source, confidence, notice_days=days, evidence=(evidence,))


def test_what_both_say_is_surer() -> None:
    after = weighed(F.NOTICE_DAYS, "90", NOTICE, rules(90, 0.9))

    assert after.warnings == ()
    assert after.extraction == replace(
        rules(90, 0.95, Source.MODEL_CHECKED_BY_RULES), source=Source.MODEL_CHECKED_BY_RULES
    )


def test_sure_rules_stand_and_the_contradiction_is_told() -> None:
    after = weighed(F.NOTICE_DAYS, "90", NOTICE, rules(30, 0.9))

    assert after.extraction == rules(30, 0.9)
    assert after.warnings == (
        f"noticeDays: the model read 90 on page 2 in “{NOTICE}”, the rules 30; the rules' stands.",
    )


def test_doubtful_rules_give_way_and_that_is_told() -> None:
    after = weighed(F.NOTICE_DAYS, "90", NOTICE, rules(30, 0.6))

    assert after.extraction.notice_days == 90
    assert [each.sentence for each in after.extraction.evidence] == [NOTICE]
    assert after.warnings == (
        f"noticeDays: the model read 90 on page 2 in “{NOTICE}”, the rules 30; the model's was taken.",
    )


def test_a_persons_word_is_not_weighed() -> None:
    said = rules(45, 1.0, Source.USER)

    assert weighed(F.NOTICE_DAYS, "90", NOTICE, said) == Weighed(said, ())


def test_a_model_is_told_the_sentences_that_matter_within_its_room() -> None:
    idle = ContractPage(3, "\n".join(f"Sentence {number} speaks of nothing at all here." for number in range(400)))
    pages = (idle, ContractPage(4, "The renewal fee is payable upon notice of the term."))
    found = extract(pages).extraction

    asked = question(Tenant("c", "e"), pages, found, Codec(), 2_000, ["noticeDays is 45."])

    assert len(asked.briefing) <= 2_000
    assert "[4] The renewal fee is payable upon notice of the term." in asked.briefing
    assert "noticeDays is 45." in asked.briefing
    data = {"fields": [{"field": "noticeDays", "value": "90", "sentence": NOTICE, "confidence": 0.9}]}
    assert asked.read(data) == Proposal((ProposedField(F.NOTICE_DAYS, "90", NOTICE, 0.9),))
