"""The site, built once from the pages as they stand."""

import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from documentation.pages import ROOT


class Built(NamedTuple):
    """A site, and what Sphinx said of it."""

    folder: Path
    code: int
    told: str


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build the site as `make docs` does, into a temporary folder."""
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-n", "-q", "-b", "html"]
    done = subprocess.run(
        [*command, "-d", str(folder / "doctrees"), "docs", str(folder / "site")],
        cwd=ROOT,
        env=os.environ | {"https_proxy": "http://127.0.0.1:9", "http_proxy": "http://127.0.0.1:9"},
        capture_output=True,
        text=True,
        check=False,
    )
    return Built(folder / "site", done.returncode, done.stdout + done.stderr)
