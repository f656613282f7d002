"""XLSX workbooks: their sheets as records, a row at a time."""

from __future__ import annotations

import zipfile
from collections.abc import Collection, Iterator
from typing import BinaryIO

from readers.archive import DAMAGE, broken, check_archive
from readers.limits import Limits
from readers.package import Package, SheetPart, read_package
from readers.sheet import read_rows
from readers.table import Record


class Sheet:
    """One sheet: its title, and its rows that hold anything."""

    def __init__(self, archive: zipfile.ZipFile, sheet: SheetPart, package: Package, limits: Limits) -> None:
        self._archive = archive
        self._part = sheet.part
        self._package = package
        self._limits = limits
        self.title = sheet.title

    def records(self, unread: Collection[int] = ()) -> Iterator[Record]:
        """From the first row on, to where the rows end or too many are empty.

        Columns of `unread`, counted from 0, may be left empty; it may be filled once the header is known.
        """
        last = 0
        for number, cells in read_rows(self._archive, self._part, self._package, self._limits, unread):
            if number - last > self._limits.empty_rows:
                return
            if any(cells):
                last = number
                yield Record(number, cells)


class Workbook:
    """The sheets of one file that a person sees; the source stays open for its owner to close."""

    def __init__(self, source: BinaryIO, limits: Limits) -> None:
        check_archive(source, limits)
        try:
            self._archive = zipfile.ZipFile(source)
            package = read_package(self._archive)
        except DAMAGE as error:
            raise broken() from error
        seen = [sheet for sheet in package.sheets if sheet.visible] or package.sheets
        self.sheets = tuple(Sheet(self._archive, sheet, package, limits) for sheet in seen)

    def close(self) -> None:
        """Let go of the archive."""
        self._archive.close()
