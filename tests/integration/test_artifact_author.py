"""Artifacts asked of a scripted model: seen while they are written, corrected once, and given up in time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from crews.composing import ModelAuthor
from crews.gateway import Gateway
from crews.prompt import load_kind
from crews.schema import Short
from domain.access import Tenant
from domain.artifact import ArtifactKind, ArtifactRequest
from domain.artifacts.authoring import AuthorFailed, Commission
from domain.artifacts.commissioning import commission
from domain.artifacts.drafting import draft
from domain.artifacts.shapes import WRITTEN
from shapes.codec import Codec
from tests.faulty_model import FaultyModel, Say, Until, does, fails, faulty_model, says
from tests.integration.gateways import gateway
from tests.unit.artifacts.making import NOW, background

LETTER = json.dumps({"subject": "Renewal", "body": "Hello <Ann>,\n\nlet us speak."})
ROWS = [{"title": "Call Ann", "description": "By phone.", "reason": "She decides.", "priority": "HIGH"}]


class Texts:
    """The texts that people see, each attempt a new one: its place, and what was written."""

    def __init__(self) -> None:
        self.seen: list[tuple[tuple[str, str, str], list[str]]] = []

    @asynccontextmanager
    async def writing(self, *place: str) -> AsyncIterator[Any]:
        pieces: list[str] = []
        self.seen.append((place, pieces))  # type: ignore[arg-type]

        class Pen:
            def write(self, piece: str) -> None:
                pieces.append(piece)

        yield Pen()

    @property
    def words(self) -> list[str]:
        return ["".join(pieces) for _place, pieces in self.seen]


@pytest.fixture
async def model() -> AsyncIterator[FaultyModel]:
    async with faulty_model() as opened:
        yield opened


def asked(kind: ArtifactKind) -> Commission:
    known = background()
    request = ArtifactRequest("a1", "f1", kind, "alice", NOW, instructions="Be kind.")
    return commission(Tenant("c", "e"), request, known, draft(kind, known), Codec())


async def test_what_is_written_is_seen_at_once_and_checked(model: FaultyModel) -> None:
    model.reply(says(LETTER[:40], LETTER[40:]))
    texts = Texts()

    async with gateway(model) as opened:
        authored = await ModelAuthor(opened, texts.writing, 10).write(asked(ArtifactKind.EMAIL_DRAFT))

    assert authored.checked.content == {
        "subject": "Renewal",
        "body": "Hello &lt;Ann&gt;,\n\nlet us speak.",
        "to": [],
        "cc": [],
    }
    assert (authored.attempts, authored.usage.requests, authored.usage.completion_tokens) == (1, 1, 3)
    assert authored.prompt.startswith("artifacts.email_draft 1 ")
    assert [place for place, _pieces in texts.seen] == [("e", "f1", "Artifact:a1")]
    assert texts.words == ["Hello <Ann>,  let us speak."]
    sent = model.received[0].body
    assert sent["response_format"]["json_schema"]["schema"]["required"] == ["subject", "body"]
    system, user = (message["content"] for message in sent["messages"])
    assert "A subject and a body of at most 200 words" in system
    assert "PRICING_TABLE" not in system
    assert "Be kind." in user


async def test_it_is_asked_once_more_with_what_was_wrong(model: FaultyModel) -> None:
    model.reply(says(json.dumps({"summary": "", "items": []})), says(json.dumps({"summary": "One.", "items": ROWS})))
    texts = Texts()

    async with gateway(model) as opened:
        authored = await ModelAuthor(opened, texts.writing, 10).write(asked(ArtifactKind.RECOMMENDATIONS))

    assert (authored.attempts, len(texts.seen)) == (2, 2)
    (item,) = authored.checked.content["items"]
    assert (item["key"], item["title"], item["assignedTo"]) == ("r1", "Call Ann", "olga")
    assert "Recommend at least one thing to do." in model.received[1].body["messages"][-1]["content"]


@pytest.mark.parametrize("reply", [says("no JSON"), fails(500), does(Say("{"), Until())], ids=["bad", "down", "slow"])
async def test_what_comes_to_nothing_is_told_in_time(model: FaultyModel, reply: Any) -> None:
    model.reply(reply, stays=True)
    began = asyncio.get_running_loop().time()

    async with gateway(model) as opened:
        with pytest.raises(AuthorFailed) as failed:
            await ModelAuthor(opened, Texts().writing, 1.0).write(asked(ArtifactKind.PLAN))

    assert failed.value.code
    assert asyncio.get_running_loop().time() - began < 5


async def test_a_small_model_is_told_where_to_stop(model: FaultyModel) -> None:
    model.reply(says(json.dumps({"summary": "One.", "items": ROWS})))

    async with gateway(model) as opened:
        author = ModelAuthor(opened, Texts().writing, 10, short=Short(3, 100))
        await author.write(asked(ArtifactKind.RECOMMENDATIONS))

    schema = model.received[0].body["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["items"]["maxItems"] == 6
    item = schema["$defs"]["ProposedItem"]["properties"]
    assert item["title"] == {"type": "string", "maxLength": 200}
    assert schema["$defs"]["Priority"] == {"type": "string", "enum": ["URGENT", "HIGH", "MEDIUM", "LOW"]}


async def test_nobody_writes_where_no_model_is() -> None:
    opened = Gateway(None)
    try:
        assert ModelAuthor(opened, Texts().writing, 1.0).writes is False
    finally:
        await opened.close()


@pytest.mark.parametrize("kind", WRITTEN)
def test_there_are_instructions_for_every_kind(kind: ArtifactKind) -> None:
    prompt = load_kind("artifacts", kind)

    assert prompt.name == f"artifacts.{kind.lower()}"
    assert prompt.text.count("## ") == 3
    assert asked(kind).schema["additionalProperties"] is False
