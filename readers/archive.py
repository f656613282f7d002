"""Zip archives from outside: what they would unpack to is checked before any of it is read."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Iterable
from typing import Any, BinaryIO
from xml.parsers import expat

from domain.errors import ErrorCode, Refused, refuse
from readers.limits import Limits

BROKEN = "The workbook cannot be read: it is damaged, or was not written as XLSX. Save it again and import that."
# What a damaged archive or a damaged part raises, wherever its bytes happen to be wrong.
DAMAGE = (
    zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, OSError, KeyError, ValueError, TypeError,
    AttributeError, IndexError, NotImplementedError, RuntimeError, OverflowError,
)  # fmt: skip
# Text that is stored once for all sheets is held in memory, as are the few other parts beside the sheets.
HELD = 128 * 1024 * 1024
_PROLOGUE = 65_536


def check_archive(source: BinaryIO, limits: Limits) -> None:
    """Refuses an archive that would unpack to more than the limits allow, or holds a document type."""
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    try:
        with zipfile.ZipFile(source) as archive:
            parts = archive.infolist()
            _check_size(parts, size, limits)
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    _check_prologue(archive, part)
    except DAMAGE as error:
        raise broken() from error
    finally:
        source.seek(0)


def broken() -> Refused:
    """The refusal of what cannot be read as a workbook."""
    return refuse(ErrorCode.UNSUPPORTED_FORMAT, BROKEN)


def new_parser() -> expat.XMLParserType:
    """A parser of one part that refuses a document type, and gives each text whole where it can."""
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.buffer_text = True
    return parser


def _check_size(parts: Iterable[zipfile.ZipInfo], size: int, limits: Limits) -> None:
    # zipfile never unpacks more of a part than its directory declares, so what is declared is the most there is.
    parts = list(parts)
    total = sum(part.file_size for part in parts)
    if total > limits.unpacked:
        raise refuse(
            ErrorCode.LIMIT_EXCEEDED,
            f"The workbook unpacks to {total:,} bytes; at most {limits.unpacked:,} are read. "
            "Split it and import the parts.",
        )
    if total > limits.ratio * size:
        raise refuse(
            ErrorCode.LIMIT_EXCEEDED,
            f"The workbook unpacks to {total // size:,} times its size; at most {limits.ratio:,} times is read. "
            "Remove empty rows and columns and save it again.",
        )
    for part in parts:
        if part.file_size > HELD and "worksheets/" not in part.filename:
            raise refuse(
                ErrorCode.LIMIT_EXCEEDED,
                f"The workbook's part {part.filename[:80]} has {part.file_size:,} bytes; at most {HELD:,} are read. "
                "Split the workbook and import the parts.",
            )


class _RootSeen(Exception):
    """It ends the look at a part; nothing is wrong."""


def _check_prologue(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    # Entities, which can grow without end, need a document type, which stands before the first element or nowhere.
    parser = new_parser()
    parser.StartElementHandler = _end_at_root
    with archive.open(part) as text:
        try:
            parser.Parse(text.read(_PROLOGUE), False)
        except _RootSeen:
            return
        except expat.ExpatError as error:
            raise broken() from error
    raise broken()


def _refuse_doctype(*_: Any) -> None:
    raise refuse(
        ErrorCode.UNSUPPORTED_FORMAT,
        "The workbook declares a document type, which no spreadsheet program writes. Save it again and import that.",
    )


def _end_at_root(*_: Any) -> None:
    raise _RootSeen
