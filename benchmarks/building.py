"""Builds in progress for a benchmark: made by commands, then worked on over HTTP, each by one at a time."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count, cycle
from typing import Any

from benchmarks.site import Site
from domain.builds.commands import CompleteBuildPhase
from domain.builds.table import ROLES, BuildState, phase_of
from domain.commands import StartFlow
from resolvers import builds, flows
from resolvers.context import Caller

S = BuildState

WORDS = "Names each requirement, what serves it, and how one knows that it is done. " * 12
RESULTS: dict[BuildState, dict[str, Any]] = {
    S.DISCOVERY: {"requirements": [{"id": f"R{number}", "text": WORDS[:80]} for number in range(1, 9)]},
    S.PLANNING: {"steps": [{"id": f"S{number}", "requirements": [f"R{number}"]} for number in range(1, 9)]},
    S.IMPLEMENTATION: {"files": [f"src/part_{number}.py" for number in range(8)]},
    S.TESTING: {"testsRun": 40, "testsPassed": 40, "coveragePercent": 91.5, "failures": []},
}
NEXT = {S.DISCOVERY: S.PLANNING, S.PLANNING: S.IMPLEMENTATION, S.IMPLEMENTATION: S.TESTING, S.TESTING: S.VERIFICATION}
ERRORS = "errors { code message }"
COMPLETE = f"""mutation ($input: CompleteBuildPhaseInput!) {{ done: completeBuildPhase(input: $input) {{
  flow {{ id version status }} {ERRORS} }} }}"""
RETRY = f"""mutation ($input: BuildRetryInput!) {{ done: requestBuildRetry(input: $input) {{
  flow {{ id version status }} {ERRORS} }} }}"""
SAY = f"""mutation ($input: AddBuildMessageInput!) {{ done: addBuildMessage(input: $input) {{
  flow {{ id version }} {ERRORS} }} }}"""
STATUS = """query ($id: ID!) { flow(id: $id) { id status version progress phases { key status }
  child { ... on BuildFlow {
  state role nextRole nextAction complete completedPhases handoffs(first: 5) { nodes { id from to reason } } } } } }"""
PROMPT = """query ($id: ID!) { flow(id: $id) { child { ... on BuildFlow {
  prompt { family model messages { role content } request } } } } }"""


@dataclass
class Worked:
    """One build, and where it stands."""

    id: str
    state: BuildState = S.DISCOVERY


async def make(caller: Caller, number: int) -> list[Worked]:
    """So many, spread over the states before the release."""
    made = []
    for each, target in zip(range(number), cycle((*NEXT, S.VERIFICATION)), strict=False):
        wanted = {"projectId": "shop", "buildId": str(each), "requirements": {"goal": WORDS}}
        build = Worked((await flows.start_flow(caller, StartFlow("build", wanted))).id)
        while build.state is not target:
            command = CompleteBuildPhase(build.id, ROLES[build.state], WORDS, RESULTS[build.state])
            await builds.complete_phase(caller, command)
            build.state = NEXT[build.state]
        made.append(build)
    return made


class Working:
    """Operations on builds in turn: a phase completed or sent back, two looks, a prompt, and a word said."""

    def __init__(self, site: Site, made: list[Worked]) -> None:
        self._site = site
        self._builds = cycle(made)
        self._numbers = count()
        self._ways: tuple[Callable[[Worked], Awaitable[object]], ...] = (
            self._move,
            self._look,
            self._prompt,
            self._say,
            self._look,
        )

    async def one(self) -> None:
        """The next operation, on the next build."""
        number = next(self._numbers)
        # The number of builds may be a multiple of that of ways: each build gets all of them in turn.
        way = self._ways[(number + number // 500) % len(self._ways)]
        await way(next(self._builds))

    async def _move(self, build: Worked) -> None:
        state, flow = build.state, f"MasterFlow:{build.id}"
        if state is S.VERIFICATION:
            build.state = S.IMPLEMENTATION
            await self._change(RETRY, flowId=flow, reason="One requirement is not served.")
            return
        build.state = NEXT[state]
        said = {"role": ROLES[state], "aiResponse": WORDS, "phaseResult": RESULTS[state]}
        await self._change(COMPLETE, flowId=flow, **said)

    async def _say(self, build: Worked) -> None:
        said = {"role": ROLES[build.state], "messageRole": "USER", "content": WORDS}
        await self._change(SAY, flowId=f"MasterFlow:{build.id}", **said)

    async def _look(self, build: Worked) -> None:
        flow = (await self._site.ask(STATUS, id=f"MasterFlow:{build.id}"))["flow"]
        if flow["child"]["role"] is None:
            raise RuntimeError(f"Nobody acts in {flow['id']} at {phase_of(build.state)}.")

    async def _prompt(self, build: Worked) -> None:
        await self._site.ask(PROMPT, id=f"MasterFlow:{build.id}")

    async def _change(self, text: str, **input: Any) -> None:
        errors = (await self._site.ask(text, input=input))["done"]["errors"]
        if errors:
            raise RuntimeError(errors)
