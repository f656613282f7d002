"""Contracts as files, made for tests."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import closing
from typing import Any

import docx
import pypdfium2
from docx.enum.text import WD_BREAK
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

SENTENCES = (
    'This Agreement is made by and between Acme Corporation, a Delaware corporation ("Customer"),',
    'and Northwind Software Ltd. ("Provider"). This Agreement commences on the 1st day of March 2025.',
    "The initial term of this Agreement is thirty-six (36) months. The total contract value is $360,000.",
)
MORE = (
    "It shall automatically renew for successive one-year terms unless either party gives ninety (90)",
    "days' prior written notice. Any increase in fees upon renewal shall not exceed the lesser of 5% or CPI.",
)


def pdf(*pages: Sequence[str], scripts: bool = False) -> bytes:
    """A PDF with these lines on its pages; a page of no lines has a picture of nothing."""
    target = io.BytesIO()
    canvas = Canvas(target)
    for lines in pages:
        canvas.setFont("Helvetica", 9)
        for at, line in enumerate(lines):
            canvas.drawString(40, 780 - 14 * at, line)
        if not lines:
            canvas.rect(40, 40, 100, 100)
        canvas.showPage()
    canvas.save()
    if scripts:
        return _written(target.getvalue(), _add_script)
    return target.getvalue()


def _add_script(writer: PdfWriter) -> None:
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert('x')")}
    writer.root_object[NameObject("/OpenAction")] = DictionaryObject(script)


def scanned(*pages: Sequence[str]) -> bytes:
    """The same pages as pictures: nothing of it is text."""
    target = io.BytesIO()
    canvas = Canvas(target)
    with closing(pypdfium2.PdfDocument(pdf(*pages))) as document:
        for page in document:
            picture = page.render(scale=200 / 72, grayscale=True).to_pil()
            canvas.drawInlineImage(picture, 0, 0, *A4)
            canvas.showPage()
    canvas.save()
    return target.getvalue()


def encrypted(data: bytes) -> bytes:
    """The same PDF, opened with a password only."""
    return _written(data, lambda writer: writer.encrypt("open sesame"))


def _written(data: bytes, change: Any) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    change(writer)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def word(*paragraphs: str, table: Iterable[tuple[str, str]] = ()) -> bytes:
    """A Word document; a paragraph of one form feed is a page break."""
    document = docx.Document()
    for text in paragraphs:
        if text == "\f":
            document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        else:
            document.add_paragraph(text)
    rows = list(table)
    if rows:
        made = document.add_table(rows=len(rows), cols=2)
        for row, texts in zip(made.rows, rows, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """The same archive with one part more, or another one in its place."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            if part != name:
                new.writestr(part, old.read(part))
        new.writestr(name, content)
    return target.getvalue()
