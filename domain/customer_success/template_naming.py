"""What is wrong with the values that a template's texts and conditions name."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from domain.customer_success.template_document import Draft, Path, parts, text, texts
from domain.customer_success.texts import malformed_in, paths_in
from domain.customer_success.values import CONTEXT, EXTRA, KNOWN, ROOTS, STEPS
from domain.errors import ErrorCode, Problem
from domain.ports import Shapes

# A path to what a step came to: `steps`, the step's key, what of it.
_OF_STEP = 3


def naming_problems(draft: Draft, shapes: Shapes) -> Iterator[Problem]:
    """Each with its path."""
    for path, written, place in _texts(draft):
        for fault in malformed_in(written):
            yield _wrong(path, f"{fault[:60]} names no value. A value is named like {{{{customer.name}}}}.")
        yield from _unknown(draft, path, paths_in(written), place)
    for path, condition, place in _conditions(draft):
        read = shapes.condition(condition)
        if read.mistake is not None:
            yield _wrong(path, read.mistake)
        yield from _unknown(draft, path, sorted(read.paths), place)


def _wrong(path: Path, message: str) -> Problem:
    return Problem(ErrorCode.INVALID_INPUT, message, path)


def _texts(draft: Draft) -> Iterator[tuple[Path, str, int]]:
    """Every text with its path, and the place of the last step whose answer is known where it is shown."""
    for place, (path, step) in enumerate(draft.steps):
        for name in ("description", "prompts"):
            yield from ((*each, place - 1) for each in texts(step, name, path))
        for at, field in parts(step, "fields", path):
            for name in ("label", "proposed"):
                yield from ((*each, place - 1) for each in texts(field, name, at))
        for at, branch in parts(step, "branches", path):
            for name in ("label", "prompts", "response"):
                yield from ((*each, place - 1) for each in texts(branch, name, at))
    last = len(draft.steps) - 1
    for name in draft.context:
        yield from ((*each, last) for each in texts(draft.context, name, (*draft.path, CONTEXT)))
    for path, notification in draft.notifications:
        yield from ((*each, _told(draft, text(notification, "at"))) for each in texts(notification, "message", path))
    if isinstance(draft.document, dict):
        yield from ((*each, last) for each in texts(draft.document, "outcome", draft.path))


def _conditions(draft: Draft) -> Iterator[tuple[Path, str, int]]:
    """Every condition, with the place of the last step whose answer is known where it is asked."""
    for place, (path, step) in enumerate(draft.steps):
        for at, route in parts(step, "next", path):
            yield from ((*each, place) for each in texts(route, "when", at))
    for path, notification in draft.notifications:
        yield from ((*each, _told(draft, text(notification, "at"))) for each in texts(notification, "when", path))


def _told(draft: Draft, at: str | None) -> int:
    return draft.places.get(at or "", len(draft.steps) - 1)


def _unknown(draft: Draft, path: Path, named: Collection[str] | Iterator[str], place: int) -> Iterator[Problem]:
    for each in named:
        message = _fault(draft, each, place)
        if message is not None:
            yield _wrong(path, message)


def _fault(draft: Draft, named: str, place: int) -> str | None:
    """Why that path leads nowhere; None where it leads somewhere."""
    root, *rest = named.split(".")
    if root not in ROOTS:
        return f"There is nothing called {root}. A path begins with one of {', '.join(sorted(ROOTS))}."
    if root == EXTRA or not rest:
        return None
    if root == STEPS:
        return _fault_of_step(draft, rest, place)
    known = draft.context if root == CONTEXT else KNOWN[root]
    if rest[0] in known and len(rest) == 1:
        return None
    return f"There is no {named}. Of {root} there are {', '.join(known) or 'none'}."


def _fault_of_step(draft: Draft, rest: list[str], place: int) -> str | None:
    found = draft.places.get(rest[0])
    if found is None:
        return f"There is no step {rest[0]}. Steps are {', '.join(draft.places) or 'none'}."
    if found > place:
        return f"The step {rest[0]} comes later: what it comes to is not known here yet."
    fields = draft.fields(rest[0])
    if len(rest) == _OF_STEP - 1 and rest[1] not in fields:
        return f"The step {rest[0]} has no {rest[1]}. It has {', '.join(sorted(fields))}."
    return None
