"""What a log line looks like, and what is never in one."""

from __future__ import annotations

import json
import subprocess
import sys

PROGRAM = """
import logging, structlog
from server.logging import configure_logging
configure_logging("info", "{format}")
log = structlog.get_logger("server.test")
log.debug("not written")
import warnings
from dbos._logger import dbos_logger, init_logger
init_logger()
dbos_logger.warning("A queue is slow")
warnings.warn("soon gone", DeprecationWarning, stacklevel=1)
log.info("operation", subject="alice", Authorization="Bearer s3cret", access_token="s3cret", prompt="s3cret")
logging.getLogger("uvicorn.error").info("Started %s", "here")
logging.getLogger("httpx").info("GET https://issuer/s3cret")
def fail():
    token = "s3cret"
    raise ValueError("no luck")
try:
    fail()
except ValueError as error:
    log.error("internal_error", id="1", exc_info=error)
"""


def written(format: str) -> str:
    program = PROGRAM.replace("{format}", format)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stderr


def test_lines_for_machines_are_json_objects() -> None:
    lines = [json.loads(line) for line in written("json").splitlines()]

    assert [line["message"] for line in lines] == [
        "A queue is slow",
        lines[1]["message"],
        "operation",
        "Started here",
        "internal_error",
    ]
    assert "DeprecationWarning: soon gone" in lines[1]["message"]
    assert [line["level"] for line in lines] == ["warning", "warning", "info", "info", "error"]
    assert lines[2]["subject"] == "alice"
    assert lines[2]["logger"] == "server.test"
    assert lines[4]["exception"][0]["exc_type"] == "ValueError"


def test_no_secret_is_written_in_either_format() -> None:
    for format in ("json", "text"):
        text = written(format)

        assert "s3cret" not in text.replace('token = "s3cret"', "")
        assert "no luck" in text


def test_lines_for_people_are_text() -> None:
    assert "A queue is slow" in written("text").splitlines()[0]
