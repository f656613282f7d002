"""`python -m server schema`: the printed schema at the root, which is reviewed like code."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from difflib import unified_diff
from pathlib import Path

from server.settings import Settings

FILE = Path(__file__).parents[2] / "schema.graphql"


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--check", action="store_true", help="write nothing; fail when the file is not what the code says"
    )


def run(arguments: Namespace, _settings: Settings) -> int:
    from schema.root import printed

    text = printed()
    if arguments.check:
        return _check(text)
    FILE.write_text(text, "utf-8")
    print(f"{FILE.name}: {len(text.splitlines())} lines. Read its diff: it is the contract.")
    return 0


def _check(text: str) -> int:
    kept = FILE.read_text("utf-8") if FILE.exists() else ""
    if kept == text:
        return 0
    difference = unified_diff(kept.splitlines(), text.splitlines(), FILE.name, "the code", n=1, lineterm="")
    sys.stderr.writelines(f"{line}\n" for line in difference)
    sys.stderr.write("schema.graphql is not what the code says. Run `make schema` and read the diff.\n")
    return 1
