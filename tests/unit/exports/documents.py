"""A small document with everything that text from outside may hold."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

from domain.document import (
    Chart,
    Column,
    ColumnKind,
    Document,
    DocumentPage,
    Facts,
    Grid,
    Listed,
    Prose,
    Section,
    Table,
)

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
FORMULAS = (
    "=1+1",
    "+49 30 1234",
    "-cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "  =HYPERLINK(1)",
    "\uff1d1",
    "\x00=1",
    "\u202e=1",
)
MARKUP = '<b>bold</b> & <script>alert("x")</script> <img src="http://evil.example/x.png"/>'
SCRIPTS = "Größe Ångström Łódź Ελλάδα Київ თბილისი 漢字 かな 한국어 ไทย हिन्दी → ≥ €"


def document(names: tuple[str, ...] = FORMULAS, pages: tuple[DocumentPage, ...] = ()) -> Document:
    rows = tuple((name, Decimal(f"{number}.50"), 0.25, number % 2 == 0) for number, name in enumerate(names))
    things = Table(
        "things",
        "Things",
        (
            Column("name", "Name"),
            Column("cost", "Cost", ColumnKind.MONEY, "EUR"),
            Column("share", "Share", ColumnKind.SHARE),
            Column("done", "Done", ColumnKind.FLAG),
        ),
        rows,
    )
    columns = (Column("day", "Day", ColumnKind.DAY), Column("at", "At", ColumnKind.MOMENT), Column("text", "Text"))
    moments = Table("moments", "Moments", columns, ((date(2026, 1, 2), NOW, None),))
    nothing = Table("nothing", "Nothing [of: it]", (Column("name", "Name"),), ())
    return Document(
        title="Report: Core",
        subtitle="Sample",
        made_at=NOW,
        lead=("Two things were found.",),
        figures=(("Things", str(len(names))),),
        charts=(Chart("Cost of things", "things", "name", "cost"), Chart("Empty", "nothing", "name", "name")),
        body=(Listed("things", ("name", "cost", "done")),),
        tables=(things, moments, nothing),
        pages=pages or (page("Payroll"),),
        data={"at": NOW, "day": date(2026, 1, 2), "cost": Decimal("1E+3"), "names": list(names)},
    )


def page(title: str, rows: int = 2, text: str = "Because.") -> DocumentPage:
    sections = (
        Section("Overview", (Facts((("Name", title), ("Why", text))),)),
        Section("Findings", (Grid(("Title", "Evidence"), tuple((f"Finding {n}", text) for n in range(rows))),)),
        Section("Words", (Prose((text, "The end.")),)),
    )
    return DocumentPage(title, "REHOST, confidence 50 %", sections)
