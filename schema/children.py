"""What flows of each type add to their master: a type per definition, with the fields of its own module if any."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

import strawberry
from graphql import GraphQLAbstractType, GraphQLResolveInfo
from strawberry.types.field import StrawberryField

from domain.flows import DEFINITIONS
from domain.known import KnownChild, KnownFlow, KnownPhase
from schema.basics import Node
from schema.ids import child_type
from schema.loading import computed
from schema.mirror import Id, assemble, name_of, register


class _Fields:
    """The fields of every child."""

    @computed
    @staticmethod
    def id(child: KnownChild) -> Id:
        return Id(f"{child_type(child.flow.kind)}:{child.flow.id}")

    @computed
    @staticmethod
    def master(child: KnownChild) -> KnownFlow:
        return child.flow

    @computed
    @staticmethod
    def phases(child: KnownChild) -> tuple[KnownPhase, ...]:
        return child.flow.known_phases

    @computed
    @staticmethod
    def current_phase(child: KnownChild) -> KnownPhase | None:
        """Null once the flow is completed."""
        return child.flow.current_phase


@strawberry.interface(description="What a flow of one type adds to its master flow.")
class ChildFlow(Node):
    master = _Fields.master
    phases = _Fields.phases
    current_phase = _Fields.current_phase

    @classmethod
    def resolve_type(cls, value: Any, _info: GraphQLResolveInfo[Any], _type: GraphQLAbstractType) -> str:
        return name_of(value)


register(KnownChild, ChildFlow, lambda child: child_type(child.flow.kind))


def child_types() -> list[type]:
    """The child type of every flow type."""
    return [_child(kind) for kind in DEFINITIONS]


def _child(kind: str) -> type:
    def is_type_of(value: object, _info: object) -> bool:
        return isinstance(value, KnownChild) and value.flow.kind == kind

    own = {"id": _Fields.id, **_fields_of(kind)}
    return assemble(child_type(kind), own, (ChildFlow,), is_type_of=staticmethod(is_type_of))


def _fields_of(kind: str) -> dict[str, Any]:
    """What the class `Child` in `schema/<kind>.py` adds, where there is one."""
    if importlib.util.find_spec(f"schema.{kind}") is None:
        return {}
    own = importlib.import_module(f"schema.{kind}").Child
    return {name: value for name, value in vars(own).items() if isinstance(value, StrawberryField)}
