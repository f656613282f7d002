"""A worker's second look at a contract: with a model, without one, and with one that fails."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from crews.contracts import ModelContractReader
from domain.access import Role
from domain.contract import Contract
from domain.contracts.asking import NoSecondReader, SecondReader
from domain.source import Source
from engine.contracts import ContractJob, ContractRunner
from persistence.event_log import EventReader
from readers.contracts import ContractFiles
from shapes.codec import Codec
from tests.faulty_model import fails, faulty_model, says
from tests.integration.gateways import gateway
from tests.integration.test_graph_contracts import CORRECT, Site, site
from tests.toy import now
from tests.unit.contracts.made import pdf

__all__ = ["site"]

LINES = (
    "This Agreement commences on 1 March 2025.",
    "Whoever wants out says so ninety (90) days ahead, and it renews automatically.",
    "Either party may terminate this Agreement for convenience on thirty (30) days' written notice.",
)
NOTICE = "Whoever wants out says so ninety (90) days ahead"


def runner(site: Site, second: SecondReader) -> ContractRunner:
    return ContractRunner(site.graph.work, Codec(), ContractFiles(), second, now)


def job(site: Site) -> ContractJob:
    return ContractJob(site.graph.tenant, site.jobs[-1].contract_id)


async def stored(site: Site) -> Contract:
    async with site.graph.work(site.graph.tenant) as uow:
        return await uow.contracts.get(site.jobs[-1].contract_id)


@asynccontextmanager
async def model(*replies: Any) -> AsyncIterator[tuple[SecondReader, Any]]:
    async with faulty_model() as server, gateway(server) as opened:
        server.reply(*replies, stays=True)
        yield ModelContractReader(opened, 20.0), server


def answer(*fields: tuple[str, str, str]) -> str:
    items = [{"field": f, "value": v, "sentence": s, "confidence": 0.9} for f, v, s in fields]
    return json.dumps({"fields": items})


async def test_without_a_model_it_is_checked_and_stays_as_it_was(site: Site) -> None:
    await site.upload("a.pdf", pdf(LINES))
    before = await stored(site)

    assert await runner(site, NoSecondReader()).start(job(site))
    await runner(site, NoSecondReader()).check(job(site))

    after = await stored(site)
    assert (after.extraction, after.warnings, after.version) == (before.extraction, before.warnings, before.version)
    assert after.checked_at is not None


async def test_a_models_values_enter_when_they_stand_in_the_text_and_the_event_tells(site: Site) -> None:
    await site.upload("a.pdf", pdf(LINES))
    said = answer(
        ("startsOn", "2025-03-01", LINES[0]),
        ("parties", "Nobody Ltd", "This Agreement is by Nobody Ltd and others."),
        ("nonStandardTerms", "Leaving by saying so", NOTICE),
    )

    async with model(says(said)) as (second, server):
        await runner(site, second).check(job(site))

    after = await stored(site)
    assert after.extraction.source is Source.MODEL_CHECKED_BY_RULES
    assert after.extraction.non_standard_terms == ("Termination for convenience", "Leaving by saying so")
    assert after.extraction.parties == ()
    assert after.warnings == (
        "What the model read as parties, 'Nobody Ltd', was dropped: its sentence is not in the contract.",
    )
    assert LINES[1] in server.received[0].text
    events = await EventReader(site.graph.engine).page(site.graph.tenant, None, 0, 100)
    assert events[-1].data == {"changed": [["Contract", after.id]]}


async def test_a_contradiction_is_told_and_the_surer_one_stands(site: Site) -> None:
    await site.upload("a.pdf", pdf(LINES))

    async with model(says(answer(("noticeDays", "90", NOTICE)))) as (second, _server):
        await runner(site, second).check(job(site))

    after = await stored(site)
    assert after.extraction.notice_days == 30
    assert after.warnings == (
        f"noticeDays: the model read 90 on page 1 in “{NOTICE}”, the rules 30; the rules' stands.",
    )


@pytest.mark.parametrize("reply", [fails(400), says("I cannot read."), says('{"fields": [{"field": "colour"}]}')])
async def test_a_model_that_fails_costs_nothing(site: Site, reply: Any) -> None:
    await site.upload("a.pdf", pdf(LINES))
    before = await stored(site)

    async with model(reply) as (second, _server):
        await runner(site, second).check(job(site))

    after = await stored(site)
    assert (after.extraction, after.checked_at is not None) == (before.extraction, True)
    assert after.warnings[0].startswith("No model has looked at it: ")


async def test_what_a_person_has_corrected_meanwhile_stays(site: Site) -> None:
    contract = (await site.upload("a.pdf", pdf(LINES)))["contract"]
    await site.graph.data(
        CORRECT, Role.CONTRIBUTOR, id=contract["id"], fields={"noticeDays": 7}, why="Amended", version=1
    )

    async with model(says(answer(("noticeDays", "90", NOTICE)))) as (second, _server):
        await runner(site, second).check(job(site))

    after = await stored(site)
    assert (after.extraction.notice_days, after.extraction.source) == (7, Source.USER)
    assert len(after.corrections) == 1


async def test_one_that_ended_its_worker_too_often_is_taken_as_it_is(site: Site) -> None:
    await site.upload("a.pdf", pdf(LINES))
    second = runner(site, NoSecondReader())

    assert [await second.start(job(site)) for _ in range(4)] == [True, True, True, False]

    assert (await stored(site)).warnings == ("Looking at it a second time ended its worker 3 times.",)
    assert (await stored(site)).checked_at is not None


async def test_one_that_is_deleted_meanwhile_is_nothing(site: Site) -> None:
    await site.upload("a.pdf", pdf(LINES))
    async with site.graph.work(site.graph.tenant) as uow:
        await uow.contracts.remove(await uow.contracts.get(site.jobs[-1].contract_id))

    assert not await runner(site, NoSecondReader()).start(job(site))
    await runner(site, NoSecondReader()).check(job(site))

    assert (await site.listed())["totalCount"] == 0
