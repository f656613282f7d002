"""Documents written as files: one module a format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType
from typing import BinaryIO

from domain.document import Document
from domain.export import ExportFormat
from writers.comma_separated import write_archive
from writers.data import write_data
from writers.jira import write_jira
from writers.pages import write_pages
from writers.workbook import write_workbook


def _write_parquet(document: Document, target: BinaryIO) -> None:
    """Its library takes a second to load and 60 MB, which only those wait for who want it."""
    import_module("writers.parquet").write_parquet(document, target)


Write = Callable[[Document, BinaryIO], None]

WRITE: Mapping[ExportFormat, Write] = MappingProxyType(
    {
        ExportFormat.JSON: write_data,
        ExportFormat.CSV: write_archive,
        ExportFormat.XLSX: write_workbook,
        ExportFormat.PDF: write_pages,
        ExportFormat.PARQUET: _write_parquet,
        ExportFormat.JIRA_CSV: write_jira,
    }
)


class Writers:
    """The port `DocumentWriter`."""

    def write(self, document: Document, format: ExportFormat, target: BinaryIO) -> None:
        """The document in that format."""
        WRITE[format](document, target)
