"""A crew with a real, small model: what comes back has the shape, never mind the opinion."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from crews.asking import Ask, AskFailed, Failing
from crews.crew import Crews
from crews.gateway import Endpoint, Gateway, Limits
from crews.progress import Progress
from crews.prompt import load_prompt
from crews.schema import Short, answer_schema
from domain.agents.proposals import ResourcesProposed
from domain.flows.planning import DEFINITION
from shapes.codec import Codec
from tests.local_model import LocalModel, local_model
from tests.unit.crews.scripted import Heard, Read

pytestmark = pytest.mark.slow

ENGAGEMENT = "e1"
BRIEFING = """All 2 subjects are shown.
<data-1f>
{"key": "W1", "sort": "wave", "name": "Wave 1", "hours": 320, "missing": ["PostgreSQL"]}
{"key": "W2", "sort": "wave", "name": "Wave 2", "hours": 80}
</data-1f>"""


@pytest.fixture(scope="module")
def model() -> Iterator[LocalModel]:
    with local_model() as model:
        yield model


@asynccontextmanager
async def gateway_to(model: LocalModel) -> AsyncIterator[Gateway]:
    gateway = Gateway(Endpoint(model.name, model.url), limits=Limits(answer_tokens=400, silence_seconds=90))
    yield gateway
    await gateway.close()


def ask_for_suggestions(seconds: float = 120.0) -> Ask[ResourcesProposed]:
    codec = Codec()
    [agent] = DEFINITION.phase("resource_allocation").agents
    prompt = load_prompt("planning", "resource_allocation", agent.key)
    schema = answer_schema("planning.resource_allocation", agent.key, Short(items=1, text=160))
    # So small a model would rather say nothing.
    schema["properties"]["suggestions"]["minItems"] = 1
    return Ask(agent, prompt, BRIEFING, schema, lambda data: codec.decode(ResourcesProposed, data), seconds)


async def test_a_structured_answer_is_read_while_it_streams_and_its_tokens_are_told(model: LocalModel) -> None:
    read, heard, crews = Read(), Heard(), Crews(most=1)

    async with gateway_to(model) as gateway:
        answer = await crews.ask(gateway.of(ENGAGEMENT), ask_for_suggestions(), Progress(heard.tell, read.writing))
    crews.close()

    assert isinstance(answer.value, ResourcesProposed)
    assert answer.usage.prompt_tokens > 500
    assert answer.usage.answer_tokens >= len(read.pieces) > 3
    assert not answer.usage.estimated
    assert [percent for _, percent in heard.messages][-1] == 90


async def test_cancelling_in_mid_stream_leaves_the_model_free(model: LocalModel) -> None:
    read, crews = Read(), Crews(most=1)

    async with gateway_to(model) as gateway:
        progress = Progress(Heard().tell, read.writing)
        task = asyncio.create_task(crews.ask(gateway.of(ENGAGEMENT), ask_for_suggestions(), progress))
        async with asyncio.timeout(100):
            await read.begun.wait()
        started = time.monotonic()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        cancelled_after = time.monotonic() - started
        seen = len(read.pieces)
        await asyncio.sleep(1)

        assert cancelled_after < 1
        assert len(read.pieces) == seen
        short = await crews.ask(gateway.of(ENGAGEMENT), ask_for_suggestions(), Progress(Heard().tell))
    crews.close()
    assert isinstance(short.value, ResourcesProposed)


def test_the_model_is_served_on_this_machine_only(model: LocalModel) -> None:
    assert model.url.startswith("http://127.0.0.1:")
    assert Path(f"/proc/{model.pid}").exists() or not Path("/proc/self").exists()


async def test_a_model_that_is_killed_is_a_failure_within_the_deadline(model: LocalModel) -> None:
    """The last one: the model is gone after it."""
    read, crews = Read(), Crews(most=1)

    async with gateway_to(model) as gateway:
        progress = Progress(Heard().tell, read.writing)
        task = asyncio.create_task(crews.ask(gateway.of(ENGAGEMENT), ask_for_suggestions(), progress))
        async with asyncio.timeout(100):
            await read.begun.wait()
        os.kill(model.pid, signal.SIGKILL)
        started = time.monotonic()

        with pytest.raises(AskFailed) as failed:
            await task
    crews.close()

    assert failed.value.failing is Failing.MODEL_FAILED
    assert time.monotonic() - started < 20
