"""Several processes and one budget: what each let tokens spend is added up in Redis, behind the requests' backs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from itertools import islice
from types import TracebackType
from typing import Any, Self, cast

import structlog
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from server.budgets import MINUTE, Budgets

LOG = structlog.get_logger(__name__)

# A token that asks several processes at once may overspend for as long as this.
SETTLE_EVERY = 0.25
PAUSE_AFTER_FAILURE = 2.0
ANSWER_WITHIN = 2.0
MOST_AT_ONCE = 500
# In braces: a cluster then keeps all of them in one place, where one script may touch them.
PREFIX = "{flotilla:spent}:"
# Redis's own clock is the same for all processes. What is spent is forgotten as `Budgets` forgets it.
ADD = """
local time = redis.call('TIME')
local now, rate, found = time[1] + time[2] / 1e6, tonumber(ARGV[1]), {}
for i, key in ipairs(KEYS) do
  local kept, spent = redis.call('HMGET', key, 'spent', 'at'), 0
  if kept[1] then spent = math.max(0, kept[1] - (now - kept[2]) * rate) end
  spent = spent + ARGV[i + 1]
  redis.call('HSET', key, 'spent', string.format('%.3f', spent), 'at', string.format('%.6f', now))
  redis.call('PEXPIRE', key, 61000)
  found[i] = string.format('%.3f', spent)
end
return found
"""


class Settlement:
    """Tells Redis what was spent here, and the budgets what was spent everywhere, while the context lasts.

    Without Redis every process counts for itself, and goes on doing so while Redis is away.
    """

    def __init__(self, budgets: Budgets, url: str) -> None:
        self._budgets = budgets
        self._redis = _open(url) if budgets.per_minute and url.startswith(("redis://", "rediss://")) else None
        self._task: asyncio.Task[None] | None = None
        self._works = True

    async def __aenter__(self) -> Self:
        if self._redis is not None:
            self._task = asyncio.create_task(self._settle(self._redis), name="settlement")
        return self

    async def __aexit__(
        self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._redis is not None:
            await self._redis.aclose()

    async def _settle(self, redis: Redis) -> None:
        """Nothing is asked of Redis while nothing is spent."""
        while True:
            await self._budgets.spent.wait()
            self._budgets.spent.clear()
            self._note(works=await self._tell(redis))
            await asyncio.sleep(SETTLE_EVERY if self._works else PAUSE_AFTER_FAILURE)

    async def _tell(self, redis: Redis) -> bool:
        untold = dict(self._budgets.take_untold())
        try:
            while untold:
                batch = dict(islice(untold.items(), MOST_AT_ONCE))
                self._budgets.learn(await self._add(redis, batch))
                for key in batch:
                    del untold[key]
        except (RedisError, OSError) as error:
            self._budgets.put_back(untold)
            self._budgets.spent.set()
            if self._works:
                LOG.warning("budgets_not_shared", reason=type(error).__name__)
            return False
        return True

    async def _add(self, redis: Redis, spent: Mapping[str, float]) -> Mapping[str, float]:
        names = [f"{PREFIX}{key}" for key in spent]
        amounts = [str(amount) for amount in spent.values()]
        rate = str(self._budgets.per_minute / MINUTE)
        found: Any = await cast("Awaitable[Any]", redis.eval(ADD, len(names), *names, rate, *amounts))
        return {key: float(amount) for key, amount in zip(spent, found, strict=True)}

    def _note(self, *, works: bool) -> None:
        if works and not self._works:
            LOG.info("budgets_shared_again")
        self._works = works


def _open(url: str) -> Redis:
    return Redis.from_url(
        url, socket_timeout=ANSWER_WITHIN, socket_connect_timeout=ANSWER_WITHIN, retry=Retry(NoBackoff(), 1)
    )
