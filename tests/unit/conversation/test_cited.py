"""Answers from documents: what they may say, and how they are quoted."""

from __future__ import annotations

from domain.contract import FoundPassage
from domain.conversation.cited import NOTHING_FOUND, cited_in, faults, listed, quoted, sentence, with_sources

TERMS = FoundPassage(
    "p1",
    "terms.pdf",
    "This agreement begins on 1 March 2026. Either party may give notice of 90 days. Prices rise by 5% at most.",
    0.9,
    page=3,
)
PLAN = FoundPassage("p2", "Recovery plan", "Support answers within 4 hours.", 0.4)


def test_an_answer_that_cites_what_is_there_stands() -> None:
    answer = "Notice is 90 days [1], and support answers within 4 hours [2]."

    assert faults(answer, [TERMS, PLAN], "How long is notice?") == ()
    assert cited_in(answer) == (1, 2)
    assert with_sources(answer, [TERMS, PLAN], "How long is notice?") == (
        f"{answer}\n\n"
        "[1] terms.pdf, page 3: \u201cEither party may give notice of 90 days.\u201d\n"
        "[2] Recovery plan: \u201cSupport answers within 4 hours.\u201d"
    )


def test_an_answer_that_nothing_backs_does_not_stand() -> None:
    assert faults("Notice is 90 days.", [TERMS], "") == ("It cites no passage.",)
    assert faults("Notice is 60 days [1].", [TERMS], "") == ("60 stands in no passage.",)
    assert faults("It is so [2].", [TERMS], "") == ("There is no passage [2].",)
    assert faults("It is so [0].", [TERMS], "") == ("There is no passage [0].",)


def test_figures_of_the_question_may_be_repeated() -> None:
    assert faults("No, not 60 days but 90 [1].", [TERMS], "Is it 60 days?") == ()


def test_the_rules_quote_the_sentence_that_is_asked_for() -> None:
    assert quoted([TERMS, PLAN], "By how much may prices rise?") == (
        "This is what the documents of this customer say:\n"
        "[1] terms.pdf, page 3: \u201cPrices rise by 5% at most.\u201d\n"
        "[2] Recovery plan: \u201cSupport answers within 4 hours.\u201d"
    )
    assert quoted([], "Anything?") == NOTHING_FOUND


def test_a_model_is_told_of_passages_by_number() -> None:
    assert listed([TERMS, PLAN]).startswith("[1] terms.pdf, page 3\nThis agreement begins")
    assert "\n\n[2] Recovery plan\nSupport" in listed([TERMS, PLAN])


def test_a_passage_without_a_sentence_is_quoted_whole() -> None:
    assert sentence(FoundPassage("p", "a", "no end", 1.0), "") == "no end"
