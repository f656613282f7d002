"""What a file is, told from its first bytes: text goes on to be read, anything else is refused by its own name."""

from __future__ import annotations

import os
import re
import zipfile
from typing import BinaryIO

from domain.errors import ErrorCode, Refused, refuse
from readers.archive import DAMAGE
from readers.limits import Limits

_HEAD = 4_096
_CONTROLS = frozenset(map(chr, range(0x20))) - frozenset("\t\r\n\v\f\x1a")
_MOST_CONTROLS = 0.01
_SAVE_AS_XLSX = "Save it as XLSX or CSV (UTF-8) and import that."

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0", f"This is an old Office document (.xls, .doc). {_SAVE_AS_XLSX}"),
    (b"\x1f\x8b", "This is a gzip archive. Unpack it and import the CSV file inside."),
    (b"7z\xbc\xaf", "This is a 7z archive. Unpack it and import the CSV file inside."),
    (b"Rar!", "This is a RAR archive. Unpack it and import the CSV file inside."),
    (b"BZh", "This is a bzip2 archive. Unpack it and import the CSV file inside."),
    (b"\xfd7zXZ", "This is an xz archive. Unpack it and import the CSV file inside."),
    (b"%PDF", "This is a PDF. Export the inventory as CSV (UTF-8) and import that."),
    (b"PAR1", "This is a Parquet file. Export the inventory as CSV (UTF-8) and import that."),
)
_MARKUP = (
    (re.compile(rb'^(\xef\xbb\xbf)?\s*(\{\s*"|\[\s*[\[{"])'), "This is JSON. Export the inventory as CSV (UTF-8)."),
    (re.compile(rb"^(\xef\xbb\xbf)?\s*<(\?xml|!doctype|html|table)", re.IGNORECASE), f"This is XML. {_SAVE_AS_XLSX}"),
)


def check_content(source: BinaryIO, limits: Limits) -> bytes:
    """The first bytes of a file that may be a table; Refused when it is empty, too large or something else."""
    size = source.seek(0, os.SEEK_END)
    source.seek(0)
    head = source.read(_HEAD)
    source.seek(0)
    if size == 0 or not head.strip(b" \t\r\n\xef\xbb\xbf\xfe\xff\x00"):
        raise refuse(ErrorCode.INVALID_INPUT, "The file is empty. A table needs a header and at least one row.")
    if size > limits.size:
        raise refuse(
            ErrorCode.LIMIT_EXCEEDED,
            f"The file has {size:,} bytes; at most {limits.size:,} are read. Split it and import the parts.",
        )
    _refuse_known(head)
    return head


def is_packed(head: bytes) -> bool:
    """Whether it is a zip archive, as a workbook is."""
    return head.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def check_packed(source: BinaryIO, file_name: str) -> None:
    """Refuses a zip archive that is no XLSX workbook, by its own name."""
    try:
        with zipfile.ZipFile(source) as archive:
            names = frozenset(archive.namelist())
    except DAMAGE as error:
        raise refuse(
            ErrorCode.UNSUPPORTED_FORMAT, "The archive is damaged: it was cut off. Export or save it again."
        ) from error
    if "[Content_Types].xml" in names and any(name.startswith("xl/") for name in names):
        if "xl/workbook.bin" in names:
            raise refuse(ErrorCode.UNSUPPORTED_FORMAT, "This is an XLSB workbook. Save it as XLSX and import that.")
        return
    if file_name.lower().endswith(".ods") or "META-INF/manifest.xml" in names:
        message = "This is an OpenDocument spreadsheet, which is not read. Save it as XLSX or CSV and import that."
    else:
        message = "This is a zip archive. Unpack it and import the CSV or XLSX file inside."
    raise refuse(ErrorCode.UNSUPPORTED_FORMAT, message)


def _refuse_known(head: bytes) -> None:
    for signature, message in _SIGNATURES:
        if head.startswith(signature):
            raise refuse(ErrorCode.UNSUPPORTED_FORMAT, message)
    for pattern, message in _MARKUP:
        if pattern.match(head):
            raise refuse(ErrorCode.UNSUPPORTED_FORMAT, message)


def not_text(line: int, byte: int) -> Refused:
    """The refusal of a file that holds what no text holds."""
    return refuse(
        ErrorCode.UNSUPPORTED_FORMAT,
        f"This is not a text file: line {line} has a NUL character at byte {byte}. "
        "Export the inventory as CSV (UTF-8) and import that.",
    )


def check_text(beginning: str) -> None:
    """Refuses what decodes and is no text all the same: one character in a hundred is a control character."""
    controls = sum(1 for character in beginning if character in _CONTROLS)
    if controls > len(beginning) * _MOST_CONTROLS:
        raise refuse(
            ErrorCode.UNSUPPORTED_FORMAT,
            "This is not a text file: it is full of control characters. "
            "Export the inventory as CSV (UTF-8) and import that.",
        )
