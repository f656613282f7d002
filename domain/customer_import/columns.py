"""What the columns of a table of customers, or of people there, stand for; a table of names with a source for each."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from types import MappingProxyType

from domain.reference_data import read_csv

# What says that a row tells of a person there, not of the customer alone.
_PEOPLE = frozenset({"contact_id", "contact_name", "last_name"})
# What makes a customer of a row of people who is not there yet: who he is alone does not.
_WORTH = frozenset({"arr", "renewal_date"})
WHO = frozenset({"external_id", "name", "domain"})
# Once a row is known to tell of people, these stand for theirs; in a table of customers alone they stand for none.
_OF_PEOPLE_ONLY = frozenset({"title", "reports_to", "notes", "email", "phone", "mobile", "department"})
# In a table of people it is theirs whose contact or owner it is, so that it says nothing of the customer.
_OF_CUSTOMERS_ONLY = frozenset({"owner", "last_contact_on"})

_UNIT = re.compile(r"[(\[]\s*([^)\]]{1,20}?)\s*[)\]]\s*[^\w]*$")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# A report's sign for the column that it is sorted by is no part of the name; nor is the ending of a custom field.
_CUSTOM = re.compile(r"__c$")


@dataclass(frozen=True, slots=True)
class Columns:
    """What each column fills, by its name. `units` are what stands in brackets behind a name.

    `people`: a row tells of a person at the customer's. `makes_customers`: one who is not there is made of a row.
    """

    targets: Mapping[str, str]
    units: Mapping[str, str] = field(default_factory=dict)
    people: bool = False
    makes_customers: bool = True

    @property
    def customer(self) -> bool:
        """Whether a row says which customer it is about."""
        return not WHO.isdisjoint(self.targets.values())

    def others(self, names: Iterable[str]) -> tuple[str, ...]:
        """The columns that fill nothing and are kept as they are; beside people they are theirs, and are not kept."""
        return () if self.people else tuple(name for name in names if name not in self.targets)


@dataclass(frozen=True, slots=True)
class _Word:
    target: str
    of: str


@lru_cache(maxsize=1024)
def columns_of(names: tuple[str, ...]) -> Columns:
    """What the columns of these names stand for. Where two stand for the same, it is the first that says it."""
    found: dict[str, str] = {}
    _find(found, names, "contact")
    people = not _PEOPLE.isdisjoint(found.values())
    _find(found, names, "customer")
    _settle(found, names, people=people)
    units = {name: unit[1] for name in found if (unit := _UNIT.search(name))}
    makes = not people or not _WORTH.isdisjoint(found.values())
    return Columns(MappingProxyType(found), MappingProxyType(units), people, makes)


def recognized(names: Sequence[str]) -> int:
    """How many of the names are known; none where they do not say whom a row is about."""
    found = columns_of(tuple(name for name in names if name.strip()))
    whom = found.customer or found.people
    return len(found.targets) if whom else 0


def column_key(name: str) -> str:
    """A column's name in small letters and digits, words apart by one space, without a unit in brackets behind it."""
    bare = _UNIT.sub("", _CUSTOM.sub("", name.strip())) or name
    folded = unicodedata.normalize("NFKD", _HUMP.sub(" ", bare))
    plain = "".join(sign for sign in folded if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[\W_]+", " ", plain.casefold()).split())


def _find(found: dict[str, str], names: Sequence[str], of: str) -> None:
    """Add the columns whose names stand for something of these alone."""
    for name in names:
        for word in _words().get(column_key(name), ()):
            if word.of == of and name not in found and word.target not in found.values():
                found[name] = word.target


def _settle(found: dict[str, str], names: Sequence[str], *, people: bool) -> None:
    """What could stand for something of either stands for what the table is about."""
    left_out = _OF_CUSTOMERS_ONLY if people else _OF_PEOPLE_ONLY | _PEOPLE
    if not people:
        for name in [name for name, target in found.items() if target in _contact_targets()]:
            del found[name]
    for name in names:
        words = [word for word in _words().get(column_key(name), ()) if word.of == "either"]
        words.sort(key=lambda word: (word.target in _contact_targets()) is not people)
        for word in words:
            if name not in found and word.target not in found.values() and word.target not in left_out:
                found[name] = word.target


@cache
def _words() -> Mapping[str, tuple[_Word, ...]]:
    found: defaultdict[str, list[_Word]] = defaultdict(list)
    for row in read_csv("customer_headings"):
        for word in row["words"].split("|"):
            found[word].append(_Word(row["target"], row["of"]))
    return MappingProxyType({word: tuple(each) for word, each in found.items()})


@cache
def _contact_targets() -> frozenset[str]:
    rows = read_csv("customer_headings")
    mine = {row["target"] for row in rows if row["of"] == "contact"} | _OF_PEOPLE_ONLY
    return frozenset(mine)
