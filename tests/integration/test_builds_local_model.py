"""What a build's prompt says to post is posted to a real, small model, which answers it; never mind the opinion."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from domain.builds.fitting import tokens
from persistence.database import open_database
from tests.graph import Graph
from tests.integration.building import PROMPT, change, started
from tests.integration.conftest import Bench, postgres_bench
from tests.local_model import LocalModel, local_model

pytestmark = [pytest.mark.slow, pytest.mark.long]

SECONDS = 200


@pytest.fixture(scope="module")
def model() -> Iterator[LocalModel]:
    with local_model() as model:
        yield model


@pytest.fixture
async def bench(module_database: str) -> AsyncIterator[Bench]:
    async with postgres_bench(module_database) as made:
        yield made


async def test_a_local_model_answers_the_request_as_it_is(
    model: LocalModel, bench: Bench, module_database: str
) -> None:
    engine = open_database(module_database)
    graph = Graph(engine, bench.work, bench.tenant)
    flow = await started(graph, requirements="Say hello.", family="LOCAL")
    prompt = (await graph.data(PROMPT, id=flow, family=None))["flow"]["child"]["prompt"]

    # Everything but how long it may write: that is only the test's patience.
    body = {**prompt["request"], "max_tokens": 48}
    async with httpx.AsyncClient(timeout=SECONDS) as client:
        response = await client.post(f"{model.url}/chat/completions", json=body)
    answer = response.json()

    assert response.status_code == 200, answer
    words = answer["choices"][0]["message"]["content"]
    assert words.strip()
    assert prompt["request"]["model"] == model.name
    # What is counted here is never less than what the model counts.
    assert answer["usage"]["prompt_tokens"] <= sum(tokens(each["content"]) for each in body["messages"])
    said = {"role": "Q_ASSISTANT", "aiResponse": words, "phaseResult": {"requirements": []}}
    assert (await change(graph, "completeBuildPhase", flow, **said))["errors"] == []
    await engine.dispose()
