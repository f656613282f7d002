"""Statements as spans: in a process of its own, for OpenTelemetry knows one provider in each."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.servers import ROOT

PROGRAM = """
import asyncio, json, sys
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from persistence.database import open_database
from persistence.tracing import trace_statements

exporter, provider = InMemorySpanExporter(), TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)

async def main():
    engine = open_database(sys.argv[1])
    trace_statements(engine)
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1 AS alone"))
    with provider.get_tracer("test").start_as_current_span("operation"):
        async with engine.connect() as connection:
            await connection.execute(text("SELECT id FROM master_flows WHERE name = :name"), {"name": "s3cret"})
            many = [{"at": str(number)} for number in range(3)]
            await connection.execute(text("SELECT set_config('a.b', CAST(:at AS text), true)"), many)
            try:
                await connection.execute(text("SELECT CAST(CAST(:name AS text) AS integer)"), {"name": "s3cret"})
            except SQLAlchemyError:
                await connection.rollback()
            try:
                async with asyncio.timeout(0.2):
                    await connection.execute(text("SELECT pg_sleep(9)"))
            except TimeoutError:
                pass
        async with engine.connect() as connection:
            await connection.execute(text("SELECT 2 AS after"))
    await engine.dispose()

asyncio.run(main())
print(json.dumps([json.loads(span.to_json()) for span in exporter.get_finished_spans()]))
"""


@pytest.fixture(scope="module")
def output(module_database: str) -> str:
    words = [sys.executable, "-c", PROGRAM, module_database]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def spans(output: str) -> dict[str, dict[str, Any]]:
    return {span["attributes"].get("db.query.text", span["name"]): span for span in json.loads(output)}


def test_a_statement_is_named_by_what_it_does_and_to_what(spans: dict[str, dict[str, Any]]) -> None:
    span = spans["SELECT id FROM master_flows WHERE name = $1"]

    assert (span["name"], span["kind"]) == ("SELECT master_flows", "SpanKind.CLIENT")
    assert span["parent_id"] == spans["operation"]["context"]["span_id"]
    assert span["attributes"]["db.collection.name"] == "master_flows"


def test_no_value_is_in_any_span(output: str) -> None:
    assert "s3cret" not in output


def test_one_that_fails_is_named_by_the_code_of_it(spans: dict[str, dict[str, Any]]) -> None:
    span = spans["SELECT CAST(CAST($1 AS text) AS integer)"]

    assert (span["status"], span["attributes"]["error.type"]) == ({"status_code": "ERROR"}, "22P02")
    assert span["events"] == []


def test_many_at_once_are_one(spans: dict[str, dict[str, Any]]) -> None:
    assert spans["SELECT set_config('a.b', CAST($1 AS text), true)"]["attributes"]["flotilla.many"]


def test_what_runs_for_nobody_is_none_and_one_that_was_ended_harms_no_other(spans: dict[str, dict[str, Any]]) -> None:
    assert "SELECT 1 AS alone" not in spans
    assert spans["SELECT 2 AS after"]["status"] == {"status_code": "UNSET"}
