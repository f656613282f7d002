"""What a person says about the work of a flow."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from domain.errors import ErrorCode
from domain.flow import Flow, Stamp
from domain.given import LONGEST_TEXT, Checking
from domain.learning import FEEDBACK, LearningPattern, LearningScope

LARGEST_DATA = 16 << 10
_LONGEST_SUMMARY = 500
# A person who has seen the work knows it better than what was concluded from one answer.
_CONFIDENCE = 0.9


class FeedbackVerdict(StrEnum):
    """What he thinks of it."""

    HELPFUL = "HELPFUL"
    WRONG = "WRONG"
    INCOMPLETE = "INCOMPLETE"
    OTHER = "OTHER"


_SAID = MappingProxyType(
    {
        FeedbackVerdict.HELPFUL: "Helpful",
        FeedbackVerdict.WRONG: "Wrong",
        FeedbackVerdict.INCOMPLETE: "Incomplete",
        FeedbackVerdict.OTHER: "Feedback",
    }
)


@dataclass(frozen=True, slots=True)
class RecordFeedback:
    """What a person says of `subject` (an id, or what he calls it) in a flow, or in one phase of it."""

    flow_id: str
    subject: str
    verdict: FeedbackVerdict
    phase: str | None = None
    comment: str | None = None
    data: Any = None
    scope: LearningScope = LearningScope.ENGAGEMENT


def feedback(flow: Flow, command: RecordFeedback, stamp: Stamp) -> LearningPattern:
    """The pattern that it becomes, or Refused with everything that is wrong with it."""
    checking = Checking()
    phase = next((each for each in flow.definition.phases if each.key == command.phase), None)
    if command.phase is not None and phase is None:
        checking.wrong("There is no such phase.", "phase", code=ErrorCode.NOT_FOUND)
    subject = checking.needed(plain(command.subject), "subject")
    comment = checking.text(plain(command.comment or ""), "comment", longest=LONGEST_TEXT)
    if len(json.dumps(command.data, ensure_ascii=False).encode()) > LARGEST_DATA:
        checking.wrong("Data holds at most 16 KiB.", "data", code=ErrorCode.LIMIT_EXCEEDED)
    checking.done()
    given = {"verdict": str(command.verdict), "subject": subject, "comment": comment, "data": command.data}
    where = phase.title if phase else flow.definition.title
    return LearningPattern(
        id=stamp.new_id(),
        scope=command.scope,
        kind=".".join((FEEDBACK, flow.kind, *((phase.key,) if phase else ()))),
        summary=f"{_SAID[command.verdict]}, {where}: {comment or 'no comment'}"[:_LONGEST_SUMMARY],
        data={name: value for name, value in given.items() if value is not None},
        confidence=_CONFIDENCE,
        flow_id=flow.id,
        created_at=stamp.at,
    )


def plain(text: str) -> str:
    """The text without characters that only steer a terminal or the direction of writing."""
    return "".join(letter for letter in text if letter in "\n\t" or unicodedata.category(letter) not in ("Cc", "Cf"))
