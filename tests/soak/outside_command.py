"""`firmseed rewrite` itself on some of the files: what a person would type must end well and give what parses."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from corpus.source.unit import Unit
from tests.soak.outside_files import Source

_MOST_S = 120


def command_runs(files: list[Source], count: int, folder: Path) -> list[dict[str, object]]:
    """Runs the command on `count` files spread over all, every second one without proof; `bad` marks what is wrong."""
    folder.mkdir(parents=True, exist_ok=True)
    small = [source for source in files if source.path.suffix == ".c" and len(source.text) < 16384]
    chosen = small[:: max(1, len(small) // count)][:count] if count else []
    return [_ran(source, number, folder) for number, source in enumerate(chosen)]


def _ran(source: Source, number: int, folder: Path) -> dict[str, object]:
    out = folder / f"{number}.c"
    out.unlink(missing_ok=True)
    words = ["rewrite", str(source.path), "--seed", str(number + 1), "-o", str(out)]
    try:
        done = subprocess.run(
            [sys.executable, "-m", "flows", *words, *(["--no-prove"] if number % 2 else [])],
            capture_output=True,
            timeout=_MOST_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"file": source.name, "rc": -1, "bad": True, "said": f"more than {_MOST_S} s"}
    said = done.stderr.decode(errors="replace")
    made = out.read_bytes() if out.is_file() else b""
    broke = bool(made) and Unit.parse(made).error is not None and Unit.parse(source.text).error is None
    bad = done.returncode not in (0, 1) or "Traceback" in said or broke or (done.returncode == 0 and not made)
    return {"file": source.name, "rc": done.returncode, "bad": bad, "said": said.strip()[-200:]}
