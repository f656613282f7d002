"""`python -m server up`: everything on this machine, until Ctrl-C."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import time
import traceback
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from server.attachment import environment, fill
from server.children import Child
from server.commands.connect import headers
from server.embedded import find_servers, records, start_servers
from server.lifeline import follow_parent
from server.listening import address, listen
from server.local_model import LocalModel, start_local_model, unpacked
from server.running import alone, announce, answers, find_running
from server.settings import Settings

if TYPE_CHECKING:
    from domain.access import Tenant

READY_WITHIN = 60.0
GLANCE = 0.1
LOG = "up.log"
LOCAL = "local"


class NotPrepared(Exception):
    """What has to be there before anything is served could not be made."""


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--follow", action="store_true", help="stop when the standard input ends")
    parser.add_argument("--model", type=_model, help=f"`{LOCAL}` starts a small language model, too")


def _model(text: str) -> str:
    if text != LOCAL:
        raise ArgumentTypeError(f"{text!r}. `{LOCAL}` is the only one that comes along; name others in FLOTILLA_MODEL.")
    return text


def run(arguments: Namespace, settings: Settings) -> int:
    # A shell's script starts what it puts into the background deaf to Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if arguments.follow:
        follow_parent()
    with alone(settings) as mine:
        if not mine:
            print(
                f"It is running already: {find_running(settings) or 'starting'}. Ctrl-C where it was started ends it."
            )
            return 0
        try:
            return _with_servers(settings, with_model=bool(arguments.model))
        except KeyboardInterrupt:
            print("\nStopping.", flush=True)
            return 0


def _with_servers(settings: Settings, *, with_model: bool) -> int:
    # Before anything takes time: a port that is taken is the commonest mistake.
    with listen(settings.host, settings.port) as listener, _local_model(settings, wanted=with_model) as model:
        if settings.database_url and settings.broadcast_url:
            return _serve(settings, model, listener, None)
        with start_servers(settings.data) as servers:
            return _serve(fill(settings, servers), model, listener, settings.data)


@contextmanager
def _local_model(settings: Settings, *, wanted: bool) -> Iterator[LocalModel | None]:
    """Who asks for it wants to see it: without it nothing else is started either."""
    if not wanted:
        yield None
        return
    if not unpacked(settings.data).exists():
        print(f"Downloading a small language model, once: 130 MB to {settings.data} …", flush=True)
    with start_local_model(settings.data, token_urlsafe(24)) as model:
        yield model


def _serve(settings: Settings, model: LocalModel | None, listener: socket.socket, owned: Path | None) -> int:
    """Until Ctrl-C, or until the embedded servers of the folder `owned` end."""
    tenant = _prepare(settings)
    # What a person should read is what we print; of the rest, what went wrong, unless told otherwise.
    shared = {"FLOTILLA_LOG_LEVEL": "warning", **os.environ, **environment(settings)}
    if model:
        model.wait()
        shared |= model.environment(os.environ)
    with (
        Child(["worker"], shared) as worker,
        Child(["api", "--descriptor", str(listener.fileno())], shared, [listener.fileno()]) as api,
    ):
        url = address(listener)
        others = (worker, model.child) if model else (worker,)
        if not _becomes_ready(api, others, url):
            why = f"{url}/readyz says why" if api.running else "it ended, and its last lines are above"
            sys.stderr.write(f"The API did not get ready: {why}.\n")
            return 1
        announce(settings, url)
        print(welcome(settings, url, tenant, agents(settings, model)), flush=True)
        while owned is None or find_servers(owned):
            _keep((api, *others))
    sys.stderr.write(f"The embedded servers have ended; {settings.data / 'servers.log'} may say why.\n")
    return 1


def _prepare(settings: Settings) -> Tenant:
    """Tables, sample and the people who may look at it."""
    from domain.access import Member
    from server.admission import admit
    from server.migration import prepare_database
    from server.seed import PEOPLE, seed

    log = settings.data / LOG
    with _told("Migrating the database", log):
        prepare_database(settings.database_url)
    with _told("Making the sample engagement", log):
        tenant = seed(settings).tenant
    # Each time: what is printed has to be true, whatever was tried out since.
    people = [Member(subject, frozenset({role}), f"{subject}@example.com") for subject, role in PEOPLE.items()]
    asyncio.run(admit(settings.database_url, tenant, people))
    return tenant


@contextmanager
def _told(doing: str, log: Path) -> Iterator[None]:
    """What goes wrong is told in a sentence; the log has all of it."""
    try:
        yield
    except Exception as problem:  # noqa: BLE001 - all of it is in the log, and the person is told where
        with os.fdopen(records.open_log(log), "a", encoding="utf-8") as file:
            file.write(f"{doing} failed.\n{traceback.format_exc()}\n")
        why = str(problem).strip().partition("\n")[0] or "no reason was given"
        raise NotPrepared(f"{doing} failed: {type(problem).__name__}: {why}\n{log} has all of it.") from None


def _becomes_ready(api: Child, others: Sequence[Child], url: str) -> bool:
    deadline = time.monotonic() + READY_WITHIN
    while not answers(f"{url}/readyz"):
        if not api.running or time.monotonic() > deadline:
            return False
        _keep(others)
    return True


def _keep(children: Sequence[Child]) -> None:
    for child in children:
        child.keep()
    time.sleep(GLANCE)


def agents(settings: Settings, model: LocalModel | None) -> str:
    """What works on a phase beside the built-in rules."""
    if model:
        given = bool(settings.model or settings.model_roles)
        wins = ", and not what FLOTILLA_MODEL names: MODEL=local wins" if given else ""
        return f"{model.name}, a small model on this machine{wins}; `modelStatus` says how it is"
    if settings.model or settings.model_roles:
        return f"{settings.model or 'models for single roles'}; `modelStatus` says how it is"
    return "none: the built-in rules work alone. `make up MODEL=local` offers a small model"


def welcome(settings: Settings, url: str, tenant: Tenant, agents: str) -> str:
    """Where to look, and as whom."""
    from server.seed import PEOPLE

    lines = [
        "",
        "Flotilla is running. Ctrl-C stops everything.",
        "",
        f"  GraphiQL  {url}/graphiql",
        f"  GraphQL   {url}/graphql",
        f"            {url.replace('http', 'ws', 1)}/graphql",
        f"  Health    {url}/readyz",
        f"  Agents    {agents}",
        "",
    ]
    if not settings.local_issuer:
        return "\n".join(
            [*lines, f"Tokens are those of {settings.issuer_url or 'no issuer yet: set FLOTILLA_ISSUER_URL'}."]
        )
    for subject, role in PEOPLE.items():
        lines += [f"As {subject} ({role}):", *_lines(headers(settings, tenant, subject)), ""]
    return "\n".join([*lines, "For scripts: .venv/bin/python -m server connect --subject alice --roles ADMIN"])


def _lines(pairs: Mapping[str, str]) -> list[str]:
    return [f"  {name}: {value}" for name, value in pairs.items()]
