"""What people change of waves: where applications move, and what a wave is like; every other placement stays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from domain.definition import PhaseCall
from domain.errors import ErrorCode, NotFound, Problem, Refused, refuse
from domain.flows.planning.facts import WAVES, PlannedApplication, planned_applications
from domain.flows.planning.opening import HORIZON_YEARS, LONGEST_NAME
from domain.flows.planning.revised import Revised, choices_of, expect, with_choices
from domain.flows.planning.wave_lessons import of_moves
from domain.flows.planning.wave_rows import WaveRows
from domain.flows.planning.wave_warnings import wave_warnings
from domain.flows.planning.waves import wave_problem
from domain.given import LONGEST_TEXT
from domain.learning import Lesson
from domain.override import recorded
from domain.planning.choices import PlanChoices, WaveChoice
from domain.planning.plan import Wave, WavePlan
from domain.planning.waves.input import SPARE_WAVES
from domain.planning.waves.placement import arranged
from domain.planning.waves.planning import moved, placement
from domain.planning.waves.problem import Move, WaveProblem
from domain.source import Source

# Who loses against somebody else's change is told of at most so many applications by name.
_TOLD = 20


@dataclass(frozen=True, slots=True)
class MoveGiven:
    """Where a person wants an application: in the wave of that id, in a new one of that number, or in none."""

    application_id: str
    wave_id: str | None = None
    new_wave_number: int | None = None
    unassigned: bool = False


@dataclass(frozen=True, slots=True)
class WaveGiven:
    """What a person says of a wave, or of a new one at the end; what `given` does not name stays, None undoes it.

    `given` may name `name`, `starts_on`, `locked` and `max_applications`.
    """

    wave_id: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)


def move_applications(
    call: PhaseCall, moves: Sequence[MoveGiven], rationale: str | None, expected_version: int | None
) -> Revised:
    """The plan with these applications where they are wanted, whatever that breaks: it is told."""
    changing = _Changing.of(call, expected_version)
    given = changing.resolved(moves)
    why = _rationale(rationale)
    before, names = changing.numbers, changing.names
    ids = [each.application_id for each in given]
    return changing.revised(
        _with_moves(choices_of(call), given),
        moved(before, given),
        fields=tuple(names[id] for id in ids[:_TOLD]),
        told=(
            [_told_move(names, id, before.get(id)) for id in ids],
            [_told_move(names, each.application_id, each.number) for each in given],
        ),
        rationale=why,
        lessons=tuple(of_moves(call, changing.planned, before, given, why)),
    )


def save_wave(call: PhaseCall, wanted: WaveGiven, expected_version: int | None) -> Revised:
    """The plan with that wave named, dated, locked or resized; without an id, with one more at its end."""
    changing = _Changing.of(call, expected_version)
    held = None if wanted.wave_id is None else changing.wave(wanted.wave_id)
    _check(call, wanted)
    choices = choices_of(call)
    before = _choice(choices, changing.next_number() if held is None else held.number)
    if held is None:
        before = WaveChoice(before.number, added=True)
    after = replace(before, **changing.settled(wanted.given, before.number))
    told_before = None if held is None else _told_wave(held.name, before)
    name = after.name or (held.name if held else f"Wave {after.number}")
    return changing.revised(
        replace(choices, waves=_with_wave(choices.waves, after)),
        changing.numbers,
        fields=tuple(f"{name}: {each}" for each in wanted.given) or (name,),
        told=(told_before, _told_wave(name, after)),
    )


def delete_wave(call: PhaseCall, wave_id: str, expected_version: int | None) -> Revised:
    """The plan without that wave; what was to move in it is in none, and other waves keep their numbers."""
    changing = _Changing.of(call, expected_version)
    wave = changing.wave(wave_id, "id")
    ids = sorted(id for id, number in changing.numbers.items() if number == wave.number)
    gone = tuple(Move(id, None) for id in ids)
    told = {"number": wave.number, "name": wave.name, "applicationIds": ids}
    return changing.revised(
        _without_wave(_with_moves(choices_of(call), gone), wave.number),
        moved(changing.numbers, gone),
        fields=(wave.name,),
        told=(told, None),
    )


@dataclass(frozen=True, slots=True)
class _Changing:
    """The plan as it stands, as of the day on which its waves were planned."""

    call: PhaseCall
    plan: WavePlan
    planned: tuple[PlannedApplication, ...]
    problem: WaveProblem

    @classmethod
    def of(cls, call: PhaseCall, expected_version: int | None) -> _Changing:
        plan = call.portfolio.plan.wave_plan
        if plan is None:
            raise NotFound("wave plan", ("flowId",))
        expect(plan, expected_version, "wave plan")
        result = call.results.get(WAVES)
        call = replace(call, phase=WAVES, as_of=result.as_of if result else call.as_of)
        return cls(call, plan, planned_applications(call), wave_problem(call))

    @property
    def numbers(self) -> dict[str, int]:
        """Where applications are; what does not move any more is nowhere."""
        ids = {each.id for each in self.planned}
        return {id: number for id, number in self.call.portfolio.plan.numbers.items() if id in ids}

    @property
    def names(self) -> dict[str, str]:
        return {each.id: each.application.name for each in self.planned}

    def wave(self, wave_id: str, *path: str) -> Wave:
        for wave in self.call.portfolio.plan.waves:
            if wave.id == wave_id:
                return wave
        raise NotFound("wave", path or ("waveId",))

    def next_number(self) -> int:
        """After the last wave there is."""
        number = max((wave.number for wave in self.call.portfolio.plan.waves), default=0) + 1
        if number > self._most():
            raise refuse(ErrorCode.LIMIT_EXCEEDED, f"A plan of this size has at most {self._most():,} waves.")
        return number

    def settled(self, given: Mapping[str, Any], number: int) -> dict[str, Any]:
        """What is given, as a choice keeps it: a lock holds what is in the wave now."""
        kept = {name: value for name, value in given.items() if name != "locked"}
        if "name" in kept:
            kept["name"] = kept["name"].strip() if kept["name"] else None
        if "locked" in given:
            inside = sorted(id for id, own in self.numbers.items() if own == number)
            kept["locked_ids"] = tuple(inside) if given["locked"] else None
        return kept

    def resolved(self, moves: Sequence[MoveGiven]) -> tuple[Move, ...]:
        """The moves by wave numbers, or Refused with everything that is wrong with them."""
        problems = tuple(self._problems(moves))
        if problems:
            raise Refused(problems)
        number_of = {wave.id: wave.number for wave in self.call.portfolio.plan.waves}
        return tuple(
            Move(each.application_id, number_of[each.wave_id] if each.wave_id else each.new_wave_number)
            for each in moves
        )

    def revised(
        self,
        choices: PlanChoices,
        numbers: Mapping[str, int],
        *,
        fields: tuple[str, ...],
        told: tuple[Any, Any],
        rationale: str | None = None,
        lessons: tuple[Lesson, ...] = (),
    ) -> Revised:
        """The plan as these choices and numbers make it, with the record of that."""
        call = with_choices(self.call, choices)
        problem = wave_problem(call)
        placed = replace(
            placement(problem, numbers),
            seconds=self.plan.solver_seconds,
            time_limited=self.plan.time_limited,
        )
        rows = WaveRows(call, problem, placed, Source.USER, fields, arranged(self.problem, self.numbers))
        warnings = tuple(wave_warnings(call, problem, placed, self.planned))
        outcome = rows.outcome(saves=(choices, *lessons), warnings=warnings)
        return Revised(self.plan.id, outcome, recorded(call, self.plan.id, *told, rationale))

    def _most(self) -> int:
        return SPARE_WAVES + len(self.planned)

    def _problems(self, moves: Sequence[MoveGiven]) -> Iterator[Problem]:
        if not moves:
            yield Problem(ErrorCode.INVALID_INPUT, "Name at least 1 application to move.", ("moves",))
        yield from self._applications([each.application_id for each in moves])
        for index, each in enumerate(moves):
            yield from self._target(each, "moves", str(index), "to")

    def _applications(self, ids: Sequence[str]) -> Iterator[Problem]:
        there = {each.id: each.name for each in self.call.portfolio.applications}
        moving, seen = self.names, set[str]()
        for index, id in enumerate(ids):
            path = ("moves", str(index), "applicationId")
            if id in seen:
                yield Problem(ErrorCode.INVALID_INPUT, "It is named twice.", path)
            elif id not in there:
                yield Problem(ErrorCode.NOT_FOUND, "There is no such application.", path)
            elif id not in moving:
                message = f"{there[id]} does not move: no accepted decision says that it does."
                yield Problem(ErrorCode.NOT_READY, message, path)
            seen.add(id)

    def _target(self, move: MoveGiven, *path: str) -> Iterator[Problem]:
        waves = self.call.portfolio.plan.waves
        number = move.new_wave_number
        if move.wave_id is not None:
            if all(wave.id != move.wave_id for wave in waves):
                yield Problem(ErrorCode.NOT_FOUND, "There is no such wave.", (*path, "waveId"))
        elif number is not None:
            where = (*path, "newWaveNumber")
            if not 1 <= number <= self._most():
                yield Problem(ErrorCode.INVALID_INPUT, f"Waves are numbered from 1 to {self._most():,}.", where)
            elif any(wave.number == number for wave in waves):
                message = f"There is a wave {number} already; move it there by that wave's id."
                yield Problem(ErrorCode.ALREADY_EXISTS, message, where)
        elif not move.unassigned:
            message = "Say where it goes: to a wave, to a new one, or `unassigned: true`."
            yield Problem(ErrorCode.INVALID_INPUT, message, (*path, "unassigned"))


def _check(call: PhaseCall, wanted: WaveGiven) -> None:
    problems = tuple(_wave_problems(call.as_of, wanted))
    if problems:
        raise Refused(problems)


def _wave_problems(today: date, wanted: WaveGiven) -> Iterator[Problem]:
    given = wanted.given
    if wanted.wave_id is not None and not given:
        message = "Say what to change: the name, the date, the lock or the size."
        yield Problem(ErrorCode.INVALID_INPUT, message)
    name = given.get("name")
    if name is not None and not (name.strip() and len(name) <= LONGEST_NAME and name.isprintable()):
        message = f"A name has 1 to {LONGEST_NAME} printable characters."
        yield Problem(ErrorCode.INVALID_INPUT, message, ("name",))
    day = given.get("starts_on")
    if day is not None and abs(day.year - today.year) > HORIZON_YEARS:
        yield Problem(ErrorCode.INVALID_INPUT, f"{day} is more than {HORIZON_YEARS} years away.", ("startsOn",))
    most = given.get("max_applications")
    if most is not None and most < 1:
        yield Problem(ErrorCode.INVALID_INPUT, "A wave takes at least 1 application.", ("maxApplications",))


def _rationale(text: str | None) -> str | None:
    plain = (text or "").strip()
    if len(plain) > LONGEST_TEXT:
        raise refuse(ErrorCode.INVALID_INPUT, f"This takes at most {LONGEST_TEXT:,} characters.", "rationale")
    return plain or None


def _with_moves(choices: PlanChoices, moves: Iterable[Move]) -> PlanChoices:
    """The newest wish for an application counts; locked waves hold what is in them now."""
    wanted = {each.application_id: each for each in choices.moves} | {each.application_id: each for each in moves}
    new = {each.application_id: each.number for each in moves}
    waves = tuple(
        wave if wave.locked_ids is None else replace(wave, locked_ids=_locked(wave, new)) for wave in choices.waves
    )
    return replace(choices, moves=tuple(wanted[id] for id in sorted(wanted)), waves=waves)


def _locked(wave: WaveChoice, moves: Mapping[str, int | None]) -> tuple[str, ...]:
    stay = {id for id in wave.locked_ids or () if moves.get(id, wave.number) == wave.number}
    return tuple(sorted(stay | {id for id, number in moves.items() if number == wave.number}))


def _without_wave(choices: PlanChoices, number: int) -> PlanChoices:
    """Nothing that was said of it may hold of another wave that gets its number later."""
    return replace(
        choices,
        moves=tuple(each for each in choices.moves if each.number != number),
        waves=tuple(each for each in choices.waves if each.number != number),
        allocations=tuple(each for each in choices.allocations if each.wave != number),
        activities=tuple(each for each in choices.activities if not each.key.startswith(f"{number:04}-")),
        cost_lines=tuple(each for each in choices.cost_lines if f"{number:04}" not in each.key.split(":")),
    )


def _choice(choices: PlanChoices, number: int) -> WaveChoice:
    return next((each for each in choices.waves if each.number == number), WaveChoice(number))


def _with_wave(waves: Iterable[WaveChoice], choice: WaveChoice) -> tuple[WaveChoice, ...]:
    kept = {each.number: each for each in waves} | {choice.number: choice}
    return tuple(kept[number] for number in sorted(kept))


def _told_move(names: Mapping[str, str], id: str, number: int | None) -> dict[str, Any]:
    return {"applicationId": id, "application": names[id], "wave": number}


def _told_wave(name: str, choice: WaveChoice) -> dict[str, Any]:
    return {
        "number": choice.number,
        "name": choice.name or name,
        "startsOn": choice.starts_on and choice.starts_on.isoformat(),
        "locked": choice.locked_ids is not None,
        "maxApplications": choice.max_applications,
    }
