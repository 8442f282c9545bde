"""Tables for people at a terminal."""

from collections.abc import Sequence


def text_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Lay out cells in columns: the first column to the left, numbers to the right.

    Examples:
        >>> print(text_table(["group", "mae"], [["a", "0.5"], ["long", "12.25"]]))
        group    mae
        a        0.5
        long   12.25
    """
    lines = [list(header), *[list(row) for row in rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )
