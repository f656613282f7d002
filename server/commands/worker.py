"""`python -m server worker`: one process that runs phases; as many as wanted."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from server.attachment import attached
from server.lifeline import follow_parent
from server.settings import Settings


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--follow", action="store_true", help="stop when the standard input ends")


def run(arguments: Namespace, settings: Settings) -> int:
    if arguments.follow:
        follow_parent()
    with attached(settings) as complete:
        from server.logging import configure_logging
        from server.tracing import tracing
        from server.worker import run as work

        configure_logging(complete.log_level, complete.log_format)
        with tracing(complete, "worker"):
            work(complete)
    return 0
