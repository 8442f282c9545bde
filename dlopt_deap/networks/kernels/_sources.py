"""What the code of the kernels that is cached on disk belongs to.

Numba renews compiled code when the file of the function that Python calls changes, or what this function closes over.
So it closes over a digest of all files that the code comes from: kernels, and tables of codes and sizes.
"""

import hashlib
from pathlib import Path
from typing import Final

_TABLES: Final = ("cells", "layout", "losses", "optimizers", "training_layout")


def _digest() -> str:
    folder = Path(__file__).parent
    files = [*sorted(folder.glob("_*.py")), *(folder.parent / f"{name}.py" for name in _TABLES)]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


SOURCES: Final = _digest()
"""The digest, in hexadecimal."""
