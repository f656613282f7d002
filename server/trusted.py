"""Trusted documents: the operations of our own clients, called by the SHA-256 of their text."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import orjson
import structlog
from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode, parse

from domain.errors import LimitExceeded
from server.documents import Documents, Openness
from server.errors import BadRequest, Code, DocumentRefused, InvalidOperation
from server.parameters import Parameters
from server.settings import InvalidSettings

LOG = structlog.get_logger(__name__)

HASH = re.compile(r"[0-9a-f]{64}")
PREFIX = "sha256:"

NO_MANIFEST = (
    "This server knows no documents by their hash. Send `query`, or name a manifest in FLOTILLA_TRUSTED_DOCUMENTS."
)
UNKNOWN = "There is no document of that hash among the trusted ones. Add it with `python -m server trust`."
NOT_TRUSTED = (
    "This server executes trusted documents only. Call one by its hash, as `documentId` or in "
    "`extensions.persistedQuery.sha256Hash`."
)
ANOTHER = "`query` is not the document of the hash that came with it. Send one of them, or the right hash."
NOT_A_HASH = "A document is called by the SHA-256 of its text: 64 hexadecimal digits in lower case."


@dataclass(frozen=True, slots=True)
class TrustedDocuments:
    """Documents by hash. `only`: nothing else is executed."""

    documents: Mapping[str, str] | None = None
    only: bool = False

    @classmethod
    def read(cls, path: Path | None, *, only: bool) -> Self:
        """From a manifest; InvalidSettings says what is wrong with it."""
        if path is None:
            if only:
                raise InvalidSettings(
                    "FLOTILLA_PROFILE is 'production', where only trusted documents are executed. "
                    "Write their manifest with `python -m server trust FILES…`, "
                    "and name it in FLOTILLA_TRUSTED_DOCUMENTS."
                )
            return cls()
        return cls(read_manifest(path), only)

    def warn_of(self, schema: GraphQLSchema) -> None:
        """Log which of them this release does not execute: whoever calls those will be refused."""
        for name, text in (self.documents or {}).items():
            if errors := check(schema, text):
                LOG.warning("document_not_executable", document=name, reason=errors[0].message)

    def text(self, parameters: Parameters) -> str:
        """The document that a request asks for, sent or called by its hash."""
        called = _called(parameters)
        if called is None:
            return self._sent(parameters.query)
        if parameters.query and hash_of(parameters.query) != called:
            raise BadRequest(ANOTHER)
        if self.documents is None and not parameters.query:
            raise DocumentRefused(Code.PERSISTED_QUERY_NOT_SUPPORTED, NO_MANIFEST)
        found = (self.documents or {}).get(called)
        if found is not None:
            return found
        if not parameters.query:
            raise DocumentRefused(Code.PERSISTED_QUERY_NOT_FOUND, UNKNOWN)
        return self._sent(parameters.query)

    def _sent(self, query: str) -> str:
        if self.only and hash_of(query) not in (self.documents or {}):
            raise DocumentRefused(Code.DOCUMENT_NOT_TRUSTED, NOT_TRUSTED)
        return query


def hash_of(text: str) -> str:
    """What a document is called by."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def read_manifest(path: Path) -> Mapping[str, str]:
    """The documents that a manifest holds, each under its own hash."""
    advice = "Write it with `python -m server trust FILES…`."
    try:
        found = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise InvalidSettings(
            f"FLOTILLA_TRUSTED_DOCUMENTS names {path}, which cannot be read: {error}. {advice}"
        ) from None
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise InvalidSettings(f"{path} must be one JSON object: a document's SHA-256 to its text. {advice}")
    if wrong := [name for name, text in found.items() if hash_of(text) != name]:
        raise InvalidSettings(f"In {path} the text under {wrong[0]} has another SHA-256. {advice}")
    return found


def write_manifest(path: Path, kept: Mapping[str, str], texts: Iterable[str]) -> Mapping[str, str]:
    """Write those documents and the ones that are kept, in place of what the file held; a reader sees either whole."""
    documents = {**kept, **{hash_of(text): text for text in texts}}
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_bytes(orjson.dumps(documents, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS))
    aside.replace(path)
    return documents


def check(schema: GraphQLSchema, text: str) -> Sequence[GraphQLError]:
    """Why the document would never be executed, as in production; nothing when it would be."""
    documents = Documents(schema, Openness(introspection=False))
    try:
        nodes = parse(text).definitions
        names = [node.name for node in nodes if isinstance(node, OperationDefinitionNode)]
        for name in names or [None]:
            documents.operation(text, name.value if name else None).price.of({})
    except GraphQLError as error:
        return [error]
    except InvalidOperation as error:
        return error.errors
    except LimitExceeded as error:
        return [GraphQLError(str(error))]
    return ()


def _called(parameters: Parameters) -> str | None:
    """The hash that a request names, in either of the shapes; None when it names none."""
    ids: list[object] = [] if parameters.document_id is None else [parameters.document_id.removeprefix(PREFIX)]
    persisted = (parameters.extensions or {}).get("persistedQuery")
    if persisted is not None:
        if not isinstance(persisted, dict) or persisted.get("version") not in (1, None):
            raise BadRequest('`extensions.persistedQuery` must read {"version": 1, "sha256Hash": "…"}.')
        ids.append(persisted.get("sha256Hash"))
    if not ids:
        return None
    if any(not isinstance(id, str) or not HASH.fullmatch(id) for id in ids) or len(set(ids)) > 1:
        raise BadRequest(NOT_A_HASH)
    return str(ids[0])
