"""The encoding of a text file: found by reading it once, never guessed from a part and never mended silently."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from typing import BinaryIO

from domain.errors import ErrorCode, Refused, refuse
from readers.content import not_text

_CHUNK = 1 << 18
# What Windows-1252 leaves undefined.
_UNDEFINED = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
_RESAVE = "Save the file as CSV (UTF-8) and import it again."


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec, the name people know it by, and the length of the byte-order mark before the text."""

    codec: str
    title: str
    mark: int = 0


UTF_8 = Encoding("utf-8", "UTF-8")
WINDOWS = Encoding("cp1252", "Windows-1252")
_MARKED = (
    (codecs.BOM_UTF8, Encoding("utf-8", "UTF-8", 3)),
    (codecs.BOM_UTF16_LE, Encoding("utf-16-le", "UTF-16", 2)),
    (codecs.BOM_UTF16_BE, Encoding("utf-16-be", "UTF-16", 2)),
)


@dataclass(frozen=True, slots=True)
class Fault:
    """The first byte that an encoding cannot take, both 1-based; `truncated` when the file just ends too early there.

    `beyond_ascii` when characters that ASCII does not have were read before it.
    """

    line: int
    byte: int
    value: int
    truncated: bool = False
    beyond_ascii: bool = False


def find_encoding(source: BinaryIO, head: bytes) -> Encoding:
    """What reads the whole file, or Refused with the line and byte that fit nothing."""
    known = _marked(head) or _unmarked_utf16(head)
    fault = _first_fault(source, known or UTF_8)
    if fault is None:
        return known or UTF_8
    # Text that is proper UTF-8 by chance is very rare in Windows-1252: a file that holds some and
    # then fails is UTF-8 that was cut or pasted together.
    if known is not None or fault.beyond_ascii:
        raise _wrong(fault, f"not valid in {(known or UTF_8).title}")
    _check_windows(source)
    return WINDOWS


def _marked(head: bytes) -> Encoding | None:
    if head.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        raise refuse(ErrorCode.UNSUPPORTED_FORMAT, f"The file is encoded as UTF-32. {_RESAVE}")
    return next((encoding for mark, encoding in _MARKED if head.startswith(mark)), None)


def _unmarked_utf16(head: bytes) -> Encoding | None:
    sample = head[: len(head) // 2 * 2]
    low, high = sample[::2].count(0), sample[1::2].count(0)
    most = max(1, len(sample) // 2 * 0.6)
    if high > most and not low:
        return Encoding("utf-16-le", "UTF-16")
    if low > most and not high:
        return Encoding("utf-16-be", "UTF-16")
    return None


def _first_fault(source: BinaryIO, encoding: Encoding) -> Fault | None:
    decoder = codecs.getincrementaldecoder(encoding.codec)()
    source.seek(encoding.mark)
    position, line, beyond_ascii = encoding.mark, 1, False
    while True:
        chunk = source.read(_CHUNK)
        held = len(decoder.getstate()[0])
        try:
            text = decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            good = error.object[: error.start].decode(encoding.codec)
            cut = error.reason in {"unexpected end of data", "truncated data"}
            at = position - held + error.start
            beyond = beyond_ascii or not good.isascii()
            return Fault(line + good.count("\n"), at + 1, error.object[error.start], cut, beyond)
        _check_nul(text, line, position)
        beyond_ascii = beyond_ascii or not text.isascii()
        line += text.count("\n")
        position += len(chunk)
        if not chunk:
            return None


def _check_nul(text: str, line: int, position: int) -> None:
    found = text.find("\0")
    if found >= 0:
        before = text[:found]
        raise not_text(line + before.count("\n"), position + len(before) + 1)


def _check_windows(source: BinaryIO) -> None:
    source.seek(0)
    position, line = 0, 1
    while chunk := source.read(_CHUNK):
        found = [at for value in _UNDEFINED if (at := chunk.find(value)) >= 0]
        if found:
            at = min(found)
            fault = Fault(line + chunk.count(b"\n", 0, at), position + at + 1, chunk[at])
            raise _wrong(fault, "valid neither in UTF-8 nor in Windows-1252")
        line += chunk.count(b"\n")
        position += len(chunk)


def _wrong(fault: Fault, valid: str) -> Refused:
    if fault.truncated:
        message = (
            f"The file ends in the middle of a character, on line {fault.line} at byte {fault.byte}: "
            "it was cut off. Export it again."
        )
    else:
        message = f"Line {fault.line}: byte {fault.byte} (0x{fault.value:02X}) is {valid}. {_RESAVE}"
    return refuse(ErrorCode.INVALID_INPUT, message)
