"""What an assessment that is made again proposes of the one before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from domain.flows.assessment.reassessing import carried_standards
from domain.flows.assessment.results import ArchitectureMinimums
from domain.standard import ArchitectureStandard, StandardCategory
from tests.unit.assessment.portfolios import NOW

_STANDARD = ArchitectureStandard("a", "a", StandardCategory.SECURITY, "A", "Encrypt.", True, "ada", NOW)


def test_what_was_left_out_stays_out_and_what_was_written_since_is_proposed() -> None:
    later = NOW + timedelta(days=1)
    standards = (
        _STANDARD,
        replace(_STANDARD, id="left out"),
        replace(_STANDARD, id="changed since", updated_at=later),
        replace(_STANDARD, id="new", updated_at=later),
    )
    before = ArchitectureMinimums(("a", "gone"), "general", captured=True)

    carried = carried_standards([before], standards, NOW)

    assert carried == ArchitectureMinimums(("a", "changed since", "new"), "general", carried=True)
