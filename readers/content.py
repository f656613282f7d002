"""What a file is, told from its first bytes: text goes on to be read, anything else is refused by its own name."""

from __future__ import annotations

import os
import re
from typing import BinaryIO

from domain.errors import ErrorCode, Refused, refuse
from readers.limits import Limits

_HEAD = 4_096
_CONTROLS = frozenset(map(chr, range(0x20))) - frozenset("\t\r\n\v\f\x1a")
_MOST_CONTROLS = 0.01
_SAVE_AS_CSV = "Save the sheet as CSV (UTF-8) and import that."

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\xd0\xcf\x11\xe0", f"This is an old Office document (.xls, .doc). {_SAVE_AS_CSV}"),
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
    (re.compile(rb"^(\xef\xbb\xbf)?\s*<(\?xml|!doctype|html|table)", re.IGNORECASE), f"This is XML. {_SAVE_AS_CSV}"),
)


def check_content(source: BinaryIO, file_name: str, limits: Limits) -> bytes:
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
    _refuse_known(head, file_name)
    return head


def _refuse_known(head: bytes, file_name: str) -> None:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise _packed(head, file_name)
    for signature, message in _SIGNATURES:
        if head.startswith(signature):
            raise refuse(ErrorCode.UNSUPPORTED_FORMAT, message)
    for pattern, message in _MARKUP:
        if pattern.match(head):
            raise refuse(ErrorCode.UNSUPPORTED_FORMAT, message)


def _packed(head: bytes, file_name: str) -> Refused:
    # A workbook is a zip whose first member is its list of content types, or lies below xl/.
    if file_name.lower().endswith((".xlsx", ".xlsm")) or b"[Content_Types].xml" in head or b"xl/" in head:
        message = f"This is an Excel workbook. XLSX is read from the next release. {_SAVE_AS_CSV}"
    elif file_name.lower().endswith(".ods") or b"opendocument.spreadsheet" in head:
        message = f"This is an OpenDocument spreadsheet, which is not read. {_SAVE_AS_CSV}"
    else:
        message = "This is a zip archive. Unpack it and import the CSV file inside."
    return refuse(ErrorCode.UNSUPPORTED_FORMAT, message)


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
