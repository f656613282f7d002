"""Text of Word documents: what their archive would unpack to is checked before any of it is read.

Only the child process imports this. Nothing is run, and nothing outside the file is fetched.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from xml.parsers import expat

import docx
import docx.opc.exceptions
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import qn
from lxml import etree

from domain.contract import ContractPage
from domain.errors import ErrorCode, Refused
from readers.contracts.content import macros, refused, unsupported
from readers.contracts.limits import ContractLimits

_DAMAGED = "The document is damaged or was cut off. Open it in Word, save it as .docx again, and upload that."
_DAMAGE = (
    zipfile.BadZipFile, zlib.error, etree.LxmlError, docx.opc.exceptions.OpcError, EOFError, OSError, KeyError,
    ValueError, AttributeError, IndexError, NotImplementedError, RuntimeError, OverflowError,
)  # fmt: skip
_PROLOGUE = 65_536
_OTHERS = (
    ("xl/", "This is a workbook. Upload the contract itself, as PDF or as a Word document (.docx)."),
    ("ppt/", "This is a presentation. Upload the contract itself, as PDF or as a Word document (.docx)."),
    ("content.xml", "This is an OpenDocument file. Save it as .docx or PDF and upload that."),
)
_TEXT, _TAB, _BREAKS = qn("w:t"), qn("w:tab"), (qn("w:br"), qn("w:cr"))
_HYPHEN, _ROW, _CELL, _TABLE, _PARAGRAPH = (qn(f"w:{name}") for name in ("noBreakHyphen", "tr", "tc", "tbl", "p"))
_RENDERED, _BREAK = qn("w:lastRenderedPageBreak"), qn("w:br")
# The same once more, for programs that cannot show the first.
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_PAIR = 2


def read_pages(data: bytes, limits: ContractLimits) -> tuple[tuple[ContractPage, ...], int]:
    """The text by page, and how many pages there are; without page breaks all of it is on no page, and counts as one.

    Pages are those of the program that saved it.
    """
    try:
        _check(data, limits)
        document = docx.Document(io.BytesIO(data))
        body: Any = document.element.body
        notes = "\n".join(_notes(document))
    except Refused:
        raise
    except _DAMAGE as error:
        raise unsupported(_DAMAGED) from error
    mark = _RENDERED if next(body.iter(_RENDERED), None) is not None else None
    pages = _paged("\n".join(_lines(body, mark)))
    if len(pages) == 1:
        return (ContractPage(None, f"{pages[0]}\n{notes}".strip()),), 1
    numbered = [ContractPage(number, text.strip()) for number, text in enumerate(pages, 1)]
    if notes:
        numbered.append(ContractPage(None, notes))
    return tuple(numbered), len(pages)


def _paged(text: str) -> list[str]:
    pages = text.split("\f")
    while len(pages) > 1 and not pages[-1].strip():
        pages.pop()
    return pages


def _check(data: bytes, limits: ContractLimits) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = archive.infolist()
        names = [part.filename for part in parts]
        _check_kind(archive, names)
        # zipfile never unpacks more of a part than its directory declares, so what is declared is the most there is.
        total = sum(part.file_size for part in parts)
        if total > limits.unpacked or (total > limits.harmless and total > limits.ratio * len(data)):
            raise refused(
                ErrorCode.LIMIT_EXCEEDED,
                f"The document unpacks to {total:,} bytes, far more than a contract holds. "
                "Leave out pictures and embedded files, or upload it as PDF.",
            )
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                _check_prologue(archive, part)


def _check_kind(archive: zipfile.ZipFile, names: list[str]) -> None:
    if any(part.flag_bits & 1 for part in archive.infolist()):
        raise unsupported("The file is protected by a password. Save it without one, and upload that.")
    folded = [name.lower() for name in names]
    if any(name.endswith("vbaproject.bin") or "/activex/" in name for name in folded):
        raise macros()
    if "word/document.xml" not in folded:
        other = next((text for start, text in _OTHERS if any(name.startswith(start) for name in folded)), None)
        raise unsupported(other or "This is a zip archive. Unpack it, and upload the contract as PDF or DOCX.")
    if "[Content_Types].xml" in names and b"macroEnabled" in archive.read("[Content_Types].xml")[:_PROLOGUE]:
        raise macros()


class _RootSeen(Exception):
    """It ends the look at a part; nothing is wrong."""


def _check_prologue(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    # Entities, which can grow without end, need a document type, which stands before the first element or nowhere.
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.StartElementHandler = _end_at_root
    with archive.open(part) as text:
        try:
            parser.Parse(text.read(_PROLOGUE), False)
        except _RootSeen:
            return
        except expat.ExpatError as error:
            raise unsupported(_DAMAGED) from error
    raise unsupported(_DAMAGED)


def _refuse_doctype(*_: Any) -> None:
    raise unsupported("The document declares a document type, which Word does not write. Save it in Word again.")


def _end_at_root(*_: Any) -> None:
    raise _RootSeen


def _lines(parent: Any, mark: str | None) -> Iterator[str]:
    """A line for each paragraph and each row of a table; a form feed where a page ends."""
    for child in parent:
        if child.tag == _PARAGRAPH:
            yield _text(child, mark)
        elif child.tag == _TABLE:
            for row in child.iter(_ROW):
                yield _row(row, mark)
        elif child.tag != _FALLBACK:
            yield from _lines(child, mark)


def _row(row: Any, mark: str | None) -> str:
    cells = [" ".join(_text(each, mark) for each in cell.iter(_PARAGRAPH)).strip() for cell in row.iter(_CELL)]
    if len(cells) == _PAIR and cells[0] and cells[1]:
        return f"{cells[0].rstrip(':')}: {cells[1]}"
    return " | ".join(cell for cell in cells if cell)


def _text(paragraph: Any, mark: str | None) -> str:
    return "".join(_pieces(paragraph, mark))


def _pieces(node: Any, mark: str | None) -> Iterator[str]:
    for child in node:
        tag = child.tag
        if tag == _TEXT:
            yield child.text or ""
        elif tag == _TAB:
            yield "\t"
        elif tag == _HYPHEN:
            yield "-"
        elif _ends_page(child, mark):
            yield "\f"
        elif tag in _BREAKS:
            yield "\n"
        elif tag != _FALLBACK:
            yield from _pieces(child, mark)


def _ends_page(node: Any, mark: str | None) -> bool:
    if mark is not None:
        return bool(node.tag == mark)
    return bool(node.tag == _BREAK and node.get(qn("w:type")) == "page")


def _notes(document: Any) -> Iterator[str]:
    for kind in (RELATIONSHIP_TYPE.FOOTNOTES, RELATIONSHIP_TYPE.ENDNOTES):
        for relation in document.part.rels.values():
            if relation.reltype == kind and not relation.is_external:
                for line in _lines(parse_xml(relation.target_part.blob), None):
                    if re.search(r"\w", line):
                        yield line
