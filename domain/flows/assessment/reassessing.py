"""Assessing again what planning sent back: who may be sent, and what is carried over as proposals."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from domain.decision import Decision
from domain.errors import ErrorCode
from domain.flow_state import Stamp
from domain.flows.assessment.results import ArchitectureMinimums
from domain.given import LONGEST_TEXT, Checking
from domain.page import AppOnPage
from domain.ports import Ids
from domain.reassessment import Reassessment, RequestReassessment
from domain.source import Source
from domain.standard import ArchitectureStandard

_LARGEST_CONTEXT = 64 << 10


def request(
    command: RequestReassessment,
    known: Collection[str],
    decided: Mapping[str, Decision],
    planned: Collection[str],
    stamp: Stamp,
) -> Reassessment:
    """The request, or Refused with everything that is wrong with it.

    `known` are the applications that are there, `decided` the accepted decisions about them, `planned` those that the
    one who asks may send back: where a plan does, its own.
    """
    checking = Checking()
    reason = checking.needed(command.reason, "reason", longest=LONGEST_TEXT)
    for index, application_id in enumerate(command.application_ids):
        if application_id not in known:
            checking.wrong("There is no such application.", "applicationIds", str(index), code=ErrorCode.NOT_FOUND)
        elif application_id not in planned:
            checking.wrong("This application is not in that plan.", "applicationIds", str(index))
        elif application_id not in decided:
            message = "There is no accepted decision about it; start an assessment instead."
            checking.wrong(message, "applicationIds", str(index), code=ErrorCode.NOT_READY)
    if len(json.dumps(command.context, ensure_ascii=False).encode()) > _LARGEST_CONTEXT:
        checking.wrong("A context holds at most 64 KiB.", "context", code=ErrorCode.LIMIT_EXCEEDED)
    checking.done()
    return Reassessment(
        id=stamp.new_id(),
        application_ids=command.application_ids,
        reason=reason,
        requested_by=stamp.by,
        requested_at=stamp.at,
        context={} if command.context is None else command.context,
        planning_flow_id=command.planning_flow_id,
    )


def carried_standards(
    before: Iterable[ArchitectureMinimums], standards: Sequence[ArchitectureStandard], since: datetime
) -> ArchitectureMinimums:
    """What was confirmed before, and what has been written since; what somebody left out stays out."""
    earlier = tuple(before)
    confirmed = {each for minimums in earlier for each in minimums.standard_ids}
    ids = tuple(each.id for each in standards if each.id in confirmed or each.updated_at > since)
    template = next((each.template for each in earlier if each.template), None)
    return ArchitectureMinimums(ids, template, carried=True)


def carried_overrides(decided: Iterable[Decision], flow_id: str, new_id: Ids) -> Iterator[Decision]:
    """What people chose instead of the rules, to be accepted again; what the rules decided they decide anew."""
    for decision in decided:
        if decision.source is Source.USER:
            treatments = tuple(replace(each, id=new_id()) for each in decision.treatments)
            yield replace(
                decision,
                id=new_id(),
                flow_id=flow_id,
                treatments=treatments,
                accepted=False,
                changed_facts=(),
                version=1,
            )


def carried_pages(
    pages: Iterable[AppOnPage], application_ids: Collection[str], flow_id: str, new_id: Ids
) -> Iterator[AppOnPage]:
    """Pages with sections in a person's words, which generating them anew keeps."""
    for page in pages:
        if page.customized and page.application_id in application_ids:
            yield replace(page, id=new_id(), flow_id=flow_id, version=1)
