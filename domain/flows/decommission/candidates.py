"""decommission_planning: who may be switched off, what stands in the way, and who is approved."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from domain.application import Application
from domain.decommission import WAIVABLE, Blocker, BlockerCode, CandidateReason, DecommissionCandidate
from domain.definition import Outcome, PhaseCall, Warning
from domain.errors import ErrorCode, NotFound, Problem, Refused, refuse
from domain.flows.decommission.answers import named, names_of
from domain.flows.decommission.facts import Known, in_scope
from domain.flows.decommission.results import ApprovedApplications, CandidateFound, DecommissionPlanned
from domain.known_facts import fact_of

FIELD = "approvedApplicationIds"
_PATH = ("data", FIELD)
_MOST_NAMED = 5
NO_ONE = "No candidate is free to be switched off; see what stands in the way of each."


def find_candidates(call: PhaseCall) -> Outcome:
    """Each application with what stands in its way; what was waved through stays so while it is the same."""
    candidates = tuple(_candidates(call))
    gone = tuple(each for each in call.portfolio.candidates if each.id not in {c.id for c in candidates})
    return Outcome(_result(call, candidates), candidates, gone, tuple(_warnings(candidates)))


def _candidates(call: PhaseCall) -> Iterator[DecommissionCandidate]:
    known = Known(call)
    held = {each.application_id: each for each in call.portfolio.candidates}
    scope = set(call.configuration.application_ids)
    for number, application in enumerate(in_scope(call, scope), 1):
        before = held.get(application.id)
        waived = {(each.code, each.message) for each in before.blockers if each.waived} if before else set()
        blockers = tuple(
            replace(each, waived=(each.code, each.message) in waived) for each in _blockers(known, application, scope)
        )
        yield DecommissionCandidate(
            id=before.id if before else call.new_id(),
            flow_id=call.flow_id,
            application_id=application.id,
            number=number,
            reason=known.reason(application) or CandidateReason.RETIRE,
            blockers=blockers,
        )


def _blockers(known: Known, application: Application, scope: Collection[str]) -> Iterator[Blocker]:
    reason = known.reason(application)
    if reason is None:
        message = f"{application.name} is {application.readiness}, and no accepted decision retires it."
        yield Blocker(BlockerCode.STANDING, message)
    live = [each.name for each in known.live_dependents(application, scope)]
    if live:
        yield _needed(application, live, reason)
    if known.has(application, "legal_hold"):
        message = f"Data of {application.name} are under a legal hold: they are kept as long as it lasts."
        yield Blocker(BlockerCode.LEGAL_HOLD, message)
    ends: date | None = fact_of(application, "contract_end")
    if ends is not None and ends > known.call.as_of:
        message = f"The contract of {application.name} runs until {ends}."
        yield Blocker(BlockerCode.CONTRACT_END, message)


def _needed(application: Application, live: list[str], reason: CandidateReason | None) -> Blocker:
    if reason is CandidateReason.MIGRATED:
        message = f"These have not moved, and may still reach {application.name} at its source: {_few(live)}."
        return Blocker(BlockerCode.SOURCE_IN_USE, message)
    return Blocker(BlockerCode.LIVE_DEPENDENTS, f"{application.name} is needed by what is live: {_few(live)}.")


def _few(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _result(call: PhaseCall, candidates: Sequence[DecommissionCandidate]) -> DecommissionPlanned:
    return DecommissionPlanned(call.as_of, tuple(_found(each) for each in candidates), free(call, candidates))


def _found(candidate: DecommissionCandidate) -> CandidateFound:
    return CandidateFound(candidate.application_id, candidate.reason, candidate.blockers)


def free(call: PhaseCall, candidates: Iterable[DecommissionCandidate]) -> tuple[str, ...]:
    """Whom nothing stands in the way of: what only others of them need goes with these, or not at all."""
    known = Known(call)
    going = [each.application_id for each in candidates if not each.standing]
    while kept := [id for id in going if _holds(known, id, going)]:
        going = [id for id in going if id not in kept]
    return tuple(going)


def _holds(known: Known, id: str, going: Collection[str]) -> bool:
    """Something of the scope that is not going needs it, where only its going would let it go."""
    application = known.applications.get(id)
    if application is None:
        return True
    waived = known.reason(application) is CandidateReason.MIGRATED
    scope = set(known.call.configuration.application_ids)
    live = [each for each in known.live_dependents(application, going) if each.id in scope]
    return bool(live) and not waived


def _warnings(candidates: Iterable[DecommissionCandidate]) -> Iterator[Warning]:
    for candidate in candidates:
        for blocker in candidate.standing:
            details = {"applicationId": candidate.application_id, "blocker": str(blocker.code)}
            yield Warning("BLOCKED", blocker.message, details=details)


def propose_approval(call: PhaseCall) -> ApprovedApplications:
    """Everyone whom nothing stands in the way of."""
    return ApprovedApplications(free(call, _in_order(call)))


def _in_order(call: PhaseCall) -> tuple[DecommissionCandidate, ...]:
    return tuple(sorted(call.portfolio.candidates, key=lambda each: each.number))


def approve(call: PhaseCall) -> Outcome:
    """Whom the person names is switched off; NOT_READY names what stands in the way of each."""
    candidates = _in_order(call)
    approved = named(FIELD, call.input.approved_application_ids, call.configuration.application_ids)
    problems = tuple(_problems(call, candidates, approved))
    if problems:
        raise Refused(problems)
    saves = tuple(
        replace(each, approved=True, approved_by=call.by, approved_at=call.now)
        if each.application_id in approved
        else _not_approved(each)
        for each in candidates
    )
    result = DecommissionPlanned(
        call.results[call.phase].as_of, tuple(_found(each) for each in candidates), approved, call.by
    )
    return Outcome(result, saves, warnings=(*_warnings(candidates), *_left(call, approved)))


def _problems(
    call: PhaseCall, candidates: Sequence[DecommissionCandidate], approved: Sequence[str]
) -> Iterator[Problem]:
    if not approved:
        yield Problem(ErrorCode.NOT_READY, NO_ONE, _PATH)
        for each in candidates:
            yield from (Problem(ErrorCode.NOT_READY, blocker.message, _PATH) for blocker in each.standing)
    known, by_id = Known(call), {each.application_id: each for each in candidates}
    for index, id in enumerate(approved):
        path, application = (*_PATH, str(index)), known.applications[id]
        held = by_id[id].blockers if id in by_id else ()
        for blocker in _blockers(known, application, approved):
            if not _waived(blocker, held):
                yield Problem(ErrorCode.NOT_READY, blocker.message, path)


def _waived(now: Blocker, held: Sequence[Blocker]) -> bool:
    """Waved through as it is now; of a source, whoever may still reach it."""
    same = (each for each in held if each.waived and each.code is now.code)
    return any(each.message == now.message or now.code is BlockerCode.SOURCE_IN_USE for each in same)


def _left(call: PhaseCall, approved: Sequence[str]) -> Iterator[Warning]:
    names = names_of(call)
    for id in call.configuration.application_ids:
        if id not in approved:
            yield Warning("LEFT_OUT", f"{names.get(id, id)} goes on.", details={"applicationId": id})


def revise_candidates(call: PhaseCall) -> Outcome:
    """What a LEAD waves through, by the blockers of the result as he gives it; nothing else of it is his to change."""
    given: DecommissionPlanned = call.input
    before: DecommissionPlanned = call.results[call.phase]
    wanted = {each.application_id: each for each in given.candidates}
    for index, each in enumerate(given.candidates):
        if each.application_id not in {c.application_id for c in before.candidates}:
            raise NotFound("candidate", ("data", "candidates", str(index), "applicationId"))
    candidates = tuple(_waved(each, wanted.get(each.application_id)) for each in _in_order(call))
    result = replace(_result(call, candidates), as_of=before.as_of, approved_by=before.approved_by)
    if before.approved_by is not None:
        result, candidates = _still_approved(before, result, candidates)
    return Outcome(result, candidates, warnings=tuple(_warnings(candidates)))


def _still_approved(
    before: DecommissionPlanned, result: DecommissionPlanned, candidates: Sequence[DecommissionCandidate]
) -> tuple[DecommissionPlanned, tuple[DecommissionCandidate, ...]]:
    """Who was approved stays so while nothing stands in his way; nobody else is approved by that."""
    left = tuple(id for id in before.application_ids if id in result.application_ids)
    if not left:
        raise refuse(ErrorCode.NOT_READY, "Nobody would be approved any more: cancel the flow instead.", "data")
    kept = tuple(each if each.application_id in left else _not_approved(each) for each in candidates)
    return replace(result, application_ids=left), kept


def _not_approved(candidate: DecommissionCandidate) -> DecommissionCandidate:
    return replace(candidate, approved=False, approved_by=None, approved_at=None)


def _waved(candidate: DecommissionCandidate, wanted: CandidateFound | None) -> DecommissionCandidate:
    if wanted is None:
        return candidate
    waived: dict[Any, bool] = {each.code: each.waived for each in wanted.blockers}
    for code in (code for code, given in waived.items() if given and code not in WAIVABLE):
        message = f"{code} is not waved through: {next((b.message for b in candidate.blockers if b.code is code), '')}"
        raise refuse(ErrorCode.INVALID_INPUT, message.strip(), "data", "candidates")
    blockers = tuple(replace(each, waived=waived.get(each.code, each.waived)) for each in candidate.blockers)
    return replace(candidate, blockers=blockers)
