"""What all tests share."""

import os
import random
import shutil
from collections.abc import Iterator
from typing import Any

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


BROWSERS = ("chromium", "google-chrome", "google-chrome-stable", "chromium-browser")
BROWSER_OPTIONS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A browser of this machine; on one without, its tests are skipped, but not where changes are judged.

    Of one module only: while it is open, an event loop of it is, and no other may be begun.
    """
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        message = f"there is none of {', '.join(BROWSERS)} on PATH; install one (apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(f"Where CI is set pages must be looked at in a browser, but {message}.")
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=list(BROWSER_OPTIONS))
        yield opened
        opened.close()
