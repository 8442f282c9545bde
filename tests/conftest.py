"""What all tests share."""

import random
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def _own_random_stream() -> Iterator[None]:
    """Leave Python's random stream as it was, and begin each test with the same one."""
    state = random.getstate()
    random.seed(0)
    yield
    random.setstate(state)
