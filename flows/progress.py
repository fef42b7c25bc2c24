"""What a person sees while a run goes on: bars on a terminal, one plain line a stage in a pipe."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from corpus.shards import Manifest

WORDS = {
    "seeds": "check seeds",
    "expand": "grow and prove programs",
    "model": "ask the model",
    "select": "drop copies, cap lineages",
    "tasks": "write examples",
    "curate": "drop copied rows",
    "mix": "mix to the shares",
    "emit": "write Parquet",
    "report": "write the report",
}


class Shown:
    """A watcher that draws on `console`; use it as a context manager."""

    def __init__(self, console: Console, quiet: bool = False) -> None:
        self._console = console
        self._live = console.is_terminal and not quiet
        self._quiet = quiet
        self._bars = Progress(
            TextColumn("{task.description:<26}"),
            BarColumn(bar_width=28),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
        )
        self._bar: TaskID | None = None
        self._kept = 0

    def __enter__(self) -> Shown:
        if self._live:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._bars.stop()

    def begins(self, stage: str, jobs: int, reused: int) -> None:
        """Opens a bar for the stage; shards of an earlier run count as done."""
        self._kept = 0
        self._bar = self._bars.add_task(WORDS.get(stage, stage), total=max(jobs, 1), completed=reused, rate="")

    def done(self, stage: str, manifest: Manifest) -> None:
        """Moves the bar on."""
        self._kept += int(manifest.counts.get("kept", 0))
        if self._bar is not None:
            elapsed = self._bars.tasks[self._bar].elapsed
            rate = f"{self._kept / elapsed:,.0f}/s" if elapsed and self._kept else ""
            self._bars.update(self._bar, advance=1, rate=rate)

    def ends(self, stage: str, manifests: Sequence[Manifest]) -> None:
        """Closes the bar; in a pipe prints one line."""
        kept = sum(int(m.counts.get("kept", 0)) for m in manifests)
        rejected = sum(int(m.counts.get("rejected", 0)) for m in manifests)
        if self._bar is not None:
            self._bars.update(self._bar, completed=self._bars.tasks[self._bar].total, rate=f"{kept:,} kept")
        if not self._live and not self._quiet:
            self._console.print(f"{stage}: {kept:,} kept, {rejected:,} rejected", highlight=False)
