"""The files that are ready to deploy: taken by those who read them, with the numbers that were promised."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from domain.application import Application, Criticality
from domain.flows.observability.configuration import SeriesNames
from domain.yaml_text import yaml_text
from tests.plans import application
from tests.unit.observability.calling import component, confirmed, files

SCHEMA = json.loads(Path(__file__).with_name("openslo_v1.schema.json").read_text("utf-8"))
ODD = 'Löhne "{{ .Evil }}" \\ & <b>: # \u2028 - ünïcode 🚢'
SHOP = application("Shop", criticality=Criticality.MISSION_CRITICAL, description="yes")
ODDITY = application(ODD, criticality=Criticality.LOW, description="no: {{ $value }}\n")

with_promtool = pytest.mark.skipif(
    not shutil.which("promtool"), reason="There is no promtool: apt-get install prometheus"
)


def promtool(folder: Path, *words: str) -> None:
    done = subprocess.run(["promtool", *words], cwd=folder, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def of(
    which: Application, kind: str, types: tuple[str, ...] = ("api",), series: SeriesNames | None = None
) -> tuple[str, str]:
    """The service's name, and that file of the application."""
    made = files(confirmed(which, components=[component(which, each) for each in types], series=series))
    [(name, text)] = [(name, text) for name, text in made.items() if name.endswith(f".{kind}.yaml")]
    return name.partition(".")[0], text


def test_openslo_documents_are_what_the_specification_asks_for() -> None:
    for which in (SHOP, ODDITY):
        service, text = of(which, "openslo")
        documents = list(yaml.safe_load_all(text))
        for document in documents:
            jsonschema.Draft202012Validator(SCHEMA).validate(document)

        assert [(each["kind"], each["metadata"]["name"]) for each in documents] == [
            ("Service", service),
            ("SLI", f"{service}-availability"),
            ("SLO", f"{service}-availability"),
            ("SLI", f"{service}-latency-p95"),
            ("SLO", f"{service}-latency-p95"),
        ]
        assert documents[0]["metadata"]["displayName"] == which.name
        assert documents[0]["spec"]["description"] == which.description


def test_the_schema_refuses_what_is_no_openslo() -> None:
    documents = list(yaml.safe_load_all(of(SHOP, "openslo")[1]))
    documents[2]["spec"]["objectives"][0]["target"] = 99.95

    with pytest.raises(jsonschema.ValidationError, match=r"99\.95"):
        jsonschema.Draft202012Validator(SCHEMA).validate(documents[2])


def test_an_objective_counts_what_was_promised() -> None:
    service, text = of(SHOP, "openslo")
    documents = list(yaml.safe_load_all(text))

    available, latency = documents[2]["spec"], documents[4]["spec"]
    assert [each["objectives"][0]["target"] for each in (available, latency)] == [0.9995, 0.95]
    assert available["timeWindow"] == [{"duration": "30d", "isRolling": True}]
    ratio = documents[1]["spec"]["ratioMetric"]
    queries = [ratio[name]["metricSource"]["spec"]["query"] for name in ("good", "total")]
    assert queries == [
        f'sum(http_requests_total{{service="{service}",code!~"5.."}})',
        f'sum(http_requests_total{{service="{service}"}})',
    ]
    fast = documents[3]["spec"]["ratioMetric"]["good"]["metricSource"]["spec"]["query"]
    assert fast == f'sum(http_request_duration_seconds_bucket{{service="{service}",le="0.3"}})'


def test_series_have_the_names_that_a_person_gives() -> None:
    series = SeriesNames(requests="hits_total", seconds="took_seconds", service="app", code="status")
    service, text = of(SHOP, "rules", ("web",), series)

    expressions = {rule["expr"] for group in yaml.safe_load(text)["groups"] for rule in group["rules"]}
    failed, total = (f'hits_total{{app="{service}"{more}}}[5m]' for more in (',status=~"5.."', ""))
    assert f"(sum(rate({failed})) or vector(0)) / sum(rate({total}))" in expressions
    bucket, count = (f'took_seconds_{name}{{app="{service}"' for name in ("bucket", "count"))
    slow = f'1 - sum(rate({bucket},le=~"1|1[.]0"}}[3d])) / sum(rate({count}}}[3d]))'
    assert slow in expressions


def test_alerts_burn_as_the_workbook_says() -> None:
    service, text = of(SHOP, "rules", ("batch",))
    recorded, alerts = yaml.safe_load(text)["groups"]

    ratio = "slo:error_ratio:rate"
    chosen = f'{{slo="{service}-availability"}}'
    assert [each["record"] for each in recorded["rules"]] == [
        *(f"{ratio}{window}" for window in ("5m", "30m", "6h", "1h", "3d", "30d")),
        "slo:error_budget:ratio",
        "slo:error_budget_remaining:ratio",
    ]
    assert [(each["labels"]["severity"], each["expr"]) for each in alerts["rules"]] == [
        ("page", f"{ratio}1h{chosen} > 0.0072 and {ratio}5m{chosen} > 0.0072"),
        ("page", f"{ratio}6h{chosen} > 0.003 and {ratio}30m{chosen} > 0.003"),
        ("ticket", f"{ratio}3d{chosen} > 0.0005 and {ratio}6h{chosen} > 0.0005"),
    ]


@with_promtool
def test_prometheus_takes_the_rules(tmp_path: Path) -> None:
    for number, which in enumerate((SHOP, ODDITY)):
        (tmp_path / f"{number}.yaml").write_text(of(which, "rules")[1], "utf-8")

    promtool(tmp_path, "check", "rules", "--lint-fatal", "0.yaml", "1.yaml")


def _burning(service: str) -> dict[str, Any]:
    """A hundred requests a minute, of which one fails; the alert's labels and what it says."""
    series = f'http_requests_total{{service="{service}",code='
    labels = {"service": service, "slo": f"{service}-availability"}
    windows = {"severity": "page", "long_window": "1h", "short_window": "5m"}
    alert = {
        "exp_labels": {**labels, **windows},
        "exp_annotations": {
            "summary": f"{ODD}: the error budget is spent 14.4 times faster than it lasts",
            "description": "20% of the requests in 1h were not answered; 1 % may be so in 30d. "
            "At this rate 2 % of the budget go in 1h.",
        },
    }
    sample = {"labels": f'slo:error_budget:ratio{{service="{service}",slo="{service}-availability"}}', "value": 0.01}
    return {
        "rule_files": ["rules.yaml"],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [
                    {"series": series + '"200"}', "values": "0+80x60"},
                    {"series": series + '"503"}', "values": "0+20x60"},
                ],
                "promql_expr_test": [
                    {"expr": "slo:error_budget:ratio", "eval_time": "1h", "exp_samples": [sample]},
                ],
                "alert_rule_test": [
                    {"eval_time": "1h", "alertname": "ErrorBudgetBurn", "exp_alerts": [alert, *_slower(alert)]}
                ],
            },
            {
                "interval": "1m",
                "input_series": [{"series": series + '"200"}', "values": "0+100x60"}],
                "alert_rule_test": [{"eval_time": "1h", "alertname": "ErrorBudgetBurn", "exp_alerts": []}],
            },
        ],
    }


def _slower(alert: dict[str, Any]) -> list[dict[str, Any]]:
    """The same from the two longer windows."""
    made = []
    for long, short, severity, factor, spent in (("6h", "30m", "page", "6", "5"), ("3d", "6h", "ticket", "1", "10")):
        labels = {**alert["exp_labels"], "severity": severity, "long_window": long, "short_window": short}
        said = {name: text.replace("14.4 times", f"{factor} times") for name, text in alert["exp_annotations"].items()}
        said["description"] = said["description"].replace("in 1h", f"in {long}").replace("2 %", f"{spent} %")
        made.append({"exp_labels": labels, "exp_annotations": said})
    return made


@with_promtool
def test_an_alert_fires_while_the_budget_burns_and_not_otherwise(tmp_path: Path) -> None:
    service, text = of(ODDITY, "rules", ("batch",))
    (tmp_path / "rules.yaml").write_text(text, "utf-8")
    (tmp_path / "test.yaml").write_text(yaml.safe_dump(_burning(service)), "utf-8")

    promtool(tmp_path, "test", "rules", "test.yaml")


@pytest.mark.parametrize(
    "value",
    [
        {"a": ["x", {"b": 1, "c": [True, False]}, []], "d": {}, "e": "", "f": None, "g": 0.5},
        {"text": "yes"},
        {"text": "1e3"},
        {"text": "- x"},
        {"text": "a: b # c"},
        {"text": "\x07\x85\ufeff\u2028\U0001f6a2\n\t\"'\\"},
        {"text": "ends."},
        {"no": 1, "on and off": 2},
    ],
)
def test_yaml_is_read_as_it_was_meant(value: dict[str, Any]) -> None:
    assert list(yaml.safe_load_all(yaml_text(value, {"next": 1}))) == [value, {"next": 1}]
