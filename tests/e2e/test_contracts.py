"""Contracts seen from outside: uploaded by HTTP, looked at a second time by a worker, also by one that takes over."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from typing import Any

import pytest

from tests.e2e.test_agents import Deployment, deployment, desk, model
from tests.e2e.test_main_job import Desk
from tests.faulty_model import FaultyModel, Until, does, says
from tests.unit.contracts.made import MORE, SENTENCES, pdf

__all__ = ["deployment", "desk", "model"]

pytestmark = pytest.mark.slow

CUSTOMER = """mutation ($input: SaveCustomerInput!) { saveCustomer(input: $input) {
  customer { id } errors { message } } }"""
UPLOAD = """mutation ($input: UploadContractInput!) { uploadContract(input: $input) {
  contract { id checkedAt extraction { noticeDays source } } errors { message } } }"""
READ = """query ($id: ID!) { node(id: $id) { ... on Contract { checkedAt warnings version
  extraction { noticeDays source nonStandardTerms } } } }"""
SENTENCE = "unless either party gives ninety (90) days' prior written notice"
BEGINNING = 120.0


async def upload(desk: Desk) -> dict[str, Any]:
    saved = await desk.ask(CUSTOMER, input={"name": "Acme", "arr": "100000", "owner": "alice"})
    customer = saved["saveCustomer"]["customer"]["id"]
    operations = {"query": UPLOAD, "variables": {"input": {"customerId": customer, "file": None}}}
    data = {"operations": json.dumps(operations), "map": json.dumps({"0": ["variables.input.file"]})}
    file = {"0": ("Acme MSA.pdf", pdf(SENTENCES, MORE), "application/pdf")}
    answer = (await desk.client.post(desk.connection["url"], data=data, files=file)).json()
    assert answer["data"]["uploadContract"]["errors"] == []
    return dict(answer["data"]["uploadContract"]["contract"])


async def checked(desk: Desk, contract_id: str) -> dict[str, Any]:
    """Once a worker has had its look; one that takes over has to begin first."""
    async with asyncio.timeout(BEGINNING):
        while not (found := (await desk.ask(READ, id=contract_id))["node"])["checkedAt"]:  # noqa: ASYNC110 - a worker does it
            await asyncio.sleep(0.2)
    return dict(found)


def answer() -> str:
    item = {"field": "noticeDays", "value": "90", "sentence": SENTENCE, "confidence": 0.9}
    return json.dumps({"fields": [item, {**item, "field": "nonStandardTerms", "value": "Long notice"}]})


async def test_a_killed_workers_look_is_taken_over_and_the_model_confirms(
    deployment: Deployment, desk: Desk, model: FaultyModel
) -> None:
    model.reply(does(Until()), says(answer()))

    contract = await upload(desk)
    assert (contract["checkedAt"], contract["extraction"]) == (None, {"noticeDays": 90, "source": "RULES"})
    await model.until_received(1)
    os.kill(deployment.worker.pid, signal.SIGKILL)

    after = await checked(desk, contract["id"])
    assert after["extraction"] == {
        "noticeDays": 90,
        "source": "MODEL_CHECKED_BY_RULES",
        "nonStandardTerms": ["Long notice"],
    }
    assert (after["warnings"], after["version"]) == ([], 2)
