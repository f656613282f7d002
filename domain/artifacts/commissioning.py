"""An artifact as a commission to a model: the schema of its answer, and how that is read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from domain.access import Tenant
from domain.artifact import ArtifactRequest
from domain.artifacts.authoring import Commission
from domain.artifacts.background import Background
from domain.artifacts.briefing import LONGEST, brief
from domain.artifacts.contents import Checked, finish
from domain.artifacts.grounding import Grounding, numbers_of
from domain.artifacts.joining import cleaned, joined
from domain.artifacts.proposals import PROPOSALS
from domain.given import Checking
from domain.ports import Shapes

_SAID_OF_IT = frozenset({"title", "default", "description", "$schema"})


def commission(
    tenant: Tenant, request: ArtifactRequest, known: Background, draft: Any, shapes: Shapes, longest: int = LONGEST
) -> Commission:
    """What a model is asked; `draft` is the rules', whose facts stand whatever it answers."""
    type_ = PROPOSALS[request.kind]
    told = brief(request, known, draft, shapes, longest)

    def read(data: Any) -> Checked:
        answer: Any = cleaned(shapes.decode(type_, data))
        checking = Checking()
        grounding = Grounding("\n".join((told, *numbers_of(answer))), checking)
        value = joined(draft, grounding.of(answer), checking)
        checking.done()
        return replace(finish(request.kind, value, known, shapes), dropped=tuple(grounding.dropped))

    return Commission(
        tenant=tenant,
        flow_id=request.flow_id,
        artifact_id=request.id,
        kind=request.kind,
        briefing=told,
        schema=answer_schema(shapes.schema(type_)),
        read=read,
    )


def answer_schema(schema: Any, *, named: bool = False) -> Any:
    """In the small part of JSON Schema that endpoints take: every field is asked for, and a number is a number.

    `named` says that the keys here are names of fields, not words of JSON Schema.
    """
    if isinstance(schema, list):
        return [answer_schema(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if named:
        return {key: answer_schema(value) for key, value in schema.items()}
    kept = {
        key: answer_schema(value, named=key in ("properties", "$defs"))
        for key, value in schema.items()
        if key not in _SAID_OF_IT
    }
    if "properties" in kept:
        kept |= {"required": [*kept["properties"]], "additionalProperties": False}
    return _numbers(kept)


def _numbers(schema: dict[str, Any]) -> dict[str, Any]:
    """A decimal may be a text too; a model writes numbers better."""
    choices = schema.get("anyOf")
    if not choices or {"type": "number"} not in choices:
        return schema
    left = [each for each in choices if each.get("type") != "string"]
    return left[0] if len(left) == 1 else {**schema, "anyOf": left}
