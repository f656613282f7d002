"""`python -m server COMMAND`: reads the settings, runs the command, and tells a person what is wrong in a sentence."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from importlib import import_module
from types import ModuleType

from server.commands.import_legacy import NotImported
from server.commands.migrate import DatabaseUnreachable
from server.commands.up import NotPrepared
from server.embedded import ServersInUse, ServersNotStarted
from server.listening import PortTaken
from server.local_model import ModelNotFetched, ModelNotStarted
from server.settings import InvalidSettings, Settings

COMMANDS = {
    "up": "start everything, with a sample engagement, and print where to look",
    "api": "serve the API",
    "worker": "run phases",
    "model": "serve a small language model on this machine",
    "migrate": "bring the database to this release",
    "schema": "print schema.graphql",
    "trust": "write the manifest of the documents that clients call by their hash",
    "token": "issue a token of the local issuer",
    "connect": "print what a client needs to act as somebody",
    "import-legacy": "register flows of an older system",
}
# What a person can mend; anything else is a fault of ours and shows its traceback.
MENDABLE = (
    *(InvalidSettings, ServersNotStarted, ServersInUse, PortTaken, NotPrepared, DatabaseUnreachable),
    *(ModelNotFetched, ModelNotStarted, NotImported),
)


def main(arguments: Sequence[str]) -> int:
    parsed = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, _leave)
    try:
        settings = Settings.read(os.environ)
        return int(_module(parsed.command).run(parsed, settings))
    except MENDABLE as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    except KeyboardInterrupt:
        return 130


def _leave(*_: object) -> None:
    """As an exception, so that whatever was opened is closed on the way out."""
    raise SystemExit(0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m server", description="Flotilla. Settings: docs/settings.md.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, means in COMMANDS.items():
        _module(name).add_arguments(commands.add_parser(name, help=means, description=means.capitalize() + "."))
    return parser


def _module(command: str) -> ModuleType:
    return import_module(f"server.commands.{command.replace('-', '_')}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
