"""One sandbox and one simulator for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from validators.behaviour import Bench
from validators.sandbox.runner import Sandbox
from validators.simulators.mcs51 import Job, Simulator, Trace


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def simulator(sandbox: Sandbox) -> Simulator:
    return Simulator(sandbox)


@pytest.fixture(scope="session")
def bench(sandbox: Sandbox) -> Bench:
    return Bench(sandbox)


@pytest.fixture
def run(bench: Bench, simulator: Simulator) -> Callable[..., Trace]:
    """Builds a program with the body of a harness's main, and runs it with other fields of Job as given."""

    def build_and_run(program: str, body: str, **job: int) -> Trace:
        built = bench.build(f"#include <8052.h>\n#include <stdint.h>\n{program}", f"void main(void)\n{{{body}}}\n")
        assert built.verdict.passed, built.verdict
        return simulator.run([Job(built.image, **job)])[0]

    return build_and_run
