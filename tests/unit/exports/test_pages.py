"""Documents as PDF: a page for each page whatever it holds, plain text only, and letters of many scripts."""

from __future__ import annotations

import io
from decimal import Decimal

import pytest
from pypdf import PdfReader

from domain.document import Column, ColumnKind, DocumentPage
from domain.export import ExportFormat
from tests.unit.exports.documents import MARKUP, SCRIPTS, document, page
from writers import Writers
from writers.paper import shown
from writers.typefaces import HAN, HANGUL, KANA, markup


def pdf(*pages: DocumentPage, names: tuple[str, ...] = ("a", "b")) -> PdfReader:
    target = io.BytesIO()
    Writers().write(document(names, pages), ExportFormat.PDF, target)
    return PdfReader(target)


def text_of(reader: PdfReader, number: int) -> str:
    return reader.pages[number].extract_text()


def test_the_summary_comes_first_and_then_a_page_each() -> None:
    reader = pdf(page("Payroll"), page("Ledger"))

    assert len(reader.pages) == 3
    for word in ("Report: Core", "Two things were found.", "Cost of things", "Things"):
        assert word in text_of(reader, 0)
    assert "Payroll" in text_of(reader, 1)
    assert "Ledger" in text_of(reader, 2)
    assert [str(each.title) for each in reader.outline] == ["Summary", "Payroll", "Ledger"]  # type: ignore[union-attr]


@pytest.mark.parametrize(("rows", "text"), [(1, "x"), (60, "word " * 80), (400, "word " * 400), (3, "w" * 5_000)])
def test_one_page_holds_a_thing_however_much_there_is(rows: int, text: str) -> None:
    reader = pdf(page("Payroll", rows, text))

    assert len(reader.pages) == 2
    assert "The end." in text_of(reader, 1)


def test_what_is_left_out_is_counted() -> None:
    assert "more" in text_of(pdf(page("Payroll", 400, "A rather long piece of evidence.")), 1)


def test_a_long_list_goes_on_with_its_header() -> None:
    reader = pdf(names=tuple(f"Thing {n}" for n in range(120)))

    assert len(reader.pages) > 3
    assert all("Cost, EUR" in text_of(reader, number) for number in range(3))


def test_markup_is_shown_as_it_is_and_nothing_is_fetched() -> None:
    reader = pdf(page(MARKUP, text=MARKUP), names=(MARKUP,))

    text = text_of(reader, 1).replace("\n", " ")
    assert "<b>bold</b> &" in text
    assert "<script>" in text
    assert all("/URI" not in str(each.get_object()) for shown in reader.pages for each in shown.get("/Annots", []))


def test_letters_of_many_scripts_are_set_in_faces_that_have_them() -> None:
    text = text_of(pdf(page("Payroll", text=SCRIPTS)), 1)

    for word in ("Größe", "Ångström", "Łódź", "Ελλάδα", "Київ", "თბილისი", "→ ≥ €"):
        assert word in text


def test_east_asian_letters_name_the_collection_that_readers_have() -> None:
    assert markup("漢字") == f'<font name="{HAN}">漢字</font>'
    assert markup("かな漢字") == f'<font name="{KANA}">かな漢字</font>'
    assert markup("한국") == f'<font name="{HANGUL}">한국</font>'


def test_what_no_face_has_is_a_question_mark_and_control_characters_go() -> None:
    assert markup("a\U0001f680b") == "a?b"
    assert markup("a\u202eb<") == "ab&lt;"


@pytest.mark.parametrize(
    ("value", "kind", "said"),
    [
        (Decimal("0.0877"), ColumnKind.QUANTITY, "0.0877"),
        (Decimal("1200.50"), ColumnKind.QUANTITY, "1,200.5"),
        (Decimal(100), ColumnKind.QUANTITY, "100"),
        (Decimal("0.09"), ColumnKind.RATE, "0.09"),
        (Decimal("1234.56"), ColumnKind.MONEY, "1,235"),
        (0.257, ColumnKind.SHARE, "26 %"),
        (0.257, ColumnKind.NUMBER, "0.3"),
    ],
)
def test_numbers_are_shown_as_what_they_are(value: Decimal | float, kind: ColumnKind, said: str) -> None:
    assert shown(value, Column("k", "K", kind)) == said


def test_names_that_are_nothing_or_everything_do_not_break_it() -> None:
    reader = pdf(page("", text=""), page("\ud800\x00" * 50, text="\x01"), names=("", "\ud800"))

    assert len(reader.pages) == 3
