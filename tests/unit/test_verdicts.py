"""What the engine makes of how a rule ended."""

from __future__ import annotations

import pytest

from domain.errors import ErrorCode, refuse
from domain.planning.ports import SolveCancelled, SolveFailed
from engine.ports import RunCancelled
from engine.workflow import Verdict, _judged


async def ended_with(problem: Exception) -> Verdict:
    async def work() -> Verdict:
        raise problem

    return await _judged(work())


@pytest.mark.parametrize("problem", [RunCancelled(), SolveCancelled()])
async def test_what_is_no_longer_wanted_ends_alike_wherever_it_was(problem: Exception) -> None:
    assert await ended_with(problem) == {
        "code": "CANCELLED",
        "message": "The run is no longer wanted.",
        "retryable": True,
    }


async def test_a_solver_that_fails_says_so_and_may_be_tried_again() -> None:
    assert await ended_with(SolveFailed("The solver's process ended with -9.")) == {
        "code": "SOLVE_FAILED",
        "message": "The solver's process ended with -9. Retry the phase.",
        "retryable": True,
    }


async def test_what_is_infeasible_is_told_in_its_own_words_and_not_tried_again() -> None:
    assert await ended_with(refuse(ErrorCode.INFEASIBLE, "Pilot cannot be.")) == {
        "code": "INFEASIBLE",
        "message": "Pilot cannot be.",
        "retryable": False,
    }
