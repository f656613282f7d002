"""Which fault an exception of the clients stands for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any

import httpx

from crews.gateway.faults import Fault, Setback
from crews.gateway.transport import Oversize

# What reading an event of the wrong form raises, a deeply nested one the last of them.
UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, RecursionError)
# Beside what the client of a protocol raises, which is not imported for this.
RAISED = (httpx.HTTPError, httpx.StreamError, OSError, *UNREADABLE)
BY_STATUS = MappingProxyType(
    {
        401: Fault.UNAUTHORIZED,
        403: Fault.UNAUTHORIZED,
        404: Fault.UNKNOWN_MODEL,
        408: Fault.BROKEN,
        409: Fault.BROKEN,
        429: Fault.BUSY,
    }
)
SERVER_FAULTS = 500


def read_setback(problem: BaseException, *, answering: bool) -> Setback:
    """`answering` says that the endpoint had begun to answer."""
    chain = tuple(_chain(problem))
    if any(isinstance(each, Oversize) for each in chain):
        return Setback(Fault.ANSWER_TOO_LARGE)
    status = getattr(problem, "status_code", None)
    if isinstance(status, int):
        return _of_status(status, getattr(problem, "response", None), answering=answering)
    # Our own deadline; the only one that the clients know of is for connecting.
    if isinstance(problem, TimeoutError):
        return Setback(Fault.TIMED_OUT)
    if any(isinstance(each, httpx.TransportError | httpx.StreamError | OSError) for each in chain):
        return Setback(Fault.INTERRUPTED if answering else Fault.UNREACHABLE)
    return Setback(Fault.MALFORMED if isinstance(problem, (*UNREADABLE, httpx.HTTPError)) else Fault.BROKEN)


def _of_status(status: int, response: Any, *, answering: bool) -> Setback:
    # An event of a stream that says it failed comes with the status that the stream began with.
    if answering or status >= SERVER_FAULTS:
        return Setback(Fault.BROKEN, None if answering else _retry_after(response))
    fault = BY_STATUS.get(status, Fault.REJECTED)
    return Setback(fault, _retry_after(response) if fault is Fault.BUSY else None)


def _chain(problem: BaseException | None) -> Iterator[BaseException]:
    while problem is not None:
        yield problem
        problem = problem.__cause__


def _retry_after(response: Any) -> float | None:
    """Seconds, from a number or a date."""
    text = response.headers.get("retry-after") if isinstance(response, httpx.Response) else None
    if text is None:
        return None
    try:
        return max(float(text), 0.0) if text[:1].isdigit() else _until(text)
    except (ValueError, TypeError):
        return None


def _until(text: str) -> float:
    when = parsedate_to_datetime(text)
    return max((when - datetime.now(UTC)).total_seconds(), 0.0)
