"""The work that leads to the confirmed designs: what is done, after what, and when it is done well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

from domain.application import Component
from domain.definition import Outcome, PhaseCall, Warning
from domain.flows.modernization.designing import DESIGN, Pattern, pattern_of, patterns
from domain.flows.modernization.results import Design, ImplementationPlanned
from domain.known_facts import own_fact
from domain.modernization import WorkItem
from domain.planning.exact import in_steps
from domain.reference_data import read_toml

IMPLEMENTATION = "implementation_planning"
# A part of ten thousand lines is of usual size; none counts as more than four of them (`refactor` in effort.toml).
LINES_PER_SIZE, LARGEST = 10, 4
_QUARTER = Decimal("0.25")


@dataclass(frozen=True, slots=True)
class _Draft:
    key: str
    application_id: str
    component_id: str | None
    title: str
    hours: Decimal
    after: tuple[str, ...]
    acceptance: str


def plan_work(call: PhaseCall) -> Outcome:
    """Items in an order in which they can be done."""
    result = call.results[DESIGN]
    parts = {each.id: each for each in call.portfolio.components}
    confirmed = [each for each in result.designs if each.component_id in frozenset(result.confirmed_ids)]
    chosen = [each for each in confirmed if each.component_id in parts]
    drafts = {each.key: each for each in _drafts([(parts[each.component_id], each) for each in chosen])}
    items = _items(call, drafts)
    wanted = {each.key for each in items}
    gone = tuple(each for each in call.portfolio.work_items if each.key not in wanted)
    hours = sum((each.effort_hours for each in items), Decimal(0))
    lost = len(confirmed) - len(chosen)
    message = (
        f"{lost:,} of the confirmed designs are of components that are there no more: no work is planned for them."
    )
    warnings = (Warning("COMPONENTS_GONE", message),) if lost else ()
    return Outcome(ImplementationPlanned(len(items), hours), items, removes=gone, warnings=warnings)


def _drafts(chosen: Sequence[tuple[Component, Design]]) -> Iterator[_Draft]:
    data = read_toml("modernization")
    platform, tasks = data["platform"], data["task"]
    for id in dict.fromkeys(part.application_id for part, _ in chosen):
        hours = Decimal(platform["hours"])
        yield _Draft(f"{id}:platform", id, None, platform["title"], hours, (), platform["acceptance"])
    before = _before([part for part, _ in chosen])
    for part, design in chosen:
        size, pattern = _size(part), _pattern(part, design)
        after = (f"{part.application_id}:platform", *(f"{id}:{tasks[-1]['key']}" for id in before[part.id]))
        for task in tasks:
            hours = in_steps(Fraction(pattern.hours) * size * Fraction(str(task["share"])) * 4, Decimal(1)) * _QUARTER
            key = f"{part.id}:{task['key']}"
            title = f"{task['title']}: {part.name} ({design.pattern})"
            yield _Draft(key, part.application_id, part.id, title, hours, after, task["acceptance"])
            after = (key,)


def _pattern(part: Component, design: Design) -> Pattern:
    """The one that a person took, where it is one of the list: hours are those of what is done."""
    return next((each for each in patterns() if each.name == design.pattern), None) or pattern_of(part)


def _size(part: Component) -> Fraction:
    """By its lines of code, where anybody knows them."""
    lines = own_fact(part, "thousand_lines")
    return min(Fraction(LARGEST), max(Fraction(1), Fraction(str(lines)) / LINES_PER_SIZE)) if lines else Fraction(1)


def _before(parts: Sequence[Component]) -> Mapping[str, tuple[str, ...]]:
    """For each part those it needs, which are released before it; of parts that need each other, the earlier listed."""
    place = {part.id: number for number, part in enumerate(parts)}
    needs = {part.id: {id for id in part.depends_on if id in place and id != part.id} for part in parts}
    while (circle := _circle(needs)) is not None:
        # The dependency that leads against the order of the list is let go; a circle has at least one.
        first, second = next((a, b) for a, b in circle if place[b] > place[a])
        needs[first].discard(second)
    return {id: tuple(sorted(before, key=place.__getitem__)) for id, before in needs.items()}


def _circle(needs: Mapping[str, set[str]]) -> list[tuple[str, str]] | None:
    """Pairs of (needs, needed) that lead in a circle; None where there is none."""
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        round_ = error.args[1]
        return [(later, earlier) for earlier, later in pairwise(round_)]
    return None


def _items(call: PhaseCall, drafts: Mapping[str, _Draft]) -> tuple[WorkItem, ...]:
    held = {each.key: each for each in call.portfolio.work_items}
    ids = {key: held[key].id if key in held else call.new_id() for key in drafts}
    place = {key: number for number, key in enumerate(drafts)}
    sorter = TopologicalSorter({key: set(draft.after) for key, draft in drafts.items()})
    sorter.prepare()
    ordered: list[str] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=place.__getitem__)
        ordered += ready
        sorter.done(*ready)
    return tuple(
        WorkItem(
            id=ids[key],
            flow_id=call.flow_id,
            application_id=drafts[key].application_id,
            component_id=drafts[key].component_id,
            key=key,
            number=number,
            title=drafts[key].title,
            effort_hours=drafts[key].hours,
            depends_on=tuple(ids[before] for before in drafts[key].after),
            acceptance=drafts[key].acceptance,
        )
        for number, key in enumerate(ordered, 1)
    )
