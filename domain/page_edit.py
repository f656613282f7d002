"""Sections of an app on a page as a person writes them."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from domain.errors import ErrorCode
from domain.given import Checking
from domain.page import AppOnPage, PageSection

MOST_SECTIONS = 50
_LARGEST_BODY = 64 << 10


@dataclass(frozen=True, slots=True)
class SectionGiven:
    """One section; without a title it keeps the one it has."""

    key: str
    body: Any
    title: str | None = None


def customized(page: AppOnPage, wanted: Sequence[SectionGiven]) -> AppOnPage:
    """The page with these sections, or Refused with everything that is wrong; others stay as they are."""
    checking = Checking()
    sections = {section.key: section for section in page.sections}
    if not wanted or len({each.key for each in wanted}) != len(wanted):
        checking.wrong("Name at least one section, and each once.", "sections")
    for index, each in enumerate(wanted):
        path = ("sections", str(index))
        key = checking.needed(each.key, *path, "key")
        title = checking.text(each.title, *path, "title") or (sections[key].title if key in sections else None)
        if title is None:
            checking.wrong("A new section needs a title.", *path, "title")
        if len(json.dumps(each.body, ensure_ascii=False).encode()) > _LARGEST_BODY:
            checking.wrong("A section holds at most 64 KiB.", *path, "body", code=ErrorCode.LIMIT_EXCEEDED)
        sections[key] = PageSection(key, title or "", each.body, customized=True)
    if len(sections) > MOST_SECTIONS:
        checking.wrong(f"A page has at most {MOST_SECTIONS} sections.", "sections", code=ErrorCode.LIMIT_EXCEEDED)
    checking.done()
    return replace(page, sections=tuple(sections.values()), customized=True, version=page.version + 1)


def told(page: AppOnPage, keys: Collection[str]) -> list[dict[str, Any]]:
    """What of those sections an override tells: JSON values."""
    return [
        {"key": section.key, "title": section.title, "body": section.body}
        for section in page.sections
        if section.key in keys
    ]
