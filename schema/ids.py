"""Global ids: the name of the type and the thing's UUID, readable on sight, such as `MasterFlow:0190…`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any

import strawberry

from domain.errors import ErrorCode, NotFound, refuse
from domain.flows import DEFINITIONS

_GLOBAL = re.compile(
    r"([A-Z][A-Za-z0-9]{0,59}):"
    r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?::[a-z0-9_]{1,80})?)"
)
_UUID_LENGTH = 36

MASTER = "MasterFlow"
PHASE = "FlowPhase"
ASSIGNMENT = "WorkflowAssignment"
# What has no id of its own: that of what it belongs to names it, with a key behind it.
KEYED = frozenset({PHASE, ASSIGNMENT})
# The id of nothing: what an id that cannot be read narrows a list to.
NOTHING = "00000000-0000-0000-0000-000000000000"
# What a person calls a thing of that type, where it is not the type's own name in lower case.
_WORDS: Mapping[str, str] = MappingProxyType({MASTER: "flow", "SixRDecision": "decision"})


def child_type(kind: str) -> str:
    """The GraphQL type of what flows of that kind add: `customer_success` -> `CustomerSuccessFlow`."""
    return "".join(part.capitalize() for part in kind.split("_")) + "Flow"


CHILD_TYPES: Mapping[str, str] = MappingProxyType({child_type(kind): kind for kind in DEFINITIONS})


@dataclass(frozen=True, slots=True)
class GlobalId:
    """A type's name and the thing's own id; a phase's is its flow's with the phase's key behind it.

    An assignment's is its customer's with the kind of the work.
    """

    type: str
    id: str

    def __str__(self) -> str:
        return f"{self.type}:{self.id}"


def parse(text: str) -> GlobalId | None:
    """What a global id names; None when it cannot be read."""
    found = _GLOBAL.fullmatch(text)
    if found is None or (":" in found[2] and found[1] not in KEYED):
        return None
    return GlobalId(found[1], found[2])


def bare(text: str, *types: str) -> str | None:
    """The thing's own id when it is of one of those types; what a query then does not find is null."""
    found = parse(text)
    return found.id if found and found.type in types else None


def flow_id(text: str) -> str | None:
    """The id of the flow that a master's or a child's global id names."""
    return bare(text, MASTER, *CHILD_TYPES)


def word(type_: str) -> str:
    """What a person calls a thing of that type: `ArchitectureStandard` -> `architecture standard`."""
    return _WORDS.get(type_) or re.sub(r"(?<!^)(?=[A-Z])", " ", type_).lower()


def unwrap(text: str, path: tuple[str, ...], *types: str) -> str:
    """The thing's own id for a command: INVALID_INPUT when unreadable, NOT_FOUND when of another type."""
    found = parse(text)
    if found is None:
        message = f"This is not an id. One is written like {types[0]}:01900000-0000-7000-8000-000000000000."
        raise refuse(ErrorCode.INVALID_INPUT, message, *path)
    if found.type not in types:
        raise NotFound(word(types[0]), path)
    return found.id


@dataclass(frozen=True, slots=True)
class Names:
    """Says of an input's id which types of things it may name."""

    types: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Says of an input's JSON that it is the client's own: kept word for word, ids in it and all."""


FlowId = Annotated[strawberry.ID, Names((MASTER, *CHILD_TYPES))]
ApplicationId = Annotated[strawberry.ID, Names(("Application",))]
ComponentId = Annotated[strawberry.ID, Names(("Component",))]
DependencyId = Annotated[strawberry.ID, Names(("Dependency",))]
StandardId = Annotated[strawberry.ID, Names(("ArchitectureStandard",))]
StandardExceptionId = Annotated[strawberry.ID, Names(("StandardException",))]
TechDebtItemId = Annotated[strawberry.ID, Names(("TechDebtItem",))]
ClientAccountId = Annotated[strawberry.ID, Names(("ClientAccount",))]
WaveId = Annotated[strawberry.ID, Names(("Wave",))]
ResourcePoolId = Annotated[strawberry.ID, Names(("ResourcePool",))]
ActivityId = Annotated[strawberry.ID, Names(("Activity",))]
CustomerId = Annotated[strawberry.ID, Names(("Customer",))]
ContractId = Annotated[strawberry.ID, Names(("Contract",))]
StakeholderId = Annotated[strawberry.ID, Names(("Stakeholder",))]
CostLineId = Annotated[strawberry.ID, Names(("CostLine",))]
CheckId = Annotated[strawberry.ID, Names(("Check",))]
RunbookStepId = Annotated[strawberry.ID, Names(("RunbookStep",))]
ThreadId = Annotated[strawberry.ID, Names(("ChatThread",))]
TaskId = Annotated[strawberry.ID, Names(("Task",))]
ArtifactId = Annotated[strawberry.ID, Names(("Artifact",))]


# In JSON values of the API (answers, results, configurations) a key tells which type an id is of.
_KEYS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"(?:.*[aA]pplicationIds?|fromId|toId)"), "Application"),
    (re.compile(r"(?:.*[sS]tandardIds?)"), "ArchitectureStandard"),
    (re.compile(r"(?:.*[cC]omponentIds?|dependsOn|dissenting)"), "Component"),
    (re.compile(r"(?:accept|refuse|.*[fF]indingIds?)"), "CleansingFinding"),
    (re.compile(r"(?:.*[dD]ecisionIds?)"), "SixRDecision"),
    (re.compile(r"(?:.*[wW]aveIds?)"), "Wave"),
    (re.compile(r"(?:.*[pP]oolIds?)"), "ResourcePool"),
    (re.compile(r"(?:.*[aA]ctivityIds?)"), "Activity"),
    (re.compile(r"(?:.*[cC]heckIds?)"), "Check"),
    (re.compile(r"(?:.*[sS]tepIds?)"), "RunbookStep"),
    (re.compile(r"(?:.*[fF]lowIds?)"), MASTER),
    (re.compile(r"(?:.*[sS]takeholderIds?)"), "Stakeholder"),
    (re.compile(r"(?:.*[cC]ustomerIds?)"), "Customer"),
    (re.compile(r"(?:.*[cC]ontractIds?)"), "Contract"),
    (re.compile(r"(?:.*[tT]askIds?)"), "Task"),
    (re.compile(r"(?:.*[aA]rtifactIds?)"), "Artifact"),
    (re.compile(r"(?:.*[oO]bjectiveIds?)"), "ServiceLevelObjective"),
)


def _type_of_key(key: str) -> str | None:
    return next((type_ for pattern, type_ in _KEYS if pattern.fullmatch(key)), None)


def show_ids(value: Any) -> Any:
    """A JSON value with the ids in it as global ids."""
    return _mapped(value, None, lambda type_, text: f"{type_}:{text}" if _is_uuid(text) else text)


def hide_ids(value: Any) -> Any:
    """A JSON value with the global ids in it as bare ones, as the domain knows them."""
    return _mapped(value, None, lambda type_, text: bare(text, type_) or text)


def _is_uuid(text: str) -> bool:
    return len(text) == _UUID_LENGTH and _GLOBAL.fullmatch(f"X:{text}") is not None


def _mapped(value: Any, type_: str | None, change: Callable[[str, str], str]) -> Any:
    if isinstance(value, Mapping):
        return {key: _mapped(item, _type_of_key(key), change) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_mapped(item, type_, change) for item in value]
    if isinstance(value, str) and type_ is not None:
        return change(type_, value)
    return value
