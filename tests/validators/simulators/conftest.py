"""One sandbox and one simulator for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from validators.sandbox.runner import Sandbox
from validators.simulators.mcs51 import Simulator


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def simulator(sandbox: Sandbox) -> Simulator:
    return Simulator(sandbox)
