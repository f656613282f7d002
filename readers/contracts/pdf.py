"""Text of PDF files, page by page, and pictures of pages that have none, by PDFium.

Only the child process imports this: PDFium is C++, and files come from anywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import pypdfium2
import pypdfium2.raw

from domain.errors import ErrorCode
from readers.contracts.content import refused, unsupported
from readers.contracts.limits import ContractLimits

_END = b"%%EOF"
_TAIL = 2_048
_SCRIPTS = (b"/JavaScript", b"/Launch")
# What recognition needs of a page, and no more: a page may claim to be kilometres wide.
_DOTS_PER_POINT = 300 / 72
_WIDEST = 5_000
# Everything but text: a page may hold text that is nothing but blanks.
_SHOWN = [
    pypdfium2.raw.FPDF_PAGEOBJ_PATH,
    pypdfium2.raw.FPDF_PAGEOBJ_IMAGE,
    pypdfium2.raw.FPDF_PAGEOBJ_SHADING,
    pypdfium2.raw.FPDF_PAGEOBJ_FORM,
]


@contextmanager
def opened(data: bytes, limits: ContractLimits) -> Iterator[Any]:
    """The document; Refused where it is encrypted, broken off, damaged, too long, or carries scripts."""
    if _END not in data.rstrip(b"\x00 \t\r\n")[-_TAIL:]:
        raise unsupported("The PDF ends in the middle: it was cut off on its way. Upload it again, whole.")
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower() or "security" in str(error).lower():
            message = "The PDF is protected by a password. Save it without one, and upload that."
        else:
            message = "The PDF is damaged and cannot be opened. Print it as PDF again, and upload that."
        raise unsupported(message) from None
    with closing(document):
        _check(document, data, limits)
        yield document


def _check(document: Any, data: bytes, limits: ContractLimits) -> None:
    count = len(document)
    if count == 0:
        raise unsupported("The PDF has no pages. Print the contract as PDF again, and upload that.")
    if count > limits.pages:
        raise refused(
            ErrorCode.LIMIT_EXCEEDED,
            f"The PDF has {count:,} pages; at most {limits.pages:,} are read. Upload the contract without appendices.",
        )
    scripts = pypdfium2.raw.FPDFDoc_GetJavaScriptActionCount(document)
    if scripts > 0 or any(each in data for each in _SCRIPTS):
        raise unsupported(
            "The PDF carries scripts, which are not taken. Print it as PDF, which leaves them out, and upload that."
        )


def texts(document: Any) -> Iterator[str | None]:
    """The text of each page, in order; nothing for one that shows something else, None for one that is blank."""
    for index in range(len(document)):
        try:
            with closing(document[index]) as page, closing(page.get_textpage()) as text:
                found = text.get_text_bounded()
                blank = not found.strip() and next(page.get_objects(_SHOWN, max_depth=1), None) is None
                yield None if blank else found
        except pypdfium2.PdfiumError:
            # A damaged page among good ones: it is told of like one without text.
            yield ""


def picture(document: Any, index: int) -> bytes:
    """The page in grey, as a portable graymap."""
    with closing(document[index]) as page:
        width, height = page.get_size()
        scale = min(_DOTS_PER_POINT, _WIDEST / max(width, height, 1))
        with closing(page.render(scale=scale, grayscale=True)) as bitmap:
            data, stride = bytes(bitmap.buffer), bitmap.stride
            rows = (data[row * stride : row * stride + bitmap.width] for row in range(bitmap.height))
            return b"P5 %d %d 255\n" % (bitmap.width, bitmap.height) + b"".join(rows)
