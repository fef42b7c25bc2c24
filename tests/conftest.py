"""What tests of several rooms share: one small real model, started once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.generators.model.local_server import LocalModel, local_model
from tests.generators.model.weights import MissingModel


@pytest.fixture(scope="session")
def small_model() -> Iterator[LocalModel]:
    """A real model behind a real server on loopback, for the whole session; some 10 to 50 tokens a second."""
    with ExitStack() as stack:
        try:
            running = stack.enter_context(local_model())
        except MissingModel as error:
            pytest.skip(str(error))
        yield running
