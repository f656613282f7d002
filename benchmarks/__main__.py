"""`python -m benchmarks [NAME …]`: every benchmark, or those named, on servers of their own that go with them."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
import sys

import benchmarks
from tests.servers import Databases, servers_for_tests


def main() -> None:
    found = [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if module.name.startswith("bench_")]
    wanted = [f"bench_{name}" for name in sys.argv[1:]] or found
    with servers_for_tests() as servers:
        databases = Databases(servers.database_url)
        for name in wanted:
            print(f"\n{name.removeprefix('bench_')}", flush=True)
            url = databases.create()
            asyncio.run(importlib.import_module(f"benchmarks.{name}").measure(url, servers.broadcast_url))
            databases.drop(url)
        databases.close()


if __name__ == "__main__":
    main()
