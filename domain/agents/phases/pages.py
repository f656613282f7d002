"""app_on_page_generation: sections in words, on a section of their own beside what the rules wrote."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from domain.agents.applying import Applying, PhaseReview
from domain.agents.cleaning import unknown_figures
from domain.agents.permission import PAGES, PROSE_SECTIONS
from domain.agents.proposals import PagesProposed
from domain.agents.sifting import Item
from domain.agents.subjects import Subject, applications_of, keyed, resaved, saved
from domain.definition import Outcome, PhaseCall
from domain.page import AppOnPage, PageSection
from domain.page_edit import MOST_SECTIONS
from domain.source import Source

IN_WORDS = "in_words"


def _subjects(call: PhaseCall, outcome: Outcome) -> Mapping[str, Subject]:
    pages = {each.application_id: each for each in saved(outcome, AppOnPage)}
    return keyed(_numbered(call, pages))


def _numbered(call: PhaseCall, pages: Mapping[str, AppOnPage]) -> Iterator[Subject]:
    for number, (key, application) in enumerate(applications_of(call)):
        page = pages.get(application.id)
        if page is not None:
            refs = {"applicationId": application.id, "pageId": page.id}
            yield Subject(key, "application", application.name, page, _told(page), (number,), refs)


def _told(page: AppOnPage) -> Any:
    told = {each.key: each.body for each in page.sections if each.key in PROSE_SECTIONS}
    return lambda: {"headline": page.headline, **told}


def _apply(applying: Applying) -> None:
    by_page: defaultdict[str, list[Item]] = defaultdict(list)
    pages: dict[str, AppOnPage] = {each.id: each for each in saved(applying.outcome, AppOnPage)}
    for item in applying.of("prose"):
        by_page[item.subject.refs["pageId"]].append(item)
    held = {each.id: each for each in applying.call.portfolio.pages}
    changed: dict[str, AppOnPage] = {}
    for page_id, items in sorted(by_page.items()):
        after = _written(applying, pages[page_id], items)
        if after != pages[page_id]:
            changed[page_id] = _as_held(after, held.get(page_id))
    if changed:
        applying.outcome = replace(applying.outcome, saves=resaved(applying.outcome, changed, AppOnPage))


def _written(applying: Applying, page: AppOnPage, items: Sequence[Item]) -> AppOnPage:
    own = next((each for each in page.sections if each.key == IN_WORDS), None)
    if own is not None and own.customized:
        for item in items:
            applying.drop(item, "a person has written it")
        return page
    if own is None and len(page.sections) >= MOST_SECTIONS:
        return page
    known = json.dumps([page.headline, [each.body for each in page.sections if each.key != IN_WORDS]], default=str)
    texts: dict[str, str] = {each["section"]: each["text"] for each in own.body["paragraphs"]} if own else {}
    for item in items:
        strange = unknown_figures(item.value.text, known)
        if strange:
            applying.drop(item, f"it holds figures that are not on the page: {', '.join(strange[:5])}")
        elif texts.get(item.value.section) != item.value.text:
            texts[item.value.section] = item.value.text
            applying.enter(item)
    if not texts:
        return page
    paragraphs = [{"section": each, "text": texts[each]} for each in PROSE_SECTIONS if each in texts]
    body = {"source": str(Source.MODEL_CHECKED_BY_RULES), "paragraphs": paragraphs}
    others = tuple(each for each in page.sections if each.key != IN_WORDS)
    return replace(page, sections=(*others, PageSection(IN_WORDS, "In words", body)))


def _as_held(page: AppOnPage, held: AppOnPage | None) -> AppOnPage:
    """What says the same as in an earlier run keeps its version."""
    if held is None or replace(page, version=held.version, generated_at=held.generated_at) != held:
        return page
    return held


REVIEW = PhaseReview(PAGES, PagesProposed, _subjects, _apply)
