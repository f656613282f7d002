"""A user's preferences, through the schema: defaults, changes, and that they are his alone in a client account."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid5

import pytest

from domain.access import Role
from tests.graph import Graph
from tests.integration.test_graph_commands import ERRORS
from tests.integration.test_graph_learning import bench, graph, neighbour, stranger

__all__ = ["bench", "graph", "neighbour", "stranger"]

SHOWN = "id theme timezone notifications queue custom updatedAt"
READ = f"{{ viewer {{ preferences {{ {SHOWN} }} engagement {{ createdAt }} }} }}"
UPDATE = f"""mutation ($input: UpdatePreferencesInput!) {{ updatePreferences(input: $input) {{
  preferences {{ {SHOWN} }} {ERRORS} }} }}"""
NOTIFIED = {
    "inApp": True,
    "email": False,
    "assignments": True,
    "dueTasks": True,
    "replies": True,
    "digest": "NONE",
}
QUEUE = {"kinds": ["RENEWAL", "STRATEGIC", "OPPORTUNITY", "RISK"], "groupByCustomer": False, "pageSize": 50}
NODE = "query ($id: ID!) { node(id: $id) { id } }"


async def read(graph: Graph, user: str = "alice") -> dict[str, Any]:
    found = dict((await graph.data(READ, Role.VIEWER, user=user))["viewer"]["preferences"])
    del found["updatedAt"]
    return found


async def change(graph: Graph, user: str = "alice", **input: Any) -> dict[str, Any]:
    payload = (await graph.data(UPDATE, Role.VIEWER, user=user, input=input))["updatePreferences"]
    assert payload["errors"] == []
    assert payload["preferences"].pop("updatedAt")
    return dict(payload["preferences"])


async def test_they_are_as_by_default_until_something_is_saved(graph: Graph) -> None:
    viewer = (await graph.data(READ))["viewer"]

    mine = uuid5(UUID(graph.tenant.client_account_id), "alice")
    assert viewer["preferences"] == {
        "id": f"UserPreferences:{mine}",
        "theme": "system",
        "timezone": "UTC",
        "notifications": NOTIFIED,
        "queue": QUEUE,
        "custom": {},
        "updatedAt": viewer["engagement"]["createdAt"],
    }
    assert await graph.data(NODE, id=f"UserPreferences:{mine}") == {"node": {"id": f"UserPreferences:{mine}"}}


async def test_what_is_absent_stays_and_null_is_the_default_again(graph: Graph) -> None:
    id = (await read(graph))["id"]
    saved: dict[str, Any] = {
        "theme": "dark",
        "timezone": "Europe/Berlin",
        "custom": ["mine", {"flowId": "MasterFlow:1"}],
    }
    after = {"id": id, "notifications": NOTIFIED, "queue": QUEUE, **saved}

    assert await change(graph, **saved) == after
    assert await change(graph, theme=None, custom=None) == {**after, "theme": "system", "custom": {}}
    assert await change(graph) == {**after, "theme": "system", "custom": {}}
    assert await read(graph) == {**after, "theme": "system", "custom": {}}
    log = "{ auditLog(first: 1) { nodes { mutation subjectId outcome before after } } }"
    assert (await graph.data(log))["auditLog"]["nodes"] == [
        {"mutation": "updatePreferences", "subjectId": id, "outcome": "OK", "before": None, "after": {"ids": [id]}}
    ]


async def test_parts_with_keys_are_changed_key_by_key(graph: Graph) -> None:
    first = await change(graph, notifications={"email": True, "digest": "DAILY"}, queue={"pageSize": 20})
    assert (first["notifications"], first["queue"]) == (
        {**NOTIFIED, "email": True, "digest": "DAILY"},
        {**QUEUE, "pageSize": 20},
    )

    second = await change(graph, notifications={"email": None, "inApp": False}, queue={"kinds": ["RISK"]})

    assert second["notifications"] == {**NOTIFIED, "digest": "DAILY", "inApp": False}
    assert second["queue"] == {**QUEUE, "pageSize": 20, "kinds": ["RISK"]}
    assert (await change(graph, queue=None))["queue"] == QUEUE


async def test_a_key_that_there_is_not_or_that_does_not_take_the_value_is_refused(graph: Graph) -> None:
    before = await read(graph)
    wrong = {"notifications": {"mail": True, "email": "yes"}, "queue": {"pageSize": 101, "kinds": ["RISK", "RISK"]}}

    payload = (await graph.data(UPDATE, Role.VIEWER, input={"theme": "dark", **wrong}))["updatePreferences"]
    none = (await graph.data(UPDATE, Role.VIEWER, input={"queue": ["mine"]}))["updatePreferences"]

    assert [(error["code"], error["path"]) for error in payload["errors"]] == [
        ("INVALID_INPUT", ["notifications", "mail"]),
        ("INVALID_INPUT", ["notifications", "email"]),
        ("INVALID_INPUT", ["queue", "pageSize"]),
        ("INVALID_INPUT", ["queue", "kinds"]),
    ]
    assert payload["errors"][0]["message"] == (
        "There is no preference 'mail' here; there are inApp, email, assignments, dueTasks, replies, digest."
    )
    assert [error["path"] for error in none["errors"]] == [["queue"]]
    assert await read(graph) == before


async def test_all_that_is_wrong_is_told_at_once_and_nothing_changes(graph: Graph) -> None:
    before = await change(graph, theme="dark")
    wrong = {"theme": "x" * 51, "timezone": "Mars/Olympus", "queue": {}, "custom": {"x": "y" * (64 << 10)}}

    payload = (await graph.data(UPDATE, Role.VIEWER, input=wrong))["updatePreferences"]

    assert payload["preferences"] is None
    assert [(error["code"], error["path"]) for error in payload["errors"]] == [
        ("INVALID_INPUT", ["theme"]),
        ("INVALID_INPUT", ["timezone"]),
        ("LIMIT_EXCEEDED", ["custom"]),
    ]
    assert await read(graph) == before


@pytest.mark.parametrize("zone", ["", "../UTC", "utc ", "CET\x00"])
async def test_only_a_known_time_zone_is_kept(graph: Graph, zone: str) -> None:
    payload = (await graph.data(UPDATE, Role.VIEWER, input={"timezone": zone}))["updatePreferences"]

    assert [error["path"] for error in payload["errors"]] == [["timezone"]]
    assert (await read(graph))["timezone"] == "UTC"


async def test_they_are_the_users_own_in_the_client_account(graph: Graph, neighbour: Graph, stranger: Graph) -> None:
    mine = await change(graph, theme="dark")

    assert await read(neighbour) == mine
    assert (await read(graph, "bob"))["theme"] == "system"
    assert (await read(stranger))["theme"] == "system"
    assert await graph.data(NODE, user="bob", id=mine["id"]) == {"node": None}
    assert await stranger.data(NODE, id=mine["id"]) == {"node": None}
