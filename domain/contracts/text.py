"""Text as it is read: tidied, cut into sentences that keep their pages, and into passages that are searched."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from domain.contract import ContractPage, Passage

LONGEST_PASSAGE = 1_000
# A sentence longer than this is a list or a table: it is cut, so that none of it stands for all of it.
LONGEST_SENTENCE = 2_000
_MARK = "\ufffe\u0002\u00ad"
# Words that keep their hyphen where a line ends behind it.
_PREFIXES = (
    "non|pre|post|co|sub|re|multi|auto|self|semi|anti|inter|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
)
_HYPHENATED = re.compile(rf"\b(\w+)(?:[{_MARK}]-?|-)\n(?=[a-z])")
# Curly quotes, dashes and the hyphen that does not break.
_PLAIN = str.maketrans("\u201c\u201d\u201e\u2018\u2019\u2013\u2014\u2011", '"""\'\'---')
_NUMBERING = re.compile(r"(?:\d{1,3}(?:\.\d{1,3})*\.?|\(?[a-z]{1,4}\)|\([A-Z0-9]{1,3}\)|[•▪●○·*-])\s")
_LABEL = re.compile(r"[A-Z][\w ()/&'-]{1,48}:(?:\s|$)")
_FOOTER = re.compile(r"(?:-\s*)?(?:page\s+)?\d{1,4}(?:\s*(?:of|/)\s*\d{1,4})?(?:\s*-)?", re.IGNORECASE)
_ENDS = re.compile(
    r"(?:(?<=[.!?])|(?<=[.!?][\"\u201d\u2019')\]]))\s+(?=[\"\u201c\u2018'(\[]?[A-Z0-9])|;\s+(?:and\s+|or\s+)?(?=\([a-z]{1,4}\)\s)"
)
_ABBREVIATED = re.compile(
    r"(?:\b(?:Inc|Ltd|Corp|Co|LLC|No|Nos|Art|Sec|Mr|Mrs|Ms|Dr|St|Ave|vs|etc|approx|para|cl|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)|\b[A-Z]|\b[a-z]\.[a-z]|^[\s(]*[\d.]{1,9}|^[\s(]*[a-zA-Z])\.$"
)
_STARTERS = re.compile(
    r"[\"“(]?(?:The|This|That|These|Either|Each|If|In|Upon|It|Neither|Unless|For|All|Any|Such|On|At)\b"
)
# Behind these a number at the beginning of a line is no numbering.
_REFERS = re.compile(r"(?:\b(?:of|Section|Clause|Article|Schedule|to|or)|(?<![;,]) and)$")
# A line this much shorter than the longest ends a paragraph, if what follows begins one.
_SHORT = 0.6
# Lines at either edge of a page that may be running titles, and on how many pages one stands at least.
_EDGE, _RUNNING = 2, 3


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and the page it begins on; `plain` has straight quotes, plain dashes and single spaces."""

    text: str
    page: int | None
    plain: str


def tidy(text: str) -> str:
    """The same text in composed characters, without control characters, hyphenation and runs of blanks."""
    text = unicodedata.normalize("NFKC", text).replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n")
    text = re.sub(r"[^\S\n]+", " ", text)
    text = re.sub(r" ?\n ?", "\n", text)
    text = _HYPHENATED.sub(_joined, text)
    text = "".join(each for each in text if each == "\n" or unicodedata.category(each) not in ("Cc", "Cf", "Cs", "Cn"))
    return re.sub(r"\n{3,}", "\n\n", text).strip()


def _joined(match: re.Match[str]) -> str:
    keeps = re.fullmatch(_PREFIXES, match[1], re.IGNORECASE)
    return f"{match[1]}-" if keeps else match[1]


def plain(text: str) -> str:
    """The text in the spelling that rules look at."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_PLAIN).split())


def sentences(pages: Iterable[ContractPage]) -> tuple[Sentence, ...]:
    """All sentences in order; one that runs over to the next page stands on the page it begins on."""
    found: list[Sentence] = []
    for page in _trimmed(tuple(pages)):
        for place, paragraph in enumerate(_paragraphs(page.text)):
            pieces = list(_split(paragraph))
            if place == 0 and found and _goes_on(found[-1], pieces[0]):
                before = found.pop()
                joined = f"{before.text} {pieces.pop(0)}"
                found.append(Sentence(joined, before.page, plain(joined)))
            found.extend(Sentence(piece, page.number, plain(piece)) for piece in pieces)
    return tuple(found)


def _trimmed(pages: Sequence[ContractPage]) -> Iterator[ContractPage]:
    """The pages without what stands at the head or the foot of most of them, whatever numbers are in it."""
    edges = [_edges(page.text) for page in pages]
    counted = Counter(line for lines in edges for line in set(lines.values()))
    running = {line for line, count in counted.items() if count >= max(_RUNNING, len(pages) / 2)}
    for page, lines in zip(pages, edges, strict=True):
        gone = {at for at, line in lines.items() if line in running}
        kept = [line for at, line in enumerate(page.text.split("\n")) if at not in gone]
        yield ContractPage(page.number, "\n".join(kept))


def _edges(text: str) -> dict[int, str]:
    """The first and the last lines of a page by their places, with all numbers alike."""
    lines = text.split("\n")
    places = {at for at in (*range(_EDGE), *range(len(lines) - _EDGE, len(lines))) if 0 <= at < len(lines)}
    return {at: re.sub(r"\d+", "#", lines[at].strip()) for at in sorted(places) if lines[at].strip()}


def _goes_on(before: Sentence, text: str) -> bool:
    return text[:1].islower() and before.text[-1:] not in ".!?:" and len(before.text) < LONGEST_SENTENCE


def _paragraphs(text: str) -> Iterator[str]:
    lines = [line.strip() for line in text.split("\n")]
    lines = [line for line in lines if not line or not _FOOTER.fullmatch(line)]
    width = max((len(line) for line in lines), default=0)
    held: list[str] = []
    for line in lines:
        if held and (not line or _begins(held[-1], line, width)):
            yield " ".join(held)
            held = []
        if line:
            held.append(line)
    if held:
        yield " ".join(held)


def _begins(before: str, line: str, width: int) -> bool:
    """Whether a paragraph ends before this line."""
    if _NUMBERING.match(line) or _LABEL.match(line):
        return _REFERS.search(before) is None
    return len(before) < _SHORT * width and not line[:1].islower()


def _split(paragraph: str) -> Iterator[str]:
    start = 0
    for match in _ENDS.finditer(paragraph):
        piece = paragraph[start : match.start() + (paragraph[match.start()] == ";")]
        if match[0][0] != ";" and _ABBREVIATED.search(piece) and not _really_ends(piece, paragraph[match.end() :]):
            continue
        yield from _cut(piece)
        start = match.end()
    if paragraph[start:].strip():
        yield from _cut(paragraph[start:])


def _really_ends(piece: str, rest: str) -> bool:
    """An abbreviation at the end of a sentence, as what follows begins one; a number alone never is."""
    return bool(re.search(r"\b(?:Inc|Ltd|Corp|Co|LLC|etc)\.$", piece) and _STARTERS.match(rest))


def _cut(sentence: str) -> Iterator[str]:
    rest = sentence.strip()
    while len(rest) > LONGEST_SENTENCE:
        place = rest.rfind(" ", 0, LONGEST_SENTENCE)
        place = place if place > 0 else LONGEST_SENTENCE
        yield rest[:place]
        rest = rest[place:].strip()
    if rest:
        yield rest


def passages(pages: Sequence[ContractPage]) -> tuple[Passage, ...]:
    """All of the text in pieces of at most LONGEST_PASSAGE characters, none over two pages, whole sentences each."""
    found: list[Passage] = []
    for page in _trimmed(pages):
        held = ""
        for paragraph in _paragraphs(page.text):
            for sentence in _split(paragraph):
                for piece in _pieces(sentence):
                    if held and len(held) + 1 + len(piece) > LONGEST_PASSAGE:
                        found.append(Passage(len(found) + 1, page.number, held))
                        held = ""
                    held = f"{held} {piece}".strip()
        if held:
            found.append(Passage(len(found) + 1, page.number, held))
    return tuple(found)


def _pieces(sentence: str) -> Iterator[str]:
    rest = sentence
    while len(rest) > LONGEST_PASSAGE:
        place = rest.rfind(" ", 0, LONGEST_PASSAGE)
        place = place if place > 0 else LONGEST_PASSAGE
        yield rest[:place].strip()
        rest = rest[place:].strip()
    if rest:
        yield rest
