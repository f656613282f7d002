"""Files that are contracts, files that are not, and what mends them."""

from __future__ import annotations

import io
import shutil
import tempfile
import zipfile
from datetime import date

import pytest

from domain.contract import DOCX, PDF, ReadContract
from domain.contracts.text import passages, sentences, tidy
from domain.errors import ErrorCode, Refused
from readers.contracts import ContractFiles, ContractLimits
from readers.contracts.reading import read_contract
from tests.unit.contracts.made import MORE, SENTENCES, encrypted, pdf, scanned, with_part, word

ON = ("This Agreement continues for", "an initial term of three years", "and renews.")
LIMITS = ContractLimits(pages=3, characters=5_000, unpacked=8 << 20, harmless=1 << 20)
GOOD = pdf(SENTENCES, MORE)
WORD = word(*SENTENCES, "\f", *MORE, table=[("Liability", "Unlimited liability"), ("Invoices", "Net 90")])
without_recognition = pytest.mark.skipif(shutil.which("tesseract") is not None, reason="Pages are recognized here.")
with_recognition = pytest.mark.skipif(shutil.which("tesseract") is None, reason="tesseract is not installed.")


def read(name: str, data: bytes) -> ReadContract:
    return read_contract(name, data, LIMITS, recognizing=60.0)


def test_a_pdf_is_read_page_by_page() -> None:
    found = read("a.pdf", GOOD)

    assert (found.media_type, found.page_count, found.warnings) == (PDF, 2, ())
    assert found.pages[0].text.split("\n")[1] == SENTENCES[1]
    assert [each.page for each in found.extraction.evidence] == [1, 1, 1, 2, 2, 2, 1]
    assert found.extraction.ends_on == date(2028, 2, 29)


def test_a_word_document_is_read_with_its_breaks_and_tables() -> None:
    found = read("a.docx", WORD)

    assert (found.media_type, found.page_count) == (DOCX, 2)
    assert found.pages[1].text.endswith("Liability: Unlimited liability\nInvoices: Net 90")
    assert found.extraction.non_standard_terms == ("Unlimited liability", "Long payment terms")
    assert read("a v1.2", word(*SENTENCES)).pages[0].number is None


REFUSALS = [
    ("a.pdf", b"", ErrorCode.INVALID_INPUT, "The file is empty"),
    ("a.pdf", b"\x00" * 900, ErrorCode.INVALID_INPUT, "The file is empty"),
    ("a.docx", word(""), ErrorCode.INVALID_INPUT, "holds no text"),
    ("a.pdf", GOOD + bytes(20 << 20), ErrorCode.LIMIT_EXCEEDED, "larger than 20 MiB"),
    ("a.pdf", pdf(*[SENTENCES] * 4), ErrorCode.LIMIT_EXCEEDED, "has 4 pages; at most 3 are read"),
    ("a.docx", word("x " * 3_000), ErrorCode.LIMIT_EXCEEDED, "at most 5,000 are read"),
    ("a.docx", with_part(WORD, "word/media/a.bin", bytes(4 << 20)), ErrorCode.LIMIT_EXCEEDED, "unpacks to"),
    ("a.pdf", encrypted(GOOD), ErrorCode.UNSUPPORTED_FORMAT, "protected by a password. Save it without one"),
    ("a.pdf", pdf(SENTENCES, scripts=True), ErrorCode.UNSUPPORTED_FORMAT, "carries scripts"),
    ("a.pdf", GOOD[: len(GOOD) // 2], ErrorCode.UNSUPPORTED_FORMAT, "cut off"),
    ("a.pdf", b"%PDF-1.7 " + b"x" * 500 + b"%%EOF", ErrorCode.UNSUPPORTED_FORMAT, "damaged"),
    ("a.docx", WORD[: len(WORD) // 2], ErrorCode.UNSUPPORTED_FORMAT, "damaged or was cut off"),
    ("a.docx", GOOD, ErrorCode.UNSUPPORTED_FORMAT, "rename it to end in .pdf"),
    ("a.pdf", WORD, ErrorCode.UNSUPPORTED_FORMAT, "rename it to end in .docx"),
    ("a.xlsx", WORD, ErrorCode.UNSUPPORTED_FORMAT, "name ends in .xlsx, but it is a Word document"),
    ("a.docm", WORD, ErrorCode.UNSUPPORTED_FORMAT, "carries macros"),
    ("a.docx", with_part(WORD, "word/vbaProject.bin", b"x"), ErrorCode.UNSUPPORTED_FORMAT, "carries macros"),
    (
        "a.docx",
        with_part(WORD, "word/document.xml", b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>'),
        ErrorCode.UNSUPPORTED_FORMAT,
        "declares a document type",
    ),
    ("a.docx", with_part(WORD, "word/document.xml", b"<broken"), ErrorCode.UNSUPPORTED_FORMAT, "damaged"),
    ("a.doc", b"\xd0\xcf\x11\xe0" + bytes(600), ErrorCode.UNSUPPORTED_FORMAT, "old Office document"),
    (
        "a.docx",
        b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
        ErrorCode.UNSUPPORTED_FORMAT,
        "protected by a password",
    ),
    ("a.txt", b"This Agreement commences today.", ErrorCode.UNSUPPORTED_FORMAT, "This file is text"),
    ("a.jpg", b"\xff\xd8\xff\xe0" + bytes(50), ErrorCode.UNSUPPORTED_FORMAT, "photograph"),
    ("a.rtf", b"{\\rtf1 x}", ErrorCode.UNSUPPORTED_FORMAT, "rich text format"),
]


@pytest.mark.parametrize(("name", "data", "code", "words"), REFUSALS, ids=[words for *_, words in REFUSALS])
def test_what_cannot_be_read_is_refused_with_what_mends_it(name: str, data: bytes, code: ErrorCode, words: str) -> None:
    with pytest.raises(Refused) as refused:
        read(name, data)

    (problem,) = refused.value.problems
    assert (problem.code, problem.path) == (code, ("file",))
    assert words in problem.message


def test_other_archives_are_called_by_their_names() -> None:
    for part, words in (("xl/workbook.xml", "workbook"), ("ppt/a.xml", "presentation"), ("a.csv", "zip archive")):
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w") as archive:
            archive.writestr(part, "<a/>")
        with pytest.raises(Refused, match=words):
            read("a.docx", target.getvalue())


@without_recognition
def test_a_page_without_text_is_told_of_where_nothing_recognizes_it() -> None:
    found = read("a.pdf", pdf(SENTENCES, ()))

    assert (found.unread, found.late) == ((2,), ())
    (warning,) = found.warnings
    assert warning.startswith("Page 2 is without text, and text recognition (tesseract) is not installed here")
    with pytest.raises(Refused, match="pictures of pages without text"):
        read("a.pdf", pdf((), ()))


@with_recognition
def test_a_scanned_page_is_recognized() -> None:
    found = read("a.pdf", scanned(SENTENCES))

    assert found.warnings == ("1 page without text was read by text recognition: look twice.",)
    assert found.extraction.starts_on == date(2025, 3, 1)


def test_a_blank_page_is_nothing_to_tell_of() -> None:
    target = pdf(SENTENCES, (" ",))

    assert read("a.pdf", target).warnings == ()


async def test_a_file_is_read_in_a_process_of_its_own_that_ends_in_time() -> None:
    with tempfile.TemporaryFile() as source:
        source.write(GOOD)
        source.flush()

        found = await ContractFiles().read("--a.pdf", source)
        with pytest.raises(Refused, match="takes too long"):
            await ContractFiles(ContractLimits(seconds=0.01)).read("a.pdf", source)

    assert found.extraction.notice_days == 90


async def test_what_the_process_refuses_is_refused_here() -> None:
    with tempfile.TemporaryFile() as source:
        source.write(encrypted(GOOD))
        source.flush()

        with pytest.raises(Refused) as refused:
            await ContractFiles().read("a.pdf", source)

    assert [problem.path for problem in refused.value.problems] == [("file",)]


def test_hyphenation_is_undone_and_sentences_go_on_over_pages() -> None:
    found = read("a.pdf", pdf(("This Agreement shall auto-", "matically renew for a further"), ("one-year term.",)))

    assert found.extraction.auto_renews is True
    assert tidy("a non-\nrenewal, an agree-\nment") == "a non-renewal, an agreement"


def test_running_titles_are_no_part_of_sentences() -> None:
    titled = [("Acme MSA - Confidential", f"Page {number} of 3", line) for number, line in enumerate(ON, 1)]

    assert [each.text for each in sentences(read("a.pdf", pdf(*titled)).pages)] == [
        "This Agreement continues for an initial term of three years and renews.",
    ]


def test_passages_are_all_of_the_text_and_none_is_long() -> None:
    long = read_contract(
        "a.docx", word(*[f"Sentence number {each} stands here." for each in range(200)]), ContractLimits(), 0
    )

    found = passages(long.pages)

    assert max(len(each.text) for each in found) <= 1_000
    assert " ".join(each.text for each in found).count("Sentence number") == 200
    assert [each.number for each in found] == list(range(1, len(found) + 1))
