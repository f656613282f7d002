"""A person's word on technical debt: items of his own, corrections, and what is dismissed with a reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from domain.debt import DebtCategory, Severity, TechDebtItem
from domain.errors import ErrorCode
from domain.flow_state import Stamp
from domain.given import LONGEST_TEXT, Checking
from domain.source import Source

_MOST_HOURS = Decimal(10) ** 9


@dataclass(frozen=True, slots=True)
class DebtGiven:
    """One item as a person has it: a new one, or the one of that id; what `given` does not name stays."""

    category: DebtCategory
    severity: Severity
    title: str
    evidence: str
    remediation_hours: Decimal
    id: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the items are: the application in its assessment, with its components."""

    flow_id: str
    application_id: str
    component_ids: Collection[str]


def corrected(
    place: Place, held: Sequence[TechDebtItem], wanted: Sequence[DebtGiven], stamp: Stamp
) -> tuple[TechDebtItem, ...]:
    """The items as the person says, or Refused with everything that is wrong with them; others stay as they are.

    One that he changes otherwise than by dismissing it is his from then on: no later run changes it.
    """
    checking = Checking()
    before = {item.id: item for item in held}
    named = [each.id for each in wanted if each.id is not None]
    if not wanted or len(named) != len(set(named)):
        checking.wrong("Name at least one item, and each once.", "items")
    items = []
    for index, each in enumerate(wanted):
        path = ("items", str(index))
        if each.id is not None and each.id not in before:
            checking.wrong("There is no such tech debt item.", *path, "id", code=ErrorCode.NOT_FOUND)
        items.append(_read(place, before.get(each.id or ""), each, checking, stamp, *path))
    checking.done()
    return tuple(items)


def _read(
    place: Place, before: TechDebtItem | None, each: DebtGiven, checking: Checking, stamp: Stamp, *path: str
) -> TechDebtItem:
    values: dict[str, Any] = {
        "category": each.category,
        "severity": each.severity,
        "title": checking.needed(each.title, *path, "title"),
        "evidence": checking.needed(each.evidence, *path, "evidence", longest=LONGEST_TEXT),
        "remediation_hours": each.remediation_hours,
    }
    if not 0 <= each.remediation_hours < _MOST_HOURS:
        checking.wrong("Hours are nought or more, and less than a billion.", *path, "remediationHours")
    if "component_id" in each.given:
        values["component_id"] = each.given["component_id"]
        if values["component_id"] not in (None, *place.component_ids):
            message = "There is no such component."
            checking.wrong(message, *path, "componentId", code=ErrorCode.NOT_FOUND)
    if "migration_impact" in each.given:
        values["migration_impact"] = checking.text(each.given["migration_impact"], *path, "migrationImpact")
    item = _changed(before, values) if before else _made(place, values, stamp)
    return _dismissed(item, each, checking, stamp, *path)


def _changed(before: TechDebtItem, values: Mapping[str, Any]) -> TechDebtItem:
    after = replace(before, **values)
    return before if after == before else replace(after, source=Source.USER)


def _made(place: Place, values: Mapping[str, Any], stamp: Stamp) -> TechDebtItem:
    item_id = stamp.new_id()
    return TechDebtItem(
        id=item_id,
        flow_id=place.flow_id,
        application_id=place.application_id,
        finding=f"person:{item_id}",
        confidence=1.0,
        source=Source.USER,
        **values,
    )


def _dismissed(item: TechDebtItem, each: DebtGiven, checking: Checking, stamp: Stamp, *path: str) -> TechDebtItem:
    wanted = each.given.get("dismissed")
    if wanted is None or (wanted is item.dismissed and "dismissed_reason" not in each.given):
        return item
    if not wanted:
        return replace(item, dismissed=False, dismissed_by=None, dismissed_reason=None)
    reason = checking.text(each.given.get("dismissed_reason"), *path, "dismissedReason", longest=LONGEST_TEXT)
    if reason is None:
        checking.wrong("Say why it is dismissed.", *path, "dismissedReason")
    return replace(item, dismissed=True, dismissed_by=stamp.by, dismissed_reason=reason)


def told(items: Sequence[TechDebtItem]) -> list[dict[str, Any]]:
    """What of items an override tells: JSON values."""
    return [
        {
            "title": item.title,
            "category": str(item.category),
            "severity": str(item.severity),
            "remediationHours": str(item.remediation_hours),
            "dismissed": item.dismissed,
            "dismissedReason": item.dismissed_reason,
        }
        for item in items
    ]
