"""What is learned when a person changes what an assessment found: components, technical debt, pages and standards."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Any

from domain.application import Application, Component
from domain.debt import TechDebtItem
from domain.known_facts import as_text
from domain.learning import Lesson
from domain.page import AppOnPage
from domain.standard import ArchitectureStandard

DEBT, PAGES, MINIMUMS = "tech_debt_analysis", "app_on_page_generation", "architecture_minimums"


def of_components(
    application: Application, before: Sequence[Component], after: Sequence[Component]
) -> Iterator[Lesson]:
    """What the application is made of in truth."""
    if tuple(before) == tuple(after):
        return
    data = {
        "corrected": "components",
        "proposed": [_component(part) for part in before],
        "chosen": [_component(part) for part in after],
    }
    types = ", ".join(part.type for part in after)
    yield Lesson(
        f"assessment.{DEBT}", f"Its components are in truth: {types}.", data, key=f"components|{application.key}"
    )


def _component(part: Component) -> dict[str, Any]:
    """What it is, without its name: names of servers tell nothing about similar work."""
    return {"type": part.type, "technologies": [as_text(each) for each in part.technologies]}


def of_debt(
    application: Application, before: Sequence[TechDebtItem], after: Sequence[TechDebtItem]
) -> Iterator[Lesson]:
    """What of the debt a person dismissed, took back or judged otherwise."""
    known = {item.id: item for item in before}
    for item in after:
        old = known.get(item.id)
        if old is None or item == old:
            continue
        yield Lesson(
            kind=f"assessment.{DEBT}",
            summary=_said(old, item),
            data={
                "corrected": "debt",
                "finding": item.finding,
                "category": str(item.category),
                "proposed": _judged(old),
                "chosen": _judged(item),
                "reason": item.dismissed_reason,
            },
            key=f"debt|{application.key}|{item.finding}",
            conclusion=("finding", "chosen"),
            premise=("finding", "proposed"),
            settles=("chosen",),
        )


def _judged(item: TechDebtItem) -> dict[str, Any]:
    return {"severity": str(item.severity), "hours": str(item.remediation_hours), "dismissed": item.dismissed}


def _said(old: TechDebtItem, item: TechDebtItem) -> str:
    if item.dismissed and not old.dismissed:
        return f"{item.title} was dismissed: {item.dismissed_reason}"
    if old.dismissed and not item.dismissed:
        return f"{item.title} counts after all."
    return f"{item.title} is {item.severity} in truth, not {old.severity}."


def of_page(page: AppOnPage, keys: Collection[str]) -> Iterator[Lesson]:
    """Which sections of a page people write themselves."""
    titles = [section.title for section in page.sections if section.key in keys]
    data = {"corrected": "page", "sections": sorted(keys)}
    summary = f"Written by a person: {', '.join(titles)}."
    yield Lesson(f"assessment.{PAGES}", summary, data, key=f"sections|{'|'.join(sorted(keys))}")


def of_standard(before: ArchitectureStandard | None, after: ArchitectureStandard) -> Lesson:
    """What is measured by in this engagement."""
    versions = [f"{each.technology} {each.specifier}" for each in after.supported_versions]
    data = {
        "corrected": "standard",
        "standard": after.key,
        "category": str(after.category),
        "requirement": after.requirement,
        "mandatory": after.mandatory,
        "versions": versions,
    }
    verb = "changed" if before else "added"
    return Lesson(f"assessment.{MINIMUMS}", f"The standard {after.name} was {verb}.", data, key=after.key)
