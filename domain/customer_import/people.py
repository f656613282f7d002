"""The people of one import: who each row means, what it changes of him, and to whom he then answers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from domain.customer import Influence, Sentiment, Stakeholder, external_key
from domain.customer_import.rows import GivenRow, PersonGiven
from domain.natural_key import natural_key
from domain.stakeholder_lines import above, closes_a_circle

# What a row says of a role that says none.
NO_ROLE = "Contact"


@dataclass(slots=True)
class People:
    """Those at each customer's, as they are and as the rows so far leave them."""

    new_id: Callable[[], str]
    all: dict[str, Stakeholder] = field(default_factory=dict)
    # Of whom nobody has written anything before.
    unnoted: set[str] = field(default_factory=set)
    _of: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, known: Iterable[Stakeholder], new_id: Callable[[], str]) -> People:
        """Those who are there already."""
        people = cls(new_id)
        for each in known:
            people.keep(each)
        return people

    def keep(self, person: Stakeholder) -> None:
        """He is as he is given here now."""
        if person.id not in self.all:
            self._of[person.customer_id].append(person.id)
        self.all[person.id] = person

    def note(self, person: Stakeholder, text: str) -> None:
        """Keep what no field of his holds, unless somebody has written of him already."""
        if person.id in self.unnoted:
            self.keep(replace(person, notes=f"{person.notes}; {text}" if person.notes else text))

    def at(self, customer_id: str) -> list[Stakeholder]:
        """Everybody at that customer's."""
        return [self.all[id] for id in self._of[customer_id]]

    def meant(self, customer_id: str, given: PersonGiven) -> list[Stakeholder]:
        """Whom a row means: by his id, else by his name; one of another id is another person."""
        everybody = self.at(customer_id)
        if given.external_id is not None:
            key = external_key(given.external_id)
            same = [each for each in everybody if each.external_id and external_key(each.external_id) == key]
            if same:
                return same
            everybody = [each for each in everybody if each.external_id is None]
        return [each for each in everybody if natural_key(each.name) == natural_key(given.name)]

    def changed(self, customer_id: str, given: PersonGiven, before: Stakeholder | None) -> Stakeholder:
        """Him as the row says, his line left out."""
        fields: dict[str, Any] = {"name": given.name, **given.fields}
        if given.external_id is not None:
            fields["external_id"] = given.external_id
        if before is not None:
            if before.external_id and given.external_id and _same_id(before.external_id, given.external_id):
                del fields["external_id"]
            return replace(before, **fields)
        wanted = {"role": NO_ROLE, "influence": Influence.MEDIUM, "sentiment": Sentiment.NEUTRAL, **fields}
        return Stakeholder(id=self.new_id(), customer_id=customer_id, **wanted)

    def take(self, customer_id: str, given: PersonGiven, before: Stakeholder | None) -> Stakeholder:
        """Him as the row leaves him."""
        after = self.changed(customer_id, given, before)
        if not after.notes:
            self.unnoted.add(after.id)
        self.keep(after)
        if given.details:
            self.note(after, given.details)
        return self.all[after.id]

    def named(self, customer_id: str, text: str) -> list[Stakeholder]:
        """Who a line leads to: by his id, else by his name."""
        key, name = external_key(text), natural_key(text)
        everybody = self.at(customer_id)
        by_id = [each for each in everybody if each.external_id and external_key(each.external_id) == key]
        return by_id or [each for each in everybody if natural_key(each.name) == name]


def _same_id(one: str, other: str) -> bool:
    return external_key(one) == external_key(other)


def draw_lines(people: People, rows: Mapping[str, GivenRow]) -> dict[int, str]:
    """To whom each person answers whose row says so, by his id; why a row's line cannot be drawn, by its line.

    Who answers to somebody who is no contact of the customer keeps that in his notes: an export of some contacts
    names others all the time.
    """
    said = {id: row.person.reports_to for id, row in rows.items() if row.person and row.person.reports_to}
    lines = {id: above(each, straight=id not in said) for id, each in people.all.items()}
    wrong: dict[int, str] = {}
    for id, text in said.items():
        person = people.all[id]
        found = people.named(person.customer_id, text)
        if not found:
            people.note(person, f"Reports to: {text}")
        elif (fault := _fault(person, text, found, lines)) is not None:
            wrong[rows[id].line] = fault
        else:
            lines[id] = (*lines[id], found[0].id)
            people.keep(replace(person, reports_to_id=found[0].id))
    return wrong


def _fault(
    person: Stakeholder, text: str, found: Sequence[Stakeholder], lines: Mapping[str, Sequence[str]]
) -> str | None:
    if len(found) > 1:
        return f"{person.name} answers to {text!r}, and several contacts of this customer are called so. Give the id."
    if found[0].id == person.id:
        return f"{person.name} cannot answer to himself. Clear whom he reports to."
    if closes_a_circle(lines, person.id, found[0].id):
        top = found[0].name
        return f"{person.name} cannot answer to {top}, who answers to {person.name} in the end. Clear one of the lines."
    return None
