"""The settings of a process that has servers to talk to: those given, those that run, or its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from server.embedded import Servers, ServersInUse, find_servers, start_servers
from server.settings import Settings


@contextmanager
def attached(settings: Settings) -> Iterator[Settings]:
    """With both URLs. Servers that `up` runs in the same folder are used; else they are started for this context."""
    if settings.database_url and settings.broadcast_url:
        yield settings
        return
    with ExitStack() as stack:
        try:
            servers = find_servers(settings.data) or stack.enter_context(start_servers(settings.data))
        except ServersInUse:
            # Somebody else was starting them as we looked.
            if (found := find_servers(settings.data)) is None:
                raise
            servers = found
        yield fill(settings, servers)


def fill(settings: Settings, servers: Servers) -> Settings:
    """What was given wins."""
    return replace(
        settings,
        database_url=settings.database_url or servers.database_url,
        broadcast_url=settings.broadcast_url or servers.broadcast_url,
    )


def environment(settings: Settings) -> dict[str, str]:
    """What another process needs beside our environment to use the same servers. Not as arguments: these are public."""
    return {
        "FLOTILLA_DATA": str(settings.data.absolute()),
        "FLOTILLA_DATABASE_URL": settings.database_url,
        "FLOTILLA_BROADCAST_URL": settings.broadcast_url,
    }
