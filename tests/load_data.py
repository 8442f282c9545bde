"""A load that follows a temperature, as a file."""

from pathlib import Path

import numpy as np


def load_file(path: Path, first: int, rows: int, columns: tuple[str, ...] = ("load", "temp")) -> Path:
    """Write so many days from the ``first`` on."""
    days = np.datetime64("2024-01-01") + np.arange(first, first + rows)
    temp = 10 + 8 * np.sin(np.arange(first, first + rows) / 5)
    values = {"load": 50 + 2 * temp, "temp": temp}
    lines = [f"{day},{','.join(f'{values[name][row]:.3f}' for name in columns)}" for row, day in enumerate(days)]
    path.write_text(f"date,{','.join(columns)}\n" + "\n".join(lines) + "\n")
    return path
