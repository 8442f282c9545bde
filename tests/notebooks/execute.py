"""Runs a notebook in a real kernel, in the folder where it lies, and writes it there with its outputs.

    python tests/notebooks/execute.py NOTEBOOK EXECUTED [--check CODE] [--times N]

The code of `--check` is run in a last cell. Nothing of the kernel but the notebook's outputs is looked at.
"""

import argparse
import os
from pathlib import Path

import nbformat
from nbclient import NotebookClient

WARNINGS = (
    "error",
    "ignore::ResourceWarning",  # of SCOOP's sockets, in the processes that it starts
    "ignore::PendingDeprecationWarning:ipykernel.kernelbase",  # of the kernel, when it ends
    "ignore::DeprecationWarning:keras.src.backend.tensorflow.core",  # of Keras with NumPy 2
)
"""What is a failure in the kernel, and in every process that a notebook starts: all warnings but those of others."""


def main() -> None:
    """Run the notebook as often as asked, each time in a new kernel, and keep the outputs of the last time."""
    parser = argparse.ArgumentParser()
    parser.add_argument("notebook", type=Path)
    parser.add_argument("executed", type=Path)
    parser.add_argument("--check", default="")
    parser.add_argument("--times", type=int, default=1)
    options = parser.parse_args()
    environment = {**os.environ, "PYTHONWARNINGS": ",".join(WARNINGS)}
    for _ in range(options.times):
        notebook = nbformat.read(options.notebook, as_version=4)
        if options.check:
            notebook.cells.append(nbformat.v4.new_code_cell(options.check))
        place = {"metadata": {"path": str(options.notebook.parent)}}
        client = NotebookClient(notebook, timeout=600, kernel_name="python3", resources=place)
        client.execute(env=environment)
    nbformat.write(notebook, options.executed)


if __name__ == "__main__":
    main()
