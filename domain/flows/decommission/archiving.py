"""data_migration: where the data go, until when they are kept, and that they can be read there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from domain.decommission import ArchivePlan
from domain.definition import Outcome, PhaseCall, Warning
from domain.errors import ErrorCode, Problem, Refused
from domain.flows.decommission.facts import DATA, PLANNING, Known, in_scope
from domain.flows.decommission.results import ArchiveGiven, DataArchived, VerifiedArchives
from domain.flows.decommission.retention import data_sets, rule_for
from domain.given import LONGEST_TEXT
from domain.learning import Lesson
from domain.override import Override, recorded

_PATH = ("data", "archives")


def approved(call: PhaseCall) -> tuple[str, ...]:
    """The applications that decommission_planning let go."""
    return tuple(call.results[PLANNING].application_ids)


def plan_archives(call: PhaseCall) -> Outcome:
    """Every data set of what is switched off; what people settled of it stays."""
    archives = tuple(_archives(call))
    kept = {each.id for each in archives}
    gone = tuple(each for each in call.portfolio.archives if each.id not in kept)
    return Outcome(_result(call, archives), archives, gone, tuple(_warnings(archives)))


def _archives(call: PhaseCall) -> Iterator[ArchivePlan]:
    known, number = Known(call), 0
    held = {each.key: each for each in call.portfolio.archives}
    for application in in_scope(call, approved(call)):
        hold = known.has(application, "legal_hold")
        for data in data_sets(known, application):
            rule, number = rule_for(known, application, data), number + 1
            before = held.get(data.key)
            options = call.configuration.options
            worked_out = ArchivePlan(
                id=before.id if before else call.new_id(),
                flow_id=call.flow_id,
                application_id=application.id,
                key=data.key,
                number=number,
                data_set=data.name,
                kind=rule.kind,
                basis=f"{rule.title} ({rule.source})",
                legal_hold=hold,
                destination=f"{options.archive_destination.strip().rstrip('/')}/{application.key}/{data.name}",
                retention_until=None if hold else rule.until(call.as_of, options.retention_years),
            )
            yield _as_given(worked_out, _given(before)) if before and before.settled else worked_out


def _as_given(archive: ArchivePlan, given: ArchiveGiven) -> ArchivePlan:
    after = replace(
        archive,
        destination=given.destination.strip(),
        retention_until=None if given.legal_hold else given.retention_until,
        legal_hold=given.legal_hold,
    )
    return archive if after == archive else replace(after, settled=True)


def _result(call: PhaseCall, archives: Sequence[ArchivePlan], by: str | None = None) -> DataArchived:
    return DataArchived(call.as_of, tuple(_given(each) for each in archives), approved(call), by)


def _given(archive: ArchivePlan, *, verified: bool | None = None) -> ArchiveGiven:
    return ArchiveGiven(
        archive.application_id,
        archive.data_set,
        archive.destination,
        archive.retention_until,
        archive.legal_hold,
        archive.verified if verified is None else verified,
    )


def _warnings(archives: Sequence[ArchivePlan]) -> Iterator[Warning]:
    for each in archives:
        if each.legal_hold:
            message = f"{each.data_set} is kept as long as its legal hold lasts."
            yield Warning("LEGAL_HOLD", message, details={"applicationId": each.application_id})


def _in_order(call: PhaseCall) -> tuple[ArchivePlan, ...]:
    return tuple(sorted(call.portfolio.archives, key=lambda each: each.number))


def propose_archives(call: PhaseCall) -> VerifiedArchives:
    """Every data set as it is planned; who submits it says that it is so, and readable there."""
    return VerifiedArchives(tuple(_given(each, verified=True) for each in _in_order(call)))


@dataclass(frozen=True, slots=True)
class _Given:
    """Which archive a person speaks of, as what, and where he says it."""

    archive: ArchivePlan
    given: ArchiveGiven
    path: tuple[str, ...]


def verify(call: PhaseCall) -> Outcome:
    """What the person says of each data set; NOT_READY names each that is not archived, or not as it must be."""
    archives, spoken = _in_order(call), _spoken(call, call.input.archives)
    problems = (*_missing(archives, spoken), *_wrong(call, spoken, to_be_verified=True))
    if problems:
        raise Refused(problems)
    after = tuple(_verified(call, each) for each in spoken)
    result = replace(_result(call, after, call.by), as_of=call.results[call.phase].as_of)
    overrides = tuple(_override(call, each) for each in spoken if _differs(each))
    lessons = tuple(_lesson(each) for each in spoken if _differs(each))
    return Outcome(result, (*after, *overrides, *lessons), warnings=tuple(_warnings(after)))


def _spoken(call: PhaseCall, given: Sequence[ArchiveGiven]) -> tuple[_Given, ...]:
    held = {(each.application_id, each.data_set): each for each in call.portfolio.archives}
    problems, found = [], {}
    for index, each in enumerate(given):
        archive, path = held.get((each.application_id, each.data_set)), (*_PATH, str(index))
        if archive is None:
            problems.append(Problem(ErrorCode.NOT_FOUND, "There is no such data set in this decommission.", path))
        elif archive.id in found:
            problems.append(Problem(ErrorCode.INVALID_INPUT, "It is named twice.", path))
        else:
            found[archive.id] = _Given(archive, each, path)
    if problems:
        raise Refused(problems)
    return tuple(sorted(found.values(), key=lambda each: each.archive.number))


def _missing(archives: Sequence[ArchivePlan], spoken: Sequence[_Given]) -> Iterator[Problem]:
    there = {each.archive.id for each in spoken}
    for archive in archives:
        if archive.id not in there:
            message = f"{archive.data_set} is not archived: say where it is, and that it can be read there."
            yield Problem(ErrorCode.NOT_READY, message, _PATH)


def _wrong(call: PhaseCall, spoken: Sequence[_Given], *, to_be_verified: bool) -> Iterator[Problem]:
    known = Known(call)
    for each in spoken:
        name, given = each.archive.data_set, each.given
        application = known.applications[each.archive.application_id]
        if not 0 < len(given.destination.strip()) <= LONGEST_TEXT:
            yield Problem(ErrorCode.INVALID_INPUT, f"Say where {name} is.", (*each.path, "destination"))
        if known.has(application, "legal_hold") and not given.legal_hold:
            message = f"{name} is under a legal hold: it is kept as long as that lasts."
            yield Problem(ErrorCode.NOT_READY, message, (*each.path, "legalHold"))
        if not given.legal_hold and (given.retention_until is None or given.retention_until < call.as_of):
            message = f"Say until when {name} is kept: no earlier than today."
            yield Problem(ErrorCode.NOT_READY, message, (*each.path, "retentionUntil"))
        if to_be_verified and not given.verified:
            message = f"{name} is not verified: read it back from {given.destination} first."
            yield Problem(ErrorCode.NOT_READY, message, (*each.path, "verified"))


def _verified(call: PhaseCall, spoken: _Given) -> ArchivePlan:
    after = _as_given(spoken.archive, spoken.given)
    return replace(after, verified=True, verified_by=call.by, verified_at=call.now)


def _differs(spoken: _Given) -> bool:
    return _as_given(spoken.archive, spoken.given) != spoken.archive


def _override(call: PhaseCall, spoken: _Given) -> Override:
    return recorded(
        call, spoken.archive.data_set, _told(spoken.archive), _told(_as_given(spoken.archive, spoken.given)),
        call.input.comment,
    )  # fmt: skip


def _told(archive: ArchivePlan) -> dict[str, object]:
    until = archive.retention_until
    return {
        "destination": archive.destination,
        "retentionUntil": until.isoformat() if until else None,
        "legalHold": archive.legal_hold,
    }


def _lesson(spoken: _Given) -> Lesson:
    archive, after = spoken.archive, _as_given(spoken.archive, spoken.given)
    data = {"corrected": "archive", "kind": archive.kind, "dataSet": archive.data_set, **_told(after)}
    return Lesson(
        f"decommission.{DATA}",
        f"Data of the kind {archive.kind} are kept until {after.retention_until or 'their hold ends'}.",
        data,
        key=f"archive|{archive.kind}|{archive.data_set}",
        conclusion=("destination", "legalHold"),
    )


def revise_archives(call: PhaseCall) -> Outcome:
    """Where data go, how long they stay and whether they are there, as a person has it now."""
    given: DataArchived = call.input
    spoken = _spoken(call, given.archives)
    problems = tuple(_wrong(call, spoken, to_be_verified=False))
    if problems:
        raise Refused(problems)
    changed = {each.archive.id: _revised(call, each) for each in spoken}
    after = tuple(changed.get(each.id, each) for each in _in_order(call))
    before: DataArchived = call.results[call.phase]
    result = replace(_result(call, after, before.verified_by), as_of=before.as_of)
    return Outcome(result, after, warnings=tuple(_warnings(after)))


def _revised(call: PhaseCall, spoken: _Given) -> ArchivePlan:
    """What is elsewhere, or kept otherwise, is verified only if he says so."""
    if spoken.given.verified:
        return spoken.archive if spoken.archive.verified and not _differs(spoken) else _verified(call, spoken)
    after = _as_given(spoken.archive, spoken.given)
    return replace(after, verified=False, verified_by=None, verified_at=None)


def unverified(call: PhaseCall, application_id: str) -> str | None:
    """What of its data nobody has read back, as a sentence; None where all of it is there."""
    left = [each.data_set for each in _in_order(call) if each.application_id == application_id and not each.verified]
    return f"Not verified yet: {', '.join(left)}." if left else None
