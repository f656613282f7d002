"""Text of models and imports becomes plain data."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from domain.agents.cleaning import block, cut, figures, finite, line, unknown_figures

_PIECES = st.sampled_from(
    ["\x1b[31m", "\x1b]0;title\x07", "\x9b2J", "\u202e", "\u200b", "\u2066", "![a](", "![", "](", ")", "javascript:",
     "JavaScript :", "data:", "http://", "https://", "mailto:", "ftp://", "x://", "\r\n", "\u2028", "\t", "e\u0301",
     "\ufe0f", "<script>", " ", "word", "\x00", "\ud800", "\U000e0041", "-", "]", "["]
)  # fmt: skip
texts = st.one_of(st.text(max_size=80), st.lists(_PIECES, max_size=20).map("".join))


@pytest.mark.parametrize(
    ("given_", "expected"),
    [
        ("\x1b[31mred\x1b[0m \x1b]0;owned\x07title", "red title"),
        ("abc\u202edef\u200b\u2066ghi\u00ad", "abcdefghi"),
        ("pay\u200dload\ufe0f\U000e0041", "payload"),
        ("e\u0301", "\u00e9"),
        ("a\x00b\x07c\x7f", "abc"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("see javascript:alert(1)", "see alert(1)"),
        ("see JaVaScRiPt : alert(1)", "see alert(1)"),
        ("its data: five rows", "its data: five rows"),
        ("see JAVASCRIPT:alert(1)", "see alert(1)"),
        ("java\u200bscript:alert(1)", "alert(1)"),
        ("[text](javascript:alert(1))", "[text](alert(1))"),
        ("[text](vnd.app:run)", "[text](run)"),
        ("[docs](https://example.org/a)", "[docs](https://example.org/a)"),
        ("ftp://host/file", "host/file"),
        ("http://a.b and mailto:x@y.z", "http://a.b and mailto:x@y.z"),
        ("at 10:30, Note: this, C:\\temp", "at 10:30, Note: this, C:\\temp"),
        ("![beacon](https://evil.example/p.gif?x=1) done", "beacon done"),
        ("![![a](b)](c)", "[a](c)"),
        ("!![x", "[x"),
        ("two\r\nlines\u2028three", "two lines three"),
    ],
)  # fmt: skip
def test_what_is_not_plain_text_is_taken_out(given_: str, expected: str) -> None:
    assert line(given_, 200) == expected


def test_paragraphs_stay_and_nothing_else_of_the_layout() -> None:
    assert block("  one \t two\n\n\n\n three\r\nfour  ", 100) == "one two\n\nthree\nfour"


def test_a_long_text_is_cut_at_a_word() -> None:
    assert cut("one two three four", 14) == "one two three\u2026"
    assert cut("one two three", 13) == "one two three"
    assert cut("abcdefghij", 5) == "abcd\u2026"


@given(texts, st.integers(10, 60))
@example("java" + "\u200b" + "script" + "javascript:" + ":x", 40)
def test_cleaned_text_holds_nothing_that_hides_or_points_elsewhere(text: str, longest: int) -> None:
    cleaned = block(text, longest)

    assert len(cleaned) <= longest
    assert all(each == "\n" or unicodedata.category(each) not in {"Cc", "Cf", "Cs", "Co", "Cn"} for each in cleaned)
    assert unicodedata.normalize("NFC", cleaned) == cleaned
    assert "![" not in cleaned
    assert "javascript:a" not in cleaned.lower()
    assert "ftp://" not in cleaned.lower()


@given(texts, st.integers(10, 60))
@example("0" * 26 + ":JAVASCRIPT:\r0", 39)
@example("0" * 26 + ":file:a 0 0 0 0", 33)
def test_cleaning_again_changes_nothing(text: str, longest: int) -> None:
    assert block(block(text, longest), longest) == block(text, longest)
    assert line(line(text, longest), longest) == line(text, longest)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), True, "1", None, 10**400])
def test_what_is_no_finite_number_is_none(value: object) -> None:
    assert finite(value) is None


def test_a_finite_number_is_itself() -> None:
    assert (finite(3), finite(0.5)) == (3.0, 0.5)


def test_figures_are_compared_without_separators_and_words() -> None:
    assert figures("1,234.50 USD in 3 waves on 2026-11-21; 6R, S3 and Win2019") == {"1234.5", "3", "2026", "11", "21"}
    assert unknown_figures("It costs 99 USD in 3 waves", "3 waves, 98 USD") == ("99",)
