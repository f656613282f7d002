"""The model gateway as the settings want it. Loaded by processes that ask models, never by the API."""

from __future__ import annotations

import structlog

from crews.gateway import Api, Budget, CallRecord, Endpoint, Gateway, Limits, load_clients
from server.model_settings import ModelPlace, find_places
from server.settings import Settings

log = structlog.get_logger("flotilla.models")


async def open_gateway(settings: Settings, budget: Budget | None = None) -> Gateway:
    """On the running event loop; its owner closes it. Without a budget nobody counts."""
    place, named = find_places(settings)
    endpoint = _endpoint(place) if place else None
    roles = {role: _endpoint(each) for role, each in named.items()}
    await load_clients(*{each.api for each in (endpoint, *roles.values()) if each})
    return Gateway(
        endpoint,
        roles,
        limits=_limits(settings),
        budget=budget if settings.model_daily_tokens else None,
        observe=tell,
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
