"""Learning from outside: three discoveries over HTTP with a worker, then what was learned, measured and preferred."""

from __future__ import annotations

from typing import Any

from tests.e2e.test_main_job import Desk, desk, up

__all__ = ["desk", "up"]

# The second column's header is nobody's but this table's.
TABLES = [
    "Application,Appl. Betr.,Environment,Criticality\nPayroll,Ines,,\nLedger,Tom,,\n",
    "Application,Appl. Betr.,Environment,Criticality\nPayroll,Ines,PRODUCTION,HIGH\nLedger,Tom,,\n",
    "Application,Appl. Betr.,Environment,Criticality\nPayroll,Ines,PRODUCTION,HIGH\nLedger,Tom,TEST,LOW\n",
]
CORRECTION = {"mappings": [{"column": "Appl. Betr.", "target": "business_owner"}]}
MAPPINGS = """query ($id: ID!) { flow(id: $id) { learnings { totalCount }
  child { ... on DiscoveryFlow { mappings { column target confidence source } } } } }"""
FIGURES = """{ flowAnalytics { flows completionRate failureRate medianDurationMs learnings usage { model }
  phases { type phase runs failures p50Ms p95Ms } agents { agent contributions modelShare }
  dataQualityByIteration { type iteration completeness applications } } }"""
FEEDBACK = """mutation ($input: FeedbackInput!) { recordFeedback(input: $input) {
  pattern { kind summary } errors { code message path } } }"""
LEARNINGS = "{ learnings(similarTo: \"column: 'appl betr'\") { nodes { summary uses confidence } } }"
PREFER = """mutation ($input: UpdatePreferencesInput!) { updatePreferences(input: $input) {
  preferences { theme timezone } errors { code } } }"""


async def discover(desk: Desk, table: str) -> tuple[str, dict[str, Any]]:
    """A discovery carried through with the correction; its id, and what was proposed for the column."""
    flow_id = await desk.start(discovery={"source": {"text": table}, "fileName": "apps.csv"})
    async with desk.following(flow_id) as following:
        seen, proposed = 0, {}
        while await following.rest(seen) == "AWAITING_INPUT":
            seen = len(following.events)
            phase = (await desk.state(flow_id))["currentPhase"]
            data = phase["proposedInput"]
            if phase["key"] == "attribute_mapping":
                mappings = (await desk.ask(MAPPINGS, id=flow_id))["flow"]["child"]["mappings"]
                proposed, data = mappings[1], CORRECTION
            assert await desk.submit(flow_id, phase["key"], data) == []
    return flow_id, proposed


async def test_what_is_corrected_twice_is_proposed_and_iterations_are_compared(desk: Desk) -> None:
    found = [await discover(desk, table) for table in TABLES]
    flow_id = found[-1][0]
    said = {"flowId": flow_id, "phase": "inventory", "subject": "owners", "verdict": "HELPFUL", "comment": "All there."}

    feedback = (await desk.ask(FEEDBACK, input=said))["recordFeedback"]
    figures = (await desk.ask(FIGURES))["flowAnalytics"]
    preferred = (await desk.ask(PREFER, input={"theme": "dark", "timezone": "Europe/Zurich"}))["updatePreferences"]

    assert [(one["target"], one["confidence"], one["source"]) for _, one in found] == [
        (None, 0, "RULES"),
        ("business_owner", 0.75, "USER"),
        ("business_owner", 0.9, "USER"),
    ]
    assert (await desk.ask(LEARNINGS))["learnings"]["nodes"] == [
        {"summary": 'The column "Appl. Betr." fills business_owner.', "uses": 2, "confidence": 0.96}
    ]
    assert (await desk.ask(MAPPINGS, id=flow_id))["flow"]["learnings"] == {"totalCount": 2}
    assert feedback == {
        "pattern": {"kind": "feedback.discovery.inventory", "summary": "Helpful, Inventory: All there."},
        "errors": [],
    }
    assert (figures["flows"], figures["completionRate"], figures["failureRate"]) == (3, 1.0, 0.0)
    assert (figures["learnings"], figures["usage"]) == (2, [])
    assert [(each["phase"], each["runs"], each["failures"]) for each in figures["phases"]] == [
        (key, 3, 0)
        for key in ("data_import", "attribute_mapping", "data_cleansing", "inventory", "dependencies", "tech_debt")
    ]
    assert all(0 < each["p50Ms"] <= each["p95Ms"] for each in figures["phases"])
    assert {each["modelShare"] for each in figures["agents"]} == {0.0}
    quality = figures["dataQualityByIteration"]
    assert [(each["type"], each["iteration"], each["applications"]) for each in quality] == [
        ("DISCOVERY", number, 2) for number in (1, 2, 3)
    ]
    assert quality[0]["completeness"] < quality[1]["completeness"] < quality[2]["completeness"]
    assert preferred == {"preferences": {"theme": "dark", "timezone": "Europe/Zurich"}, "errors": []}
