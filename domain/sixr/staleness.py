"""Whether what a decision rests on still reads as it did when it was made."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from domain.decision import Decision
from domain.facts import FACTS
from domain.known_facts import as_text, fact_of, own_fact
from domain.sixr.gates import DEPENDENTS, try_gates
from domain.sixr.subject import Subject
from domain.sixr.verdict import judge


def changed_facts(decision: Decision, subject: Subject, settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Labels of the facts it used that read otherwise now, and of those it missed that are known now.

    The rules read again, as what they call known is no plain look-up; what they no longer read is looked up.
    """
    gates = try_gates(subject)
    verdicts = [judge(subject, part, gates[part.id], settings) for part in subject.components]
    now = {label: text for each in verdicts for label, text in each.used}
    still_missing = {key for each in verdicts for key in each.missing}
    before = dict(decision.facts_used)
    changed = [label for label, text in before.items() if _reads(subject, label, now) != text]
    learned = [key for key in decision.facts_missing if key not in still_missing and _learned(key, now, before)]
    return tuple(dict.fromkeys((*changed, *learned)))


def _reads(subject: Subject, label: str, now: Mapping[str, str]) -> str:
    if label in now:
        return now[label]
    if label == DEPENDENTS:
        return as_text(subject.dependents) or "none"
    part_key, _, key = label.rpartition("/")
    if key not in FACTS:
        return ""
    if not part_key:
        return as_text(fact_of(subject.application, key))
    part = next((part for part in subject.components if part.key == part_key), None)
    return as_text(own_fact(part, key)) if part else ""


def _learned(key: str, now: Collection[str], before: Collection[str]) -> bool:
    """True when a part or the whole has it that had it not: it was missing, so that somebody had to find it out."""
    return any(label == key or label.endswith(f"/{key}") for label in now if label not in before)
