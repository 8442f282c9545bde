"""Whether a process survives reading a Parquet file: a damaged one can end it, in code that no `except` reaches."""

import subprocess
import sys

from dlopt_deap import limits

MAGIC = b"PAR1"
"""How a Parquet file begins and ends."""

CODE = """
import sys
import pyarrow
import pyarrow.parquet

try:
    file = pyarrow.parquet.ParquetFile(pyarrow.BufferReader(sys.stdin.buffer.read()))
    metadata = file.metadata
    sizes = {}
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        for place in range(group.num_columns):
            chunk = group.column(place)
            name = chunk.path_in_schema
            sizes[name] = sizes.get(name, 0) + chunk.total_uncompressed_size
    for name, size in sizes.items():
        if size <= int(sys.argv[1]):
            file.read(columns=[name], use_threads=False)
except Exception:
    pass  # what can be caught is told by whoever reads the file in earnest
"""


def survives(content: bytes) -> bool:
    """Read a Parquet file in a process of its own, and say whether that process lived to its end.

    Args:
        content: The file.
    """
    if not (content.startswith(MAGIC) and content.endswith(MAGIC)):
        return True  # pyarrow looks at nothing else of it
    command = [sys.executable, "-P", "-c", CODE, str(limits.MAX_COLUMN_BYTES)]
    return subprocess.run(command, input=content, capture_output=True, check=False).returncode >= 0
