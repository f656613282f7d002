"""YAML lists of applications, each with what it needs: GOV.UK's portfolio and what is written like it.

Nothing of the document becomes an object: its nodes are read as the text they stand for.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from domain.columns import TableKind, table_kind
from domain.errors import ErrorCode, Refused, refuse
from domain.inventory import RejectedRow
from readers.limits import Limits
from readers.table import Record

_LISTS = frozenset({"applications", "apps", "services", "systems", "portfolio", "inventory"})
_LIST_OF_MAPS = re.compile(r"-\s+[\"']?[^\s\"',;|{\[][^,;|]*?[\"']?\s*:(\s|$)")
_NAMED_LIST = re.compile(rf"({'|'.join(sorted(_LISTS))})\s*:\s*(#.*)?$", re.IGNORECASE)
_CORE = "tag:yaml.org,2002:"
_PLAIN = frozenset(_CORE + word for word in ("str", "int", "float", "bool", "null", "timestamp", "map", "seq"))
_NEEDS = "dependencies"
_WHY = "dependency descriptions"
_NO_LIST = "The document is no list of applications. It begins with `- name: …`, or with `applications:` above it."
_LOADER: Any = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader


@dataclass(frozen=True, slots=True)
class Document:
    """The columns that its applications fill, and each of them on its line, or why it is left out."""

    columns: tuple[str, ...]
    records: tuple[Record | RejectedRow, ...]


def is_document(beginning: str, file_name: str) -> bool:
    """Whether a text is YAML: by its name, or since its first line that says anything begins a list of mappings."""
    if file_name.lower().endswith((".yml", ".yaml")):
        return True
    lines = (line.rstrip() for line in beginning.splitlines())
    first = next((line for line in lines if line.strip() and not line.startswith(("#", "---", "%YAML"))), "")
    return bool(_LIST_OF_MAPS.match(first) or _NAMED_LIST.match(first))


def read_document(text: str, limits: Limits) -> Document:
    """The applications of a document; Refused when it is none, or would grow beyond what it says."""
    if len(text) > limits.document:
        raise refuse(
            ErrorCode.LIMIT_EXCEEDED,
            f"The document has {len(text):,} characters; at most {limits.document:,} are read. "
            "Split it and import the parts.",
        )
    try:
        _check_events(text, limits)
        root = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise _invalid(error) from error
    found = [_read_application(node) for node in _applications(root)]
    columns = tuple(dict.fromkeys(name for one in found if isinstance(one, _Application) for name in one.texts))
    if table_kind(columns) is TableKind.DEPENDENCIES:
        # A list of names and what they need is one of applications here, since each of them stands once.
        columns = (*columns, "description")
    return Document(columns, tuple(one if isinstance(one, RejectedRow) else one.record(columns) for one in found))


@dataclass(frozen=True, slots=True)
class _Application:
    line: int
    texts: dict[str, str]

    def record(self, columns: Sequence[str]) -> Record:
        return Record(self.line, [self.texts.get(column, "") for column in columns])


def _check_events(text: str, limits: Limits) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_LOADER):
        if isinstance(event, yaml.AliasEvent):
            raise _refused(event, "repeats another part by an alias (*), which is not read. Write it out")
        if isinstance(event, yaml.NodeEvent) and getattr(event, "tag", None) not in {None, "!", *_PLAIN}:
            raise _refused(event, "has a tag (!), which is not read. Remove it")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > limits.depth:
            raise _refused(event, f"is nested more than {limits.depth} deep")


def _refused(event: yaml.Event, what: str) -> Refused:
    line = event.start_mark.line + 1 if event.start_mark else 1
    return refuse(ErrorCode.UNSUPPORTED_FORMAT, f"The document on line {line} {what}.")


def _invalid(error: yaml.YAMLError) -> Refused:
    mark = getattr(error, "problem_mark", None)
    where = f"line {mark.line + 1}: " if mark else ""
    why = getattr(error, "problem", None) or getattr(error, "reason", None) or "it cannot be read"
    return refuse(ErrorCode.INVALID_INPUT, f"The document is no valid YAML: {where}{why}.")


def _applications(root: yaml.Node | None) -> Sequence[yaml.Node]:
    if isinstance(root, yaml.MappingNode):
        lists = [value for key, value in root.value if str(key.value).casefold() in _LISTS]
        root = lists[0] if lists else None
    if not isinstance(root, yaml.SequenceNode) or not any(isinstance(one, yaml.MappingNode) for one in root.value):
        raise refuse(ErrorCode.UNSUPPORTED_FORMAT, _NO_LIST)
    return list(root.value)


def _read_application(node: yaml.Node) -> _Application | RejectedRow:
    line = node.start_mark.line + 1 if node.start_mark else 1
    if not isinstance(node, yaml.MappingNode):
        return RejectedRow(line, "This is no application: it has no fields.", {"": str(_plain(node))[:200]})
    texts: dict[str, str] = {}
    for key, value in node.value:
        if not isinstance(key, yaml.ScalarNode):
            return RejectedRow(line, "The name of a field is no text.", texts)
        name = " ".join(key.value.split())
        if name in texts:
            return RejectedRow(line, f'The field "{name}" stands twice.', texts)
        texts |= dict(_needs(name, value)) if name.casefold() == _NEEDS else {name: _text(value)}
    return _Application(line, texts)


def _needs(column: str, node: yaml.Node) -> Iterator[tuple[str, str]]:
    """The names of what is needed, a line each; and what is said of them beside."""
    said = dict(_said(node))
    # With an end of line behind it, a name that holds a comma is one name.
    yield column, "".join(f"{name}\n" for name in said)
    if any(said.values()):
        yield _WHY, "\n".join(f"{name}: {why}" for name, why in said.items() if why)


def _said(node: yaml.Node) -> Iterator[tuple[str, str]]:
    if isinstance(node, yaml.MappingNode):
        for name, about in node.value:
            yield _text(name), _description(about)
    elif isinstance(node, yaml.SequenceNode):
        for one in node.value:
            plain = _plain(one)
            yield (str(plain.get("name", "")), _description(one)) if isinstance(plain, dict) else (_text(one), "")
    elif text := _text(node):
        yield text, ""


def _description(node: yaml.Node) -> str:
    plain = _plain(node)
    return str(plain.get("description", "")) if isinstance(plain, dict) else _text(node)


def _text(node: yaml.Node) -> str:
    plain = _plain(node)
    if isinstance(plain, str):
        return plain
    if isinstance(plain, list) and all(isinstance(one, str) for one in plain):
        return "\n".join(plain)
    return json.dumps(plain, ensure_ascii=False)


def _plain(node: yaml.Node) -> str | list[Any] | dict[str, Any]:
    if isinstance(node, yaml.MappingNode):
        return {_text(key): _plain(value) for key, value in node.value}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(one) for one in node.value]
    return "" if node.tag == f"{_CORE}null" else str(node.value)
