"""Runs a notebook with a search in a real kernel, and prints as JSON what its front end would show."""

import json
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

CELL = """
import sys
if not {widgets}:
    sys.modules["ipywidgets"] = None  # as where it is not installed
import warnings
warnings.simplefilter("error")
sys.path.insert(0, {tests!r})
from toy import Toy
from dlopt_deap.callbacks import Progress
from dlopt_deap.core import Evolution
Evolution(population_size=5).optimize(Toy(), 33, seed=1, callbacks=[Progress()])
None
"""


def main(widgets: bool) -> dict[str, Any]:
    """Run the notebook."""
    cell = CELL.format(widgets=widgets, tests=str(Path(__file__).parent.parent))
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    client = NotebookClient(notebook, timeout=240, kernel_name="python3")
    client.execute()
    streams: dict[str, str] = {}
    for output in notebook.cells[0].outputs:
        if output.output_type == "stream":
            streams[output.name] = streams.get(output.name, "") + output.text
    models = list(client.widget_state.values())
    bars = [one for one in models if one.get("_model_name") == "FloatProgressModel"]
    texts = [one["value"] for one in models if one.get("_model_name") == "HTMLModel"]
    return {
        "bars": [{"value": one["value"], "style": one["bar_style"]} for one in bars],
        "texts": " ".join(texts).replace("\u2007", " "),
        "streams": streams,
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1] == "1")))
