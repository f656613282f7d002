"""The flow types that are built: the only list of them in the project."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType

from domain.definition import FlowDefinition

# Each is a folder here with a DEFINITION; the order is the one in which people see them.
_BUILT = (
    "discovery",
    "assessment",
    "planning",
    "execution",
    "modernization",
    "finops",
    "observability",
    "decommission",
    "build",
    "customer_success",
)

DEFINITIONS: Mapping[str, FlowDefinition] = MappingProxyType(
    {kind: import_module(f"{__name__}.{kind}").DEFINITION for kind in _BUILT}
)
