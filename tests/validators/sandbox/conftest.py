from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from validators.sandbox.runner import Sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened


@pytest.fixture(scope="session")
def attacks() -> bytes:
    """The attacks of attacks.c as a program, built where they will run."""
    source = (Path(__file__).parent / "attacks.c").read_bytes()
    with Sandbox() as opened:
        built = opened.run(
            ["gcc", "-O1", "-w", "-o", "attacks", "attacks.c"], files={"attacks.c": source}, keep=["attacks"]
        )
    assert built.ok, built.stderr
    return built.files["attacks"]


@pytest.fixture(scope="module")
def attack(sandbox: Sandbox, attacks: bytes) -> str:
    """The path of the attacks inside the sandbox."""
    return sandbox.install("attacks", attacks)
