"""What people do to the pools of people who can work on waves."""

from __future__ import annotations

from domain.access import Role
from domain.errors import NotFound
from domain.pool_edit import PoolGiven, remove_pool, save_pool
from domain.ports import UnitOfWork
from domain.resource_pool import ResourcePool
from resolvers.context import Caller
from resolvers.portfolio import Delete, told


async def save_resource_pool(caller: Caller, given: PoolGiven, expected_version: int | None = None) -> ResourcePool:
    """A pool as a person says; plans that use it keep to it as it was until their resources are allocated anew."""
    caller.need(Role.LEAD)
    async with caller.work() as uow:
        await uow.portfolio.hold()
        before = await _pool(uow, given.id) if given.id is not None else None
        engagement = await uow.engagement()
        after = save_pool(given, before, engagement.currency, caller.ids, expected_version)
        uow.touch(after.id)
        if after != before:
            await uow.portfolio.save((after,))
            uow.tell(told(caller, after))
    return after


async def delete_resource_pool(caller: Caller, command: Delete) -> str:
    """Offered to no plan from now on."""
    caller.need(Role.LEAD)
    async with caller.work() as uow:
        pool = remove_pool(await _pool(uow, command.id), command.expected_version)
        await uow.portfolio.save((pool,))
        uow.touch(pool.id)
        uow.tell(told(caller, pool))
    return pool.id


async def _pool(uow: UnitOfWork, pool_id: str) -> ResourcePool:
    found = await uow.portfolio.get(ResourcePool, (pool_id,))
    if not found:
        raise NotFound("resource pool", ("id",))
    return found[0]
