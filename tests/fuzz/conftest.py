"""Tell at the end how many cases were run."""

from typing import Any

from fuzz.cases import COUNTED


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Write the number of cases; each process of a parallel run would know its own only, so those stay silent."""
    if COUNTED["cases"]:
        terminalreporter.write_line(
            f"fuzz cases really run: {COUNTED['cases']}, of which {COUNTED['errors']} ended in a clear error"
        )
