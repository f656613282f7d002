from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ErrorCode
from domain.inventory import RowKind
from readers import Limits
from readers.archive import BROKEN
from tests.unit.readers.reading import FACTORY_DATA, bad, good, read, read_or_refused, refusal
from tests.unit.readers.workbooks import saved, workbook

TABLE: list[Sequence[Any]] = [["Name", "Owner", "Users"], ["CRM", "Ines", 40], ["Store", None, 7.0]]
WHOLE = workbook({"A": TABLE})


def repacked(data: bytes, **parts: str | bytes | None) -> bytes:
    """The same workbook with other parts; a part that is None is left out. Slashes are written as two underscores."""
    changed = {name.replace("__", "/").replace("DOT", "."): content for name, content in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        contents: dict[str, str | bytes | None] = {name: old.read(name) for name in old.namelist()}
        for name, content in (contents | changed).items():
            if content is not None:
                new.writestr(name, content)
    return out.getvalue()


def test_any_workbook_is_read_from_its_first_sheet_with_a_header() -> None:
    data = workbook({"Read me": [["Inventory of the claims division"]], "Portfolio": TABLE, "More": [["Name", "x"]]})

    sheet, rows = read(data, "portfolio.xlsx")

    assert (sheet.format, sheet.columns) == ("xlsx", ("Name", "Owner", "Users"))
    assert [(row.line, row.kind, row.values) for row in good(rows)] == [
        (2, RowKind.APPLICATION, {"Name": "CRM", "Owner": "Ines", "Users": "40"}),
        (3, RowKind.APPLICATION, {"Name": "Store", "Users": "7"}),
    ]


def test_it_is_known_by_its_content_and_not_by_its_name() -> None:
    assert read(workbook({"A": TABLE}), "portfolio.bin")[0].format == "xlsx"


def test_a_title_above_the_header_is_no_header() -> None:
    _, rows = read(workbook({"A": [["Applications"], [], *TABLE]}))

    assert [(row.line, row.values["Name"]) for row in good(rows)] == [(4, "CRM"), (5, "Store")]


def test_hidden_sheets_are_passed_over() -> None:
    book = openpyxl.Workbook(write_only=True)
    lists = book.create_sheet("Lists")
    lists.append(["Codes", "Words"])
    lists.sheet_state = "hidden"
    portfolio = book.create_sheet("Portfolio")
    portfolio.append(["Name", "Owner"])
    portfolio.append(["CRM", "Ines"])

    assert read(saved(book))[0].columns == ("Name", "Owner")


def test_a_row_longer_than_its_header_is_rejected_with_its_line() -> None:
    _, rows = read(workbook({"A": [["Name", "Owner"], ["CRM", "Ines", "shifted"], ["Store"], [None, "Ines"]]}))

    assert [row.values for row in good(rows)] == [{"Name": "Store"}]
    assert [line for line, _ in bad(rows)] == [2, 4]


def test_formulas_are_kept_as_text() -> None:
    _, rows = read(workbook({"A": [["Name", "Users"], ['=HYPERLINK("http://x","CRM")', "=SUM(1,2)"]]}))

    assert good(rows)[0].values == {"Name": '=HYPERLINK("http://x","CRM")', "Users": "=SUM(1,2)"}


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        (True, "TRUE"),
        (False, "FALSE"),
        (3, "3"),
        (3.0, "3"),
        (0.1 + 0.2, "0.3"),
        (1e300, "1e+300"),
        (-12.5, "-12.5"),
        (123456789012345678, "1.23456789012346e+17"),
        (date(2027, 3, 31), "2027-03-31"),
        (datetime(2027, 3, 31), "2027-03-31"),  # noqa: DTZ001 - a workbook knows no zone
        (datetime(2027, 3, 31, 9, 5), "2027-03-31 09:05:00"),  # noqa: DTZ001
        (time(9, 5), "09:05:00"),
        (timedelta(hours=30), "1900-01-01 06:00:00"),
        (date(1900, 2, 1), "1900-02-01"),
        ("#N/A", "#N/A"),
        ("line\nbreak & <sign>", "line\nbreak & <sign>"),
    ],
)
def test_cells_read_as_a_person_sees_them(cell: Any, shown: str) -> None:
    _, rows = read(workbook({"A": [["Name", "Cell"], ["CRM", cell]]}))

    assert good(rows)[0].values == {"Name": "CRM", "Cell": shown}


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)
HEADER = '<row r="1"><c r="A1" t="str"><v>Name</v></c><c r="B1" t="str"><v>Cell</v></c></row>'


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ('<c r="B2"><f>SUM(1,2)</f><v>3</v></c>', "3"),
        ('<c r="B2" t="str"><f>A2</f><v>CRM</v></c>', "CRM"),
        ('<c r="B2"><f>SUM(1,2)</f></c>', "=SUM(1,2)"),
        ('<c t="inlineStr"><is><r><t>Hi</t></r><rPh><t>ruby</t></rPh><r><t> you</t></r></is></c>', "Hi you"),
        ('<c r="B2" t="e"><v>#REF!</v></c>', "#REF!"),
        ('<c r="B2" t="str"><v>a_x000D_b_x0000_c_x005F_x0041_</v></c>', "a\rbc_x0041_"),
        ('<c r="B2" t="d"><v>2027-03-31</v></c>', "2027-03-31"),
        ('<c r="B2"><v>007</v></c>', "007"),
    ],
)  # fmt: skip
def test_cells_as_other_programs_write_them(cell: str, shown: str) -> None:
    rows = f'{HEADER}<row r="2"><c r="A2" t="str"><v>CRM</v></c>{cell}</row>'
    data = repacked(workbook({"A": TABLE}), xl__worksheets__sheet1DOTxml=SHEET.format(rows))
    prefixed = repacked(data, xl__worksheets__sheet1DOTxml=_prefixed(SHEET.format(rows)))

    assert [row.values for row in good(read(data)[1])] == [{"Name": "CRM", "Cell": shown}]
    assert [row.values for row in good(read(prefixed)[1])] == [{"Name": "CRM", "Cell": shown}]


def _prefixed(sheet: str) -> str:
    named = re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", sheet)
    return named.replace("xmlns=", "xmlns:x=")


ROW = '<row r="{0}"><c r="A{0}" t="str"><v>CRM</v></c><c r="B{0}"><v>{1}</v></c></row>'


@pytest.mark.parametrize(
    "odd",
    [
        '<row r="3"><c r="A3" t="str"><f>B1</f><v>Store</v></c></row>',
        '<row r="3"/>',
        '<!-- <row r="3"><c r="A3" t="str"><v>Never</v></c></row> -->',
        '<row r="3"><c r="A3" t="str"><v><![CDATA[</row><row r="9">]]></v></c></row>',
        '<row r="3"><c r="A3" t="str"><v>a &amp; "/> b</v></c></row>',
        '<row r="3"><c t="str" r="A3"><v>turned</v></c></row>',
        '<row spans="1:2" r="3" x14ac:dyDescent="0.25"><c r="A3" s="1"/><c r="B3" t="b"><v>1</v></c></row>',
        '<row r="3">\n  <c r="A3" t="str"><v>\u00fcber</v></c>\n</row>\n',
        '<row r="3" customHeight="a>b"><c r="A3" t="str"><v>signs</v></c></row>',
        "<row r='3'><c r='A3' t='str'><v>quotes</v></c></row>",
    ],
)
def test_rows_of_any_writing_are_read_as_their_xml_says(odd: str) -> None:
    rows = HEADER + ROW.format(2, 1) + odd + ROW.format(4, 2) + odd.replace('"3"', '"5"').replace("3<", "5<")
    sheet = SHEET.format(rows + ROW.format(6, "7.50"))
    # A comment above the rows gives the whole sheet to the parser.
    parsed = sheet.replace("<sheetData>", "<!-- by its parser --><sheetData>")

    found = [list(read(repacked(WHOLE, xl__worksheets__sheet1DOTxml=xml))[1]) for xml in (sheet, parsed)]

    assert found[0] == found[1]
    assert [row.values["Cell"] for row in good(found[0]) if row.line in {2, 4, 6}] == ["1", "2", "7.5"]


def test_rows_and_cells_without_a_place_follow_each_other() -> None:
    row = "<row><c t='str'><v>{}</v></c><c><v>{}</v></c></row>"
    rows = (
        row.format("Name", 1)
        + row.format("CRM", 2)
        + '<row r="9"><c r="B9"><v>3</v></c><c r="A9" t="str"><v>Z</v></c></row>'
    )
    _, found = read(repacked(workbook({"A": TABLE}), xl__worksheets__sheet1DOTxml=SHEET.format(rows)))

    assert [(one.line, one.values) for one in good(found)] == [
        (2, {"Name": "CRM", "1": "2"}),
        (9, {"Name": "Z", "1": "3"}),
    ]


def test_a_row_that_no_memory_should_hold_is_refused() -> None:
    rows = f'{HEADER}<row r="2"><c r="A2" t="str"><v>{"x" * 900_000}</v></c></row>'
    data = repacked(workbook({"A": TABLE}), xl__worksheets__sheet1DOTxml=SHEET.format(rows))

    assert refusal(data, limits=Limits(record=50_000, ratio=1_000)) == (
        ErrorCode.LIMIT_EXCEEDED,
        "A row of a sheet is longer than 200,000 bytes. Shorten its cells, or split it.",
    )


def test_a_sheet_ends_after_a_thousand_empty_rows() -> None:
    gap: list[Sequence[Any]] = [[] for _ in range(999)]
    near = workbook({"A": [["Name", "Owner"], ["CRM", "x"], *gap, ["Store", "y"]]})
    far = workbook({"A": [["Name", "Owner"], ["CRM", "x"], *gap, [], ["Store", "y"]]})

    assert [row.line for row in good(read(near)[1])] == [2, 1_002]
    assert [row.line for row in good(read(far)[1])] == [2]


def test_what_a_sheet_declares_of_its_size_is_not_believed() -> None:
    data = workbook({"A": TABLE})
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    for declared in ("A1", "A1:XFD1048576"):
        told = sheet.replace("<sheetData>", f'<dimension ref="{declared}"/><sheetData>')

        _, rows = read(repacked(data, xl__worksheets__sheet1DOTxml=told))

        assert len(good(rows)) == 2


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_read() -> None:
    data = workbook({"A": [["Name", "Owner"], *[["CRM", "Ines"]] * 2_000]})
    bomb = repacked(data, xl__worksheets__sheet1DOTxml=b" " * 50_000_000)

    code, message = refusal(bomb)
    other, words = refusal(data, limits=Limits(unpacked=50_000))

    assert (code, other) == (ErrorCode.LIMIT_EXCEEDED, ErrorCode.LIMIT_EXCEEDED)
    assert message.endswith(
        "times its size; at most 100 times is read. Remove empty rows and columns and save it again."
    )
    assert "at most 50,000 are read" in words


def test_a_workbook_that_lies_about_its_size_is_cut_at_what_it_declares() -> None:
    data = repacked(workbook({"A": TABLE}), xl__worksheets__sheet1DOTxml=b"<a>" + b" " * 1_000_000 + b"</a>")
    lying = data.replace((1_000_007).to_bytes(4, "little"), (7).to_bytes(4, "little"))

    assert lying != data
    assert refusal(lying) == (ErrorCode.UNSUPPORTED_FORMAT, BROKEN)


def test_a_document_type_is_refused_wherever_it_stands() -> None:
    laughs = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;&b;">]><worksheet><sheetData>&c;</sheetData></worksheet>'
    data = workbook({"A": TABLE})
    for evil in (laughs, f"<!-- {'x' * 5_000} -->{laughs}", laughs.encode("utf-16")):
        code, message = refusal(repacked(data, xl__worksheets__sheet1DOTxml=evil))

        assert code is ErrorCode.UNSUPPORTED_FORMAT
        assert message.startswith("The workbook declares a document type")


@pytest.mark.parametrize(
    "sheet",
    [
        "",
        "<worksheet><sheetData><row",
        "<worksheet><sheetData><row r='x'><c r='A1'><v>1</v></c></row></sheetData></worksheet>",
        (
            '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
            '<row r="1"><c r="A1" t="s"><v>999</v></c><c r="B1"><v>1</v></c></row></sheetData></worksheet>'
        ),
        (
            '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
            '<row r="1"><c r="ZZZZZ1"><v>1</v></c></row></sheetData></worksheet>'
        ),
    ],
)
def test_bad_xml_is_refused(sheet: str) -> None:
    code, _ = refusal(repacked(workbook({"A": TABLE}), xl__worksheets__sheet1DOTxml=sheet))

    assert code is ErrorCode.UNSUPPORTED_FORMAT


def test_a_workbook_without_a_part_or_a_table_is_refused() -> None:
    data = workbook({"A": TABLE})

    assert refusal(repacked(data, xl__workbookDOTxml=None)) == (ErrorCode.UNSUPPORTED_FORMAT, BROKEN)
    assert refusal(data[:-200])[0] is ErrorCode.UNSUPPORTED_FORMAT
    assert refusal(workbook({"A": []}))[1].startswith("No table was recognized")


@given(st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=4))
def test_no_damage_does_more_than_be_refused(damages: list[tuple[float, int]]) -> None:
    damaged = bytearray(WHOLE)
    for where, byte in damages:
        damaged[4 + int(where * (len(damaged) - 4))] = byte

    read_or_refused(bytes(damaged))


INTAKE = ["wave_name", "app_name", "server_name", "server_os_family", "server_os_version", "server_tier", "r_type"]


def test_an_intake_form_is_known_by_its_header() -> None:
    lines: list[Sequence[Any]] = [
        INTAKE,
        ["Wave 1", "HR", "s1", "linux", "7.9", "db", "Rehost"],
        ["Wave 1", None, "s2", "windows"],
    ]
    text_ = "".join(",".join(cell or "" for cell in line) + "\n" for line in lines).encode()

    for data in (text_, workbook({"Intake": lines})):
        sheet, rows = read(data)

        assert (sheet.format, sheet.columns) == ("cloud-migration-factory", (*INTAKE, "Operating system"))
        assert [(row.kind, row.values["Operating system"]) for row in good(rows)] == [
            (RowKind.SERVER, "linux 7.9"),
            (RowKind.SERVER, "windows"),
        ]


def test_a_list_of_servers_with_one_column_of_the_form_is_a_list_of_servers() -> None:
    assert read(b"app_name,server_name,server_environment\nHR,s1,prod\n")[0].format == "csv"


@pytest.mark.skipif(not FACTORY_DATA.is_dir(), reason="the reference data are not here")
@pytest.mark.parametrize(
    ("name", "rows", "columns"), [("server-list.csv", 8, 19), ("test_valid.csv", 1, 11), ("test_valid.xlsx", 1, 11)]
)
def test_cloud_migration_factorys_own_files(name: str, rows: int, columns: int) -> None:
    sheet, found = read((FACTORY_DATA / name).read_bytes(), name)

    assert (sheet.format, len(good(found)), len(sheet.columns), bad(found)) == (
        "cloud-migration-factory", rows, columns, [],
    )  # fmt: skip
