from __future__ import annotations

import pytest

from domain.inventory import ImportRow, RowKind
from tests.unit.readers.reading import FIXTURES, KONVEYOR_DATA, bad, good, read


def test_konveyors_rows_and_what_is_wrong_with_the_others() -> None:
    sheet, rows = read((FIXTURES / "konveyor.csv").read_bytes())

    assert sheet.format == "konveyor"
    assert [(row.line, row.kind) for row in good(rows)] == [
        (2, RowKind.APPLICATION),
        (3, RowKind.APPLICATION),
        (5, RowKind.DEPENDENCY),
        (6, RowKind.DEPENDENCY),
    ]
    assert good(rows)[1].values["Owner"] == "Roth, Ines"
    assert bad(rows) == [
        (4, 'The row has no "Application Name".'),
        (7, 'The direction of the dependency is "sideways"; it is northbound or southbound.'),
        (8, 'The record type is "3"; 1 is an application, 2 a dependency.'),
        (9, "The row has 14 cells, the header 12. A cell that holds the delimiter has to stand in quotes."),
    ]


def test_a_list_of_servers() -> None:
    sheet, rows = read((FIXTURES / "servers.csv").read_bytes())

    assert sheet.format == "csv"
    assert [(row.kind, row.values.get("App Name")) for row in good(rows)] == [
        (RowKind.SERVER, "Claims Desk"),
        (RowKind.SERVER, "Claims Desk"),
        (RowKind.SERVER, None),
    ]


def test_a_table_with_two_application_columns_lists_dependencies() -> None:
    _, rows = read((FIXTURES / "edges.csv").read_bytes())
    _, needs = read(b"Application,Depends on\nA,B\nA,\n")

    assert {row.kind for row in good(rows)} == {RowKind.DEPENDENCY}
    assert [row.values for row in good(needs)] == [{"Application": "A", "Depends on": "B"}]
    assert bad(needs) == [(3, 'The row has no "Depends on": a dependency needs both applications.')]


def test_applications_that_name_what_they_need_are_applications() -> None:
    _, rows = read(b"Application,Criticality,Depends on\nA,high,B\n")

    assert [row.kind for row in good(rows)] == [RowKind.APPLICATION]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_delimiter_and_line_ending(delimiter: str, ending: str) -> None:
    text = ending.join(
        delimiter.join(cells) for cells in (["name", "owner"], ["A", '"x, y; z"'], ['"two', 'lines"', "ignored"][:1])
    )
    text += f'{ending}rest"{delimiter}B{ending}C{delimiter}D{ending}'

    _, rows = read(text.encode())

    assert [(row.line, row.values) for row in rows if isinstance(row, ImportRow)] == [
        (2, {"name": "A", "owner": "x, y; z"}),
        (3, {"name": f"two{ending}rest", "owner": "B"}),
        (5, {"name": "C", "owner": "D"}),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_encoding(encoding: str) -> None:
    data = "name,owner\nZürich Café,Märta\n".encode(encoding)

    sheet, rows = read(data)

    assert sheet.columns == ("name", "owner")
    assert good(rows)[0].values == {"name": "Zürich Café", "owner": "Märta"}


def test_cells_that_look_like_formulas_are_kept_as_text() -> None:
    cells = ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)"]
    quoted = "".join(f'"{cell}",x\n' for cell in cells)

    _, rows = read(f"name,owner\n{quoted}".encode())

    assert [row.values["name"] for row in good(rows)] == cells


def test_what_spreadsheets_leave_behind_is_overlooked() -> None:
    _, rows = read(b"sep=;\nname;owner;;\nA;B;;\n;;;\n\nC;;;;;;\n")

    assert [(row.line, row.values) for row in good(rows)] == [(3, {"name": "A", "owner": "B"}), (6, {"name": "C"})]


def test_a_last_row_that_was_cut_off_is_rejected() -> None:
    _, rows = read(b"name,owner,cost\nA,B,1\nC,D")

    assert bad(rows) == [(3, "The file ends in the middle of this row, after 2 of 3 cells. Export it again.")]


def test_short_rows_are_read_where_they_are_usual() -> None:
    _, rows = read(b"name,owner,cost\nA\nB,C,1\nD")

    assert [row.values for row in good(rows)] == [
        {"name": "A"},
        {"name": "B", "owner": "C", "cost": "1"},
        {"name": "D"},
    ]


def test_a_cell_that_is_too_long_costs_its_row_only() -> None:
    _, rows = read(b"name,owner\nA," + b"x" * 40_000 + b"\nB,C\n")

    assert bad(rows) == [(2, 'The cell "owner" has 40,000 characters; at most 32,767 are read.')]
    assert len(good(rows)) == 1


@pytest.mark.skipif(not KONVEYOR_DATA.is_dir(), reason="the reference data are not here")
@pytest.mark.parametrize(
    ("name", "accepted", "rejected"),
    [
        ("csv-valid_application_rows.csv", 2, []),
        ("template_application_import.csv", 3, []),
        ("csv-missing_application_name.csv", 0, [(2, 'The row has no "Application Name".')]),
        (
            "csv-invalid_record_type_21.csv",
            0,
            [
                (2, 'The record type is "3"; 1 is an application, 2 a dependency.'),
                (3, 'The record type is "100"; 1 is an application, 2 a dependency.'),
            ],
        ),
    ],
)
def test_konveyors_own_files(name: str, accepted: int, rejected: list[tuple[int, str]]) -> None:
    sheet, rows = read((KONVEYOR_DATA / name).read_bytes(), name)

    assert (sheet.format, len(good(rows)), bad(rows)) == ("konveyor", accepted, rejected)
