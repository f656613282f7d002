"""Columns of customers and of contacts: what each name stands for, and that the documentation has them all."""

from __future__ import annotations

from pathlib import Path

import pytest

from domain.customer_import.cells import FACTS
from domain.customer_import.columns import column_key, columns_of, recognized
from domain.reference_data import read_csv

DOCUMENT = Path(__file__).parents[3] / "docs" / "customers.md"


def test_every_name_is_in_the_documentation_under_its_field() -> None:
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    rows = {cells[1].strip(): cells[3] for line in lines if len(cells := line.split("|")) == 5}

    for row in read_csv("customer_headings"):
        named = rows[FACTS[row["target"]].title].replace("*", "")
        assert set(row["words"].split("|")) <= {name.strip() for name in named.split(",")}


def test_every_name_is_written_as_it_is_looked_up() -> None:
    words = [word for row in read_csv("customer_headings") for word in row["words"].split("|")]

    assert [column_key(word) for word in words] == words


@pytest.mark.parametrize(
    ("names", "targets"),
    [
        (("renewalDate", "RENEWAL DATE"), {"renewalDate": "renewal_date"}),
        (("Renewal_Date__c", "Owner"), {"Renewal_Date__c": "renewal_date", "Owner": "owner"}),
        (("Name", "Title", "Phone"), {"Name": "name"}),
        (("Name", "Last Name", "Title"), {"Last Name": "last_name", "Name": "contact_name", "Title": "title"}),
        (
            ("Account Name", "Contact Name", "Owner", "Phone"),
            {"Contact Name": "contact_name", "Account Name": "name", "Phone": "phone"},
        ),
        (("Name", "Contact Name"), {"Contact Name": "contact_name", "Name": "name"}),
        (("Account Name  \u2191", "ARR (EUR)"), {"Account Name  \u2191": "name", "ARR (EUR)": "arr"}),
    ],
)
def test_a_name_stands_for_what_its_table_is_about(names: tuple[str, ...], targets: dict[str, str]) -> None:
    assert dict(columns_of(names).targets) == targets


def test_a_row_that_names_nobody_is_no_header() -> None:
    assert recognized(["Phone", "ARR", "Risk"]) == 0
    assert recognized(["", "Account Name", "ARR"]) == 2
