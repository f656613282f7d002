"""Files of requests that may be repeated: read once and kept, so that a repeat is told from another file."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, Any

from schema.scalars import UploadedFile

# Held in memory up to this size, beyond it on disk.
_IN_MEMORY = 8 << 20
_CHUNK = 1 << 18


@dataclass(frozen=True, slots=True)
class KeptUpload:
    """An upload whose bytes were read already; they can be read once more."""

    filename: str
    content_type: str | None
    size: int
    sha256: str
    kept: IO[bytes]

    async def chunks(self) -> AsyncIterator[bytes]:
        """Its bytes, a piece at a time."""
        self.kept.seek(0)
        while chunk := self.kept.read(_CHUNK):
            yield chunk


async def keep_uploads(said: dict[str, Any], limit: int, files: ExitStack) -> None:
    """Puts in the place of each file one that was read, as far as it is beyond the limit; `files` lets go of them."""
    for name, value in said.items():
        if isinstance(value, dict):
            await keep_uploads(value, limit, files)
        elif isinstance(value, UploadedFile):
            target: IO[bytes] = files.enter_context(tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115
            said[name] = await _kept(value, limit, target)


async def _kept(file: UploadedFile, limit: int, target: IO[bytes]) -> KeptUpload:
    digest, size = hashlib.sha256(), 0
    async for chunk in file.chunks():
        size += len(chunk)
        digest.update(chunk)
        target.write(chunk)
        if size > limit:
            break
    return KeptUpload(file.filename, file.content_type, size, digest.hexdigest(), target)


def in_common(value: Any) -> Any:
    """What a repeat has in common with the first request: of a file its name and its content."""
    if isinstance(value, Mapping):
        return {name: in_common(item) for name, item in value.items()}
    if isinstance(value, KeptUpload):
        return [value.filename, value.size, value.sha256]
    return value.filename if isinstance(value, UploadedFile) else value
