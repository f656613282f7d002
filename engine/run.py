"""One attempt at a phase: what the engine stores of it, and where it stages what until that is shown."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from domain.access import Tenant
from domain.definition import Phase
from domain.flow import Flow
from domain.ports import ResultRepository, UnitOfWork
from engine.ports import RunCancelled

# What agents answered, and the outcome with what of it enters; the portfolio's mark; the rules' result and warnings;
# what to remove; then values to save, those that agents changed behind those of the rules.
ANSWERS, REVIEWED, MARK, RESULT, REMOVES, VALUES = -3, -2, -1, 0, 1, 2
CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Run:
    """One attempt at a phase, by ids alone: what the engine stores of it."""

    tenant: Tenant
    flow_id: str
    run_id: str


@dataclass(frozen=True, slots=True)
class Staged:
    """How much a run has staged: batches of values, and whether agents have had their say about its outcome.

    `played` says that what it has come to is an answer, which is still to be decided.
    """

    batches: int
    reviewed: bool = False
    played: bool = False


async def wanted(uow: UnitOfWork, run: Run) -> Flow:
    """The flow, held, while the run is the one whose result is wanted; RunCancelled when it is not."""
    flow = await uow.flows.get(run.flow_id)
    if not flow.runs_now(run.run_id):
        raise RunCancelled
    return flow


def running(flow: Flow) -> Phase:
    """The phase that runs."""
    state = flow.running
    if state is None:
        raise LookupError(f"No phase of {flow.id} runs.")
    return flow.definition.phase(state.key)


def chunks(values: Sequence[Any]) -> Iterator[list[Any]]:
    """Pieces that one transaction takes without effort."""
    rest = iter(values)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def values_of(results: ResultRepository, run: Run, staged: Staged) -> AsyncIterator[list[Any]]:
    """What is staged to be saved, a batch at a time."""
    return results.staged_values(run.run_id, range(VALUES, VALUES + staged.batches))
