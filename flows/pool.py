"""Runs jobs on a pool of processes, in order of submission, and stops cleanly on Ctrl-C."""

from __future__ import annotations

import gc
import multiprocessing
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:  # a worker imports what its jobs need, and no more
    from multiprocessing.context import ForkServerContext

    from corpus.shards import Manifest
    from flows.job import Job, Mapper, Work

Item = TypeVar("Item")
Made = TypeVar("Made")


PRELOADED = ("flows.proof", "flows.chains", "flows.briefs", "generators.mutants.catalogue")
"""What most jobs need, imported once for all workers. None of it starts a thread, which a fork would copy half."""


def pool_context(preloaded: Sequence[str] = PRELOADED) -> ForkServerContext:
    """How workers are made: forked by a process that has imported what they need and does nothing else.

    This process has threads (the progress display, Arrow's), so it is not forked itself; spawned workers would each
    import everything (0.9 s of CPU), and tidy up at their end.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(list(preloaded))
    return context


@contextmanager
def process_pool(workers: int) -> Iterator[Mapper]:
    """A mapper over `workers` processes; one worker runs everything in this process.

    Results come as they end. After Ctrl-C or an error no further job is begun; what ended is kept, since each job wrote
    its own manifest.
    """
    if workers == 1:
        yield _in_this_process
        return
    context = pool_context()
    with ProcessPoolExecutor(workers, mp_context=context, initializer=prepare) as pool:

        def mapper(work: Work, jobs: Sequence[Job]) -> Iterator[Manifest]:
            if len(jobs) == 1:
                yield work(jobs[0])
                return
            futures: list[Future[Manifest]] = [pool.submit(work, job) for job in jobs]
            try:
                for future in as_completed(futures):
                    yield future.result()
            finally:
                for future in futures:
                    future.cancel()

        yield mapper


@contextmanager
def in_order(work: Callable[[Item], Made], items: Sequence[Item], workers: int) -> Iterator[Iterator[Made]]:
    """What `work` makes of each item, in their order, on `workers` processes; one worker or one item needs no other
    process."""
    if min(workers, len(items)) <= 1:
        yield map(work, items)
        return
    with ProcessPoolExecutor(workers, pool_context(), initializer=prepare) as pool:
        yield pool.map(work, items)


def _in_this_process(work: Work, jobs: Sequence[Job]) -> Iterator[Manifest]:
    for job in jobs:
        yield work(job)


def prepare() -> None:
    """What a worker is told first: Ctrl-C reaches the parent alone, which ends the pool.

    Garbage is collected less often, since parsed sources are many small objects that live on: 25 % of our own time.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)
