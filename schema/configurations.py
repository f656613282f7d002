"""What flows are started with: one branch for each flow type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import strawberry
from strawberry import UNSET

from domain.builds.models import ModelFamily
from domain.customer_success.kinds import WorkflowKind
from domain.flows import DEFINITIONS
from schema.assumed import assumed
from schema.ids import ApplicationId, CustomerId, FlowId, Verbatim, WaveId, child_type
from schema.scalars import JSON, Upload


@strawberry.input(one_of=True, description="The file itself, or its text.")
class ImportSourceInput:
    file: Upload | None = UNSET
    text: str | None = UNSET


@strawberry.input
class AttributeMappingInput:
    column: str
    target: str | None = UNSET


@strawberry.input(description="The format is recognized when it is not given.")
class DiscoveryConfigurationInput:
    source: ImportSourceInput
    file_name: str | None = UNSET
    format: str | None = UNSET
    mappings: list[AttributeMappingInput] | None = UNSET


@strawberry.input
class AssessmentConfigurationInput:
    application_ids: list[ApplicationId] = strawberry.field(description="1 to 100, each READY_FOR_ASSESSMENT.")


@strawberry.input
class MoveGroupInput:
    name: str | None = UNSET
    application_ids: list[ApplicationId]


@strawberry.input
class BlackoutInput:
    starts_on: date
    ends_on: date
    reason: str | None = UNSET


@strawberry.input
class PlanningConfigurationInput:
    application_ids: list[ApplicationId] = strawberry.field(description="Each READY_FOR_PLANNING.")
    max_apps_per_wave: int = strawberry.field(default=assumed(5), description="At least 1.")
    wave_duration_limit_days: int = strawberry.field(default=assumed(90), description="Calendar days, at least 30.")
    contingency_percentage: Decimal = strawberry.field(default=assumed(Decimal(15)), description="0 to 100.")
    starts_on: date | None = UNSET
    pilot_wave: bool = assumed(True)
    move_groups: list[MoveGroupInput] | None = UNSET
    blackouts: list[BlackoutInput] | None = UNSET
    max_parallel_waves: int = assumed(1)


@strawberry.input(one_of=True, description="A wave of a plan, or applications with decisions that move as one.")
class ExecutionConfigurationInput:
    wave_id: WaveId | None = UNSET
    application_ids: list[ApplicationId] | None = UNSET


@strawberry.input
class ApplicationsConfigurationInput:
    application_ids: list[ApplicationId]
    options: JSON | None = UNSET


@strawberry.input(description="At least one of the first two.")
class FinopsConfigurationInput:
    planning_flow_id: FlowId | None = UNSET
    application_ids: list[ApplicationId] | None = UNSET
    rate_card: JSON | None = UNSET
    actuals: JSON | None = UNSET


@strawberry.input
class CustomerSuccessConfigurationInput:
    customer_id: CustomerId
    kind: WorkflowKind
    template_key: str | None = UNSET
    assigned_to: str | None = UNSET


@strawberry.input
class BuildConfigurationInput:
    project_id: str
    build_id: str
    requirements: Annotated[JSON, Verbatim()]
    family: ModelFamily = ModelFamily.LOCAL


# By the contract's branches. A type that is built and not named here takes what its configuration holds.
_WRITTEN: Mapping[str, type] = MappingProxyType(
    {
        "discovery": DiscoveryConfigurationInput,
        "assessment": AssessmentConfigurationInput,
        "planning": PlanningConfigurationInput,
        "execution": ExecutionConfigurationInput,
        "modernization": ApplicationsConfigurationInput,
        "finops": FinopsConfigurationInput,
        "observability": ApplicationsConfigurationInput,
        "decommission": ApplicationsConfigurationInput,
        "customer_success": CustomerSuccessConfigurationInput,
        "build": BuildConfigurationInput,
    }
)


def _derived(kind: str) -> type:
    """An input with the fields of that flow type's configuration."""
    return _input_of(DEFINITIONS[kind].configuration, f"{child_type(kind).removesuffix('Flow')}ConfigurationInput")


@cache
def _input_of(value: type, name: str) -> type:
    hints = get_type_hints(value)
    body: dict[str, Any] = {"__annotations__": {}}
    for each in fields(value):
        body["__annotations__"][each.name] = _hint(each.name, hints[each.name])
        if each.default is not MISSING or each.default_factory is not MISSING:
            body["__annotations__"][each.name] = body["__annotations__"][each.name] | None
            body[each.name] = UNSET
    return strawberry.input(type(name, (), body), name=name)


def _hint(name: str, hint: Any) -> Any:
    arguments = [argument for argument in get_args(hint) if argument not in (type(None), Ellipsis)]
    if get_origin(hint) in (Union, UnionType):
        return _hint(name, arguments[0]) | None
    if get_origin(hint) is tuple:
        return list[_hint(name, arguments[0])]  # type: ignore[misc]
    if is_dataclass(hint) and isinstance(hint, type):
        return _input_of(hint, f"{hint.__name__}Input")
    if name.endswith(("_id", "_ids")):
        return ApplicationId if name.startswith("application") else strawberry.ID
    return hint if hint in _PLAIN else JSON


_PLAIN = (str, int, bool, float, Decimal, date)


def _branches() -> type:
    kinds = dict.fromkeys([*_WRITTEN, *DEFINITIONS])
    inputs = {kind: _WRITTEN.get(kind) or _derived(kind) for kind in kinds}
    body: dict[str, Any] = {"__annotations__": {kind: input_ | None for kind, input_ in inputs.items()}}
    made = type("FlowConfigurationInput", (), {**body, **dict.fromkeys(kinds, UNSET)})
    return strawberry.input(made, one_of=True, description="Exactly one; it decides the type of the flow.")


FlowConfigurationInput: Any = _branches()


def chosen(configuration: Any) -> tuple[str, Any]:
    """The flow type that the branch stands for, and the branch."""
    return next((kind, value) for kind, value in vars(configuration).items() if value is not UNSET)
