"""Files in a request, by the GraphQL multipart request specification, read as they arrive."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import ClientDisconnect

from server.errors import BadRequest
from server.parameters import read_json

LARGEST_MAP = 65_536


@dataclass(slots=True)
class Part:
    """One part of the body: what its headers say, and the pieces that have arrived but were not read."""

    headers: dict[str, bytes] = field(default_factory=dict)
    pieces: deque[bytes] = field(default_factory=deque)
    complete: bool = False

    def _disposition(self, option: bytes) -> str | None:
        options = parse_options_header(self.headers.get("content-disposition", b""))[1]
        value = options.get(option)
        return None if value is None else value.decode("utf-8", "replace")

    @property
    def name(self) -> str | None:
        return self._disposition(b"name")

    @property
    def filename(self) -> str | None:
        return self._disposition(b"filename")

    @property
    def content_type(self) -> str | None:
        value = self.headers.get("content-type")
        return None if value is None else value.decode("latin-1")


class Body:
    """The parts of a multipart body, in their order, never more of one in memory than one chunk."""

    def __init__(self, stream: AsyncIterator[bytes], boundary: bytes) -> None:
        self._stream = stream
        self._parts: deque[Part] = deque()
        self._whole = False
        self._header = b""
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": lambda: self._parts.append(Part()),
                "on_part_data": lambda data, start, end: self._parts[-1].pieces.append(data[start:end]),
                "on_part_end": self._end_part,
                "on_header_field": self._name_header,
                "on_header_value": self._set_header,
                "on_header_end": self._end_header,
                "on_end": self._end,
            },
        )
        self._value = b""

    async def next(self) -> Part | None:
        """The next part once its first bytes are there, the one before it passed over; None at the end."""
        if self._parts:
            async for _ in self.chunks(self._parts[0]):
                pass
            self._parts.popleft()
        while not self._parts or not (self._parts[0].pieces or self._parts[0].complete):
            if self._whole:
                return None
            await self._feed()
        return self._parts[0]

    async def chunks(self, part: Part) -> AsyncIterator[bytes]:
        """The bytes of the current part."""
        while True:
            while part.pieces:
                yield part.pieces.popleft()
            if part.complete:
                return
            await self._feed()

    async def text(self, part: Part, limit: int) -> bytes:
        """All of a small part."""
        found = bytearray()
        async for piece in self.chunks(part):
            found += piece
            if len(found) > limit:
                raise BadRequest(f"The part {part.name!r} is larger than {limit} bytes.")
        return bytes(found)

    async def _feed(self) -> None:
        try:
            chunk = await anext(self._stream, b"")
        except ClientDisconnect:
            raise BadRequest("The upload broke off.") from None
        if not chunk:
            raise BadRequest("The multipart body ends before its last boundary.")
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise BadRequest(f"The multipart body cannot be read: {error}.") from None

    def _name_header(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _set_header(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        self._parts[-1].headers[self._header.decode("latin-1").lower()] = self._value
        self._header = self._value = b""

    def _end_part(self) -> None:
        self._parts[-1].complete = True

    def _end(self) -> None:
        self._whole = True


class File:
    """A file that is still arriving: its bytes can be read once, while the command runs."""

    def __init__(self, body: Body, part: Part) -> None:
        self._body = body
        self._part = part
        self._taken = False

    @property
    def filename(self) -> str:
        return self._part.filename or ""

    @property
    def content_type(self) -> str | None:
        return self._part.content_type

    async def chunks(self) -> AsyncIterator[bytes]:
        """Its bytes; a second time there is nothing left to read."""
        if self._taken:
            raise BadRequest("The file was read already; a file fills one variable.")
        self._taken = True
        async for piece in self._body.chunks(self._part):
            yield piece


async def read_operations(stream: AsyncIterator[bytes], boundary: bytes, limit: int) -> Any:
    """The decoded `operations`, with the file in the place that `map` gives it."""
    if not boundary:
        raise BadRequest("The content type of a multipart body must name its boundary.")
    body = Body(stream, boundary)
    operations = read_json(await _named(body, "operations", limit), "The part `operations`")
    places = _read_map(read_json(await _named(body, "map", LARGEST_MAP), "The part `map`"))
    if not places:
        return operations
    ((key, path),) = places.items()
    part = await body.next()
    if part is None or part.name != key or part.filename is None:
        raise BadRequest(f"After `map` must come the file named {key!r}.")
    _place(operations, path, File(body, part))
    return operations


async def _named(body: Body, name: str, limit: int) -> bytes:
    part = await body.next()
    if part is None or part.name != name:
        raise BadRequest("A multipart request is `operations`, then `map`, then the file, in this order.")
    return await body.text(part, limit)


def _read_map(value: object) -> dict[str, str]:
    """The path of each file; no operation of the contract takes more than one."""
    message = '`map` must be an object such as {"0": ["variables.input.file"]}: one file in one place.'
    if not isinstance(value, Mapping) or len(value) > 1:
        raise BadRequest(message)
    for paths in value.values():
        if not isinstance(paths, list) or len(paths) != 1 or not isinstance(paths[0], str):
            raise BadRequest(message)
    return {key: paths[0] for key, paths in value.items()}


def _place(operations: Any, path: str, file: File) -> None:
    """Put the file where `null` stands for it."""
    *way, last = path.split(".")
    target = operations
    for step in way:
        target = _step(target, step, path)
    if not path.startswith("variables.") or _step(target, last, path) is not None:
        raise BadRequest(f"`map` names {path!r}, which must be a variable that is null.")
    target[int(last) if isinstance(target, list) else last] = file


def _step(target: Any, step: str, path: str) -> Any:
    if isinstance(target, dict) and step in target:
        return target[step]
    if isinstance(target, list) and step.isdecimal() and int(step) < len(target):
        return target[int(step)]
    raise BadRequest(f"`map` names {path!r}, which `operations` does not have.")
