"""A person's changes to the people at a customer's: one of them, or the whole map."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite
from typing import Any

from domain.customer import Influence, RelationKind, Sentiment, Stakeholder, StakeholderRelation
from domain.errors import ErrorCode, NotFound
from domain.given import LONGEST_TEXT, Checking
from domain.natural_key import tidy
from domain.stakeholder_lines import in_circles

FARTHEST = 1_000_000
# The people that a map has room for.
MOST_PEOPLE = 1_000
_ELSEWHERE = "There is no such stakeholder of this customer."
_WRONG_MAP = "A map is of one customer: this names another."
_CIRCLE = "{} would answer to himself in the end. Take one of the lines out."
_TWICE = "This stakeholder stands in the map already."


@dataclass(frozen=True, slots=True)
class SaveStakeholder:
    """A new stakeholder, or the one of that id. `given` names what is said of notes, the line upwards and the place."""

    customer_id: str
    name: str
    role: str
    influence: Influence
    sentiment: Sentiment
    id: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RelationGiven:
    """A line of the map."""

    from_id: str
    to_id: str
    kind: RelationKind


@dataclass(frozen=True, slots=True)
class SaveStakeholderMap:
    """Everybody on a customer's map and every line of it: whoever and whatever is not in it is gone."""

    customer_id: str
    stakeholders: tuple[SaveStakeholder, ...]
    relations: tuple[RelationGiven, ...]


def save_stakeholder(
    command: SaveStakeholder, everybody: Sequence[Stakeholder], new_id: Callable[[], str]
) -> Stakeholder:
    """The stakeholder as a person says, among those of the customer, or Refused with everything that is wrong."""
    checking = Checking()
    known = {each.id: each for each in everybody}
    if command.id is not None and command.id not in known:
        raise NotFound("stakeholder", ("id",))
    if command.id is None and len(known) >= MOST_PEOPLE:
        message = f"A customer has at most {MOST_PEOPLE:,} stakeholders."
        checking.wrong(message, "customerId", code=ErrorCode.LIMIT_EXCEEDED)
    after = _saved(command, known, new_id, checking, ())
    checking.done()
    others = [each for each in everybody if each.id != after.id]
    if after.id in in_circles([*others, after]):
        checking.wrong(_CIRCLE.format(after.name), "reportsToId")
    checking.done()
    return after


def save_map(
    command: SaveStakeholderMap, everybody: Sequence[Stakeholder], new_id: Callable[[], str]
) -> tuple[Stakeholder, ...]:
    """Everybody on the map, with his lines; Refused with everything that is wrong with any of it."""
    checking = Checking()
    known = {each.id: each for each in everybody}
    staying = {each.id for each in command.stakeholders}
    people: list[Stakeholder] = []
    for index, given in enumerate(command.stakeholders):
        path = ("stakeholders", str(index))
        _check_place(given, command.customer_id, known, [each.id for each in people], checking, path)
        people.append(_saved(given, {id: each for id, each in known.items() if id in staying}, new_id, checking, path))
    drawn = _with_lines(people, command.relations, checking)
    checking.done()
    _check_circles(drawn, checking)
    checking.done()
    return drawn


def _check_place(
    given: SaveStakeholder,
    customer_id: str,
    known: Mapping[str, Stakeholder],
    before: Sequence[str],
    checking: Checking,
    path: tuple[str, ...],
) -> None:
    if given.customer_id != customer_id:
        checking.wrong(_WRONG_MAP, *path, "customerId")
    if given.id is not None and given.id not in known:
        checking.wrong(_ELSEWHERE, *path, "id", code=ErrorCode.NOT_FOUND)
    elif given.id in before:
        checking.wrong(_TWICE, *path, "id")


def _saved(
    command: SaveStakeholder,
    known: Mapping[str, Stakeholder],
    new_id: Callable[[], str],
    checking: Checking,
    path: tuple[str, ...],
) -> Stakeholder:
    before = known.get(command.id) if command.id else None
    wanted: dict[str, Any] = {
        "name": _line(command.name, checking, *path, "name"),
        "role": _line(command.role, checking, *path, "role"),
        "influence": command.influence,
        "sentiment": command.sentiment,
        **{name: command.given[name] for name in ("reports_to_id", "x", "y") if name in command.given},
    }
    if "notes" in command.given:
        wanted["notes"] = checking.text(command.given["notes"], *path, "notes", longest=LONGEST_TEXT)
    if before is not None:
        after = replace(before, **wanted)
    else:
        after = Stakeholder(id=command.id or new_id(), customer_id=command.customer_id, **wanted)
    _check_line(after, known, checking, path)
    _check_coordinates(after, checking, path)
    return after


def _check_line(
    after: Stakeholder, known: Mapping[str, Stakeholder], checking: Checking, path: tuple[str, ...]
) -> None:
    if after.reports_to_id == after.id:
        checking.wrong("Nobody answers to himself.", *path, "reportsToId")
    elif after.reports_to_id is not None and after.reports_to_id not in known:
        checking.wrong(_ELSEWHERE, *path, "reportsToId", code=ErrorCode.NOT_FOUND)


def _check_coordinates(after: Stakeholder, checking: Checking, path: tuple[str, ...]) -> None:
    for name, value in (("x", after.x), ("y", after.y)):
        if value is not None and not (isfinite(value) and abs(value) <= FARTHEST):
            checking.wrong(f"A place on the map lies between -{FARTHEST:,} and {FARTHEST:,}.", *path, name)
    if (after.x is None) is not (after.y is None):
        checking.wrong("A place on the map has both, x and y.", *path, "x" if after.x is None else "y")


def _with_lines(
    people: Sequence[Stakeholder], relations: Sequence[RelationGiven], checking: Checking
) -> tuple[Stakeholder, ...]:
    there = {each.id for each in people}
    starting: dict[str, dict[StakeholderRelation, None]] = {}
    for index, line in enumerate(relations):
        path = ("relations", str(index))
        for name, id in (("fromId", line.from_id), ("toId", line.to_id)):
            if id not in there:
                checking.wrong("There is no such stakeholder on this map.", *path, name, code=ErrorCode.NOT_FOUND)
        if line.from_id == line.to_id:
            checking.wrong("Nobody is related to himself.", *path, "toId")
        starting.setdefault(line.from_id, {})[StakeholderRelation(line.to_id, line.kind)] = None
    return tuple(replace(each, relations=tuple(starting.get(each.id, ()))) for each in people)


def _check_circles(people: Sequence[Stakeholder], checking: Checking) -> None:
    around = in_circles(people)
    for index, each in enumerate(people):
        if each.id in around:
            checking.wrong(_CIRCLE.format(each.name), "stakeholders", str(index), "reportsToId")


def _line(text: str, checking: Checking, *path: str) -> str:
    plain = checking.needed(tidy(text), *path)
    if not plain.isprintable():
        checking.wrong("This has characters that cannot be printed.", *path)
    return plain
