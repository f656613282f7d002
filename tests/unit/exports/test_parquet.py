"""Facts and dimensions as Parquet: types as they are meant, decimals exact, and keys that join."""

from __future__ import annotations

import io
import subprocess
import sys
from decimal import Decimal
from typing import Any
from zipfile import ZipFile

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from domain.document import Column, ColumnKind, Document, Table
from domain.export import ExportFormat
from tests.unit.exports.documents import NOW
from tests.unit.exports.documents import document as small
from tests.unit.exports.plans import FLOW, HOSTILE, document
from writers import Writers

NAMES = (
    "dim_plan", "dim_application", "dim_wave", "dim_pool", "dim_date",
    "fact_placement", "fact_allocation", "fact_activity", "fact_cost",
)  # fmt: skip
MONEY = pa.decimal128(24, 6)


def star(made: Document) -> dict[str, Any]:
    target = io.BytesIO()
    Writers().write(made, ExportFormat.PARQUET, target)
    with ZipFile(target) as archive:
        return {
            name.removesuffix(".parquet"): pq.read_table(io.BytesIO(archive.read(name))) for name in archive.namelist()
        }


def types(table: Any) -> dict[str, Any]:
    return dict(zip(table.schema.names, table.schema.types, strict=True))


def test_each_table_is_a_file() -> None:
    assert tuple(star(document())) == NAMES


@pytest.mark.parametrize("names", [(), ("A",)])
def test_columns_have_their_types_also_where_there_is_no_row(names: tuple[str, ...]) -> None:
    found = star(document(names, 1))

    assert types(found["fact_cost"]) == {
        "plan_id": pa.string(),
        "cost_line_id": pa.string(),
        "wave_id": pa.string(),
        "category": pa.string(),
        "description": pa.string(),
        "quantity": MONEY,
        "unit": pa.string(),
        "unit_cost": MONEY,
        "amount": MONEY,
        "low_amount": MONEY,
        "high_amount": MONEY,
        "overridden": pa.bool_(),
        "provenance": pa.string(),
    }
    activity = types(found["fact_activity"])
    assert [activity[key] for key in ("starts_on", "working_days", "critical", "actual_end")] == [
        pa.date32(),
        pa.int64(),
        pa.bool_(),
        pa.date32(),
    ]
    assert types(found["dim_wave"])["risk_score"] == pa.float64()
    assert types(found["dim_date"])["date"] == pa.date32()


def test_decimals_are_exact() -> None:
    made = document(12, 3)
    found = star(made)

    (plan,) = found["dim_plan"].to_pylist()
    assert pc.sum(found["fact_cost"]["amount"]).as_py() == plan["subtotal"]
    assert plan["subtotal"] + plan["contingency"] == plan["total"]
    assert found["fact_placement"]["effort_hours"].to_pylist() == [Decimal("120.25")] * 12
    assert pc.sum(found["fact_allocation"]["cost"]).as_py() == made.table("costs_by_category").rows[0][2]


def test_keys_join() -> None:
    found = star(document(12, 3, left_out=2))

    for fact, key, dimension in (
        ("fact_placement", "application_id", "dim_application"),
        ("fact_placement", "wave_id", "dim_wave"),
        ("fact_allocation", "wave_id", "dim_wave"),
        ("fact_allocation", "pool_id", "dim_pool"),
        ("fact_activity", "wave_id", "dim_wave"),
        ("fact_cost", "wave_id", "dim_wave"),
    ):
        keys = found[dimension][key].to_pylist()
        assert len(keys) == len(set(keys)), dimension
        assert set(found[fact][key].to_pylist()) - {None} <= set(keys), fact
    joined = found["fact_allocation"].join(found["dim_wave"], "wave_id").join(found["dim_pool"], "pool_id")
    assert joined.num_rows == 15
    assert set(joined["wave_name"].to_pylist()) == {"Pilot", "Wave 2", "Wave 3"}
    assert {row for name in NAMES[5:] for row in found[name]["plan_id"].to_pylist()} == {FLOW}


def test_the_days_reach_from_the_first_fact_to_the_last() -> None:
    found = star(document(12, 3))

    days = found["dim_date"]["date"].to_pylist()
    facts = found["fact_activity"]
    assert days[0] == min(facts["starts_on"].to_pylist())
    assert days[-1] == max(facts["ends_on"].to_pylist())
    assert len(days) == (days[-1] - days[0]).days + 1
    assert found["dim_date"].slice(0, 1).to_pylist() == [
        {
            "date": days[0],
            "year": 2026,
            "quarter": 4,
            "month": 11,
            "month_name": "November",
            "iso_year": 2026,
            "iso_week": 48,
            "weekday": 1,
            "weekend": False,
        }
    ]


def test_names_are_kept_as_they_are_but_for_what_no_format_holds() -> None:
    names = star(document(HOSTILE, 3))["dim_application"]["application_name"].to_pylist()

    assert '=HYPERLINK("http://evil.example","x")' in names
    assert "x" * 200 in names
    assert "right to left" in names
    assert "\ufffd\ufffdbell" in names


def test_numbers_beyond_what_is_usual_are_held_or_rounded_to_the_sixth_place() -> None:
    rows: Any = ((Decimal("1E+30"), Decimal("0.12345675"), NOW), (None, Decimal("0.1234565"), None))
    columns = (
        Column("large", "", ColumnKind.MONEY),
        Column("fine", "", ColumnKind.QUANTITY),
        Column("at", "", ColumnKind.MOMENT),
    )
    made = Document("", "", NOW, (), (), (), (), (), (), {}, star=(Table("numbers", "", columns, rows),))

    table = star(made)["numbers"]

    assert table["large"].to_pylist() == [Decimal("1E+30"), None]
    assert types(table)["large"] == pa.decimal128(38, 6)
    assert table["fine"].to_pylist() == [Decimal("0.123457"), Decimal("0.123456")]
    assert table["at"].to_pylist() == [NOW, None]


def test_a_document_without_facts_is_an_empty_archive() -> None:
    assert star(small()) == {}


def test_the_library_is_loaded_only_for_who_wants_it() -> None:
    code = "import sys, writers; sys.exit('pyarrow' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
