"""How a mutation ends that changed nothing: its entry in the audit log, then its answer, or its error again."""

from __future__ import annotations

import asyncio
import re

from domain.errors import DomainError, ErrorCode, KeptBack, Refused
from domain.request import CANCELLED, FAILED, NO_ANSWER, REPEATED, Answer, Repeated, refused
from resolvers.context import Caller
from schema.acts import act_of


async def came_to(caller: Caller, error: BaseException) -> Answer:
    """The answer that it comes to, kept by then; what is no answer is raised."""
    match error:
        case Repeated():
            return await _repeated(caller, error)
        case KeptBack():
            # Its own transaction has entered it.
            return Answer(problems=error.problems)
        case Refused():
            return await _refused(caller, error)
        case DomainError():
            await caller.record(refused([_code(error)]))
        case asyncio.CancelledError():
            # Whoever waits for the operation no longer does; that it was tried is kept all the same.
            await asyncio.shield(caller.record(CANCELLED))
        case Exception():
            await caller.record(FAILED)
    raise error


async def _repeated(caller: Caller, repeated: Repeated) -> Answer:
    act = act_of(caller.request.mutation if caller.request else "")
    # Where nothing was changed an entry names what its input does: that may be of another type than what was made.
    ids = repeated.answer.ids if act.about == act.named else ()
    await caller.record(REPEATED, Answer(ids))
    return repeated.answer


async def _refused(caller: Caller, error: Refused) -> Answer:
    codes = [problem.code for problem in error.problems]
    answer = Answer(problems=error.problems)
    try:
        # A conflict is no answer of the key's: that is the other request's.
        await caller.record(refused(codes), NO_ANSWER if ErrorCode.IDEMPOTENCY_CONFLICT in codes else answer)
    except Repeated as repeated:
        return await _repeated(caller, repeated)
    return answer


def _code(error: DomainError) -> str:
    """As a client is told it: `LimitExceeded` -> `LIMIT_EXCEEDED`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(error).__name__).upper()
