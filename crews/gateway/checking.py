"""Whether an endpoint answers, takes the key, and knows the model."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from crews.gateway.attempts import Attempt
from crews.gateway.calls import Line
from crews.gateway.endpoint import Limits, Question
from crews.gateway.faults import MESSAGES, Fault, Setback
from crews.gateway.setbacks import RAISED, read_setback
from crews.model import Message, Speaker
from domain.model_status import ModelState, ModelStatus

CHECK_SECONDS = 10.0
GREETING = (Message(Speaker.USER, "Say OK."),)
STATES: Mapping[Fault, ModelState] = MappingProxyType(
    {Fault.UNAUTHORIZED: ModelState.UNAUTHORIZED, Fault.UNKNOWN_MODEL: ModelState.UNKNOWN_MODEL}
)
# It answers, though not now or not to this; a call will tell.
WELL = frozenset({Fault.BUSY, Fault.REJECTED, Fault.ANSWER_TOO_LARGE})
WORST_FIRST = (ModelState.UNAUTHORIZED, ModelState.UNKNOWN_MODEL, ModelState.UNREACHABLE, ModelState.READY)


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found at one endpoint."""

    model: str
    state: ModelState
    message: str | None = None


async def check_line(line: Line) -> Found:
    """Look into its list of models; where that does not tell, ask for one token."""
    model = line.endpoint.model
    setback: Setback | None = None
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            listed = await line.dialect.knows(model)
    except (*RAISED, line.dialect.raises) as problem:
        setback = read_setback(problem, answering=False)
    else:
        setback = None if listed else Setback(Fault.UNKNOWN_MODEL)
    # Many serve a model under more names than they list, or list none.
    if setback is not None and setback.fault not in (Fault.UNAUTHORIZED, Fault.UNREACHABLE, Fault.TIMED_OUT):
        setback = await _greet(line)
    if setback is None or setback.fault in WELL:
        return Found(model, ModelState.READY)
    state = STATES.get(setback.fault, ModelState.UNREACHABLE)
    return Found(model, state, f"{model}: {MESSAGES[setback.fault]}")


async def _greet(line: Line) -> Setback | None:
    limits = Limits(silence_seconds=CHECK_SECONDS)
    question = Question(line.endpoint.model, GREETING, {}, 1, structured=False)
    ends_at = asyncio.get_running_loop().time() + CHECK_SECONDS
    async with aclosing(Attempt(line.dialect, question, limits, ends_at).parts()) as parts:
        async for part in parts:
            # That it says something is all there is to know.
            return part if isinstance(part, Setback) else None
    return None


def sum_up(found: Sequence[Found], model: str, at: datetime) -> ModelStatus:
    """The worst of it, with a sentence for each endpoint at which something is wrong."""
    state = min((each.state for each in found), key=WORST_FIRST.index)
    wrong = " ".join(each.message for each in found if each.message)
    return ModelStatus(state, model, at, wrong or None)
