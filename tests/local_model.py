"""A real model on this machine, without a key: the one that `up --model local` offers.

`with local_model() as model:` serves it on 127.0.0.1 until the block ends, and not longer than this process lives.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from server.local_model import start_local_model

# Kept from one run to the next, as a user's: it is 130 MB to download.
DATA = Path(__file__).parents[1] / ".data"


@dataclass(frozen=True)
class LocalModel:
    """Where it is served, by which process; `url` and `name` are what settings take, `environment` all of them."""

    url: str
    pid: int
    name: str
    environment: dict[str, str]


@contextmanager
def local_model(data: Path = DATA) -> Iterator[LocalModel]:
    """It is not started again when it ends."""
    with start_local_model(data) as model:
        model.wait()
        yield LocalModel(model.url, model.child.pid, model.name, model.environment(os.environ))
