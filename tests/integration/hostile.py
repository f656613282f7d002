"""Operations that hypothesis makes up for the whole schema, with the ids of things that are there."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from graphql import (
    REMOVE,
    DocumentNode,
    GraphQLInputObjectType,
    GraphQLSchema,
    IntValueNode,
    NameNode,
    NullValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    StringValueNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    build_schema,
    get_named_type,
    print_ast,
    visit,
)
from hypothesis import strategies as st
from hypothesis_graphql import Mode, mutations, nodes, queries

from tests.integration.inputs import object_for

Ids = Mapping[str, Sequence[str]]

# What an argument's name says of the thing that its id names; any id otherwise.
NAMED = {"flow": "Flow", "clone": "Flow", "component": "Component", "application": "Application", "wave": "Wave"}
TEXTS = st.one_of(st.text(max_size=20), st.sampled_from(["", "\x00", "a" * 5_000, "'; DROP TABLE flows; --", "\ud83d"]))


def _mostly(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(*[texts] * 9, TEXTS)


JSON: st.SearchStrategy[Any] = st.recursive(
    st.one_of(st.just(NullValueNode()), TEXTS.map(nodes.String), st.integers(-(10**20), 10**20).map(nodes.Int)),
    lambda inner: st.dictionaries(st.from_regex(r"[a-z]{1,5}", fullmatch=True), inner, max_size=3).map(
        lambda found: ObjectValueNode(
            fields=tuple(ObjectFieldNode(name=NameNode(value=key), value=value) for key, value in found.items())
        )
    ),
    max_leaves=5,
)
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "DateTime": _mostly(st.datetimes().map(lambda at: f"{at.isoformat()}Z")).map(nodes.String),
    "Date": _mostly(st.dates().map(str)).map(nodes.String),
    "Decimal": _mostly(st.integers(-(10**9), 10**9).map(lambda cents: f"{cents / 100:.2f}")).map(nodes.String),
    "JSON": JSON,
    "Upload": st.just(nodes.String("no file")),
}


def operations(text: str, ids: Ids) -> Mapping[str, st.SearchStrategy[str]]:
    """For the schema of that text, by the field of the root that they ask for; and those with a mistake somewhere."""
    plain = build_schema(text)
    found: dict[str, st.SearchStrategy[str]] = {}
    for root, make in ((plain.query_type, queries), (plain.mutation_type, mutations)):
        assert root is not None
        found[f"{root.name} with a mistake"] = _made(make, plain, ids, mode=Mode.NEGATIVE)
        for name in root.fields:
            found[name] = _made(make, plain, ids, fields=[name])
    return found


def _made(make: Any, schema: GraphQLSchema, ids: Ids, **options: Any) -> st.SearchStrategy[str]:
    def written(document: DocumentNode) -> str:
        return print_ast(_with_ids(schema, document, ids))

    made: st.SearchStrategy[str] = make(schema, custom_scalars=SCALARS, print_ast=written, codec="utf-8", **options)
    return made


def _with_ids(schema: GraphQLSchema, document: DocumentNode, ids: Ids) -> DocumentNode:
    info = TypeInfo(schema)
    changed: DocumentNode = visit(document, TypeInfoVisitor(info, _Ids(info, ids)))
    return changed


class _Ids(Visitor):
    """Puts the id of a thing that is there in the place of most that hypothesis made up."""

    def __init__(self, info: TypeInfo, ids: Ids) -> None:
        super().__init__()
        self._info = info
        self._ids = ids
        self._names: list[str] = []

    def enter(self, node: Any, *_: Any) -> Any:
        if isinstance(node, StringValueNode | IntValueNode) and self._is_id():
            chosen = zlib.crc32(node.value.encode("utf-8", "replace"))
            pool = self._pool(self._names[-1] if self._names else "")
            return nodes.String(pool[chosen % len(pool)]) if chosen % 5 else None
        if node.kind == "object_field" and node.name.value == "expectedVersion" and zlib.crc32(repr(node).encode()) % 4:
            # Hardly ever the right one, and then nothing more is looked at.
            return REMOVE
        if node.kind in ("argument", "object_field"):
            self._names.append(node.name.value)
        return None

    def leave(self, node: Any, *_: Any) -> Any:
        if node.kind in ("argument", "object_field"):
            self._names.pop()
        type_ = get_named_type(self._info.get_input_type())
        if isinstance(node, ObjectValueNode) and isinstance(type_, GraphQLInputObjectType) and type_.is_one_of:
            # hypothesis-graphql does not know that one of its fields must stand alone.
            given = [each for each in node.fields if not isinstance(each.value, NullValueNode)] or [*node.fields]
            return ObjectValueNode(fields=tuple(given[:1]))
        return None

    def _is_id(self) -> bool:
        type_ = self._info.get_input_type()
        return type_ is not None and get_named_type(type_).name == "ID"

    def _pool(self, name: str) -> Sequence[str]:
        wanted = next((part for word, part in NAMED.items() if word in name.lower()), "")
        named = [id for type_, each in self._ids.items() if type_.endswith(wanted) for id in each]
        return named or [id for each in self._ids.values() for id in each]


JUNK: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.sampled_from([10**19, -(2**63) - 1, 2**53, 1e308, -0.0, 0.1]),
        TEXTS,
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(TEXTS, inner, max_size=3),
    ),
    max_leaves=4,
) | st.sampled_from([[1] * 1_001, ["x"] * 1_001])


@st.composite
def spoiled(draw: st.DrawFn, type_: GraphQLInputObjectType, ids: Ids) -> dict[str, Any]:
    """An input that would do, with junk in one or two of its fields."""
    first = {name: each[0] for name, each in ids.items()}
    made = object_for(type_, {"ClientAccount": "ClientAccount:none", **first})
    for _ in range(draw(st.integers(1, 2))):
        made[draw(st.sampled_from(sorted(type_.fields)))] = draw(JUNK)
    return made
