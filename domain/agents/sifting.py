"""The first look at a proposal: by the table of permissions alone, whatever phase it is of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

from domain.agents.cleaning import line
from domain.agents.permission import CONFIDENCE, REASON, Permit, Unfit, permits_of, permitted
from domain.agents.subjects import Subject, Subjects
from domain.definition import Warning

DROPPED, DISAGREES, SUGGESTS = "MODEL_DROPPED", "MODEL_DISAGREES", "MODEL_SUGGESTS"
_SHOWN = 80


@dataclass(frozen=True)
class Item:
    """One permitted item with the subject it is about; `value` is the proposed thing, cleaned."""

    permit: Permit
    subject: Subject
    value: Any

    @property
    def order(self) -> tuple[str, ...]:
        return (self.permit.part, self.subject.key, *(str(getattr(self.value, f.name)) for f in fields(self.value)))

    @property
    def said(self) -> tuple[Any, ...]:
        """What it says, without why and how sure."""
        return tuple(_folded(getattr(self.value, name)) for name in self.permit.fields)

    @property
    def identity(self) -> tuple[Any, ...]:
        """What makes it the same item as another."""
        return (self.permit.part, *(_folded(getattr(self.value, name)) for name in self.permit.once))


@dataclass(frozen=True)
class Sifted:
    """What is permitted, in an order that does not depend on the proposal's, and one warning for each that is not."""

    items: tuple[Item, ...] = ()
    dropped: tuple[Warning, ...] = ()

    def of(self, part: str) -> tuple[Item, ...]:
        return tuple(each for each in self.items if each.permit.part == part)


@dataclass
class _Sieve:
    rows: tuple[Permit, ...]
    subjects: Subjects
    shown: Collection[str]
    dropped: list[Warning] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.sorts = {key: each.sort for key, each in self.subjects.items() if key in self.shown}

    def drop(self, part: str, value: Any, why: str, refs: Mapping[str, str] | None = None) -> None:
        self.dropped.append(dropped(part, str(getattr(value, "subject", "")), why, refs or {}))

    def part(self, part: str, values: Sequence[Any]) -> Iterator[Item]:
        rows = permits_of(self.rows, part)
        for value in values:
            subject = self.subjects.get(value.subject) if value.subject in self.sorts else None
            row = next((each for each in rows if subject and subject.sort in each.on), None)
            if subject is None:
                self.drop(part, value, "nothing was shown under that key")
            elif row is None:
                self.drop(part, value, "this agent may not propose it", subject.refs)
            else:
                yield from self._within(row, subject, value)

    def _within(self, row: Permit, subject: Subject, value: Any) -> Iterator[Item]:
        bounds = {**row.fields, "reason": REASON, "confidence": CONFIDENCE}
        clean: dict[str, Any] = {}
        for name, bound in bounds.items():
            try:
                clean[name] = bound.read(getattr(value, name), self.sorts)
            except Unfit as unfit:
                self.drop(row.part, value, f"{name}: {unfit}", subject.refs)
                return
        yield Item(row, subject, replace(value, **clean))


def sift(
    kind: str, agent: str | None, proposal: object, subjects: Subjects, shown: Collection[str] | None = None
) -> Sifted:
    """What of a proposal is permitted; without `shown`, every subject counts as shown."""
    sieve = _Sieve(permitted(kind, agent), subjects, subjects.keys() if shown is None else shown)
    items: list[Item] = []
    for each in fields(proposal):  # type: ignore[arg-type]
        values = getattr(proposal, each.name)
        items += _bounded(sieve, each.name, _once(sieve, sieve.part(each.name, values)))
    warnings = dict.fromkeys(_key(each) for each in sieve.dropped)
    by_key = {_key(each): each for each in sieve.dropped}
    return Sifted(tuple(sorted(items, key=lambda item: item.order)), tuple(by_key[key] for key in sorted(warnings)))


def dropped(part: str, key: str, why: str, refs: Mapping[str, str]) -> Warning:
    """That something of a model's answer did not count, and why."""
    named = f' about "{line(key, _SHOWN)}"' if key else ""
    message = f"What a model proposed in {part}{named} was left out: {why}."
    return Warning(DROPPED, message, None, {"part": part, "subject": line(key, _SHOWN), "because": why, **refs})


def _folded(value: Any) -> Any:
    """Capitals make no difference."""
    return value.casefold() if isinstance(value, str) else value


def _key(warning: Warning) -> tuple[str, str]:
    return warning.message, str(sorted(warning.details.items()))


def _once(sieve: _Sieve, items: Iterable[Item]) -> Iterator[Item]:
    """The surest of those that say the same; none of those that contradict each other."""
    by_identity: defaultdict[tuple[Any, ...], list[Item]] = defaultdict(list)
    for item in items:
        by_identity[item.identity].append(item)
    for same in by_identity.values():
        if len({item.said for item in same}) > 1:
            sieve.drop(same[0].permit.part, same[0].value, "it is said twice, and differently", same[0].subject.refs)
        else:
            yield min(same, key=lambda item: (-item.value.confidence, item.order))


def _bounded(sieve: _Sieve, part: str, items: Iterable[Item]) -> Iterator[Item]:
    ranked = sorted(items, key=lambda item: (-item.value.confidence, item.order))
    most = max((row.most for row in permits_of(sieve.rows, part)), default=0)
    if len(ranked) > most:
        why = f"at most {most} count, and {len(ranked)} were given"
        sieve.dropped.append(dropped(part, "", why, {}))
    yield from ranked[:most]
