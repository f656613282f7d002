"""What a person may say of applications' readiness, by which role, and what must come with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from domain.access import Role
from domain.application import Application, ApplicationChange, Readiness
from domain.decision import Decision, HoursRange, RefactorDepth, Strategy
from domain.errors import ErrorCode
from domain.flow_state import Stamp
from domain.given import Checking
from domain.rates import BlendedRate, rounded
from domain.source import Source

R = Readiness
_EARLY = frozenset({R.DISCOVERED, R.NOT_READY, R.READY_FOR_ASSESSMENT})
_SETTLED = frozenset({R.READY_FOR_PLANNING, R.RETAINED})

# Where a person may move an application, and from where; everything else is moved by what happens to it.
MOVES: Mapping[Readiness, frozenset[Readiness]] = MappingProxyType(
    {
        R.NOT_READY: frozenset({R.DISCOVERED, R.READY_FOR_ASSESSMENT}),
        R.READY_FOR_ASSESSMENT: frozenset({R.DISCOVERED, R.NOT_READY}) | _SETTLED,
        R.READY_FOR_PLANNING: _EARLY | {R.RETAINED},
        R.RETAINED: _EARLY | {R.READY_FOR_PLANNING},
    }
)
_OVER_GAPS = frozenset({R.READY_FOR_ASSESSMENT, R.READY_FOR_PLANNING})
_MOVED_BY: Mapping[Readiness, str] = MappingProxyType(
    {
        R.DISCOVERED: "a discovery",
        R.IN_ASSESSMENT: "starting an assessment",
        R.PLANNED: "adopting a plan",
        R.MIGRATING: "an execution",
        R.MIGRATED: "an execution",
        R.RETIRED: "a decommission",
    }
)


@dataclass(frozen=True, slots=True)
class ReadinessDecision:
    """What a person decides without an assessment."""

    strategy: Strategy
    effort: HoursRange
    depth: RefactorDepth | None = None


@dataclass(frozen=True, slots=True)
class SetReadiness:
    """Applications, and where a person says they stand."""

    application_ids: tuple[str, ...]
    readiness: Readiness
    reason: str | None = None
    decision: ReadinessDecision | None = None


def role_for(applications: Sequence[Application], command: SetReadiness) -> Role:
    """LEAD over open gaps; ARCHITECT for a decision, or to move what was to stay; else a CONTRIBUTOR."""
    if _over_gaps(applications, command):
        return Role.LEAD
    retained = any(each.readiness is R.RETAINED for each in applications)
    return Role.ARCHITECT if command.decision or retained else Role.CONTRIBUTOR


def move(
    applications: Sequence[Application],
    decisions: Mapping[str, Decision],
    command: SetReadiness,
    rate: BlendedRate,
    stamp: Stamp,
) -> tuple[Any, ...]:
    """The applications moved, their history, and the decisions made with it; Refused naming each that cannot be.

    `decisions` are the accepted ones that count, by application. Those that stand there already stay as they are.
    """
    checking = Checking()
    _check(command, checking, over_gaps=_over_gaps(applications, command))
    for index, application in enumerate(applications):
        _check_one(application, decisions.get(application.id), command, checking, str(index))
    checking.done()
    values: list[Any] = []
    for application in applications:
        if application.readiness is not command.readiness:
            values += _moved(application, command, stamp)
        if command.decision is not None:
            values.append(_decided(application, command, command.decision, rate, stamp))
    return tuple(values)


def _over_gaps(applications: Sequence[Application], command: SetReadiness) -> bool:
    return command.readiness in _OVER_GAPS and any(each.readiness_gaps for each in applications)


def _check(command: SetReadiness, checking: Checking, *, over_gaps: bool) -> None:
    if not command.application_ids:
        checking.wrong("Name at least one application.", "applicationIds")
    if over_gaps and not (command.reason or "").strip():
        checking.wrong("Say why: gaps are open.", "reason")
    decision = command.decision
    if decision is None:
        return
    if command.readiness not in _SETTLED:
        checking.wrong("A decision goes with READY_FOR_PLANNING or RETAINED only.", "decision")
    elif (decision.strategy is Strategy.RETAIN) is not (command.readiness is R.RETAINED):
        checking.wrong(
            "RETAIN goes with RETAINED, every other strategy with READY_FOR_PLANNING.", "decision", "strategy"
        )
    if decision.depth is not None and decision.strategy is not Strategy.REFACTOR:
        checking.wrong("Only a REFACTOR has a depth.", "decision", "depth")
    effort = decision.effort
    if not Decimal(0) <= effort.low <= effort.likely <= effort.high:
        checking.wrong("Hours go from low over likely to high, none below nought.", "decision", "effort")


def _check_one(
    application: Application, decision: Decision | None, command: SetReadiness, checking: Checking, index: str
) -> None:
    wanted, now = command.readiness, application.readiness
    path = ("applicationIds", index)
    if wanted not in MOVES:
        checking.wrong(f"{wanted} is set by {_MOVED_BY[wanted]}.", *path, code=ErrorCode.INVALID_TRANSITION)
    elif now is not wanted and now not in MOVES[wanted]:
        allowed = ", ".join(target for target, sources in MOVES.items() if now in sources) or "nothing"
        message = f"{application.name} is {now} and cannot become {wanted}. Allowed now: {allowed}."
        checking.wrong(message, *path, code=ErrorCode.INVALID_TRANSITION)
    elif wanted is R.READY_FOR_PLANNING and command.decision is None and not _moves(decision):
        message = f"{application.name} has no accepted decision to move it; give `decision`."
        checking.wrong(message, "decision", code=ErrorCode.NOT_READY)
    elif now is R.RETAINED and wanted is R.READY_FOR_PLANNING and not (command.reason or "").strip():
        checking.wrong(f"Say why {application.name} no longer stays.", "reason")


def _moves(decision: Decision | None) -> bool:
    return decision is not None and decision.strategy is not Strategy.RETAIN


def _moved(
    application: Application, command: SetReadiness, stamp: Stamp
) -> tuple[Application | ApplicationChange, ...]:
    change = ApplicationChange(
        id=stamp.new_id(),
        application_id=application.id,
        field="readiness",
        before=application.readiness,
        after=command.readiness,
        by=stamp.by,
        reason=(command.reason or "").strip() or None,
    )
    moved = replace(
        application,
        readiness=command.readiness,
        edited=tuple(_held(application, command.readiness)),
        version=application.version + 1,
    )
    return moved, change


def _held(application: Application, readiness: Readiness) -> Iterator[str]:
    """What is kept against later imports: the readiness too, where the rules would say otherwise."""
    yield from (name for name in application.edited if name != "readiness")
    by_rules = R.NOT_READY if application.readiness_gaps else R.READY_FOR_ASSESSMENT
    if readiness in _EARLY and readiness is not by_rules:
        yield "readiness"


def _decided(
    application: Application, command: SetReadiness, decision: ReadinessDecision, rate: BlendedRate, stamp: Stamp
) -> Decision:
    new_id = stamp.new_id()
    depth = decision.depth or RefactorDepth.CODE if decision.strategy is Strategy.REFACTOR else None
    return Decision(
        id=new_id,
        # It was made in no assessment: it bears its own id, which names no flow.
        flow_id=new_id,
        application_id=application.id,
        strategy=decision.strategy,
        recommended=decision.strategy,
        confidence=0.0,
        rationale=(command.reason or "").strip() or "Decided by a person, without an assessment.",
        effort=decision.effort,
        cost=rounded(decision.effort.likely * rate.hourly, rate.currency),
        treatments=(),
        depth=depth,
        source=Source.USER,
        accepted=True,
    )
