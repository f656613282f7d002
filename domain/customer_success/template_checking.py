"""What is wrong with a template's document: everything at once, its shape and its meaning, each with its path."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from domain.customer_success.template import END
from domain.customer_success.template_document import Draft, Part, Path, parts, text
from domain.customer_success.template_fields import field_problems
from domain.customer_success.template_naming import naming_problems
from domain.errors import ErrorCode, Problem
from domain.ports import Shapes

# A person who makes a hundred mistakes is served by the first ones.
MOST = 100
LARGEST = 256 << 10
# The last part of the route of a workflow that has completed.
_SUMMARY = "summary"


@cache
def template_schema() -> Mapping[str, Any]:
    """The JSON Schema of the document."""
    written = (files("domain") / "data" / "workflow_template.schema.json").read_text(encoding="utf-8")
    schema: Mapping[str, Any] = json.loads(written)
    return schema


def problems_of(document: Any, shapes: Shapes, actions: Collection[str], path: Path = ()) -> tuple[Problem, ...]:
    """Everything that is wrong with it; `actions` are the keys of the saved actions that there are."""
    if len(json.dumps(document)) > LARGEST:
        return (Problem(ErrorCode.LIMIT_EXCEEDED, f"A template holds at most {LARGEST >> 10} KiB.", path),)
    draft = Draft(document, path)
    found = [*shapes.misfits(template_schema(), document, path)]
    misplaced = {problem.path for problem in found}
    meant = [*_keys(draft), *_ways(draft), *_branches(draft, actions), *_at(draft), *field_problems(draft)]
    meant += [*naming_problems(draft, shapes)]
    # What has not even the right shape is not told twice.
    return tuple(found + [problem for problem in meant if problem.path not in misplaced])[:MOST]


def wrong(path: Path, message: str) -> Problem:
    """One thing that is wrong."""
    return Problem(ErrorCode.INVALID_INPUT, message, path)


def _keys(draft: Draft) -> Iterator[Problem]:
    yield from _twice(draft.steps, "step")
    for path, step in draft.steps:
        if step.get("key") == _SUMMARY:
            yield wrong(
                (*path, "key"), "The summary is where a workflow is shown that has ended. Call the step otherwise."
            )
    yield from _twice(draft.notifications, "notification")
    for path, step in draft.steps:
        yield from _twice(tuple(parts(step, "fields", path)), "field")
        yield from _twice(tuple(parts(step, "branches", path)), "branch")


def _twice(listed: tuple[Part, ...], what: str) -> Iterator[Problem]:
    seen: set[str] = set()
    for path, each in listed:
        key = text(each, "key")
        if key is not None and key in seen:
            yield wrong((*path, "key"), f"There is another {what} with the key {key}. Give each its own.")
        seen.add(key or "")


def _ways(draft: Draft) -> Iterator[Problem]:
    for place, (path, step) in enumerate(draft.steps):
        routes = tuple(parts(step, "next", path))
        for number, (at, route) in enumerate(routes):
            yield from _onwards(draft, place, (*at, "to"), text(route, "to"))
            if "when" not in route and number + 1 < len(routes):
                yield wrong(at, "This has no condition, so that what stands after it is never taken. Put it last.")
    yield from _unreached(draft)


def _onwards(draft: Draft, place: int, path: Path, to: str | None) -> Iterator[Problem]:
    """A way leads to a later step, so that every workflow ends."""
    if to is None or to == END:
        return
    goal = draft.places.get(to)
    if goal is None:
        yield wrong(path, f"There is no step {to}. Steps are {', '.join(draft.places) or 'none'}.")
    elif goal <= place:
        yield wrong(
            path, f"This leads back to {to}, and a workflow could go in a circle. Lead to a later step, or to END."
        )


def _unreached(draft: Draft) -> Iterator[Problem]:
    """Steps to which no way leads, whatever is answered."""
    reached = {0}
    for place, (_, step) in enumerate(draft.steps):
        if place in reached:
            reached |= {draft.places[to] for to in _goals(step) if to in draft.places}
            if all("when" in route for _, route in parts(step, "next", ())):
                reached.add(place + 1)
    for place, (path, step) in enumerate(draft.steps):
        if place not in reached:
            yield wrong(path, f"No way leads to the step {text(step, 'key')}. Lead to it, or take it out.")


def _goals(step: Mapping[str, Any]) -> Iterator[str]:
    for name, goal in (("next", "to"), ("branches", "nextStep")):
        for _, each in parts(step, name, ()):
            to = text(each, goal)
            if to is not None:
                yield to


_NEEDED: Mapping[str, tuple[str, str]] = {
    "FIXED": ("response", "A FIXED branch needs a response."),
    "SAVED_ACTION": ("action", "A SAVED_ACTION branch needs the key of an action."),
    "LLM": ("prompts", "An LLM branch needs a prompt to begin with."),
    "RAG": ("prompts", "A RAG branch needs a prompt that says what is looked for."),
}


def _branches(draft: Draft, actions: Collection[str]) -> Iterator[Problem]:
    for place, (path, step) in enumerate(draft.steps):
        for at, branch in parts(step, "branches", path):
            yield from _onwards(draft, place, (*at, "nextStep"), text(branch, "nextStep"))
            yield from _return(draft, place, (*at, "returnToStep"), text(branch, "returnToStep"))
            yield from _parts_of(branch, at, actions)


def _parts_of(branch: Mapping[str, Any], at: Path, actions: Collection[str]) -> Iterator[Problem]:
    name, message = _NEEDED.get(str(branch.get("kind")), ("kind", ""))
    if not branch.get(name):
        yield wrong((*at, name), message)
    action = text(branch, "action")
    if action is not None and action not in actions:
        known = ", ".join(sorted(actions))
        yield wrong((*at, "action"), f"There is no action {action}. Save it first, or take one of {known}.")


def _return(draft: Draft, place: int, path: Path, to: str | None) -> Iterator[Problem]:
    if to is None:
        return
    goal = draft.places.get(to)
    if goal is None:
        yield wrong(path, f"There is no step {to}. Steps are {', '.join(draft.places) or 'none'}.")
    elif goal > place:
        yield wrong(path, f"A conversation returns to its own step or an earlier one; {to} is later.")


def _at(draft: Draft) -> Iterator[Problem]:
    for path, notification in draft.notifications:
        at = text(notification, "at")
        if at is not None and at not in draft.places:
            yield wrong((*path, "at"), f"There is no step {at}. Steps are {', '.join(draft.places) or 'none'}.")
