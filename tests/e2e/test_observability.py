"""One mutation as operators see it: one trace over API, worker and database, figures, and log lines under one id."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator

import pytest
import yaml
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from tests.collector import Collected
from tests.e2e.observed import PRIVATE, Site, lines, site
from tests.servers import ROOT

pytestmark = pytest.mark.slow

TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
STEPS = ["begin", "rules", "save"]
# Those of a discovery up to its first pause.
PHASES = 2
FOLLOW = "subscription Watch { engagementEvents { cursor event { kind } } }"
DEPLOY = ROOT / "deploy"
NAME = re.compile(r"\b(?:flotilla|process|python)_[a-z_]+")
SELECTED = re.compile(r"\b((?:flotilla|process|python)_[a-z_]+)\{([^}]*)\}")
LABEL = re.compile(r"([a-z_]+)\s*(?:=~|!~|!=|=)")


@pytest.fixture(scope="module")
def running(module_database: str, broadcast_url: str) -> Iterator[Site]:
    with site(module_database, broadcast_url) as started:
        yield started


@pytest.fixture(scope="module")
def flow_id(running: Site) -> str:
    """A flow that has been started under an id and a trace of the client's, and waits for a person."""
    flow_id = running.start(**{"X-Request-Id": "order-66", "traceparent": f"00-{TRACE}-{PARENT}-01"})
    deadline = time.monotonic() + 30
    while running.status(flow_id) != "AWAITING_INPUT":
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return flow_id


def spans(running: Site) -> list[Collected]:
    """All of the trace, once what ends last has come from either process: two runs, and the operation."""

    def complete() -> bool:
        names = [span.name for span in running.collector.of(TRACE)]
        return names.count("phase") == PHASES and "mutation StartIt" in names

    running.collector.wait(complete)
    return running.collector.of(TRACE)


def own(id: str) -> str:
    """Without its type: as rows, spans and lines hold it."""
    return id.partition(":")[2]


def below(found: list[Collected], parent: Collected) -> list[Collected]:
    return [span for span in found if span.parent == parent.id]


def test_a_mutation_that_starts_a_phase_is_one_trace(running: Site, flow_id: str) -> None:
    found = spans(running)

    (operation,) = [span for span in found if span.name == "mutation StartIt"]
    assert (operation.service, operation.parent) == ("flotilla-api", PARENT)
    assert operation.attributes["flotilla.outcome"] == "ok"
    assert operation.attributes["flotilla.flow_id"] == own(flow_id)
    (enqueued,) = [span for span in below(found, operation) if span.name == "enqueue phases"]
    (run,) = [span for span in below(found, enqueued) if span.name == "phase"]
    assert (run.service, run.attributes["flotilla.outcome"]) == ("flotilla-worker", "done")
    assert (run.attributes["flotilla.flow_id"], run.attributes["flotilla.phase"]) == (own(flow_id), "data_import")
    assert [span.name for span in below(found, run) if span.name in STEPS] == STEPS
    assert {span.service for span in found} == {"flotilla-api", "flotilla-worker"}


def test_statements_are_spans_of_what_sends_them_without_their_values(running: Site, flow_id: str) -> None:
    found = spans(running)

    of_api = [span for span in found if span.service == "flotilla-api" and "db.query.text" in span.attributes]
    of_worker = [span for span in found if span.service == "flotilla-worker" and "db.query.text" in span.attributes]
    assert "INSERT master_flows" in {span.name for span in of_api}
    (save, *_) = [span for span in found if span.name == "save"]
    assert "UPDATE master_flows" in {span.name for span in below(found, save)}
    known = {span.id for span in found} | {PARENT}
    assert [span for span in found if span.parent not in known] == []
    private = (PRIVATE, own(flow_id), running.tenant.engagement_id, "alice")
    texts = [span.attributes["db.query.text"] for span in (*of_api, *of_worker)]
    assert [text for text in texts if any(value in text for value in private)] == []


def test_what_nobody_asked_for_is_no_span(running: Site, flow_id: str) -> None:
    """Polls, sweeps and heartbeats would be roots without end."""
    roots = {span.name for span in running.collector.spans if not span.parent}

    assert roots <= {"query ReadIt"}


def test_every_line_of_a_request_and_of_its_runs_says_whose_it_is(running: Site, flow_id: str) -> None:
    (operation,) = [line for line in lines(running.api) if line.get("name") == "StartIt"]
    ended = [line for line in lines(running.worker) if line["message"] == "phase_ended"]

    assert (operation["request_id"], operation["trace_id"], operation["outcome"]) == ("order-66", TRACE, "ok")
    assert operation["flow_id"] == own(flow_id)
    assert {line["flow_id"] for line in ended} == {operation["flow_id"]}
    assert {(line["request_id"], line["trace_id"]) for line in ended} == {("order-66", TRACE)}
    assert all(line["run_id"] and line["phase"] for line in ended)


def test_lines_for_machines_are_objects_but_for_what_a_person_is_told(running: Site, flow_id: str) -> None:
    others = [line for process in (running.api, running.worker) for line in process.lines if not line.startswith("{")]

    assert len(lines(running.api)) + len(lines(running.worker)) > 0
    assert [line for line in others if not re.search("^The API listens on |^worker .* is ready$", line)] == []


def test_no_line_holds_a_token_or_what_a_tenant_wrote(running: Site, flow_id: str) -> None:
    for process in (running.api, running.worker):
        assert running.token not in process.output
        assert PRIVATE not in process.output


def test_an_answer_names_its_request(running: Site) -> None:
    given = running.post("{ viewer { id } }", {}, **{"X-Request-Id": "order-67"})
    strange = running.post("{ viewer { id } }", {}, **{"X-Request-Id": 'a"b'})

    assert given.headers["x-request-id"] == "order-67"
    assert len(strange.headers["x-request-id"]) == 36


def test_the_worker_counts_phases_by_type_and_what_they_came_to(running: Site, flow_id: str) -> None:
    _, worker = running.figures()

    (phases,) = [each for each in text_string_to_metric_families(worker) if each.name == "flotilla_phase_seconds"]
    counts = [sample for sample in phases.samples if sample.name.endswith("_count")]
    assert {(count.labels["kind"], count.labels["outcome"], count.value) for count in counts} == {
        ("discovery", "ok", 1.0)
    }
    assert {count.labels["phase"] for count in counts} == {"data_import", "attribute_mapping"}


def test_every_figure_that_dashboard_and_alerts_name_is_exported_with_the_labels_they_use(
    running: Site, flow_id: str
) -> None:
    """A panel over a figure that was renamed stays empty, and an alert over one never comes."""
    families = {family.name: family for text in running.figures() for family in text_string_to_metric_families(text)}
    labels = {
        sample.name: sample.labels.keys() | {"instance", "job"} for f in families.values() for sample in f.samples
    }

    unknown = [name for text in expressions() for name in NAME.findall(text) if not known(name, families)]
    wrong = [
        (name, label)
        for text in expressions()
        for name, selected in SELECTED.findall(text)
        for label in LABEL.findall(selected)
        if name in labels and label not in labels[name]
    ]

    assert unknown == []
    assert wrong == []


def known(name: str, families: dict[str, Metric]) -> bool:
    """Whether a sample may be called that: a family has its samples under names of their own."""
    return any(name == f"{family}{end}" for family in families for end in ("", "_total", "_bucket", "_sum", "_count"))


def expressions() -> list[str]:
    """Whatever Prometheus is asked by the files for operators."""
    dashboard = json.loads((DEPLOY / "grafana" / "flotilla.json").read_text("utf-8"))
    rules = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text("utf-8"))
    panels = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", ())]
    return [*panels, *(rule["expr"] for group in rules["groups"] for rule in group["rules"])]


# The last: it starts another flow.
def test_a_subscription_is_counted_while_it_lasts_and_told_when_it_ends(running: Site, flow_id: str) -> None:
    headers = {**running.headers, "X-Request-Id": "watch-1"}
    address = running.url.replace("http", "ws", 1) + "/graphql"
    protocol = [Subprotocol("graphql-transport-ws")]
    with connect(address, subprotocols=protocol, additional_headers=headers) as socket:
        for message in ({"type": "connection_init"}, {"id": "1", "type": "subscribe", "payload": {"query": FOLLOW}}):
            socket.send(json.dumps(message))
        assert json.loads(socket.recv(timeout=10))["type"] == "connection_ack"
        wait_until(lambda: sample(running, "flotilla_subscriptions", field="engagementEvents") == 1)
        wait_until(lambda: sample(running, "flotilla_hub_followers") == 1)
        running.start()
        assert json.loads(socket.recv(timeout=10))["type"] == "next"
    wait_until(lambda: sample(running, "flotilla_subscriptions_ended_total", outcome="left") == 1)

    assert sample(running, "flotilla_subscriptions", field="engagementEvents") == 0
    assert sample(running, "flotilla_event_lag_seconds_count") >= 1
    assert sample(running, "flotilla_deliveries_total", field="engagementEvents") >= 1
    (ended,) = [line for line in lines(running.api) if line["message"] == "subscription"]
    assert (ended["request_id"], ended["outcome"], ended["name"]) == ("watch-1", "left", "Watch")
    assert ended["delivered"] >= 1


def sample(running: Site, name: str, **labels: str) -> float:
    """The figure of the API with these labels; 0 where it has none yet."""
    families = text_string_to_metric_families(running.figures()[0])
    found = [each for family in families for each in family.samples if each.name == name]
    return sum(each.value for each in found if labels.items() <= each.labels.items())


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)
