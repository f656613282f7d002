"""Which fault an exception of the clients stands for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import MappingProxyType
from typing import Any

import anthropic
import httpx
import openai

from crews.gateway.faults import Fault, Setback
from crews.gateway.transport import Oversize

# Reading an event of the wrong form raises one of the built-in ones, a deeply nested one the last of them.
RAISED = (
    httpx.HTTPError,
    httpx.StreamError,
    openai.OpenAIError,
    anthropic.AnthropicError,
    TimeoutError,
    OSError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    RecursionError,
)
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
    for each in _chain(problem):
        if isinstance(each, Oversize):
            return Setback(Fault.ANSWER_TOO_LARGE)
    status = getattr(problem, "status_code", None)
    if isinstance(status, int):
        return _of_status(status, getattr(problem, "response", None), answering=answering)
    if isinstance(problem, TimeoutError | openai.APITimeoutError | anthropic.APITimeoutError):
        return Setback(Fault.TIMED_OUT)
    if isinstance(problem, httpx.TransportError | httpx.StreamError | OSError):
        return Setback(Fault.INTERRUPTED if answering else Fault.UNREACHABLE)
    if isinstance(problem, openai.APIConnectionError | anthropic.APIConnectionError):
        return Setback(Fault.UNREACHABLE)
    if isinstance(problem, openai.APIError | anthropic.APIError):
        return Setback(Fault.BROKEN)
    return Setback(Fault.MALFORMED)


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
    except ValueError:
        return None


def _until(text: str) -> float:
    when = parsedate_to_datetime(text)
    return max((when - datetime.now(UTC)).total_seconds(), 0.0)
