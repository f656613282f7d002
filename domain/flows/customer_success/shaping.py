"""A customer-success flow's phases are the steps of its template, equal in weight, each waiting for a person."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from domain.customer_success.template import Field, FieldKind
from domain.customer_success.template_reading import read_template, shipped
from domain.definition import WHOLE, Pause, Phase
from domain.flows.customer_success.answering import decide
from domain.flows.customer_success.answers import answer_type
from domain.flows.customer_success.configuration import StepOutline
from domain.flows.customer_success.results import StepWorked
from domain.flows.customer_success.rules import prepare, propose
from domain.need import Need

NEEDS = frozenset({Need.WORKFLOW})
EXAMPLE = "standard-renewal"


def shape(configuration: Mapping[str, Any]) -> tuple[Phase, ...]:
    """The phases of a flow with that configuration, as it is stored."""
    about = f"{configuration['kind']} {configuration.get('templateKey') or ''}"
    return _phases(json.dumps(configuration["steps"], sort_keys=True), about.strip())


@lru_cache(maxsize=1)
def example() -> Mapping[str, Any]:
    """What a flow of the shipped template for renewals is stored with, as far as its phases need it."""
    version = next(each for each in shipped() if each.key == EXAMPLE)
    steps = read_template(version.document, version.key, version.version).steps
    return {"kind": version.kind, "templateKey": version.key, "steps": [asdict(StepOutline.of(each)) for each in steps]}


@lru_cache(maxsize=256)
def _phases(written: str, about: str) -> tuple[Phase, ...]:
    steps = tuple(_outline(each) for each in json.loads(written))
    return tuple(_phase(steps, number, about) for number in range(len(steps)))


def _phase(steps: tuple[StepOutline, ...], number: int, about: str) -> Phase:
    step = steps[number]
    return Phase(
        step.key,
        step.title,
        StepWorked,
        rules=prepare,
        weight=_share(number + 1, len(steps)) - _share(number, len(steps)),
        requires=tuple(each.key for each in steps[:number]),
        needs=NEEDS,
        pause=Pause(answer_type(step.fields), propose=propose, decide=decide, needs=NEEDS),
        optional=not step.required,
        about=lambda _results: about,
    )


def _share(done: int, of: int) -> int:
    """Progress once so many steps are done, half up."""
    return (2 * WHOLE * done + of) // (2 * of)


def _outline(data: Mapping[str, Any]) -> StepOutline:
    return StepOutline(data["key"], data["title"], data["required"], tuple(_field(each) for each in data["fields"]))


def _field(data: Mapping[str, Any]) -> Field:
    kind = FieldKind(data["kind"])
    return Field(data["key"], data["label"], kind, data["required"], tuple(data["choices"]), data["proposed"])
