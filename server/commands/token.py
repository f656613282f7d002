"""`python -m server token`: a token of the local issuer, for trying things out on this machine."""

from __future__ import annotations

from argparse import ArgumentParser, ArgumentTypeError, Namespace
from datetime import timedelta

from server.settings import InvalidSettings, Settings

# Long enough for a server left running over a holiday; it is good on this machine only.
DAYS = 7


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--subject", required=True, type=subject, help="whom the token is given to")
    parser.add_argument("--email", help="for the claim `email`")
    parser.add_argument("--hours", type=float, default=DAYS * 24, help="how long it is good (default: %(default)s)")
    parser.add_argument("--act-as", action="store_true", help="a service that may act for somebody")
    parser.add_argument("--platform", action="store_true", help="may make client accounts")


def subject(text: str) -> str:
    """A name that a token can be given to; `verify` would refuse it otherwise, later and elsewhere."""
    from domain.access import SYSTEM
    from server.identity import LONGEST_SUBJECT

    if not text.isprintable() or not 0 < len(text) <= LONGEST_SUBJECT or text == SYSTEM:
        raise ArgumentTypeError(f"{text!r}. Give 1 to {LONGEST_SUBJECT} printable characters, and not {SYSTEM!r}.")
    return text


def run(arguments: Namespace, settings: Settings) -> int:
    from server.tokens import issue

    check_local(settings)
    token = issue(
        settings.data,
        arguments.subject,
        lifetime=timedelta(hours=arguments.hours),
        email=arguments.email,
        act_as=arguments.act_as,
        platform=arguments.platform,
    )
    print(token)
    return 0


def check_local(settings: Settings) -> None:
    """Raises unless this deployment has a local issuer."""
    if not settings.local_issuer:
        raise InvalidSettings(
            "There is no local issuer here: it works on a loopback address only, and not beside another. "
            "Get a token from FLOTILLA_ISSUER_URL, or leave that empty and set FLOTILLA_HOST to 127.0.0.1."
        )
