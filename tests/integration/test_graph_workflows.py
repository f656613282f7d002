"""Customer-success workflows through the schema: every template from its start to its end, without a model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from domain.customer_success.kinds import RenewalStage
from domain.customer_success.template_reading import shipped, template_of
from persistence.database import open_database
from tests.graph import Graph
from tests.integration.conftest import postgres_bench
from tests.integration.guiding import Desk, in_days

pytestmark = pytest.mark.asyncio(loop_scope="module")

# So many days before a renewal a workflow starts that is guided by the template of that stage.
DAYS = {
    RenewalStage.OVERDUE: -5,
    RenewalStage.EMERGENCY: 3,
    RenewalStage.CRITICAL: 10,
    RenewalStage.PREPARE: 150,
    None: 40,
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(module_database: str) -> AsyncIterator[Desk]:
    async with postgres_bench(module_database) as bench:
        engine = open_database(module_database)
        yield Desk(Graph(engine, bench.work, bench.tenant), bench)
        await engine.dispose()


@pytest.mark.parametrize("version", shipped(), ids=lambda version: str(version.key))
async def test_a_workflow_is_walked_from_its_start_to_its_end(desk: Desk, version: Any) -> None:
    template = template_of(version)
    customer = await desk.customer(renewal_date=in_days(DAYS[template.stage]))

    flow = await desk.flow(customer, template.kind)
    way = await desk.walk(flow["id"])

    ended = await desk.read(flow["id"])
    assert (ended["status"], ended["progress"], ended["currentPhase"]) == ("COMPLETED", 100, None)
    assert (way[0], way[-1]) == (template.steps[0].key, template.steps[-1].key)
