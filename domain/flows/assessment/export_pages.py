"""The pages of an assessment's exports: each application's app on a page, as it was generated and customized."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from domain.application import Application
from domain.decision import Decision
from domain.document import Block, DocumentPage, Facts, Grid, Prose, Section
from domain.facts import FACTS
from domain.flows.assessment.export_sheet import Assessed
from domain.sixr.verdict import named

_PERCENT = 100
# The database keeps no order of keys: these come first, in this order.
_FIRST = (
    "name", "component", "title", "group", "strategy", "type", "severity", "kind", "status", "score", "description",
    "criticality", "environment", "department", "low", "likely", "high", "amount", "currency",
)  # fmt: skip
_EXPONENT = re.compile(r"-?[0-9]+(\.[0-9]+)?E[+-]?[0-9]{1,3}")


def pages(known: Assessed) -> tuple[DocumentPage, ...]:
    """One for each application; without an app on a page it holds what is decided."""
    return tuple(_page(known, each) for each in known.applications)


def _page(known: Assessed, application: Application) -> DocumentPage:
    page, decision = known.pages.get(application.id), known.decisions.get(application.id)
    if page is not None:
        sections = (Section(each.title, blocks_of(each.body)) for each in page.sections)
        headline = page.headline.removeprefix(f"{application.name}: ")
        return DocumentPage(application.name, headline, tuple(each for each in sections if each.blocks))
    if decision is not None:
        return DocumentPage(application.name, named((decision.strategy, decision.depth)), tuple(_short(decision)))
    return DocumentPage(application.name, "Not decided yet", (Section("Overview", (_overview(application),)),))


def _overview(application: Application) -> Block:
    facts = {
        "criticality": application.criticality,
        "environment": application.environment,
        "department": application.department,
        "businessOwner": application.business_owner,
        "readiness": str(application.readiness),
    }
    return Facts(_pairs(facts))


def _short(decision: Decision) -> Iterator[Section]:
    yield Section("Why", (Prose((decision.rationale,)),))
    effort = decision.effort
    hours = {"low": effort.low, "likely": effort.likely, "high": effort.high, "confidence": _share(decision.confidence)}
    yield Section("Effort in hours", (Facts(_pairs(hours)),))
    if decision.risks:
        rows = tuple((str(risk.severity), risk.title, risk.mitigation) for risk in decision.risks)
        yield Section("Risks", (Grid(("Severity", "Risk", "Mitigation"), rows),))


def _share(value: float) -> str:
    return f"{value * _PERCENT:.0f} %"


def blocks_of(body: Any) -> tuple[Block, ...]:
    """A section's body, whatever a person has made of it, as facts, grids and paragraphs."""
    return tuple(_blocks(body))


def _blocks(body: Any) -> Iterator[Block]:
    if isinstance(body, Mapping):
        yield from _mapping(body)
    elif isinstance(body, Sequence) and not isinstance(body, str):
        yield from _sequence(body)
    elif body is not None and body != "":
        yield Prose(tuple(line for line in as_words(body).split("\n") if line.strip()))


def _mapping(body: Mapping[str, Any]) -> Iterator[Block]:
    """Plain values as facts; what is nested below its own name."""
    plain = {key: body[key] for key in _ordered(body) if not _nested(body[key])}
    if pairs := _pairs(plain):
        yield Facts(pairs)
    for key, value in body.items():
        if _nested(value) and value:
            inner = blocks_of(value)
            yield from _named(title(key), inner)


def _named(name: str, inner: tuple[Block, ...]) -> Iterator[Block]:
    """The name as the first column of a grid or before the facts."""
    for block in inner:
        match block:
            case Grid():
                yield Grid((name, *block.header[1:]), block.rows)
            case Facts():
                yield block
            case Prose():
                yield Facts(((name, ", ".join(block.paragraphs)),))


def _sequence(body: Sequence[Any]) -> Iterator[Block]:
    rows = [item for item in body if isinstance(item, Mapping)]
    if rows and len(rows) == len(body):
        keys = [key for key in _ordered(key for row in rows for key in row) if any(row.get(key) for row in rows)]
        header = tuple(title(key) for key in keys)
        yield Grid(header, tuple(tuple(as_words(row.get(key)) for key in keys) for row in rows))
    elif body:
        yield Prose((", ".join(as_words(item) for item in body),))


def _ordered(keys: Iterable[str]) -> list[str]:
    """Each once, those that say what it is about first."""
    known = dict.fromkeys(keys)
    return [*(key for key in _FIRST if key in known), *(key for key in known if key not in _FIRST)]


def _nested(value: Any) -> bool:
    return isinstance(value, Mapping) or (isinstance(value, Sequence) and not isinstance(value, str))


def _pairs(facts: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Those that are known."""
    return tuple((title(key), as_words(value)) for key, value in facts.items() if value is not None and value != "")


def title(key: str) -> str:
    """`businessOwner` and `business_owner` -> `Business owner`."""
    words = "".join(f" {mark.lower()}" if mark.isupper() else mark for mark in key).replace("_", " ").split()
    return " ".join(words).capitalize()


def as_words(value: Any) -> str:
    """A JSON value as a person reads it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:.2f}".rstrip("0").rstrip(".")
        case Mapping():
            return "; ".join(f"{title(key)}: {as_words(item)}" for key, item in value.items() if item is not None)
        case list() | tuple():
            return ", ".join(as_words(item) for item in value)
        case _:
            text = str(value)
            if _EXPONENT.fullmatch(text):
                return f"{Decimal(text):f}"
            return text.replace("_", " ") if text in FACTS or (text.isupper() and " " not in text) else text
