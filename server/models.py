"""The model gateway and the agents that ask it, as the settings want them. Loaded by workers, never by the API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from importlib import import_module

import structlog
from broadcaster import Broadcast
from sqlalchemy.ext.asyncio import AsyncEngine

from crews.composing import ModelAuthor
from crews.contracts import ModelContractReader
from crews.gateway import Api, Budget, CallRecord, Endpoint, Gateway, Limits, Observe, load_clients
from crews.playing import CrewPlayers
from crews.schema import Short
from crews.talking import ModelVoice, Patience
from domain.agents.playing import Players
from domain.agents.ports import Agents, NoAgents
from domain.artifacts.authoring import Author
from domain.contracts.asking import SecondReader
from domain.conversation.ports import Voice
from persistence.model_budgets import DailyBudget
from persistence.model_checks import ModelChecks
from server.composition import new_id, now
from server.model_settings import ModelPlace, find_places
from server.settings import Settings
from shapes.codec import Codec
from streams.ending import end
from streams.writing import TextPublisher

log = structlog.get_logger("flotilla.models")

CHECK_EVERY = 300.0


@dataclass(frozen=True, slots=True)
class Models:
    """What a worker asks models with: `agents` in phases, `gateway` elsewhere; `texts` shows what they write."""

    agents: Agents
    gateway: Gateway
    texts: TextPublisher


@asynccontextmanager
async def open_models(
    settings: Settings, engine: AsyncEngine, broadcast: Broadcast, observe: Observe
) -> AsyncIterator[Models]:
    """For as long as the block lasts, while the model is looked at now and then."""
    gateway = await open_gateway(settings, DailyBudget(engine, settings.model_daily_tokens, now), observe)
    watch = asyncio.create_task(_watch(gateway, ModelChecks(engine, now)), name="model-watch")
    texts = TextPublisher(broadcast, now, new_id)
    try:
        if gateway.configured:
            async with _crews(settings, gateway, texts) as agents:
                yield Models(agents, gateway, texts)
        else:
            yield Models(NoAgents(), gateway, texts)
    finally:
        await end([watch])
        await gateway.close()


def make_voice(models: Models, settings: Settings) -> Voice:
    """What replies in threads."""
    patience = Patience(settings.reply_first_seconds, settings.reply_seconds)
    return ModelVoice(models.gateway, models.texts.writing, patience, settings.model_window)


def make_author(models: Models, settings: Settings) -> Author:
    """What writes artifacts."""
    short = Short(*settings.model_short) if settings.model_short else None
    return ModelAuthor(models.gateway, models.texts.writing, settings.model_seconds, settings.model_briefing, short)


def make_second_reader(models: Models, settings: Settings) -> SecondReader:
    """What looks at contracts a second time."""
    return ModelContractReader(models.gateway, settings.model_seconds, settings.model_briefing)


def make_players(models: Models, settings: Settings) -> Players:
    """Who plays the roles of builds."""
    return CrewPlayers(
        models.gateway, models.texts.writing, settings.model_seconds, settings.model_briefing, settings.model_window
    )


@asynccontextmanager
async def _crews(settings: Settings, gateway: Gateway, texts: TextPublisher) -> AsyncIterator[Agents]:
    # Beside the event loop, for it takes seconds, and only here: who has no model waits for nothing.
    crew, agents = await asyncio.to_thread(lambda: (import_module("crews.crew"), import_module("crews.agents")))
    crews = crew.Crews()
    short = Short(*settings.model_short) if settings.model_short else None
    try:
        yield agents.CrewAgents(
            gateway, crews, texts.writing, Codec(), settings.model_seconds, settings.model_briefing, short
        )
    finally:
        crews.close()


async def _watch(gateway: Gateway, checks: ModelChecks) -> None:
    """Say at the start and every five minutes whether the model can be asked; nothing waits for it."""
    while True:
        try:
            status = await gateway.check()
            log.info("model_checked", state=status.state, model=status.model, message=status.message)
            await checks.save(status)
        except Exception:
            log.exception("model_check_failed")
        await asyncio.sleep(CHECK_EVERY)


async def open_gateway(
    settings: Settings, budget: Budget | None = None, observe: Observe = lambda _record: None
) -> Gateway:
    """On the running event loop; its owner closes it. Without a budget nobody counts."""
    place, named = find_places(settings)
    endpoint = _endpoint(place) if place else None
    roles = {role: _endpoint(each) for role, each in named.items()}

    def told(record: CallRecord) -> None:
        tell(record)
        observe(record)

    await load_clients(*{each.api for each in (endpoint, *roles.values()) if each})
    return Gateway(
        endpoint,
        roles,
        limits=_limits(settings),
        budget=budget if settings.model_daily_tokens else None,
        observe=told,
    )


def tell(record: CallRecord) -> None:
    """A line for each call, of figures only."""
    log.info(
        "model_called",
        engagement=record.engagement,
        agent=record.agent,
        model=record.model,
        outcome=record.outcome,
        attempts=record.attempts,
        seconds=round(record.seconds, 3),
        first_text_seconds=record.first_text_seconds and round(record.first_text_seconds, 3),
        read=record.usage.prompt_tokens,
        written=record.usage.answer_tokens,
        estimated=record.usage.estimated,
    )


def _endpoint(place: ModelPlace) -> Endpoint:
    return Endpoint(place.model, place.url, place.key.value, Api(place.api))


def _limits(settings: Settings) -> Limits:
    return Limits(
        call_seconds=settings.model_seconds,
        silence_seconds=settings.model_silence_seconds,
        prompt_size=settings.model_prompt_limit,
        answer_size=settings.model_answer_limit,
        answer_tokens=settings.model_answer_tokens,
        concurrency=settings.model_concurrency,
    )
