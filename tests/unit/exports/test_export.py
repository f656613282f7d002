"""What an export is called, and how one is asked for."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import ErrorCode, Refused
from domain.event import EventKind, WriteExport
from domain.export import Export, ExportFormat, ExportStatus, file_name, requested
from domain.flow import Flow, Stamp
from domain.flows import DEFINITIONS
from server.downloads import disposition
from tests.toy import TOY, new_id
from tests.unit.exports.documents import NOW

TODAY = date(2026, 11, 21)
STAMP = Stamp("alice", NOW, new_id)


def flow(kind: str = "toy", name: str = "Core systems") -> Flow:
    definition = {**DEFINITIONS, "toy": TOY}[kind]
    return Flow.start(definition, STAMP, name=name, configuration={}, auto_advance=False)


@pytest.mark.parametrize(
    ("given_name", "name"),
    [
        ("Core systems", "r-Core systems-2026-11-21.pdf"),
        ("../../etc/passwd", "r-etc passwd-2026-11-21.pdf"),
        ('a"b\r\nSet-Cookie: x', "r-a b Set-Cookie x-2026-11-21.pdf"),
        ("Bericht Größe 漢字", "r-Bericht Größe 漢字-2026-11-21.pdf"),
        ("exe\u202efdp.pdf", "r-exe fdp.pdf-2026-11-21.pdf"),
        ("...", "r-flow-2026-11-21.pdf"),
        ("x" * 200, f"r-{'x' * 80}-2026-11-21.pdf"),
    ],
)
def test_a_file_is_called_by_its_flow_and_day(given_name: str, name: str) -> None:
    assert file_name("r", given_name, TODAY, "pdf") == name


@given(st.text())
def test_no_name_breaks_the_header_that_tells_it(name: str) -> None:
    header = disposition(file_name("r", name, TODAY, "pdf"))

    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2
    assert header.startswith('attachment; filename="r-')


def test_a_name_of_any_letters_is_told_twice() -> None:
    assert disposition("r-Größe.pdf") == "attachment; filename=\"r-Gr__e.pdf\"; filename*=UTF-8''r-Gr%C3%B6%C3%9Fe.pdf"


def test_asking_comes_to_a_job_and_an_event() -> None:
    begun = flow()

    export = Export.request(begun, ExportFormat.CSV, STAMP, TODAY)
    after = requested(begun, export)

    assert (export.status, export.file_name) == (ExportStatus.PENDING, "toy-report-Core systems-2026-11-21.zip")
    assert after.jobs == (WriteExport(begun.id, export.id),)
    assert (after.events[-1].kind, after.events[-1].data) == (
        EventKind.CHILD_CHANGED,
        {"changed": [["Export", export.id]]},
    )


def test_a_format_that_a_type_does_not_offer_names_those_it_does() -> None:
    with pytest.raises(Refused) as refused:
        Export.request(flow(), ExportFormat.PARQUET, STAMP, TODAY)

    (problem,) = refused.value.problems
    assert (problem.code, problem.path) == (ErrorCode.UNSUPPORTED_FORMAT, ("format",))
    assert problem.message == "A flow of the type Toy is not exported as PARQUET. Formats: JSON, CSV."


@pytest.mark.parametrize("definition", DEFINITIONS.values(), ids=lambda definition: str(definition.kind))
def test_every_format_that_a_type_offers_can_be_written(definition: object) -> None:
    from writers import WRITE

    assert set(definition.exporting.formats) <= set(WRITE)  # type: ignore[attr-defined]
