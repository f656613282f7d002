"""tech_debt: a first look from the inventory alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from domain.debt import Severity
from domain.debt_finding import place_of
from domain.definition import Outcome, PhaseCall
from domain.flows.discovery.results import DebtResult, SeverityCount
from domain.tech_debt import first_look, replaced


def look_for_debt(call: PhaseCall) -> Outcome:
    """End of support, unknown owners, cycles and fan-in; what an earlier run of the flow found keeps its id."""
    before = {place_of(item): item for item in call.portfolio.debt if item.flow_id == call.flow_id}
    found = [
        replace(item, id=before[place].id) if (place := place_of(item)) in before else item for item in first_look(call)
    ]
    known = {item.id: item for item in before.values()}
    counts = Counter(item.severity for item in found)
    return Outcome(
        DebtResult(
            items=len(found),
            applications=len({item.application_id for item in found}),
            by_severity=tuple(SeverityCount(severity, counts[severity]) for severity in Severity),
        ),
        saves=tuple(item for item in found if known.get(item.id) != item),
        removes=replaced(call, found),
    )
