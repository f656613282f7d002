"""What a file is, told from its bytes; its name must not say otherwise."""

from __future__ import annotations

import re

from domain.contract import DOCX, PDF
from domain.errors import ErrorCode, Refused, refuse
from readers.contracts.limits import ContractLimits

PATH = "file"
_UPLOAD = "Upload it as PDF or as a Word document (.docx)."
# A PDF may begin a little later than its file.
_PROLOGUE = 1_024
_EXTENSIONS = {PDF: "pdf", DOCX: "docx"}
_ENDINGS = frozenset(
    [
        *("pdf", "docx", "dotx", "doc", "dot", "rtf", "odt", "txt", "md", "csv", "html", "htm", "xml", "json", "ps"),
        *(
            "xls",
            "xlsx",
            "xlsm",
            "xlsb",
            "ods",
            "ppt",
            "pptx",
            "odp",
            "zip",
            "gz",
            "7z",
            "rar",
            "exe",
            "js",
            "eml",
            "msg",
        ),
        *("jpg", "jpeg", "png", "gif", "tif", "tiff", "bmp", "webp"),
    ]
)
_CALLED = {PDF: "a PDF", DOCX: "a Word document"}
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"{\\rtf", "This is a document in rich text format (RTF). Save it as .docx or PDF and upload that."),
    (b"\xff\xd8\xff", "This is a photograph (JPEG). Make a PDF of the pages, best with their text recognized."),
    (b"\x89PNG", "This is a picture (PNG). Make a PDF of the pages, best with their text recognized."),
    (b"II*\x00", "This is a picture (TIFF). Make a PDF of the pages, best with their text recognized."),
    (b"MM\x00*", "This is a picture (TIFF). Make a PDF of the pages, best with their text recognized."),
    (b"GIF8", "This is a picture (GIF). Make a PDF of the pages, best with their text recognized."),
    (b"\x1f\x8b", f"This is a gzip archive. Unpack it. {_UPLOAD}"),
    (b"7z\xbc\xaf", f"This is a 7z archive. Unpack it. {_UPLOAD}"),
    (b"Rar!", f"This is a RAR archive. Unpack it. {_UPLOAD}"),
    (b"%!PS", "This is PostScript. Print it as PDF and upload that."),
)


def refused(code: ErrorCode, message: str) -> Refused:
    """The refusal of a file."""
    return refuse(code, message, PATH)


def unsupported(message: str) -> Refused:
    """The refusal of what cannot be read, with what would mend it."""
    return refused(ErrorCode.UNSUPPORTED_FORMAT, message)


def media_type(name: str, data: bytes, limits: ContractLimits) -> str:
    """PDF or DOCX; Refused where the file is empty, too large, something else, or named like something else."""
    if not data.strip(b"\x00 \t\r\n"):
        raise refused(ErrorCode.INVALID_INPUT, "The file is empty. Upload the contract itself, as PDF or DOCX.")
    if len(data) > limits.size:
        raise too_large(limits.size)
    found = _kind(data)
    _check_name(name, found)
    return found


def too_large(limit: int) -> Refused:
    """The refusal of a file of too many bytes."""
    return refused(
        ErrorCode.LIMIT_EXCEEDED,
        f"The file is larger than {limit / (1 << 20):g} MiB. Leave out pictures and appendices, or split it.",
    )


def _kind(data: bytes) -> str:
    if b"%PDF-" in data[:_PROLOGUE]:
        return PDF
    if data.startswith(b"PK"):
        return DOCX
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        if _ENCRYPTED_PACKAGE in data:
            raise unsupported("The document is protected by a password. Remove it in Word (File > Info) and upload it.")
        raise unsupported("This is an old Office document (.doc). Save it as .docx or PDF and upload that.")
    message = next((message for signature, message in _SIGNATURES if data.startswith(signature)), None)
    if message is None:
        what = "text" if _is_text(data) else "neither a PDF nor a Word document"
        message = f"This file is {what}. {_UPLOAD}"
    raise unsupported(message)


def _is_text(data: bytes) -> bool:
    return b"\x00" not in data[:_PROLOGUE]


def _check_name(name: str, found: str) -> None:
    ending = re.search(r"\.([A-Za-z0-9]{1,5})$", name.strip())
    told = ending[1].lower() if ending else _EXTENSIONS[found]
    if found == DOCX and told in ("docm", "dotm"):
        raise macros()
    # What is no ending of any program's, such as that of "MSA v1.2", says nothing of the content.
    if told != _EXTENSIONS[found] and told in _ENDINGS:
        raise unsupported(
            f"The file's name ends in .{told}, but it is {_CALLED[found]}. "
            f"If that is the contract, rename it to end in .{_EXTENSIONS[found]} and upload it again."
        )


def macros() -> Refused:
    """The refusal of a document that carries programs."""
    return unsupported(
        "The document carries macros, which are not taken. Save it as a Word document without macros (.docx), "
        "or as PDF, and upload that."
    )
