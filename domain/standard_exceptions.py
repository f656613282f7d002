"""Exceptions from standards: requested for an application by one person, decided by another."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from domain.errors import ErrorCode, refuse
from domain.flow_state import Stamp
from domain.given import LONGEST_TEXT, Checking
from domain.standard import ApprovalStatus, ArchitectureStandard, ExceptionKind, StandardException, SupportedVersion
from domain.standard_change import read_versions


@dataclass(frozen=True, slots=True)
class RequestException:
    """What a person asks for; `requirement` and versions are what applies instead, or in addition."""

    flow_id: str
    application_id: str
    kind: ExceptionKind
    rationale: str
    standard_id: str | None = None
    requirement: str | None = None
    supported_versions: tuple[SupportedVersion, ...] = ()
    expires_on: date | None = None


@dataclass(frozen=True, slots=True)
class DecideException:
    """What somebody else says to it."""

    id: str
    approve: bool
    comment: str | None = None


@dataclass(frozen=True, slots=True)
class Measures:
    """What a request is checked against: the assessment's applications, standards, exceptions, and the day."""

    application_ids: tuple[str, ...]
    standards: tuple[ArchitectureStandard, ...]
    exceptions: tuple[StandardException, ...]
    today: date


def request(measures: Measures, command: RequestException, stamp: Stamp) -> StandardException:
    """The exception as it is proposed, or Refused with everything that is wrong with it."""
    checking = Checking()
    _check_subject(measures, command, checking)
    if command.expires_on is not None and command.expires_on < measures.today:
        checking.wrong("It would have expired already.", "expiresOn")
    rationale = checking.needed(command.rationale, "rationale", longest=LONGEST_TEXT)
    requirement = checking.text(command.requirement, "requirement", longest=LONGEST_TEXT)
    versions = read_versions(command.supported_versions, checking, "supportedVersions")
    instead = bool(requirement or versions)
    if command.kind is ExceptionKind.EXCEPTION and instead:
        checking.wrong("An EXCEPTION asks for nothing instead; request a MODIFICATION.", "kind")
    if command.kind is not ExceptionKind.EXCEPTION and not instead:
        checking.wrong(f"Say what a {command.kind} asks for: a requirement, or versions.", "requirement")
    checking.done()
    return StandardException(
        id=stamp.new_id(),
        flow_id=command.flow_id,
        application_id=command.application_id,
        kind=command.kind,
        rationale=rationale,
        requested_by=stamp.by,
        requested_at=stamp.at,
        standard_id=command.standard_id,
        requirement=requirement,
        supported_versions=versions,
        expires_on=command.expires_on,
    )


def _check_subject(measures: Measures, command: RequestException, checking: Checking) -> None:
    if command.application_id not in measures.application_ids:
        message = "There is no such application in this assessment."
        checking.wrong(message, "applicationId", code=ErrorCode.NOT_FOUND)
    addition = command.kind is ExceptionKind.ADDITION
    if addition and command.standard_id is not None:
        checking.wrong("An ADDITION is from no standard.", "standardId")
    elif not addition and command.standard_id is None:
        checking.wrong(f"Name the standard that the {command.kind} is from.", "standardId")
    elif not addition and all(each.id != command.standard_id for each in measures.standards):
        checking.wrong("There is no such architecture standard.", "standardId", code=ErrorCode.NOT_FOUND)
    if not addition and any(_asks_the_same(each, command) for each in measures.exceptions):
        message = "Somebody has asked for this already, and nobody has decided it."
        checking.wrong(message, "standardId", code=ErrorCode.ALREADY_EXISTS)


def _asks_the_same(exception: StandardException, command: RequestException) -> bool:
    return (
        exception.status is ApprovalStatus.PROPOSED
        and (exception.application_id, exception.standard_id) == (command.application_id, command.standard_id)
        and exception.kind is command.kind
    )


def decide(exception: StandardException, command: DecideException, today: date, stamp: Stamp) -> StandardException:
    """The exception approved or rejected, by somebody other than who requested it."""
    if exception.requested_by == stamp.by:
        message = "Who requested an exception does not decide it; ask another LEAD."
        raise refuse(ErrorCode.SELF_APPROVAL, message, "id")
    if exception.status is not ApprovalStatus.PROPOSED:
        message = f"It is {exception.status} already; request another exception instead."
        raise refuse(ErrorCode.INVALID_TRANSITION, message, "id")
    if command.approve and exception.expires_on is not None and exception.expires_on < today:
        message = f"It expired on {exception.expires_on}; reject it, and have another one requested."
        raise refuse(ErrorCode.NOT_READY, message, "approve")
    checking = Checking()
    comment = checking.text(command.comment, "comment", longest=LONGEST_TEXT)
    checking.done()
    return replace(
        exception,
        status=ApprovalStatus.APPROVED if command.approve else ApprovalStatus.REJECTED,
        decided_by=stamp.by,
        decided_at=stamp.at,
        comment=comment,
    )
