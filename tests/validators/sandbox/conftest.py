from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from validators.sandbox import isolation
from validators.sandbox.runner import Isolation, Sandbox, SandboxUnavailable


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened


@pytest.fixture(scope="module", params=["landlock", "landlock of Linux 5.13", "bubblewrap"])
def walled(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox behind each kind of wall; a kernel serves what older ones had to those who ask for no more."""
    kind: Isolation = "bubblewrap" if request.param == "bubblewrap" else "landlock"
    with pytest.MonkeyPatch.context() as patch:
        if request.param.endswith("5.13"):
            patch.setattr(isolation, "landlock_abi", lambda: 1)
        try:
            opened = Sandbox(isolation=kind)
        except SandboxUnavailable as error:
            pytest.skip(str(error))
    with opened:
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


@pytest.fixture(scope="module")
def attack_within(walled: Sandbox, attacks: bytes) -> str:
    """The path of the attacks inside each walled sandbox."""
    return walled.install("attacks", attacks)
