"""`python -m server api`: one process that answers GraphQL over HTTP and WebSocket."""

from __future__ import annotations

import socket
from argparse import ArgumentParser, Namespace

from server.attachment import attached
from server.lifeline import follow_parent
from server.listening import address, listen
from server.settings import Settings


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--follow", action="store_true", help="stop when the standard input ends")
    parser.add_argument("--descriptor", type=int, help="listen on this socket, inherited from the parent")


def run(arguments: Namespace, settings: Settings) -> int:
    if arguments.follow:
        follow_parent()
    listener = _listener(arguments.descriptor, settings)
    with listener, attached(settings) as complete:
        serve(listener, complete)
    return 0


def _listener(descriptor: int | None, settings: Settings) -> socket.socket:
    if descriptor is not None:
        return socket.socket(fileno=descriptor)
    listener = listen(settings.host, settings.port)
    print(f"The API listens on {address(listener)}", flush=True)
    return listener


def serve(listener: socket.socket, settings: Settings) -> None:
    """Until it is told to stop."""
    from server.app import create_app
    from server.logging import configure_logging
    from server.serving import Server, uvicorn_config
    from server.tracing import tracing

    configure_logging(settings.log_level, settings.log_format)
    with tracing(settings, "api"):
        app = create_app(settings)
        Server(uvicorn_config(app, settings.host, settings.port), app.state.drain).run(sockets=[listener])
