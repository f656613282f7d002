"""The flow types that are built: the only list of them in the project."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from domain.definition import FlowDefinition

_BUILT: tuple[FlowDefinition, ...] = ()

DEFINITIONS: Mapping[str, FlowDefinition] = MappingProxyType({definition.kind: definition for definition in _BUILT})
