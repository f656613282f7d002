"""Text and numbers of models and imports as plain data: nothing that hides, runs, points elsewhere or never ends."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable

# Beyond this nothing is read: the longest text that is kept anywhere is shorter.
_MOST_READ = 20_000
_ELLIPSIS = "\u2026"
_SCHEMES = frozenset({"http", "https", "mailto"})

# Terminal escapes whole (CSI, OSC and the short ones): without its first character the rest would stay as litter.
_ESCAPE = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])|\x9b[0-?]*[ -/]*[@-~]")
_BREAK = re.compile(r"\r\n|[\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029]")
# Seen by nobody though their category is that of letters or marks: variation selectors, joiners, fillers.
_BLANK = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0]")
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_PARAGRAPH = re.compile(r"\n{3,}")
_IMAGE = re.compile(r"!\[([^\[\]]*)\](?:\([^()]*(?:\([^()]*\)[^()]*)*\)|\[[^\[\]]*\])?")
_IMAGE_BEGUN = re.compile(r"!+\[")
_SCHEME = re.compile(
    r"(?<![a-z0-9])(?:(?P<any>[a-z][a-z0-9+.\-]{0,30})\s{0,2}:\s{0,2}//"
    r"|(?:javascript|vbscript|livescript)\s{0,2}:\s{0,2}"
    # Words of plain language too, before a space.
    r"|(?:data|file|blob|about|ftp|tel|sms|intent|view-source|ms-[a-z\-]{1,20}):(?=[^\s\u2026]))",
    re.IGNORECASE,
)
_TARGET = re.compile(r"(\]\(\s{0,2}<?\s{0,2})(?P<any>[a-z][a-z0-9+.\-]{0,30})\s{0,2}:", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.,])\d[\d.,]*(?!\w)")


def line(text: str, longest: int) -> str:
    """The text on one line, cleaned and cut at a word."""
    return cut(_plain(text, _on_one_line), longest)


def block(text: str, longest: int) -> str:
    """The text with its paragraphs, cleaned and cut at a word."""
    return cut(_plain(text, _in_paragraphs), longest)


def cut(text: str, longest: int) -> str:
    """The text, or as many whole words of it as fit with an ellipsis behind them."""
    if len(text) <= longest:
        return text
    head = text[: longest - 1]
    if not text[longest - 1].isspace():
        at = max(head.rfind(" "), head.rfind("\n"))
        # One endless word is cut within.
        head = head[:at] if at > longest // 2 else head
    return head.rstrip() + _ELLIPSIS


def finite(value: object) -> float | None:
    """The number as a float; None of what is no finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def figures(text: str) -> frozenset[str]:
    """The numbers that stand in a text by themselves, each as it would be written without separators."""
    return frozenset(_bare(found) for found in _NUMBER.findall(text))


def _bare(number: str) -> str:
    plain = number.rstrip(".,").replace(",", "")
    whole, _, rest = plain.partition(".")
    if not rest.isdigit():
        return plain.lstrip("0") or "0"
    return f"{whole.lstrip('0') or '0'}.{rest.rstrip('0')}".rstrip(".")


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _in_paragraphs(text: str) -> str:
    lines = (" ".join(each.split()) for each in text.split("\n"))
    return _PARAGRAPH.sub("\n\n", "\n".join(lines)).strip()


def _plain(text: str, laid_out: Callable[[str], str]) -> str:
    """Once more until nothing changes: what is taken out may bring together what was apart."""
    after = laid_out(_step(text[:_MOST_READ]))
    while (again := laid_out(_step(after))) != after:
        after = again
    return after


def _step(text: str) -> str:
    text = _BREAK.sub("\n", _ESCAPE.sub("", text)).replace("\t", " ")
    text = _BLANK.sub("", text)
    text = "".join(each for each in text if each == "\n" or unicodedata.category(each) not in _HIDDEN)
    text = unicodedata.normalize("NFC", text)
    text = _IMAGE_BEGUN.sub("[", _IMAGE.sub(r"\1", text))
    return _TARGET.sub(_without_target, _SCHEME.sub(_without_scheme, text))


def _without_scheme(found: re.Match[str]) -> str:
    return found[0] if (found["any"] or "").lower() in _SCHEMES else ""


def _without_target(found: re.Match[str]) -> str:
    return found[0] if found["any"].lower() in _SCHEMES else found[1]


def unknown_figures(text: str, known: str) -> tuple[str, ...]:
    """Numbers of a text that do not stand in what is known."""
    return tuple(sorted(figures(text) - figures(known)))
