"""What of a configuration has changed."""

from __future__ import annotations

from domain.configuration_change import changed_names


def test_a_part_that_changed_is_named_beside_its_field() -> None:
    before = {"applicationIds": ["a"], "options": {"metrics": [1], "series": {}}, "gone": {"x": 1}}
    after = {"applicationIds": ["a"], "options": {"metrics": [2], "series": {}}, "startsOn": "2027-01-04"}

    assert changed_names(before, after) == {"options", "options.metrics", "gone", "gone.x", "startsOn"}
    assert changed_names(after, after) == frozenset()
