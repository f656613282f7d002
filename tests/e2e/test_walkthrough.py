"""The README's walk-through of the main job in GraphiQL, by a person at a real browser."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

from tests.integration.test_command_line import UP, WELCOME, of
from tests.servers import ROOT, Process, passable_folder

CHROMIUM = Path("/usr/bin/chromium")
# What a browser does of its own accord would be taken for the page's doing.
QUIET = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--no-first-run",
    "--disable-features=AutofillServerCommunication,MediaRouter,OptimizationHints,Translate",
)
# The editors draw only the lines in sight; their models hold the whole text.
EDITOR = """(name) => window.__MONACO?.editor.getModels()
    .find((model) => model.uri.path.includes(name))?.getValue() ?? ''"""
ARRIVED = f"""(fields) => {{
    const shown = JSON.parse(({EDITOR})('response') || '{{"newestFirst": []}}');
    if (shown.errors) throw new Error(JSON.stringify(shown.errors));
    return shown.newestFirst.map((each) => Object.values(each.data)[0]).some((event) =>
        Object.entries(fields).every(([key, value]) => event[key] === value));
}}"""
SOON = 30_000

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM.exists(), reason=f"There is no {CHROMIUM} here: apt-get install chromium"),
]


class GraphiQL:
    """One window: opens a tab, runs what is in it, reads what came back."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.set_default_timeout(SOON)
        page.goto("/graphiql")
        page.wait_for_function("() => window.__MONACO?.editor.getModels().length >= 4")
        expect(page.get_by_role("button", name="Re-fetch GraphQL schema")).to_be_enabled(timeout=SOON)

    def open(self, tab: str) -> None:
        self.page.get_by_role("tab").get_by_role("button", name=tab, exact=True).click()

    def act_as(self, subject: str) -> None:
        self.page.get_by_label("acting as").select_option(subject)

    def start(self, tab: str) -> None:
        """Run a tab without waiting for what comes."""
        self.open(tab)
        self.page.get_by_role("button", name="Execute query").click()

    def stop(self) -> None:
        self.page.get_by_role("button", name="Stop query").click()

    def run(self, tab: str) -> Any:
        self.start(tab)
        expect(self.page.get_by_role("button", name="Execute query")).to_be_visible(timeout=SOON)
        self.page.wait_for_function(f"() => ({EDITOR})('response') !== ''")
        answer = self.editor("response")
        assert "errors" not in answer, answer
        return answer["data"]

    def editor(self, name: str) -> Any:
        return json.loads(self.page.evaluate(EDITOR, name) or "{}")

    def see(self, **fields: Any) -> list[dict[str, Any]]:
        """Wait for an event with these fields; every event shown so far, oldest first."""
        self.page.wait_for_function(ARRIVED, arg=fields)
        shown = self.editor("response")["newestFirst"]
        return [next(iter(each["data"].values())) for each in reversed(shown)]


class Person:
    """Who follows the walk-through: one window to watch in, one to act in."""

    def __init__(self, context: BrowserContext) -> None:
        # What is opened last lies in front, where clicks are fast.
        self.watching = GraphiQL(context.new_page())
        self.acting = GraphiQL(context.new_page())

    def start(self, tab: str) -> None:
        started = self.acting.run(tab)["startFlow"]
        assert started["errors"] == []
        self.watching.open("WatchFlow")
        # What one window learns, the other one fills in.
        self.watching.page.wait_for_function(f"(id) => ({EDITOR})('variables').includes(id)", arg=started["flow"]["id"])
        self.watching.start("WatchFlow")

    def pause(self, phase: str) -> Any:
        """Wait until the flow asks, and read what it proposes."""
        self.watching.see(kind="INPUT_REQUESTED", phase=phase)
        current = self.acting.run("ReadFlow")["flow"]["currentPhase"]
        assert (current["key"], current["status"]) == (phase, "AWAITING_INPUT")
        return current["proposedInput"]

    def answer(self, phase: str) -> None:
        """Answer as proposed."""
        self.pause(phase)
        answered = self.acting.run("AnswerPause")["submitPhaseInput"]
        assert answered["errors"] == []


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where `up` serves: the whole product, as a user starts it."""
    subprocess.run([sys.executable, "dashboard/build.py"], cwd=ROOT, check=True)
    folder = passable_folder()
    up = Process(UP, of(folder / "data"))
    try:
        up.wait_for_line(WELCOME, 120)
        yield up.wait_until_ready()
    finally:
        up.stop()
        shutil.rmtree(folder, ignore_errors=True)


# Of this module, not of the session as the plugin has them: what it starts is a running event loop, in which no
# asynchronous test of another module could run.
@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
    yield started
    started.close()


@pytest.fixture(scope="module")
def browser_context_args(address: str) -> dict[str, Any]:
    return {
        "base_url": address,
        "viewport": {"width": 1440, "height": 900},
        "color_scheme": "light",
        "locale": "en-GB",
        "reduced_motion": "reduce",
    }


@pytest.fixture(autouse=True)
def spotless(context: BrowserContext, address: str) -> Iterator[None]:
    """No error in the console, none in a script, and no request to any other address."""
    complaints: list[str] = []

    def heard(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(message.text)

    def asked(request: Request) -> None:
        if not request.url.startswith((f"{address}/", "data:", "blob:")):
            complaints.append(request.url)

    context.on("console", heard)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("request", asked)
    yield
    assert complaints == []


def test_an_inventory_becomes_an_assessed_portfolio_before_a_persons_eyes(context: BrowserContext) -> None:
    person = Person(context)

    person.start("StartDiscovery")
    for phase in ("attribute_mapping", "data_cleansing", "dependencies"):
        person.answer(phase)
    seen = person.watching.see(kind="FLOW_STATUS", flowStatus="COMPLETED")
    assert [int(event["cursor"]) for event in seen] == list(range(1, len(seen) + 1))
    person.watching.stop()
    found = person.acting.run("ReadDiscovery")["flow"]
    assert (found["status"], found["child"]["changes"]["created"]) == ("COMPLETED", 6)
    assert person.acting.run("ReadyApplications")["applications"]["totalCount"] == 6

    person.start("StartAssessment")
    for phase in ("architecture_minimums", "tech_debt_analysis"):
        person.answer(phase)
    proposed = person.pause("component_sixr_strategies")["acceptedApplicationIds"]
    assert (len(proposed), strategies(person, "tooCloseToCall")) == (5, {"Teller Desk": "REPLATFORM"})
    person.acting.act_as("bob")
    assert person.acting.run("OverrideDecision")["overrideDecision"]["errors"] == []
    (override,) = [event["override"] for event in person.watching.see(kind="OVERRIDE") if event["kind"] == "OVERRIDE"]
    assert override["createdBy"] == "bob"
    for phase in ("component_sixr_strategies", "app_on_page_generation", "finalization"):
        person.answer(phase)
    person.watching.see(kind="FLOW_STATUS", flowStatus="COMPLETED")
    person.watching.stop()

    assert strategies(person, "accepted") == {
        "Card Ledger": "REPLATFORM",
        "Fee Calculator": "RETAIN",
        "Queue Display": "REHOST",
        "Safe Deposit Index": "RETIRE",
        "Staff Directory": "REPURCHASE",
        "Teller Desk": "REHOST",
    }
    plan_what_moves(person)


@pytest.mark.parametrize("path", ["/", "/discovery/import?flow=MasterFlow:1", "/assess/finalization?flow="])
def test_a_small_page_opens_and_leads_to_graphiql(page: Page, path: str) -> None:
    page.goto(path)

    page.get_by_role("link", name=re.compile("graphiql", re.IGNORECASE)).click()

    expect(page.get_by_role("tab")).to_have_count(12, timeout=SOON)


def strategies(person: Person, name: str) -> dict[str, str]:
    """What is decided for the applications whose decision is that."""
    decisions = person.acting.run("ReadAssessment")["flow"]["child"]["decisions"]["nodes"]
    return {each["application"]["name"]: each["strategy"] for each in decisions if each[name]}


def plan_what_moves(person: Person) -> None:
    """The last step: a plan of what the assessment moves, to its end."""
    person.acting.act_as("alice")
    assert person.acting.run("PlannableApplications")["applications"]["totalCount"] == 4
    person.start("StartPlan")
    person.watching.see(kind="FLOW_STATUS", flowStatus="COMPLETED")
    person.watching.stop()
    plan = person.acting.run("ReadPlan")["flow"]
    assert {each["status"] for each in plan["phases"]} == {"COMPLETED"}
    waves = plan["child"]["wavePlan"]["waves"]
    assert sorted(each["application"]["name"] for wave in waves for each in wave["placements"]) == [
        "Card Ledger",
        "Queue Display",
        "Staff Directory",
        "Teller Desk",
    ]
    assert [len(wave["placements"]) for wave in waves] == [2, 2]
