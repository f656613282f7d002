"""The parts of a workbook beside its sheets: which sheets there are, the texts they share, which formats are days."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

from readers.archive import HELD, broken, new_parser

_CHUNK = 1 << 18
_ROOT = "xl/workbook.xml"
# Formats that every spreadsheet program knows by their number, as those of a day or a time.
_DAYS_BUILT_IN = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
_NOT_LETTERS = re.compile(r'"[^"]*"|\\.|_.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
_DAY_LETTERS = re.compile(r"[dmyhs]", re.IGNORECASE)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")

Attributes = dict[str, str]


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One sheet as the workbook lists it: its title, its part of the archive, whether a person sees it."""

    title: str
    part: str
    visible: bool


@dataclass(frozen=True, slots=True)
class Package:
    """What the sheets of one workbook share. `days` says of each style whether it shows a number as a day."""

    sheets: tuple[SheetPart, ...]
    strings: tuple[str, ...]
    days: tuple[bool, ...]
    from_1904: bool


def read_package(archive: zipfile.ZipFile) -> Package:
    """All of it; Refused when a part that must be there is not, or is damaged."""
    root = next((part for _, kind, part in _relations(archive, "") if kind == "officeDocument"), _ROOT)
    listing = _Listing()
    _read(archive, root, start=listing.start)
    parts = {id: (kind, part) for id, kind, part in _relations(archive, root)}
    sheets = tuple(
        SheetPart(title, parts[id][1], state == "visible")
        for title, id, state in listing.sheets
        if id in parts and parts[id][0] == "worksheet"
    )
    by_kind = dict(parts.values())
    return Package(
        sheets,
        _strings(archive, by_kind.get("sharedStrings")),
        _days(archive, by_kind.get("styles")),
        listing.from_1904,
    )


def unescaped(text: str) -> str:
    """Characters that XML cannot hold are written _x000D_; those that no text should hold are left out."""
    return _ESCAPED.sub(_character, text) if "_x" in text else text


def _character(found: re.Match[str]) -> str:
    character = chr(int(found[1], 16))
    return character if character.isprintable() or character in "\t\n\r" else ""


def local(name: str) -> str:
    """An element's name without its prefix."""
    return name.rpartition(":")[2]


def chunks(source: IO[bytes]) -> Iterator[bytes]:
    """A part, piece by piece."""
    while piece := source.read(_CHUNK):
        yield piece


class _Listing:
    """The sheets that a workbook lists, and on which day its days begin."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, str]] = []
        self.from_1904 = False

    def start(self, name: str, attributes: Attributes) -> None:
        if local(name) == "sheet":
            id = next((value for key, value in attributes.items() if local(key) == "id" and ":" in key), "")
            self.sheets.append((attributes.get("name", ""), id, attributes.get("state", "visible")))
        elif local(name) == "workbookPr":
            self.from_1904 = attributes.get("date1904") in {"1", "true"}


def _relations(archive: zipfile.ZipFile, part: str) -> list[tuple[str, str, str]]:
    """The id, the kind and the target of each relation of a part; the workbook itself is one of the part ""."""
    folder, name = posixpath.split(part)
    listed = posixpath.join(folder, "_rels", f"{name}.rels")
    found: list[tuple[str, str, str]] = []

    def start(name: str, attributes: Attributes) -> None:
        if local(name) == "Relationship" and attributes.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, attributes["Target"])).lstrip("/")
            found.append((attributes["Id"], attributes["Type"].rpartition("/")[2], target))

    if listed in archive.namelist():
        _read(archive, listed, start=start)
    return found


def _strings(archive: zipfile.ZipFile, part: str | None) -> tuple[str, ...]:
    if part is None or part not in archive.namelist():
        return ()
    texts = _Texts()
    _read(archive, part, start=texts.start, end=texts.end, text=texts.text)
    return tuple(texts.found)


class _Texts:
    """Collects each shared text: all its runs, without how they are pronounced."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self._pieces: list[str] = []
        self._inside = self._said = False

    def start(self, name: str, _: Attributes) -> None:
        match local(name):
            case "si":
                self._pieces.clear()
            case "rPh":
                self._said = True
            case "t":
                self._inside = not self._said

    def end(self, name: str) -> None:
        match local(name):
            case "si":
                self.found.append(unescaped("".join(self._pieces)))
            case "rPh":
                self._said = False
            case "t":
                self._inside = False

    def text(self, piece: str) -> None:
        if self._inside:
            self._pieces.append(piece)


def _days(archive: zipfile.ZipFile, part: str | None) -> tuple[bool, ...]:
    if part is None or part not in archive.namelist():
        return ()
    own: dict[str, str] = {}
    styles: list[str] = []
    within: list[str] = []

    def start(name: str, attributes: Attributes) -> None:
        kind = local(name)
        if kind == "numFmt":
            own[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif kind == "xf" and within and within[-1] == "cellXfs":
            styles.append(attributes.get("numFmtId", "0"))
        within.append(kind)

    _read(archive, part, start=start, end=lambda _: within.pop())
    return tuple(_shows_day(style, own) for style in styles)


def _shows_day(style: str, own: Mapping[str, str]) -> bool:
    if style in own:
        # Of the formats for positive, negative and no amounts the first one tells.
        return bool(_DAY_LETTERS.search(_NOT_LETTERS.sub("", own[style].split(";")[0])))
    return style.isdecimal() and int(style) in _DAYS_BUILT_IN


def _read(
    archive: zipfile.ZipFile,
    part: str,
    *,
    start: Callable[[str, Attributes], Any],
    end: Callable[[str], Any] | None = None,
    text: Callable[[str], Any] | None = None,
) -> None:
    if archive.getinfo(part).file_size > HELD:
        raise broken()
    parser = new_parser()
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = text
    with archive.open(part) as source:
        for piece in chunks(source):
            parser.Parse(piece, False)
    parser.Parse(b"", True)
