"""The flow types that are built: the only list of them in the project."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from domain.definition import FlowDefinition
from domain.flows import assessment, discovery, planning

_BUILT: tuple[FlowDefinition, ...] = (discovery.DEFINITION, assessment.DEFINITION, planning.DEFINITION)

DEFINITIONS: Mapping[str, FlowDefinition] = MappingProxyType({definition.kind: definition for definition in _BUILT})
