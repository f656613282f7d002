from __future__ import annotations

from datetime import UTC, datetime

import pytest

from domain.errors import StaleVersion
from domain.standard import ArchitectureStandard, StandardCategory
from domain.standard_change import find


def test_a_conflicts_time_is_written_as_the_contract_writes_times() -> None:
    at = datetime(2026, 11, 21, 9, 30, 0, 123456, UTC)
    category = StandardCategory.SECURITY
    standard = ArchitectureStandard("s", "tls", category, "TLS", "At least 1.2.", True, "ann", at)

    with pytest.raises(StaleVersion) as caught:
        find({"s": standard}, "s", 7)

    assert caught.value.problems[0].details == {
        "expectedVersion": 7,
        "currentVersion": 1,
        "changedBy": "ann",
        "changedAt": "2026-11-21T09:30:00.123Z",
        "changed": ["standard"],
    }
