"""The socket the API listens on, and how it is called from outside."""

from __future__ import annotations

import socket

BACKLOG = 2048
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - how to reach such a listener from here


class PortTaken(Exception):
    """The address cannot be listened on."""


def listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as problem:
        why = str(problem.strerror).split(" (")[0]
        raise PortTaken(
            f"Cannot listen on {host} port {port}: {why}. Set FLOTILLA_PORT to another (0 takes a free one), "
            "or FLOTILLA_HOST to an address of this machine."
        ) from None
    # asyncio does it only for sockets that name their protocol, and each answer would wait 40 ms for the last one's
    # receipt. What is accepted here inherits it.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.set_inheritable(True)
    return listener


def address(listener: socket.socket) -> str:
    """As a client on this machine writes it."""
    host, port = listener.getsockname()[:2]
    host = ANYWHERE.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
