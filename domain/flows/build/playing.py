"""How our own crew plays a role of a build: what its model is asked, and what becomes of the words that come back."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from domain.builds.conversation import MessageRole
from domain.builds.fitting import tokens
from domain.builds.models import ChatApi, ChatModel, ModelFamily
from domain.builds.prompt import asked_role, model_prompt
from domain.builds.reading import result_in
from domain.builds.results import as_data
from domain.definition import Outcome, PhaseCall
from domain.errors import ErrorCode, Problem, Refused, refuse
from domain.flows.build.answers import answer_of
from domain.flows.build.facts import build_of, stamp_of
from domain.flows.build.role_prompts import role_prompt
from domain.play import Asked

# With these words a role says that it cannot do what it is asked.
STUCK = "cannot go on:"
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


def complete(call: PhaseCall) -> Outcome:
    """The answer joins the role's history; the build moves on where each gate of its phase is passed."""
    given = call.input
    answer = answer_of(given, as_data(given.phase_result))
    try:
        completion = build_of(call).complete(answer, stamp_of(call), call.settings)
    except Refused as refused:
        raise Refused(_in_data(refused.problems)) from None
    return Outcome(given.phase_result, saves=(completion.build,), problems=_in_data(completion.problems))


def _in_data(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """At a pause the answer is under `data`."""
    return tuple(replace(each, path=("data", *each.path)) for each in problems)


def question(call: PhaseCall, longest: int) -> Asked:
    """The role's system prompt, and of brief and history as much as that many bytes hold."""
    build = build_of(call)
    system = role_prompt(asked_role(build)).text
    window = tokens(system) + longest // 3 + 1
    prompt = model_prompt(build, system, ChatModel(ModelFamily.LOCAL, ChatApi.OPENAI, "crew", window, 1))
    return Asked(system, tuple((message.role.lower(), message.content) for message in prompt.messages))


def read(call: PhaseCall, words: str) -> dict[str, Any]:
    """The answer as JSON; Refused NOT_READY where the role says that it cannot go on."""
    text = plain(words)
    first = text.lstrip().partition("\n")[0]
    if first.lower().startswith(STUCK):
        raise refuse(ErrorCode.NOT_READY, first[:500])
    result = result_in(text)
    if result is None:
        message = "End with one block fenced as ```json that holds the phase result as an object, and nothing after it."
        raise refuse(ErrorCode.INVALID_INPUT, message, "phaseResult")
    return {"role": asked_role(build_of(call)), "aiResponse": text, "phaseResult": result}


def keep(call: PhaseCall, words: str) -> Outcome:
    """Words that are no answer are in the role's history all the same."""
    build, text = build_of(call), plain(words)
    if not text.strip():
        return Outcome(None)
    role = asked_role(build)
    return Outcome(None, saves=(build.say(role, MessageRole.ASSISTANT, text, stamp_of(call)),))


def plain(words: str) -> str:
    """The words without what nobody sees: a file's text must be what it looks like."""
    return "".join(each for each in words if each in "\n\t" or unicodedata.category(each) not in _HIDDEN)
