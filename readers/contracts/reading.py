"""From a file's bytes to what it says, and what the rules make of it; in the child process."""

from __future__ import annotations

from collections.abc import Sequence

from domain.contract import PDF, ContractPage, ReadContract
from domain.contracts.extracting import extract
from domain.contracts.text import tidy
from domain.errors import ErrorCode
from readers.contracts.content import media_type, refused, unsupported
from readers.contracts.limits import ContractLimits

_SHOWN = 8


def read_contract(name: str, data: bytes, limits: ContractLimits, recognizing: float) -> ReadContract:
    """All of it; Refused where it is no contract that can be read. Recognition takes so many seconds at most."""
    kind = media_type(name, data, limits)
    if kind != PDF:
        from readers.contracts.docx import read_pages  # noqa: PLC0415 - one of two libraries is loaded

        pages, count = read_pages(data, limits)
        return _read(kind, _tidied(pages, limits), count)
    return _pdf(data, limits, recognizing)


def _pdf(data: bytes, limits: ContractLimits, recognizing: float) -> ReadContract:
    from readers.contracts import pdf, recognition  # noqa: PLC0415 - the same

    with pdf.opened(data, limits) as document:
        given = list(pdf.texts(document))
        texts = [tidy(text or "") for text in given]
        empty = [index for index, text in enumerate(texts) if not text and given[index] is not None]
        late: tuple[int, ...] = ()
        able = recognition.installed()
        if empty and able:
            found = recognition.recognize(document, empty, recognizing, limits)
            late = tuple(index + 1 for index in found.late)
            for index, text in found.texts.items():
                texts[index] = tidy(text)
    pages = _tidied([ContractPage(number, text) for number, text in enumerate(texts, 1)], limits)
    unread = tuple(index + 1 for index in empty if not texts[index])
    if unread and not late and not any(texts):
        raise _pictures_only(able=able)
    warnings = tuple(_warning(unread, late, recognized=len(empty) - len(unread), able=able))
    return _read(PDF, pages, len(pages), warnings, unread, late)


def _pictures_only(*, able: bool) -> Exception:
    why = (
        "and no writing was recognized on them. Scan it again at 300 dots an inch, upright"
        if able
        else "and text recognition (tesseract) is not installed here. Run it through text recognition first"
    )
    return unsupported(f"The PDF holds pictures of pages without text, {why}, and upload that.")


def _warning(unread: Sequence[int], late: Sequence[int], *, recognized: int, able: bool) -> list[str]:
    found = []
    if recognized:
        found.append(f"{recognized} {_pages(recognized)} read by text recognition: look twice.")
    if late:
        found.append(f"{_called(late)} without text: a worker reads what stands there by text recognition.")
    lost = [page for page in unread if page not in late]
    if lost:
        why = "nothing was recognized there" if able else "text recognition (tesseract) is not installed here"
        found.append(f"{_called(lost)} without text, and {why}: what stands there is not in here.")
    return found


def _pages(count: int) -> str:
    return "page without text was" if count == 1 else "pages without text were"


def _called(pages: Sequence[int]) -> str:
    shown = ", ".join(str(page) for page in pages[:_SHOWN]) + ("…" if len(pages) > _SHOWN else "")
    return f"Page {shown} is" if len(pages) == 1 else f"Pages {shown} are"


def _tidied(pages: Sequence[ContractPage], limits: ContractLimits) -> tuple[ContractPage, ...]:
    after = tuple(ContractPage(page.number, tidy(page.text)) for page in pages)
    size = sum(len(page.text) for page in after)
    if size > limits.characters:
        raise refused(
            ErrorCode.LIMIT_EXCEEDED,
            f"The contract has {size:,} characters; at most {limits.characters:,} are read. "
            "Upload it without appendices.",
        )
    return after


def _read(
    kind: str,
    pages: tuple[ContractPage, ...],
    count: int,
    warnings: tuple[str, ...] = (),
    unread: tuple[int, ...] = (),
    late: tuple[int, ...] = (),
) -> ReadContract:
    if not any(page.text for page in pages) and not late:
        raise refused(ErrorCode.INVALID_INPUT, "The document holds no text. Upload the contract itself.")
    found = extract(pages)
    return ReadContract(kind, count, pages, found.extraction, (*warnings, *found.warnings), unread, late)
