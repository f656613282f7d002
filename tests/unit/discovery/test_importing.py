from __future__ import annotations

import hashlib

import pytest

from domain.errors import ErrorCode, Refused
from domain.flows.discovery.results import ColumnSummary
from domain.inventory import DataImport, ImportRows
from tests.unit.discovery.driving import FIXTURES, discover


def test_the_summary_says_what_was_read() -> None:
    discovery = discover((FIXTURES / "konveyor.csv").read_bytes(), file_name="konveyor.csv")

    summary = discovery.run("data_import")

    assert (summary.format, summary.rows, summary.accepted, summary.rejected) == ("konveyor", 8, 4, 4)
    assert summary.columns[1] == ColumnSummary("Application Name", 4, ("Claims Desk", "Policy Store"))
    assert summary.columns[3] == ColumnSummary("Comments", 0, ())
    assert discovery.warnings["data_import"] == ("ROWS_REJECTED",)


def test_rows_are_saved_page_by_page_and_the_import_with_its_hash() -> None:
    data = b"name,owner\n" + b"".join(b"App %d,Ines\n" % number for number in range(4_500))
    discovery = discover(data)

    discovery.run("data_import")

    pages = [value for value in discovery.saved["data_import"] if isinstance(value, ImportRows)]
    assert [len(page.accepted) for page in pages] == [2_000, 2_000, 500]
    [stored] = discovery.engagement.of(DataImport)
    assert (stored.sha256, stored.columns) == (hashlib.sha256(data).hexdigest(), ("name", "owner"))


def test_a_second_run_replaces_what_the_first_one_read() -> None:
    discovery = discover("name\nA\nB\n")
    first = discovery.run("data_import")

    discovery.data = b"name\nC\n"
    second = discovery.run("data_import")

    assert second.import_id == first.import_id
    assert [row.values["name"] for row in discovery.engagement.rows["flow-1"]] == ["C"]


def test_a_header_without_rows_is_refused() -> None:
    discovery = discover("name,owner\n\n")

    with pytest.raises(Refused) as refused:
        discovery.run("data_import")

    assert refused.value.problems[0].code is ErrorCode.INVALID_INPUT
    assert discovery.engagement.values == {}
