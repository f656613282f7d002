"""Sums of what models were asked, and what is told of the model when nobody has looked for long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.model_status import OUTDATED, ModelState, ModelStatus, as_known
from domain.model_usage import ModelUsage, summed, together

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
usages = st.builds(
    ModelUsage,
    provider=st.sampled_from(["anthropic", "openai"]),
    model=st.sampled_from(["large", "small"]),
    prompt_tokens=st.integers(0, 10**12),
    completion_tokens=st.integers(0, 10**12),
    requests=st.integers(0, 100),
)


def test_one_model_of_one_provider_is_one_sum() -> None:
    asked = [
        ModelUsage("openai", "small", 10, 1, 1),
        ModelUsage("anthropic", "small", 20, 2, 1),
        ModelUsage("openai", "small", 30, 3, 2),
    ]

    assert summed(asked) == (ModelUsage("anthropic", "small", 20, 2, 1), ModelUsage("openai", "small", 40, 4, 3))


def test_several_models_together_have_all_their_names_once() -> None:
    asked = [
        ModelUsage("openai", "small", 10, 1, 1),
        ModelUsage("openai", "large", 20, 2, 1),
        ModelUsage("anthropic", "small", 30, 3, 2),
    ]

    assert together(asked) == ModelUsage("anthropic, openai", "small, large", 60, 6, 4)


def test_where_no_model_was_asked_there_is_nothing() -> None:
    assert summed(()) == ()
    assert together(()) is None


@given(st.lists(usages), st.randoms())
def test_sums_lose_nothing_and_know_no_order(asked: list[ModelUsage], random: Random) -> None:
    mixed = list(asked)
    random.shuffle(mixed)

    sums = summed(asked)

    assert sums == summed(mixed) == summed(sums)
    for figure in ("prompt_tokens", "completion_tokens", "requests"):
        assert sum(getattr(each, figure) for each in sums) == sum(getattr(each, figure) for each in asked)
    assert [(each.provider, each.model) for each in sums] == sorted({(each.provider, each.model) for each in asked})


@pytest.mark.parametrize("message", [None, "m: The key was not accepted."])
def test_what_was_found_lately_is_told_as_it_is(message: str | None) -> None:
    status = ModelStatus(ModelState.UNAUTHORIZED, "m", NOON, message)

    assert as_known(status, NOON, NOON + OUTDATED) == status


def test_what_was_found_long_ago_says_so() -> None:
    late = NOON + timedelta(minutes=23, seconds=59)
    words = "No worker has looked for 23 minutes; this is what the last one found."

    assert as_known(ModelStatus(ModelState.READY, "m", NOON), NOON, late).message == words
    wrong = ModelStatus(ModelState.UNREACHABLE, "m", NOON, "m: It cannot be reached.")
    assert as_known(wrong, NOON, late) == ModelStatus(
        ModelState.UNREACHABLE, "m", NOON, f"m: It cannot be reached. {words}"
    )
