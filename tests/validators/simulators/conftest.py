"""One sandbox and one simulator for the tests of this folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.validators.simulators.programs import build
from validators.sandbox.runner import Sandbox
from validators.simulators.machine import Job, Simulator, Trace
from validators.simulators.mcs51 import MCS51


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def simulator(sandbox: Sandbox) -> Simulator:
    return Simulator(sandbox, MCS51)


@pytest.fixture
def run(sandbox: Sandbox, simulator: Simulator) -> Callable[..., Trace]:
    """Builds a program with the body of a harness's main, and runs it with other fields of Job as given."""

    def build_and_run(program: str, body: str, **job: Any) -> Trace:
        program = f"#include <8052.h>\n#include <stdint.h>\n{program}"
        built = build(sandbox, program, f"void main(void)\n{{{body}}}\n")
        return simulator.run([Job(built["ihx"], **job)])[0]

    return build_and_run
