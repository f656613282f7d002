"""`python -m server trust`: the manifest of the documents that clients may call by their hash."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from server.settings import InvalidSettings, Settings

USUAL = Path("trusted.json")


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a .graphql file, or a folder of them")
    parser.add_argument("--output", type=Path, help=f"the manifest (default: FLOTILLA_TRUSTED_DOCUMENTS, else {USUAL})")
    parser.add_argument("--add", action="store_true", help="keep what the manifest holds: clients that run may need it")


def run(arguments: Namespace, settings: Settings) -> int:
    from server.trusted import read_manifest, write_manifest

    output = arguments.output or Path(settings.trusted_documents or USUAL)
    kept = read_manifest(output) if arguments.add and output.exists() else {}
    texts = {path: _read(path) for path in _files(arguments.files)}
    if problems := [*_problems(texts)]:
        sys.stderr.writelines(f"{line}\n" for line in problems)
        sys.stderr.write(f"{output} was not written.\n")
        return 1
    documents = write_manifest(output, kept, texts.values())
    print(f"{output}: {len(documents)} documents, {len(documents) - len(kept)} of them new.")
    return 0


def _files(given: Sequence[Path]) -> Iterator[Path]:
    for path in given:
        if path.is_dir():
            yield from sorted(path.rglob("*.graphql"))
        elif path.is_file():
            yield path
        else:
            raise InvalidSettings(f"{path} is neither a file nor a folder.")


def _read(path: Path) -> str:
    """Its exact characters: line ends, too, count for the hash."""
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidSettings(f"{path} cannot be read as UTF-8: {error}") from None


def _problems(texts: Mapping[Path, str]) -> Iterator[str]:
    """What is wrong with each document, as a client would be told."""
    from schema.root import schema
    from server.trusted import check

    for path, text in texts.items():
        for error in check(schema._schema, text):
            place = f":{error.locations[0].line}:{error.locations[0].column}" if error.locations else ""
            yield f"{path}{place}: {error.message}"
