"""Where an application is known from: which imports tell of the same things, and may say that one of them is gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from domain.application import Application
from domain.columns import Structure, TableKind
from domain.inventory import AttributeMapping

_TABLE = "table of "
# Two tables of no known tool are of one source when they have at least so much of what they fill in common.
_ALIKE = 0.5
_KNOWN = frozenset(map(str, TableKind)) - {TableKind.DEPENDENCIES, TableKind.APPLICATIONS}


def source_of(format: str, mappings: Iterable[AttributeMapping]) -> str:
    """The source of an import: a known tool, else what its columns fill."""
    if format in _KNOWN:
        return format
    return _TABLE + "|".join(sorted({mapping.target for mapping in mappings if mapping.target}))


def speaks_of_applications(mappings: Iterable[AttributeMapping]) -> bool:
    """False for a list of dependencies: it says nothing of the applications it leaves out."""
    return Structure.CONSUMER not in {mapping.target for mapping in mappings}


def named(application: Application, known: Application | None, source: str) -> tuple[str, ...]:
    """The sources that name it, with this one; what had vanished is known from this one alone."""
    others = application.named_by if known is not None and not known.vanished else ()
    return tuple(sorted({source, *_others(others, source)}))


def missed(application: Application, source: str) -> tuple[bool, tuple[str, ...]]:
    """Whether an application that an import of that source does not name is gone, and the sources that name it still.

    Only a source that named it can miss it, and it is gone when none is left that does.
    """
    others = _others(application.named_by, source)
    if len(others) == len(application.named_by):
        return False, application.named_by
    return (True, application.named_by) if not others else (False, others)


def _others(sources: Sequence[str], source: str) -> tuple[str, ...]:
    return tuple(one for one in sources if not _same(one, source))


def _same(one: str, other: str) -> bool:
    if one == other:
        return True
    if not (one.startswith(_TABLE) and other.startswith(_TABLE)):
        return False
    fills, filled = (frozenset(each.removeprefix(_TABLE).split("|")) for each in (one, other))
    return len(fills & filled) >= _ALIKE * len(fills | filled)
