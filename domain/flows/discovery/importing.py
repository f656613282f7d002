"""data_import: the file's rows, good and rejected, saved page by page."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO, TypeVar

from domain.definition import Batch, Outcome, PhaseCall, Warning
from domain.errors import ErrorCode, refuse
from domain.flows.discovery.reaching import reach
from domain.flows.discovery.results import ColumnSummary, DiscoveryConfiguration, ImportSummary
from domain.inventory import DataImport, ImportRow, ImportRows, RejectedRow
from domain.ports import InventorySheet

T = TypeVar("T")

_PAGE = 2_000
_CHUNK = 1 << 20
_SAMPLES = 5
_LONGEST_SAMPLE = 100
_SHOWN_REASONS = 3


def import_rows(call: PhaseCall) -> Iterator[Batch | Outcome]:
    """Batches of rows, then the summary; what an earlier run of the flow read is replaced."""
    configuration: DiscoveryConfiguration = call.configuration
    ports = reach(call)
    source = ports.source(configuration.file_id)
    try:
        sha256 = _sha256(source)
        sheet, rows = ports.reader.read(source, configuration.file_name, configuration.format)
        tally = Tally(sheet)
        for page in _pages(rows, _PAGE):
            if ports.cancelled():
                break
            tally.add(page)
            yield Batch((_page_of(call.flow_id, page),))
    finally:
        source.close()
    if not tally.rows:
        raise refuse(ErrorCode.INVALID_INPUT, "The table has a header and no rows below it.")
    yield _outcome(call, tally, sha256)


def _outcome(call: PhaseCall, tally: Tally, sha256: str) -> Outcome:
    earlier = call.portfolio.data_import
    configuration: DiscoveryConfiguration = call.configuration
    found = DataImport(
        id=earlier.id if earlier else call.new_id(),
        flow_id=call.flow_id,
        run_id=call.run_id,
        file_name=configuration.file_name,
        format=tally.sheet.format,
        sha256=sha256,
        columns=tally.sheet.columns,
        rows=tally.rows,
        accepted=tally.accepted,
        rejected_count=tally.rejected,
        created_at=call.now,
    )
    return Outcome(
        tally.summary(found.id, configuration.file_name),
        saves=(found,),
        removes=(earlier,) if earlier else (),
        warnings=tuple(tally.warnings(call.phase)),
    )


@dataclass(slots=True)
class Tally:
    """What has been read so far: counts, and what fills each column."""

    sheet: InventorySheet
    accepted: int = 0
    rejected: int = 0
    _filled: dict[str, int] = field(default_factory=dict)
    _samples: dict[str, list[str]] = field(default_factory=dict)
    _reasons: list[RejectedRow] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return self.accepted + self.rejected

    def add(self, page: Iterable[ImportRow | RejectedRow]) -> None:
        for row in page:
            if isinstance(row, RejectedRow):
                self.rejected += 1
                if len(self._reasons) < _SHOWN_REASONS:
                    self._reasons.append(row)
                continue
            self.accepted += 1
            for column, cell in row.values.items():
                self._notice(column, cell)

    def _notice(self, column: str, cell: str) -> None:
        self._filled[column] = self._filled.get(column, 0) + 1
        samples = self._samples.setdefault(column, [])
        if len(samples) < _SAMPLES and (sample := cell.strip()[:_LONGEST_SAMPLE]) not in samples:
            samples.append(sample)

    def summary(self, import_id: str, file_name: str) -> ImportSummary:
        columns = tuple(
            ColumnSummary(name, self._filled.get(name, 0), tuple(self._samples.get(name, ())))
            for name in self.sheet.columns
        )
        return ImportSummary(import_id, file_name, self.sheet.format, self.rows, self.accepted, self.rejected, columns)

    def warnings(self, phase: str) -> Iterator[Warning]:
        if self.rejected:
            first = " ".join(f"Line {row.line}: {row.reason}" for row in self._reasons)
            message = f"{self.rejected:,} of {self.rows:,} rows were rejected. {first}"
            yield Warning("ROWS_REJECTED", message, phase, {"rejected": self.rejected})


def _page_of(flow_id: str, page: list[ImportRow | RejectedRow]) -> ImportRows:
    return ImportRows(
        flow_id,
        accepted=tuple(row for row in page if isinstance(row, ImportRow)),
        rejected=tuple(row for row in page if isinstance(row, RejectedRow)),
    )


def _pages(rows: Iterator[T], size: int) -> Iterator[list[T]]:
    while page := list(islice(rows, size)):
        yield page


def _sha256(source: BinaryIO) -> str:
    digest = hashlib.sha256()
    source.seek(0)
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
    source.seek(0)
    return digest.hexdigest()
