"""Rows gathered by what they tell of: one draft per application, with its components, each text with its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from domain.flows.discovery.told import Teller, Told, of_component
from domain.inventory import ImportRow
from domain.natural_key import natural_key

# Different texts that are held once; a column of numbers of its own would fill any table.
_MOST_POOLED = 10_000


class Mentions:
    """The different texts of one thing, in order: how often each stands in the file, and on which line first.

    Nearly all have one text, and a large inventory has millions of them: the others have a table only where there are.
    """

    __slots__ = ("_count", "_line", "_others", "_text")

    def __init__(self, text: str | None = None, line: int = 0) -> None:
        self._text, self._line, self._count = text, line, int(text is not None)
        self._others: dict[str, tuple[int, int]] | None = None

    def add(self, text: str, line: int) -> None:
        if self._text is None:
            self._text, self._line = text, line
        if text == self._text:
            self._count += 1
            return
        self._others = self._others or {}
        count, first = self._others.get(text, (0, line))
        self._others[text] = (count + 1, first)

    def __iter__(self) -> Iterator[str]:
        if self._text is not None:
            yield self._text
        yield from self._others or ()

    def line(self, text: str) -> int:
        return self._line if text == self._text else (self._others or {})[text][1]

    def count(self, text: str) -> int:
        return self._count if text == self._text else (self._others or {})[text][0]


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
        _mention(self.facts, facts, line)
        _mention(self.others, others, line)


def _mention(found: dict[str, Mentions], told: Iterable[tuple[str, str]], line: int) -> None:
    for key, text in told:
        mentions = found.get(key)
        if mentions is None:
            found[key] = Mentions(text, line)
        else:
            mentions.add(text, line)


@dataclass(slots=True)
class Gathered:
    """All drafts of one import by key, in file order, and the lines that name neither application nor component.

    `repeated` are lines that say what another said: the draft's key and the first line.
    """

    facts_only: bool = False
    drafts: dict[str, Draft] = field(default_factory=dict)
    nameless: list[int] = field(default_factory=list)
    repeated: dict[int, tuple[str, int]] = field(default_factory=dict)
    _seen: dict[int, int] = field(default_factory=dict)
    _texts: dict[str, str] = field(default_factory=dict)

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
            draft = Draft(key, told.line, Mentions(name, told.line), lone_server=not told.application)
            self.drafts[key] = draft
        else:
            draft.lone_server = draft.lone_server and not told.application
            draft.names.add(name, told.line)
        self._share_out(draft, told)

    def _share_out(self, draft: Draft, told: Told) -> None:
        facts, others = self._pooled(told.facts), () if self.facts_only else self._pooled(told.others)
        if not told.component:
            draft.take(facts, others, told.line)
            return
        key = natural_key(told.component)
        component = draft.components.get(key)
        if component is None:
            component = draft.components[key] = Draft(key, told.line, Mentions(told.component, told.line))
        else:
            component.names.add(told.component, told.line)
        own: list[tuple[str, str]] = []
        whole: list[tuple[str, str]] = []
        for fact in facts:
            (own if of_component(fact[0], in_component=True) else whole).append(fact)
        component.take(own, others, told.line)
        draft.take(whole, (), told.line)

    def _pooled(self, told: Sequence[tuple[str, str]]) -> Sequence[tuple[str, str]]:
        # Of a column with few different texts each is held once, not once a row.
        pool = self._texts
        if len(pool) < _MOST_POOLED:
            return [(key, pool.setdefault(text, text)) for key, text in told]
        return [(key, pool.get(text, text)) for key, text in told]

    def _notice_repetition(self, told: Told, key: str) -> None:
        # The number stands for the row: keeping the rows themselves would hold the file in memory.
        content = hash((told.application, told.component, told.facts, told.others))
        first = self._seen.setdefault(content, told.line)
        if first != told.line:
            self.repeated[told.line] = key, first


def gather(
    rows: Iterable[ImportRow], teller: Teller, aliases: Mapping[str, str], *, facts_only: bool = False
) -> Gathered:
    """The drafts of an import; with `facts_only` without what no fact holds.

    `aliases` are keys of applications that a person said are another one.
    """
    found = Gathered(facts_only)
    for row in rows:
        for told in teller.tell(row):
            found.add(told, aliases)
    return found
