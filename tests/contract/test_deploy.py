"""Files for operators: accepted by the programs that read them, and each true to the others."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from server.settings import Settings

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana" / "flotilla.json").read_text("utf-8"))
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]

with_promtool = pytest.mark.skipif(
    not shutil.which("promtool"), reason="There is no promtool: apt-get install prometheus"
)


def promtool(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["promtool", *words], cwd=DEPLOY / "prometheus", capture_output=True, text=True, check=False, timeout=60
    )


@with_promtool
@pytest.mark.parametrize(
    "words",
    [
        ("check", "config", "prometheus.yml"),
        ("check", "rules", "--lint-fatal", "alerts.yml"),
        ("test", "rules", "alerts.test.yml"),
    ],
)
def test_prometheus_takes_it(words: tuple[str, ...]) -> None:
    done = promtool(*words)

    assert done.returncode == 0, done.stdout + done.stderr


@with_promtool
def test_every_expression_of_the_dashboard_is_one(tmp_path: Path) -> None:
    """As a recording rule each, which promtool reads."""
    texts = [target["expr"].replace("$__rate_interval", "5m") for panel in PANELS for target in panel["targets"]]
    rules = [{"record": f"panel:{number}", "expr": text} for number, text in enumerate(texts)]
    file = tmp_path / "panels.yml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}))

    done = promtool("check", "rules", "--lint=none", str(file))

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_dashboard_is_laid_out_without_gaps_or_overlaps() -> None:
    places = [(x, y) for panel in DASHBOARD["panels"] for x, y in _covered(panel["gridPos"])]

    assert len(set(places)) == len(places)
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    assert all(panel["targets"] and panel["title"] for panel in PANELS)


def _covered(place: dict[str, int]) -> list[tuple[int, int]]:
    across, down = range(place["x"], place["x"] + place["w"]), range(place["y"], place["y"] + place["h"])
    return [(x, y) for x in across for y in down]


def test_every_alert_says_how_urgent_it_is_and_where_to_look() -> None:
    rules = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text("utf-8"))["groups"][0]["rules"]

    assert {rule["labels"]["severity"] for rule in rules} == {"page", "ticket"}
    assert [rule["alert"] for rule in rules if not {"summary", "look"} <= rule["annotations"].keys()] == []


def test_the_proxy_takes_the_largest_file_that_the_product_takes() -> None:
    most = re.search(r"client_max_body_size (\d+)m;", (DEPLOY / "nginx.conf").read_text("utf-8"))

    assert most is not None
    assert Settings().inventory_limit < int(most[1]) << 20 < 2 * Settings().inventory_limit


def test_the_composition_is_what_proxy_and_prometheus_look_for() -> None:
    services = COMPOSE["services"]
    scraped = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text("utf-8"))["scrape_configs"]
    looked_for = {config["dns_sd_configs"][0]["names"][0]: config["dns_sd_configs"][0]["port"] for config in scraped}

    assert looked_for == {"api": 8000, "worker": int(services["worker"]["environment"]["FLOTILLA_METRICS_PORT"])}
    assert "server api:8000" in (DEPLOY / "nginx.conf").read_text("utf-8")
    mounted = [volume.partition(":")[0] for volume in services["proxy"]["volumes"]]
    assert "./deploy/nginx.conf" in mounted
    assert "ports" not in services["api"]
