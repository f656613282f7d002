"""Rows gathered by what they tell of: one draft per application, with its components, each text with its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from domain.flows.discovery.told import Teller, Told, of_component
from domain.inventory import ImportRow
from domain.natural_key import natural_key


@dataclass(slots=True)
class Mentions:
    """The different texts of one thing, in order: how often each stands in the file, and on which line first."""

    found: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, text: str, line: int) -> None:
        count, first = self.found.get(text, (0, line))
        self.found[text] = (count + 1, first)

    def __iter__(self) -> Iterator[str]:
        return iter(self.found)

    def line(self, text: str) -> int:
        return self.found[text][1]

    def count(self, text: str) -> int:
        return self.found[text][0]


@dataclass(slots=True)
class Draft:
    """One application, or one component of it, as the rows of one import tell of it."""

    key: str
    line: int
    names: Mentions = field(default_factory=Mentions)
    facts: dict[str, Mentions] = field(default_factory=dict)
    others: dict[str, Mentions] = field(default_factory=dict)
    components: dict[str, Draft] = field(default_factory=dict)
    lone_server: bool = False

    def take(self, facts: Iterable[tuple[str, str]], others: Iterable[tuple[str, str]], line: int) -> None:
        for key, text in facts:
            self.facts.setdefault(key, Mentions()).add(text, line)
        for key, text in others:
            self.others.setdefault(key, Mentions()).add(text, line)


@dataclass(slots=True)
class Gathered:
    """All drafts of one import by key, in file order, and the lines that name neither application nor component.

    `repeated` are lines that say what another said: the draft's key and the first line.
    """

    drafts: dict[str, Draft] = field(default_factory=dict)
    nameless: list[int] = field(default_factory=list)
    repeated: dict[int, tuple[str, int]] = field(default_factory=dict)
    _seen: dict[int, int] = field(default_factory=dict)

    def add(self, told: Told, aliases: Mapping[str, str]) -> None:
        name = told.application or told.component
        if not name:
            self.nameless.append(told.line)
            return
        key = natural_key(name)
        key = aliases.get(key, key)
        self._notice_repetition(told, key)
        draft = self.drafts.get(key)
        if draft is None:
            draft = self.drafts[key] = Draft(key, told.line, lone_server=not told.application)
        draft.lone_server = draft.lone_server and not told.application
        draft.names.add(name, told.line)
        self._share_out(draft, told)

    def _share_out(self, draft: Draft, told: Told) -> None:
        if not told.component:
            draft.take(told.facts, told.others, told.line)
            return
        key = natural_key(told.component)
        component = draft.components.setdefault(key, Draft(key, told.line))
        component.names.add(told.component, told.line)
        own = [fact for fact in told.facts if of_component(fact[0], in_component=True)]
        component.take(own, told.others, told.line)
        draft.take((fact for fact in told.facts if fact not in own), (), told.line)

    def _notice_repetition(self, told: Told, key: str) -> None:
        # The number stands for the row: keeping the rows themselves would hold the file in memory.
        content = hash((told.application, told.component, told.facts, told.others))
        first = self._seen.setdefault(content, told.line)
        if first != told.line:
            self.repeated[told.line] = key, first


def gather(rows: Iterable[ImportRow], teller: Teller, aliases: Mapping[str, str]) -> Gathered:
    """The drafts of an import. `aliases` are keys of applications that a person said are another one."""
    found = Gathered()
    for row in rows:
        for told in teller.tell(row):
            found.add(told, aliases)
    return found
