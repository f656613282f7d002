"""What the built-in rules can say for a role without any model: numbered requirements, and a step for each of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from domain.agents.cleaning import cut, line
from domain.builds.build_state import TITLE
from domain.builds.table import BuildRole, BuildState, phase_of
from domain.definition import Outcome, PhaseCall, Warning
from domain.flows.build.answers import FreeAnswer
from domain.flows.build.facts import build_of

# A build that wants more than this at once is for a person to sort, or for a model.
MOST = 200
LONGEST = 500
NO_MODEL = "NO_MODEL"

_MARKS = "-*•\t "
_LISTS = ("requirements", "stories", "features", "goals", "items")
_TEXTS = ("text", "title", "summary", "description", "name")
_CHECKS = ("acceptance", "acceptanceCriteria", "done")
_SAID_BY = "Written by the built-in rules, without a model: nothing here goes beyond what the requirements say."


def ask_what_is_wanted(call: PhaseCall) -> Outcome:
    """The requirements numbered, each with its acceptance where they name one, and a question where they do not."""
    found = [
        {"id": f"R{number}", "text": text, "acceptance": check}
        for number, (text, check) in enumerate(_wanted(build_of(call).requirements), 1)
    ]
    if not found:
        return _waits("The requirements name nothing that the rules could number.")
    questions = [f"What is done, and then seen, that shows {each['id']}?" for each in found if not each["acceptance"]]
    parts = {
        "What is wanted": [f"{each['id']}: {each['text']}" for each in found],
        "Acceptance": [f"{each['id']}: {each['acceptance']}" for each in found if each["acceptance"]],
        "Open questions": questions,
    }
    return _answered(parts, {"requirements": found, "openQuestions": questions})


def plan_steps(call: PhaseCall) -> Outcome:
    """A step and a test for each requirement, in their order; files are for whoever knows what is built with."""
    standing = build_of(call).standing.get(phase_of(BuildState.DISCOVERY))
    wanted = list(_numbered(standing.data.get("requirements") if standing else None))
    if not wanted:
        return _waits("The discovery named no numbered requirements that the rules could plan.")
    steps = [
        {
            "id": f"S{number}",
            "title": line(each["text"], LONGEST),
            "requirements": [each["id"]],
            "done": each.get("acceptance") or f"A test shows {each['id']}.",
        }
        for number, each in enumerate(wanted, 1)
    ]
    parts = {
        "Steps": [f"{each['id']} ({', '.join(each['requirements'])}): {each['title']}" for each in steps],
        "Tests": [f"{each['id']}: {each['done']}" for each in steps],
        "Open questions": ["Which files are written, and with which technologies, is for the code writer to choose."],
    }
    return _answered(parts, {"steps": steps, "files": []})


def nobody_plays(role: BuildRole) -> Outcome:
    """What no rule can do: the phase goes on waiting, and says so."""
    return _waits(f"No rule can do the work of the {TITLE[role]}.")


def _waits(why: str) -> Outcome:
    message = f"{why} Without an answer of a model the phase waits for completeBuildPhase."
    return Outcome(None, warnings=(Warning(NO_MODEL, message),))


def _answered(parts: Mapping[str, Sequence[str]], result: dict[str, Any]) -> Outcome:
    told = [_SAID_BY]
    for heading, lines in parts.items():
        if lines:
            told += [f"# {heading}", "\n".join(f"- {each}" for each in lines)]
    told.append(f"```json\n{json.dumps(result, ensure_ascii=False, indent=1)}\n```")
    return Outcome(FreeAnswer(BuildRole.Q_ASSISTANT, "\n\n".join(told), result))


def _numbered(given: Any) -> Iterator[dict[str, Any]]:
    for each in given if isinstance(given, list) else ():
        if isinstance(each, Mapping) and isinstance(each.get("id"), str) and isinstance(each.get("text"), str):
            yield dict(each)


def _wanted(requirements: Any) -> list[tuple[str, str]]:
    """What is wanted, in a line each, with its acceptance where that is said."""
    found = [(line(text, LONGEST), line(check, LONGEST)) for text, check in _said(requirements)]
    return [each for each in dict.fromkeys(found) if each[0]][:MOST]


def _said(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    match value:
        case None:
            return
        case Mapping():
            yield from _of_object(value, name)
        case list() | tuple():
            for each in value:
                yield from _said(each, name)
        case str():
            lines = [each.strip(_MARKS) for each in cut(value, 20_000).splitlines()]
            yield from ((_named(name, each), "") for each in lines if each)
        case _:
            yield _named(name, json.dumps(value, default=str)), ""


def _of_object(value: Mapping[str, Any], name: str) -> Iterator[tuple[str, str]]:
    text = next((value[key] for key in _TEXTS if isinstance(value.get(key), str)), None)
    lists = [key for key in _LISTS if isinstance(value.get(key), list)]
    if text is not None and not lists:
        check = next((value[key] for key in _CHECKS if isinstance(value.get(key), str)), "")
        yield _named(name, text), check
        return
    for key, each in value.items():
        yield from _said(each, "" if key in lists else str(key))


def _named(name: str, text: str) -> str:
    return f"{name}: {text}" if name else text
