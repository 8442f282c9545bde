"""Tell at the end how many cases were run; with the environment variable DLOPT_FUZZ_CASES fewer are a failure."""

import os
from typing import Any

import pytest
from fuzz.cases import COUNTED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Write the number of cases; each process of a parallel run would know its own only, so those stay silent."""
    if COUNTED["cases"]:
        terminalreporter.write_line(
            f"fuzz cases really run: {COUNTED['cases']}; clear errors in them: {COUNTED['errors']}"
        )


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail a run of fewer cases than it was asked for."""
    if exitstatus == 0 and COUNTED["cases"] < int(os.environ.get("DLOPT_FUZZ_CASES", "0")):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
