"""What of a run folder must be the same however long the run took."""

import csv
from pathlib import Path


def logbook_of(folder: Path) -> list[dict[str, str]]:
    """Read ``logbook.csv`` without the seconds, which are there but differ."""
    with (folder / "logbook.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert all(float(row.pop("seconds")) >= 0 for row in rows)
    return rows


GENERATIONS = "SELECT number, json_remove(logbook, '$.seconds'), population FROM generations ORDER BY number"
"""The rows of the table, without them too."""
