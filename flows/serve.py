"""`make serve`: a Prefect server, and the flow served on the schedule of prefect.yaml."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from corpus.yamlfile import read_yaml
from flows.exits import ERRORS
from flows.quiet import quiet_prefect
from flows.settings import ROOT

PATIENCE_S = 120


def main() -> None:
    """Starts the server on PREFECT_SERVER_API_PORT (4200), waits until it answers, and serves until Ctrl-C."""
    quiet_prefect()
    port = os.environ.get("PREFECT_SERVER_API_PORT", "4200")
    api = f"http://127.0.0.1:{port}/api"
    os.environ["PREFECT_API_URL"] = api
    # The port goes by variable: given by --port alone, the page would still call 4200.
    environment = {**os.environ, "PREFECT_SERVER_API_PORT": port}
    command = [str(Path(sys.executable).parent / "prefect"), "server", "start", "--host", "127.0.0.1"]
    server = subprocess.Popen(command, env=environment)
    try:
        _wait(api, server)
        ERRORS.print(f"firmseed: Prefect is at http://127.0.0.1:{port}", highlight=False)
        _serve(deployment(ROOT / "prefect.yaml"))
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(timeout=30)


def deployment(path: Path) -> dict[str, Any]:
    """The first deployment in prefect.yaml: name, cron schedules and parameters."""
    entry = read_yaml(path.read_text(encoding="utf-8"))["deployments"][0]
    return {
        "name": str(entry["name"]),
        "cron": [str(schedule["cron"]) for schedule in entry["schedules"]],
        "parameters": dict(entry.get("parameters") or {}),
        "description": str(entry.get("description") or ""),
    }


def _serve(options: dict[str, Any]) -> None:
    from flows.prefect_flow import generate

    generate.serve(**options)


def _wait(api: str, server: subprocess.Popen[bytes]) -> None:
    """Until the server answers.

    Raises:
        SystemExit: it ended, or says nothing for too long.
    """
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            sys.exit(f"firmseed: the Prefect server ended with status {server.returncode}; its message is above")
        try:
            with urllib.request.urlopen(f"{api}/health", timeout=2):
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.5)
    sys.exit(f"firmseed: the Prefect server did not answer at {api} within {PATIENCE_S} s")


if __name__ == "__main__":
    main()
