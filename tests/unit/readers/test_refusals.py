from __future__ import annotations

import io
import zipfile

import pytest

from domain.errors import ErrorCode, Refused
from readers import Limits
from tests.unit.readers.reading import read, refusal

UTF8_LINES = "name,owner\nZürich,Ines\n".encode()


def test_an_empty_file_is_refused() -> None:
    for data in (b"", b"\n \r\n", b"\xef\xbb\xbf"):
        assert refusal(data) == (
            ErrorCode.INVALID_INPUT,
            "The file is empty. A table needs a header and at least one row.",
        )


def test_a_zip_is_named() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("portfolio.csv", b"\0" * 1_000_000)

    assert refusal(packed.getvalue(), "portfolio.zip") == (
        ErrorCode.UNSUPPORTED_FORMAT,
        "This is a zip archive. Unpack it and import the CSV or XLSX file inside.",
    )


@pytest.mark.parametrize(
    ("data", "beginning"),
    [
        (b"%PDF-1.7\n", "This is a PDF."),
        (b"\xd0\xcf\x11\xe0rest", "This is an old Office document"),
        (b"\x1f\x8b\x08rest", "This is a gzip archive."),
        (b"name,owner\nA,\0B\n", "This is not a text file: line 2 has a NUL character at byte 14."),
        (b"name,owner\n\x01\x02\x03\x04,\x05\n", "This is not a text file: it is full of control characters."),
        (b'{"applications": []}', "This is JSON."),
        (b"<html><table>", "This is XML."),
        (b"Dear colleagues\nplease find\n", "No table was recognized"),
        (b"n\0\0\0a\0\0\0", "This is not a text file"),
        (b"\xff\xfe\0\0n\0\0\0", "The file is encoded as UTF-32."),
    ],
)
def test_what_is_no_table_is_named(data: bytes, beginning: str) -> None:
    code, message = refusal(data)

    assert code is ErrorCode.UNSUPPORTED_FORMAT
    assert message.startswith(beginning)


def test_a_wrong_byte_is_named_with_its_line() -> None:
    assert refusal(UTF8_LINES + b"Gen\xe8ve,Lea\n") == (
        ErrorCode.INVALID_INPUT,
        "Line 3: byte 28 (0xE8) is not valid in UTF-8. Save the file as CSV (UTF-8) and import it again.",
    )


def test_a_byte_of_no_encoding_is_named() -> None:
    assert refusal(b"name,owner\nA,\x81\xe8\n") == (
        ErrorCode.INVALID_INPUT,
        (
            "Line 2: byte 14 (0x81) is valid neither in UTF-8 nor in Windows-1252. "
            "Save the file as CSV (UTF-8) and import it again."
        ),
    )


def test_a_file_cut_within_a_character_is_named() -> None:
    assert refusal(UTF8_LINES + "Zü".encode()[:-1]) == (
        ErrorCode.INVALID_INPUT,
        "The file ends in the middle of a character, on line 3 at byte 26: it was cut off. Export it again.",
    )


def test_utf_16_cut_within_a_character_is_named() -> None:
    code, message = refusal("name,owner\nA,B".encode("utf-16") + b"C")

    assert code is ErrorCode.INVALID_INPUT
    assert message.startswith("The file ends in the middle of a character, on line 2")


def test_a_quote_that_never_closes_is_named_with_its_line() -> None:
    code, message = refusal(b'name,owner\nA,B\n"C,D\nE,F\n')

    assert code is ErrorCode.INVALID_INPUT
    assert message.startswith("The quoted cell in the row on line 3 never ends")


def test_a_quote_that_never_closes_does_not_fill_the_memory() -> None:
    code, message = refusal(b'name,owner\n"' + b"A,B\n" * 100_000)

    assert code is ErrorCode.LIMIT_EXCEEDED
    assert message.startswith("A cell in the row on line 2 is longer than 131,072 characters.")


def test_a_row_without_an_end_does_not_fill_the_memory() -> None:
    code, message = refusal(b"name,owner\n" + b"A," * 1_000_000)

    assert code is ErrorCode.LIMIT_EXCEEDED
    assert message.startswith("The row on line 2 is longer than 1,048,576 characters.")


def test_too_many_columns_are_counted() -> None:
    header = ",".join(f"column {number}" for number in range(5_000)).encode()

    assert refusal(header + b"\n1,2\n") == (
        ErrorCode.LIMIT_EXCEEDED,
        "The header has 5,000 columns; at most 500 are read. Remove what is not needed.",
    )


def test_too_large_a_file_is_refused_by_its_size() -> None:
    assert refusal(b"name,owner\n" + b"A,B\n" * 10, limits=Limits(size=50)) == (
        ErrorCode.LIMIT_EXCEEDED,
        "The file has 51 bytes; at most 50 are read. Split it and import the parts.",
    )


def test_too_many_rows_are_refused_with_the_line_that_is_too_much() -> None:
    data = b"name,owner\n" + b"A,B\n" * 3

    assert len(read(data, limits=Limits(rows=3))[1]) == 3
    assert refusal(data, limits=Limits(rows=2)) == (
        ErrorCode.LIMIT_EXCEEDED,
        "The file has more than 2 rows: line 4 would be the next. Split it and import the parts.",
    )


def test_all_that_is_wrong_with_a_header_is_told_at_once() -> None:
    with pytest.raises(Refused) as refused:
        read(f"name,{'x' * 201},{'y' * 300}\nA,B,C\n".encode())

    assert [problem.message for problem in refused.value.problems] == [
        "The name of column 2 has 201 characters; at most 200 are read.",
        "The name of column 3 has 300 characters; at most 200 are read.",
    ]


def test_an_unknown_format_is_refused_and_the_known_ones_named() -> None:
    with pytest.raises(Refused) as refused:
        read(b"name\nA\n", format="access")
    with pytest.raises(Refused) as other:
        read(b"name\nA\n", format="konveyor")

    assert refused.value.problems[0].code is ErrorCode.UNSUPPORTED_FORMAT
    assert (
        "there are konveyor, cloud-migration-factory, migration-hub, azure-migrate, rvtools, govuk, csv, xlsx and yaml"
    ) in refused.value.problems[0].message
    assert other.value.problems[0].code is ErrorCode.INVALID_INPUT
