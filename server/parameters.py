"""The parameters of one GraphQL request, read strictly, however it came."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import orjson

from server.errors import BadRequest

NAMES = ("query", "documentId", "operationName", "variables", "extensions")


@dataclass(frozen=True, slots=True)
class Parameters:
    """A document or what it is called by, which of its operations to run, and with which variables."""

    query: str
    operation_name: str | None
    variables: dict[str, Any] | None
    extensions: dict[str, Any] | None = None
    document_id: str | None = None

    @classmethod
    def read(cls, value: object) -> Self:
        """From a decoded request; BadRequest says what is not as it must be."""
        if not isinstance(value, Mapping):
            raise BadRequest("A GraphQL request is one JSON object; a list of several is not taken.")
        extensions = _object_or_null(value, "extensions")
        document_id = _text_or_null(value, "documentId")
        called = document_id is not None or "persistedQuery" in (extensions or {})
        query = value.get("query")
        if not (isinstance(query, str) and query) and not (called and query in (None, "")):
            raise BadRequest("`query` must be a string that holds a GraphQL document.")
        # An empty name is what some clients send for none.
        name = _text_or_null(value, "operationName") or None
        return cls(query or "", name, _object_or_null(value, "variables"), extensions, document_id)


def _text_or_null(value: Mapping[str, Any], name: str) -> str | None:
    found = value.get(name)
    if found is not None and not isinstance(found, str):
        raise BadRequest(f"`{name}` must be a string or null.")
    return found


def _object_or_null(value: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    found = value.get(name)
    if found is not None and not isinstance(found, dict):
        raise BadRequest(f"`{name}` must be a JSON object or null.")
    return found


def read_json(text: bytes | str, what: str) -> Any:
    """Decode JSON; BadRequest says where it is not."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadRequest(f"{what} is not JSON in UTF-8: {error}.") from None
