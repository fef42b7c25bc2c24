from __future__ import annotations

from collections.abc import Iterator

import pytest

from validators.sandbox.runner import Sandbox


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as opened:
        yield opened
