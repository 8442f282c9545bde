"""What all tests share."""

import random
from collections.abc import Iterator

import pytest
from hypothesis import settings

# A first call may compile, and a busy machine may pause: how long an example takes proves nothing.
settings.register_profile("unhurried", settings.default, deadline=None)
settings.load_profile("unhurried")


@pytest.fixture(autouse=True)
def _own_random_stream() -> Iterator[None]:
    """Leave Python's random stream as it was, and begin each test with the same one."""
    state = random.getstate()
    random.seed(0)
    yield
    random.setstate(state)
