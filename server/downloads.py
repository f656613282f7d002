"""Fetching the file of an export: by its link, and with the token that the link was made for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from urllib.parse import quote

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from domain.errors import Forbidden, NotFound
from domain.export import Export, ExportStatus
from resolvers.context import Caller
from server.authentication import Gate
from server.errors import BadRequest, FailedOperation
from server.http import credentials_of
from server.links import Links
from server.operations import edge
from server.pages import SECURE

LOG = structlog.get_logger(__name__)

NOT_KEPT: Mapping[str, str] = {"cache-control": "private, no-store", "content-security-policy": "sandbox", **SECURE}


class Downloads:
    """Serves files to those whom their links were made for."""

    def __init__(self, gate: Gate, links: Links) -> None:
        self._gate = gate
        self._links = links

    async def fetch(self, request: Request) -> Response:
        """The file, a chunk at a time; or why not, as the API says it."""
        try:
            with edge():
                caller = await self._admit(request)
                export = await self._find(caller, request)
        except FailedOperation as error:
            headers = {**NOT_KEPT, **error.headers}
            if error.status is HTTPStatus.UNAUTHORIZED:
                headers["www-authenticate"] = "Bearer"
            return JSONResponse({"errors": error.errors}, error.status, headers)
        LOG.info("download", export=export.id, subject=caller.subject, engagement=caller.tenant.engagement_id)
        return _response(caller, export, request.method)

    async def _admit(self, request: Request) -> Caller:
        credentials = credentials_of(request)
        identity = await self._gate.identify(credentials)
        try:
            return await self._gate.enter(identity, credentials)
        except Forbidden:
            # As for any file that is not this token's: whether there is one is not said.
            raise NotFound("export") from None

    async def _find(self, caller: Caller, request: Request) -> Export:
        export_id, asked = request.path_params["export_id"], request.query_params
        self._links.check(caller, export_id, asked.get("until", ""), asked.get("signature", ""))
        async with caller.open_work(caller.tenant) as uow:
            export = await uow.exports.get(export_id)
        if export.status is not ExportStatus.READY:
            raise BadRequest("This file is no longer kept. Export the flow again.", HTTPStatus.GONE)
        return export


def _response(caller: Caller, export: Export, method: str) -> Response:
    headers = {
        **NOT_KEPT,
        "content-disposition": disposition(export.file_name),
        "content-length": str(int(export.size_bytes or 0)),
    }
    if method == "HEAD":
        return Response(headers=headers, media_type=export.media_type)
    return StreamingResponse(_chunks(caller, export.file_id or ""), headers=headers, media_type=export.media_type)


async def _chunks(caller: Caller, file_id: str) -> AsyncIterator[bytes]:
    """A short transaction for each: a client that reads slowly holds none."""
    number = 0
    while True:
        async with caller.open_work(caller.tenant) as uow:
            chunk = await uow.files.chunk(file_id, number)
        if chunk is None:
            return
        yield chunk
        number += 1


def disposition(file_name: str) -> str:
    """The header by which a browser names the file (RFC 6266): exactly, and for old ones in ASCII."""
    plain = "".join(mark if " " <= mark <= "~" and mark not in '"\\' else "_" for mark in file_name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name, safe='')}"
