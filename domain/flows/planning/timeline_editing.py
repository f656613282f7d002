"""What a person sets of an activity: its first day, its length, how far it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from domain.definition import PhaseCall
from domain.errors import ErrorCode, Problem, Refused
from domain.flows.planning.revised import choices_of
from domain.given import LONGEST_TEXT, Checking
from domain.learning import Lesson
from domain.planning.choices import ActivityChoice, PlanChoices
from domain.planning.plan import PlanActivity
from domain.planning.wave_problems import LONGEST_WORKING_DAYS

KIND = "planning.timeline_generation"
DONE = 100
# What a person may set, and how it is called in the contract.
SETTABLE = {"starts_on": "startsOn", "working_days": "workingDays", "percent_complete": "percentComplete"}


@dataclass(frozen=True, slots=True)
class ActivityGiven:
    """What a person wants of one activity: of `given` the keys of SETTABLE.

    What `given` does not name stays as it is; None takes a pin, a length or progress back.
    """

    activity_id: str
    given: Mapping[str, date | int | None] = field(default_factory=dict)
    rationale: str | None = None


@dataclass(frozen=True, slots=True)
class Edit:
    """The activity as it is, what is chosen of it from now on, and why."""

    activity: PlanActivity
    choice: ActivityChoice
    fields: tuple[str, ...]
    rationale: str | None

    @property
    def reschedules(self) -> bool:
        """Progress moves nothing."""
        return self.fields != (SETTABLE["percent_complete"],)

    def chosen(self, choices: PlanChoices) -> PlanChoices:
        """The choices with this one; of an activity that is as the rules say again none is kept."""
        others = tuple(each for each in choices.activities if each.key != self.choice.key)
        kept = () if _as_ruled(self.choice) else (self.choice,)
        return replace(choices, activities=tuple(sorted((*others, *kept), key=lambda each: each.key)))

    def refusal(self, refused: Refused) -> Refused:
        """What cannot be, said of the field that asks for it."""
        path = next((name for name in self.fields if name != SETTABLE["percent_complete"]), self.fields[0])
        return Refused([each if each.path else replace(each, path=(path,)) for each in refused.problems])


def read_edit(call: PhaseCall, wanted: ActivityGiven) -> Edit:
    """What the person wants, or Refused with everything that is wrong with it."""
    checking = Checking()
    activity = next((each for each in call.portfolio.plan.activities if each.id == wanted.activity_id), None)
    if activity is None:
        checking.wrong("There is no such activity.", "activityId", code=ErrorCode.NOT_FOUND)
    rationale = checking.text(wanted.rationale, "rationale", longest=LONGEST_TEXT)
    _check(wanted.given, checking)
    if activity is None or checking.problems:
        raise Refused(checking.problems)
    held = next((each for each in choices_of(call).activities if each.key == activity.key), None)
    choice = replace(held or ActivityChoice(activity.key), rationale=rationale)
    if "starts_on" in wanted.given:
        choice = replace(choice, starts_on=_day(wanted.given["starts_on"]))
    if "working_days" in wanted.given:
        choice = replace(choice, working_days=_number(wanted.given["working_days"]))
    if "percent_complete" in wanted.given:
        choice = _progressed(choice, activity, _number(wanted.given["percent_complete"]) or 0, call.as_of)
    return Edit(activity, choice, tuple(shown for name, shown in SETTABLE.items() if name in wanted.given), rationale)


def told(activity: PlanActivity) -> dict[str, Any]:
    """What of an activity an override tells: a JSON value."""
    return {
        "activity": activity.key,
        "name": activity.name,
        "startsOn": activity.starts_on.isoformat(),
        "endsOn": activity.ends_on.isoformat(),
        "workingDays": activity.working_days,
        "pinned": activity.pinned,
        "percentComplete": activity.percent_complete,
        "actualStart": activity.actual_start.isoformat() if activity.actual_start else None,
        "actualEnd": activity.actual_end.isoformat() if activity.actual_end else None,
    }


def lessons(edit: Edit, after: PlanActivity | None) -> Iterator[Lesson]:
    """How long a phase of a wave takes in truth, and where it was moved to; progress teaches nothing."""
    if after is None or not edit.reschedules:
        return
    before, phase = edit.activity, str(edit.activity.phase)
    because = f": {edit.rationale}" if edit.rationale else "."
    length = {"proposed": before.working_days, "chosen": after.working_days}
    if SETTABLE["working_days"] in edit.fields and before.working_days != after.working_days:
        summary = (
            f"{phase} of a wave: {length['proposed']} working days were planned, {length['chosen']} chosen{because}"
        )
        data = {"corrected": "working days", "phase": phase, **length, "rationale": edit.rationale}
        yield Lesson(KIND, summary, data, key=f"{before.key}|days", conclusion=("phase", "proposed", "chosen"))
    moved = (after.starts_on - before.starts_on).days
    if SETTABLE["starts_on"] in edit.fields and moved:
        summary = f"{phase} of a wave was moved by {moved:+} days{because}"
        data = {"corrected": "first day", "phase": phase, "days": moved, "rationale": edit.rationale}
        yield Lesson(KIND, summary, data, key=f"{before.key}|first day", conclusion=("phase", "days"))


def _check(given: Mapping[str, date | int | None], checking: Checking) -> None:
    if not given:
        checking.problems.append(
            Problem(ErrorCode.INVALID_INPUT, "Say what to change: the first day, the working days or the progress.")
        )
    days, percent = given.get("working_days"), given.get("percent_complete")
    if days is not None and not 1 <= _whole(days) <= LONGEST_WORKING_DAYS:
        checking.wrong(f"An activity lasts 1 to {LONGEST_WORKING_DAYS:,} working days.", "workingDays")
    if percent is not None and not 0 <= _whole(percent) <= DONE:
        checking.wrong("Progress is 0 to 100 percent.", "percentComplete")


def _progressed(choice: ActivityChoice, activity: PlanActivity, percent: int, today: date) -> ActivityChoice:
    """What was begun has begun on the day it was planned for, today at the latest; what is done is done today.

    What was told earlier stays.
    """
    if not percent:
        return replace(choice, percent_complete=None, actual_start=None, actual_end=None)
    begun = choice.actual_start or min(activity.starts_on, today)
    ended = (choice.actual_end or today) if percent == DONE else None
    return replace(choice, percent_complete=percent, actual_start=begun, actual_end=ended)


def _as_ruled(choice: ActivityChoice) -> bool:
    return choice.starts_on is None and choice.working_days is None and choice.percent_complete is None


def _day(value: date | int | None) -> date | None:
    return value if isinstance(value, date) else None


def _number(value: date | int | None) -> int | None:
    return value if isinstance(value, int) else None


def _whole(value: date | int) -> int:
    return value if isinstance(value, int) else 0
