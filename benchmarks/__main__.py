"""`python -m benchmarks [NAME …] [--holdout]`: every benchmark, or those named.

Those with `measure` get servers of their own that go with them; those with `report` need none.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import pkgutil
from collections.abc import Sequence
from types import ModuleType

import benchmarks
from tests.servers import Databases, servers_for_tests


def main() -> None:
    found = [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name.startswith("bench_")]
    options = _options()
    wanted = [f"bench_{name}" for name in options.names] or found
    modules = [importlib.import_module(f"benchmarks.{name}") for name in wanted]
    for module in modules:
        if hasattr(module, "report"):
            _head(module)
            module.report(holdout=options.holdout)
    on_servers = [module for module in modules if hasattr(module, "measure")]
    if on_servers:
        _measure(on_servers)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("names", nargs="*", metavar="NAME", help="as in bench_NAME.py; all of them without any")
    parser.add_argument("--holdout", action="store_true", help="judgement: the half that is evaluated once, too")
    return parser.parse_args()


def _measure(modules: Sequence[ModuleType]) -> None:
    with servers_for_tests() as servers:
        databases = Databases(servers.database_url)
        for module in modules:
            _head(module)
            url = databases.create()
            asyncio.run(module.measure(url, servers.broadcast_url))
            databases.drop(url)
        databases.close()


def _head(module: ModuleType) -> None:
    print(f"\n{module.__name__.removeprefix('benchmarks.bench_')}", flush=True)


if __name__ == "__main__":
    main()
