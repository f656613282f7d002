"""`python -m server connect`: what `curl` or a script needs to act as somebody, as JSON."""

from __future__ import annotations

import asyncio
import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import timedelta
from typing import TYPE_CHECKING

from server.attachment import attached
from server.commands.token import DAYS, check_local, subject
from server.running import find_running
from server.settings import Settings

if TYPE_CHECKING:
    from domain.access import Role, Tenant

SAMPLE, NEW = "sample", "new"
ALL_ROLES = "VIEWER, CONTRIBUTOR, ARCHITECT, LEAD, ADMIN"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--subject", required=True, type=subject, help="whom to act as")
    parser.add_argument("--roles", default="ADMIN", type=_words, help=f"any of {ALL_ROLES}, with commas between")
    parser.add_argument("--engagement", choices=(SAMPLE, NEW), default=SAMPLE, help="`new` makes a fresh empty one")


def _words(text: str) -> frozenset[Role]:
    from domain.access import Role

    try:
        return frozenset(Role(word.strip().upper()) for word in text.split(",") if word.strip())
    except ValueError:
        raise ArgumentTypeError(f"{text!r}. Give any of {ALL_ROLES}, with commas between.") from None


def run(arguments: Namespace, settings: Settings) -> int:
    check_local(settings)
    url = find_running(settings)
    if url is None:
        sys.stderr.write("Nothing runs here. Start it in another terminal: make up\n")
        return 1
    with attached(settings) as complete:
        tenant = asyncio.run(_tenant(arguments, complete))
    sockets = url.replace("http", "ws", 1)
    found = {
        "url": f"{url}/graphql",
        "wsUrl": f"{sockets}/graphql",
        "headers": headers(settings, tenant, arguments.subject),
    }
    print(json.dumps(found, indent=2))
    return 0


async def _tenant(arguments: Namespace, settings: Settings) -> Tenant:
    from domain.access import Member
    from server.admission import admit, open_engagement
    from server.seed import seed

    if arguments.engagement == NEW:
        tenant = await open_engagement(settings.database_url, f"Engagement of {arguments.subject}")
    else:
        tenant = (await asyncio.to_thread(seed, settings)).tenant
    member = Member(arguments.subject, arguments.roles, f"{arguments.subject}@example.com")
    await admit(settings.database_url, tenant, [member])
    return tenant


def headers(settings: Settings, tenant: Tenant, name: str) -> dict[str, str]:
    """What every request carries; `connection_init` takes the same."""
    from server.tokens import issue

    return {
        "Authorization": f"Bearer {issue(settings.data, name, lifetime=timedelta(days=DAYS))}",
        "X-Client-Account-ID": tenant.client_account_id,
        "X-Engagement-ID": tenant.engagement_id,
    }
