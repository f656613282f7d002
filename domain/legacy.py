"""Flows of an older system, which had no master: what is known of each, and the registered flow it becomes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from domain.application import Application
from domain.definition import FlowDefinition
from domain.event import Event, EventKind
from domain.flow import Flow, Stamp
from domain.flow_state import told
from domain.natural_key import natural_key
from domain.phase import Failure, PhaseState, PhaseStatus
from domain.transition import FlowStatus

# Who is said to have made what has no owner.
SCRIPT = "migration-script"
REASON = "Registered from a system without a registry."
UNFIT = "LEGACY_CONFIGURATION"
LONGEST_ID = LONGEST_NAME = 200

# Names that flow types had before, beside those they have now.
ALIASES: Mapping[str, str] = MappingProxyType(
    {
        "plan": "planning",
        "execute": "execution",
        "modernize": "modernization",
        "migration_readiness": "assessment",
        "business_impact": "assessment",
        "technical_assessment": "assessment",
        "runbook_creation": "execution",
    }
)

_WORDS: Mapping[FlowStatus, str] = MappingProxyType(
    {
        FlowStatus.READY: "active awaiting_input created draft in_progress initialized initializing new not_started "
        "open pending processing queued ready running started waiting waiting_for_approval waiting_for_user",
        FlowStatus.PAUSED: "on_hold paused suspended",
        FlowStatus.COMPLETED: "complete completed done finished success succeeded",
        FlowStatus.FAILED: "error failed failure",
        FlowStatus.CANCELLED: "aborted canceled cancelled stopped",
    }
)
# Nothing goes on of what was running: its worker is gone, so it is ready to be run again.
STATUSES: Mapping[str, FlowStatus] = MappingProxyType(
    {word: status for status, words in _WORDS.items() for word in words.split()}
)
ENDED = frozenset({FlowStatus.COMPLETED, FlowStatus.CANCELLED})


@dataclass(frozen=True, slots=True)
class LegacyRow:
    """One flow as the file has it: `number` counts rows from 1, without the header; the values are JSON values."""

    number: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LegacyFlow:
    """What is known of one flow. `applications` are ids or names, as the older system wrote them."""

    id: str
    kind: str
    status: FlowStatus
    owner: str
    created_at: datetime | None
    name: str | None
    configuration: Mapping[str, Any]
    applications: tuple[str, ...]


@dataclass(slots=True)
class Read:
    """A row as far as it could be read: with a problem it is not registered, with notes it is all the same."""

    number: int
    flow: LegacyFlow | None = None
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Fitted:
    """What of the configuration its type takes, what it does not, and why it cannot be run as it is, if so.

    `scope` is what it shares with its other iterations.
    """

    own: Mapping[str, Any]
    other: Mapping[str, Any]
    application_ids: tuple[str, ...]
    unfit: str | None = None
    scope: tuple[str, ...] = ()


def read_row(row: LegacyRow, kinds: Iterable[str], guided: Collection[str] = ()) -> Read:
    """Read what a row says, and gather all that is wrong with it; flows of `guided` types stay where they are."""
    read = Read(row.number)
    given = {_word(str(name)): value for name, value in row.values.items()}
    flow = LegacyFlow(
        id=_id(read, given.get("id")),
        kind=_kind(read, given.get("type"), frozenset(kinds), guided),
        status=_status(read, given.get("status")),
        owner=_owner(read, given.get("owner")),
        created_at=_created(read, given.get("created")),
        name=_text(given.get("name"))[:LONGEST_NAME] or None,
        configuration=_configuration(read, given.get("configuration")),
        applications=_applications(read, given.get("applications")),
    )
    read.flow = None if read.problems else flow
    return read


def _word(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.strip().casefold()).strip("_")


def _text(value: Any) -> str:
    return "" if value is None else " ".join(str(value).split())


def _id(read: Read, value: Any) -> str:
    text = _text(value)
    if not 0 < len(text) <= LONGEST_ID or not text.isprintable():
        read.problems.append(f"id: Give 1 to {LONGEST_ID} printable characters; by it a flow is registered only once.")
    return text


def _kind(read: Read, value: Any, kinds: frozenset[str], guided: Collection[str]) -> str:
    word = _word(_text(value)).removesuffix("_flow")
    kind = ALIASES.get(word, word)
    if kind in guided:
        read.problems.append(f"type: What a {kind} flow consists of is told by a template of here; start it anew.")
    elif kind not in kinds:
        known = ", ".join(sorted(kinds | {old for old, new in ALIASES.items() if new in kinds}))
        read.problems.append(f"type: There is no flow type {_text(value)!r}. Known are: {known}.")
    return kind


def _status(read: Read, value: Any) -> FlowStatus:
    status = STATUSES.get(_word(_text(value)))
    if status is None:
        read.problems.append(f"status: {_text(value)!r} is not known. Give one of: {', '.join(sorted(STATUSES))}.")
    elif status is FlowStatus.READY and _word(_text(value)) in ("running", "in_progress", "processing"):
        read.notes.append("status: Its work went with the older system; it is ready to be run again.")
    return status or FlowStatus.READY


def _owner(read: Read, value: Any) -> str:
    owner = _text(value)
    if not owner:
        read.notes.append(f"owner: There is none; it is said to be {SCRIPT}'s.")
    return owner or SCRIPT


def _created(read: Read, value: Any) -> datetime | None:
    """A time without a zone is taken for UTC."""
    text = _text(value)
    if not text:
        read.notes.append("created: It is not told when; originalCreatedAt is null.")
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        read.problems.append(f"created: {text!r} is no time. Write it like 2024-03-01T09:30:00Z.")
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _configuration(read: Read, value: Any) -> Mapping[str, Any]:
    if value is None or value == "":
        return {}
    if not isinstance(value, Mapping):
        read.problems.append("configuration: Give a JSON object, or nothing.")
        return {}
    return value


def _applications(read: Read, value: Any) -> tuple[str, ...]:
    if value is None or value == "":
        return ()
    names = value.split(";") if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        read.problems.append("applications: Give ids or names: a JSON list of texts, or a text with ; between them.")
        return ()
    return tuple(dict.fromkeys(text for name in names if (text := _text(name))))


def registered(
    definition: FlowDefinition,
    legacy: LegacyFlow,
    fitted: Fitted,
    stamp: Stamp,
    previous: tuple[str | None, int] | None,
) -> Flow:
    """The flow in the registry. What is not over and cannot be run as it is FAILED, and says what it lacks."""
    status = FlowStatus.FAILED if fitted.unfit and legacy.status not in ENDED else legacy.status
    flow = Flow(
        id=stamp.new_id(),
        definition=definition,
        name=legacy.name or f"{definition.title} {legacy.id}"[:LONGEST_NAME],
        configuration=_marked(legacy, fitted),
        phases=_phases(definition, status),
        created_by=legacy.owner,
        created_at=stamp.at,
        updated_by=stamp.by,
        updated_at=stamp.at,
        status=status,
        application_ids=fitted.application_ids,
        iteration=previous[1] + 1 if previous else 1,
        previous_id=previous[0] if previous else None,
        paused_from=FlowStatus.READY if status is FlowStatus.PAUSED else None,
        failure=_failure(definition, fitted, stamp) if status is FlowStatus.FAILED else None,
    )
    said = Event(EventKind.FLOW_STATUS, stamp.at, None, told(None, status, flow, stamp.by, REASON))
    return replace(flow, events=(said,))


def _marked(legacy: LegacyFlow, fitted: Fitted) -> dict[str, Any]:
    created = legacy.created_at.isoformat().replace("+00:00", "Z") if legacy.created_at else None
    marks = {"migrated": True, "originalCreatedAt": created, "legacyId": legacy.id}
    return {**fitted.own, **marks, "legacyConfiguration": dict(fitted.other)}


def _phases(definition: FlowDefinition, status: FlowStatus) -> tuple[PhaseState, ...]:
    """Of a flow that is over all, of one that failed none: nobody told which phases were done."""
    if status is FlowStatus.COMPLETED:
        return tuple(PhaseState(phase.key, PhaseStatus.COMPLETED) for phase in definition.phases)
    first = {FlowStatus.FAILED: PhaseStatus.FAILED, FlowStatus.CANCELLED: PhaseStatus.PENDING}
    states = [PhaseState(phase.key) for phase in definition.phases]
    states[0] = PhaseState(states[0].key, first.get(status, PhaseStatus.READY))
    return tuple(states)


def _failure(definition: FlowDefinition, fitted: Fitted, stamp: Stamp) -> Failure:
    message = fitted.unfit or "It had failed in the system it comes from."
    return Failure(UNFIT if fitted.unfit else "LEGACY_FAILURE", message, definition.phases[0].key, True, stamp.at)


def names_of(legacy: LegacyFlow) -> tuple[str, ...]:
    """The applications that it names: beside its configuration, else in it."""
    inside = legacy.configuration.get("applicationIds")
    if legacy.applications or not isinstance(inside, list):
        return legacy.applications
    return tuple(dict.fromkeys(text for name in inside if isinstance(name, str) and (text := _text(name))))


def found(applications: Sequence[str], portfolio: Iterable[Application]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ids of those that are in the engagement, by id or name, and what was named that is not."""
    ids = {key: each.id for each in portfolio for key in (each.id, natural_key(each.name))}
    known = tuple(dict.fromkeys(ids[key] for name in applications if (key := natural_key(name)) in ids))
    return known, tuple(name for name in applications if natural_key(name) not in ids)
