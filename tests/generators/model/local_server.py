"""A real small model behind a real OpenAI-compatible server on loopback: llama.cpp's own, from the xllamacpp wheel.

    python -m tests.generators.model.local_server --port 8811          what `make model` runs

Prints the address once it answers, and runs until it is interrupted. One slot, so that the same question gives the same
text on the same machine; another processor may give another.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.generators.model.weights import MissingModel, weights

NAME = "smollm2-135m"
# Tokens of prompt and answer together; a seed shown whole takes up to some 3,000. Costs 23 KB of memory each.
CONTEXT = 4096
# Threads that wait for each other by spinning are ruinous where cores are shared: measured 1 token/s instead of 10.
PASSIVE = {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "0"}


@dataclass(frozen=True)
class LocalModel:
    """The running server: `url` is what a recipe names as base_url, `name` the model's."""

    url: str
    name: str = NAME

    def counted(self) -> dict[str, float]:
        """The server's own counts since it began, such as `prompt_tokens_total` and `tokens_predicted_total`."""
        with urllib.request.urlopen(self.url.removesuffix("/v1") + "/metrics", timeout=10) as reply:
            lines = [line.split() for line in reply.read().decode().splitlines() if not line.startswith("#")]
        return {name.removeprefix("llamacpp:"): float(value) for name, value in lines}


@contextmanager
def local_model() -> Iterator[LocalModel]:
    """Starts the server as a process of its own, on a free port, and ends it.

    Raises:
        MissingModel: model or server cannot be had.
    """
    path = weights()
    command = [sys.executable, "-m", __name__, "--port", "0", "--with-parent", "--weights", str(path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=os.environ | PASSIVE
    ) as process:
        assert process.stdin is not None and process.stdout is not None and process.stderr is not None
        url = process.stdout.readline().strip()
        if not url:
            raise MissingModel(f"the model's server ended at once: {process.communicate()[1].strip()[-500:]}")
        try:
            yield LocalModel(url)
        finally:
            process.stdin.close()
            process.wait(timeout=30)


def serve(path: Path, port: int, stop: threading.Event) -> None:
    """Serves until `stop`; prints the address first.

    Raises:
        MissingModel: the server's package is not installed.
    """
    try:
        import xllamacpp  # only `make model` and one fixture need it
    except ImportError as error:
        raise MissingModel(f"{error}. Remedy: pip install 'firmseed[local-model]', or make test, which does") from None
    params = xllamacpp.CommonParams()
    params.model.path = str(path)
    params.model_alias = {NAME}
    params.hostnames = ["127.0.0.1"]
    params.port = port
    params.n_ctx = CONTEXT
    params.n_parallel = 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    params.endpoint_metrics = True
    params.offline = True
    params.ui = False
    params.fit_params = False
    params.verbosity = 1
    server = xllamacpp.Server(params)
    print(f"{server.listening_address}/v1", flush=True)
    stop.wait()


def _until_the_end_of_input(stop: threading.Event) -> None:
    sys.stdin.read()
    stop.set()


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=8811)
    parser.add_argument(
        "--weights", type=Path, help="a GGUF file; default: the pinned one, fetched where it is missing"
    )
    parser.add_argument("--with-parent", action="store_true", help="end when standard input does")
    asked = parser.parse_args()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    if asked.with_parent:
        # So that not even a killed test run leaves a server behind.
        threading.Thread(target=_until_the_end_of_input, args=(stop,), daemon=True).start()
    os.environ.update(PASSIVE)
    try:
        serve(asked.weights or weights(), asked.port, stop)
    except MissingModel as error:
        from flows.exits import MISSING_TOOL  # takes a second to import

        print(f"firmseed: {error}", file=sys.stderr)
        sys.exit(MISSING_TOOL)


if __name__ == "__main__":
    main()
