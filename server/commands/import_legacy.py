"""`python -m server import-legacy`: gives flows that exist without a master their row in the registry."""

from __future__ import annotations

import asyncio
import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from server.attachment import attached
from server.settings import Settings

if TYPE_CHECKING:
    from server.legacy import Report


class NotImported(Exception):
    """Nothing was registered, and a person can mend why."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="CSV or JSON; docs/legacy.md names its columns")
    parser.add_argument("--client-account", help="its id; the sample's when neither id is given")
    parser.add_argument("--engagement", help="the id of the engagement the flows belong to")
    parser.add_argument("--check", action="store_true", help="read the file and say what is wrong; register nothing")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")


def run(arguments: Namespace, settings: Settings) -> int:
    """0 when every row is registered now; 1 when some could not be; 2 when nothing could be read."""
    content = _content(arguments.file)
    with attached(settings) as complete:
        report = asyncio.run(_reported(arguments, complete, content))
    print(json.dumps(report.as_json(), indent=2) if arguments.json else "\n".join(_lines(report)))
    if report.problems:
        sys.stderr.write(f"{len(report.problems)} of {report.rows} rows were not registered; mend them and repeat.\n")
    return 1 if report.problems else 0


async def _reported(arguments: Namespace, settings: Settings, content: bytes) -> Report:
    from domain.access import Tenant
    from domain.errors import Refused
    from server.legacy import import_legacy
    from server.sample_tenant import SAMPLE

    ids = (arguments.client_account, arguments.engagement)
    if any(ids) and not all(ids):
        raise NotImported("Give both --client-account and --engagement, or neither for the sample engagement.")
    tenant = Tenant(*map(_uuid, ids)) if all(ids) else SAMPLE.tenant
    try:
        return await import_legacy(settings, tenant, content, arguments.file.name, only_check=arguments.check)
    except Refused as refused:
        raise NotImported(str(refused)) from None


def _uuid(text: str) -> str:
    try:
        return str(UUID(text.rpartition(":")[2]))
    except ValueError:
        raise NotImported(f"{text!r} is no id of a client account or engagement.") from None


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as wrong:
        raise NotImported(f"{file} cannot be read: {wrong.strerror}.") from None


def _lines(report: Report) -> Sequence[str]:
    counted = f"{report.registered} registered, {report.known} registered before, {len(report.problems)} refused"
    told = [(row, f"row {row}: {text}") for row, text in report.notes]
    wrong = [(row, f"row {row}, not registered: {text}") for row, text in report.problems_by_text()]
    return [*(text for _, text in sorted([*told, *wrong])), f"{report.rows} rows: {counted}."]
