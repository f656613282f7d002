"""Builds over the API: started, completed phase by phase, and read."""

from __future__ import annotations

from typing import Any

from tests.graph import Graph

ERRORS = "errors { code message path details }"
REQUIREMENTS = {"goal": "greet people", "requirements": ["Say hello", "Say goodbye"]}
START = f"mutation ($input: StartFlowInput!) {{ startFlow(input: $input) {{ flow {{ id version }} {ERRORS} }} }}"
CHANGE = {
    "completeBuildPhase": "CompleteBuildPhaseInput",
    "requestBuildRetry": "BuildRetryInput",
    "addBuildMessage": "AddBuildMessageInput",
    "reportBuildError": "BuildErrorInput",
    "submitPhaseInput": "SubmitPhaseInput",
    "runPhase": "PhaseActionInput",
    "deleteFlow": "FlowActionInput",
    "cancelFlow": "FlowActionInput",
    "pauseFlow": "FlowActionInput",
    "resumeFlow": "FlowActionInput",
    "retryPhase": "PhaseActionInput",
}
STATUS = """query ($id: ID!) { flow(id: $id) { id status version progress route allowedActions
  currentPhase { key status proposedInput } warnings { code message phase } failure { code message phase retryable }
  phases { key status result }
  child { ... on BuildFlow { state role nextRole nextAction complete completedPhases
    handoffs { totalCount nodes { id from to fromRole toRole reason data } } } } } }"""
HISTORY = """query ($id: ID!, $role: BuildRole!, $last: Int) { flow(id: $id) { child { ... on BuildFlow {
  context(role: $role) { role family systemPrompt data history(last: $last) { role content } } } } } }"""
PROMPT = """query ($id: ID!, $family: ModelFamily) { flow(id: $id) { child { ... on BuildFlow {
  prompt(family: $family) { family model systemPrompt messages { role content } parameters request } } } } }"""

# What each role answers when all goes well.
GOOD: dict[str, tuple[str, str, dict[str, Any]]] = {
    "discovery": ("Q_ASSISTANT", "R1: greet.", {"requirements": [{"id": "R1", "text": "greet"}]}),
    "planning": ("Q_ASSISTANT", "S1: write greet.py.", {"steps": ["S1"]}),
    "implementation": ("CODE_WRITER", "print('hello')", {"files": ["greet.py"]}),
    "testing": (
        "TEST_AUDITOR",
        "All pass.",
        {"testsRun": 4, "testsPassed": 4, "coveragePercent": 91.5, "failures": []},
    ),
    "verification": ("VERIFICATION_OVERSEER", "Fine.", {"approved": True, "findings": []}),
    "deployment": ("RELEASE_MANAGER", "Released.", {"version": "0.1.0", "environment": "staging"}),
}


async def started(graph: Graph, **build: Any) -> str:
    """A build that waits for its discovery."""
    given = {"projectId": "shop", "buildId": "42", "requirements": REQUIREMENTS, **build}
    payload = (await graph.data(START, input={"configuration": {"build": given}}))["startFlow"]
    assert payload["errors"] == []
    return str(payload["flow"]["id"])


async def change(graph: Graph, mutation: str, flow: str, **said: Any) -> dict[str, Any]:
    """The payload of that mutation."""
    shown = "deletedId" if mutation == "deleteFlow" else "flow { id status version }"
    text = f"mutation ($input: {CHANGE[mutation]}!) {{ {mutation}(input: $input) {{ {shown} {ERRORS} }} }}"
    payload: dict[str, Any] = (await graph.data(text, input={"flowId": flow, **said}))[mutation]
    return payload


async def completed(graph: Graph, flow: str, *phases: str) -> None:
    """Those phases completed as they should be."""
    for phase in phases:
        role, words, result = GOOD[phase]
        payload = await change(graph, "completeBuildPhase", flow, role=role, aiResponse=words, phaseResult=result)
        assert payload["errors"] == [], payload


async def status(graph: Graph, flow: str) -> dict[str, Any]:
    """The flow as it stands."""
    found: dict[str, Any] = (await graph.data(STATUS, id=flow))["flow"]
    return found


async def history(graph: Graph, flow: str, role: str, last: int | None = None) -> list[tuple[str, str]]:
    """Who said what in that role's conversation."""
    found = await graph.data(HISTORY, id=flow, role=role, last=last)
    return [(each["role"], each["content"]) for each in found["flow"]["child"]["context"]["history"]]
