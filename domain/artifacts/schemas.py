"""The JSON Schemas of contents, as clients see them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from domain.artifact import ArtifactKind
from domain.artifacts.shapes import (
    SHAPES,
    AssessmentForm,
    ContractAnalysis,
    MappedStakeholder,
    OpenTask,
    OpenTasks,
    PricingLine,
    PricingTable,
    StakeholderMap,
)
from domain.ports import Shapes

# What the server works out, whatever is sent.
COMPUTED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        AssessmentForm.__name__: ("questions", "answered", "complete", "score"),
        OpenTask.__name__: ("overdue",),
        OpenTasks.__name__: ("asOf", "total", "overdue"),
        ContractAnalysis.__name__: ("noticeBy", "highestRisk"),
        PricingLine.__name__: ("listTotal", "discount", "lineTotal", "annual", "priceChangePercent"),
        PricingTable.__name__: (
            "subtotal",
            "discount",
            "total",
            "arr",
            "arrChange",
            "arrChangePercent",
            "warnings",
        ),
        MappedStakeholder.__name__: ("name", "role"),
        StakeholderMap.__name__: ("customerId",),
    }
)


@dataclass(frozen=True, slots=True)
class ArtifactSchema:
    """The JSON Schema of the contents of one kind."""

    kind: ArtifactKind
    schema: Mapping[str, Any]


def published(shapes: Shapes) -> Iterator[ArtifactSchema]:
    """Those of the six kinds that have one; `readOnly` is what the server works out."""
    for kind, type_ in SHAPES.items():
        schema = shapes.schema(type_)
        for name, definition in ((type_.__name__, schema), *schema.get("$defs", {}).items()):
            _mark(name, definition)
        yield ArtifactSchema(kind, schema)


def _mark(name: str, definition: dict[str, Any]) -> None:
    if "properties" not in definition:
        return
    definition["additionalProperties"] = False
    for key, value in definition["properties"].items():
        value.pop("title", None)
        if key in COMPUTED.get(name, ()):
            value["readOnly"] = True
