"""How much of a response is read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crews.gateway.transport import LimitedStream, Oversize


class Pieces(httpx.AsyncByteStream):
    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


async def read(pieces: Sequence[bytes], most: int, *, events: bool) -> bytes:
    stream = LimitedStream(Pieces(pieces), most, events=events)
    return b"".join([piece async for piece in stream])


async def test_a_body_is_limited_as_a_whole() -> None:
    assert await read([b"12345", b"67890"], 10, events=False) == b"1234567890"
    with pytest.raises(Oversize):
        await read([b"12345", b"678901"], 10, events=False)


async def test_a_stream_is_limited_by_its_events() -> None:
    assert len(await read([b"data: 1\n\n"] * 100, 30, events=True)) == 900
    with pytest.raises(Oversize):
        await read([b"data: 1\n"] * 100, 30, events=True)


@given(st.integers(1, 12), st.sampled_from([b"\n\n", b"\r\n\r\n"]))
async def test_wherever_a_stream_is_cut_into_pieces(step: int, empty_line: bytes) -> None:
    body = (b"data: 123" + empty_line) * 50

    pieces = [body[start : start + step] for start in range(0, len(body), step)]

    assert await read(pieces, 40, events=True) == body
