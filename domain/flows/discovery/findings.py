"""What cleansing finds: each finding with before and after, and what a decision about it means later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from domain.flows.discovery.drafts import Draft, Gathered
from domain.flows.discovery.resolving import normalized, resolve
from domain.inventory import CleansingFinding
from domain.known_facts import as_text
from domain.natural_key import natural_key, skeleton, tidy


class CleansingRule(StrEnum):
    """The rules, each of which proposes something else."""

    NAME_SPELLING = "name-spelling"
    POSSIBLE_DUPLICATE = "possible-duplicate"
    PRODUCT_NAME = "product-name"
    DUPLICATE_ROW = "duplicate-row"
    CONTRADICTORY_FACT = "contradictory-fact"
    IMPOSSIBLE_VALUE = "impossible-value"
    NAMELESS_ROW = "nameless-row"


# Two names that look alike may well be two applications: nobody is merged unasked.
DOUBTFUL = frozenset({CleansingRule.POSSIBLE_DUPLICATE})
# What happens without anybody's decision: only what changes no meaning.
_UNASKED = frozenset({CleansingRule.NAME_SPELLING, CleansingRule.PRODUCT_NAME})


@dataclass(frozen=True, slots=True)
class Found:
    """A finding before it has an id."""

    rule: CleansingRule
    natural_key: str
    line: int | None = None
    application_key: str | None = None
    field: str | None = None
    before: str | None = None
    after: str | None = None


def find(gathered: Gathered, known: Mapping[str, str]) -> Iterator[Found]:
    """Everything found in an import; `known` are the portfolio's applications, names by key."""
    yield from _possible_duplicates(gathered, known)
    products: set[str] = set()
    for draft in gathered.drafts.values():
        yield from _spellings(draft)
        yield from _facts(draft, draft.key, products)
        for component in draft.components.values():
            yield from _facts(component, draft.key, products)
    for line, (key, first) in gathered.repeated.items():
        at = (CleansingRule.DUPLICATE_ROW, _joined(CleansingRule.DUPLICATE_ROW, key, str(line)), line, key)
        yield Found(*at, before=f"line {line} says what line {first} says")
    for line in gathered.nameless:
        yield Found(CleansingRule.NAMELESS_ROW, _joined(CleansingRule.NAMELESS_ROW, str(line)), line)


def _spellings(draft: Draft) -> Iterator[Found]:
    written = best_spelling(draft)
    for name in draft.names:
        # A name that only looks like another one is a different finding.
        if name != written and natural_key(name) == draft.key:
            yield Found(
                CleansingRule.NAME_SPELLING,
                _spelling_key(draft, name),
                draft.names.line(name),
                draft.key,
                "name",
                name,
                written,
            )


def best_spelling(draft: Draft) -> str:
    """The draft's name as most rows write it."""
    own = [name for name in draft.names if natural_key(name) == draft.key] or list(draft.names)
    counts: dict[str, int] = {}
    for name in own:
        counts[tidy(name)] = counts.get(tidy(name), 0) + draft.names.count(name)
    return max(counts, key=lambda name: counts[name])


def _facts(draft: Draft, application_key: str, products: set[str]) -> Iterator[Found]:
    resolved = resolve(draft)
    for key, text in resolved.technologies:
        product = _product_key(key, text)
        after = as_text(normalized(key, text))
        if product not in products and after and after != tidy(text):
            products.add(product)
            line = draft.facts[key].line(text)
            yield Found(CleansingRule.PRODUCT_NAME, product, line, None, key, text, after)
    for wrong in resolved.unreadable:
        rule, named = CleansingRule.IMPOSSIBLE_VALUE, _impossible_key(application_key, draft.key, wrong.key, wrong.text)
        yield Found(rule, named, wrong.line, application_key, wrong.key, wrong.text, None)
    for told in resolved.contradictions:
        rule, before = CleansingRule.CONTRADICTORY_FACT, " / ".join(sorted((told.chosen, *told.others)))
        named = _joined(rule, application_key, draft.key, told.key, before)
        yield Found(rule, named, told.line, application_key, told.key, before, told.chosen)


def _possible_duplicates(gathered: Gathered, known: Mapping[str, str]) -> Iterator[Found]:
    """Names that differ in signs, spaces and accents only; what the portfolio holds already is the original."""
    originals: dict[str, str] = {}
    for key, name in known.items():
        originals.setdefault(skeleton(name), key)
    for draft in gathered.drafts.values():
        name = best_spelling(draft)
        shape = skeleton(name)
        if not shape:
            continue
        original = originals.setdefault(shape, draft.key)
        if original != draft.key:
            after = known.get(original) or best_spelling(gathered.drafts[original])
            yield Found(
                CleansingRule.POSSIBLE_DUPLICATE,
                _joined(CleansingRule.POSSIBLE_DUPLICATE, *sorted((draft.key, original))),
                draft.line,
                draft.key,
                "name",
                name,
                after,
            )


class Decisions:
    """What was decided about one flow's findings; where nothing was, only what changes no meaning is done."""

    def __init__(self, findings: Iterable[CleansingFinding]) -> None:
        own = list(findings)
        self._applied = {finding.natural_key: finding.applied for finding in own if finding.decided}
        # The values are the last part of the key, so that other values are asked about anew.
        self._contradictions = {
            finding.natural_key.rsplit("|", 1)[0]: finding.applied
            for finding in own
            if finding.decided and finding.rule == CleansingRule.CONTRADICTORY_FACT
        }
        self.aliases = {
            finding.application_key: natural_key(finding.after)
            for finding in own
            if finding.rule == CleansingRule.POSSIBLE_DUPLICATE
            and finding.applied
            and finding.application_key
            and finding.after
        }

    def spelling(self, draft: Draft) -> str:
        """The draft's name: unified, or as it was first written where that was refused."""
        refused = [name for name in draft.names if not self._applies(_spelling_key(draft, name))]
        return tidy(refused[0]) if refused else best_spelling(draft)

    def keeps_product(self, key: str, text: str) -> bool:
        """Whether a product's name stays as it was written."""
        return not self._applies(_product_key(key, text))

    def settles(self, application_key: str, key: str, fact: str) -> bool:
        """Whether the value told most often stands, where several are told."""
        return self._contradictions.get(_joined(CleansingRule.CONTRADICTORY_FACT, application_key, key, fact), False)

    def drops(self, application_key: str, key: str, fact: str, text: str) -> bool:
        """Whether a text that is no value of its fact is not even kept as text."""
        return self._applied.get(_impossible_key(application_key, key, fact, text), False)

    def _applies(self, key: str) -> bool:
        return self._applied.get(key, CleansingRule(key.split("|", 1)[0]) in _UNASKED)


def _joined(*parts: str) -> str:
    return "|".join(part.replace("|", "/") for part in parts)


def _spelling_key(draft: Draft, name: str) -> str:
    return _joined(CleansingRule.NAME_SPELLING, draft.key, name)


def _product_key(key: str, text: str) -> str:
    return _joined(CleansingRule.PRODUCT_NAME, key, text)


def _impossible_key(application_key: str, key: str, fact: str, text: str) -> str:
    return _joined(CleansingRule.IMPOSSIBLE_VALUE, application_key, key, fact, text)
