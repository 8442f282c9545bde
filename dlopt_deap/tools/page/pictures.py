"""The figures of a run, embedded in a page.

They are the PNG files that the run has in its folder ``figures`` anyway, so that nothing is drawn twice. SVG would be
sharper than their 200 dots an inch, but it has a path for each row of the series, which may be millions, and a file of
anybody's would have to be trusted as a document; a PNG is bounded, and looks alike on each screen and on paper.
"""

from __future__ import annotations

import struct
from base64 import b64encode
from collections.abc import Callable, Sequence
from pathlib import Path

from dlopt_deap.errors import RunFolderError
from dlopt_deap.files import read_regular
from dlopt_deap.tools.page.accuracy import Accuracy, method_name
from dlopt_deap.tools.page.blocks import Block, Picture
from dlopt_deap.tools.page.wording import counted, named, number
from dlopt_deap.tools.reporting.run_figures import safe_name
from dlopt_deap.tools.saved.run_record import RunRecord

SIGNATURE = b"\x89PNG\r\n\x1a\n"
"""How a PNG file begins."""


class Pictures:
    """The figures in a folder.

    Args:
        folder: The folder; it need not be there.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def of(self, name: str, alt: str, caption: str) -> list[Block]:
        """Give a figure, or nothing if there is none of that name.

        A run folder may be of anybody: what is no PNG is passed over, and so is a link, which could lead to a file that
        nobody wants to see in a page that is handed on.
        """
        path = self._folder / f"{name}.png"
        if self._folder.is_symlink() or path.is_symlink() or not path.exists():
            return []
        try:
            content = read_regular(path, "a figure", "MAX_FIGURE_BYTES", RunFolderError)
        except RunFolderError:
            return []
        size = png_size(content)
        if size is None:
            return []
        return [Picture(f"data:image/png;base64,{b64encode(content).decode()}", alt, caption, *size)]


def png_size(content: bytes) -> tuple[int, int] | None:
    """Read width and height of a PNG; ``None`` if it is none."""
    if not content.startswith(SIGNATURE) or content[12:16] != b"IHDR" or len(content) < 24:
        return None
    width, height = struct.unpack(">II", content[16:24])
    return (width, height) if width and height else None


def forecast_picture(pictures: Pictures, accuracy: Accuracy) -> list[Block]:
    """Show the forecast of the test split."""
    if accuracy.criterion == "cross_entropy":
        alt = (
            "Two charts over the tokens of the test split: how improbable what came was to the network and to the best "
            "other method, and how often each was right."
        )
        return pictures.of("forecast", alt, "The test split: below, the share of tokens that were told right.")
    target = named(accuracy.targets[0]) if accuracy.targets else "the target"
    alt = (
        f"Two charts over the {counted(accuracy.rows, 'row')} of the test split: {target} as it came and as the "
        f"network forecast it, and their difference. The mean absolute error is {number(accuracy.own)}; that of "
        f"{method_name(accuracy.best)} is {number(accuracy.others[accuracy.best])}."
    )
    several = f" Only the first of {len(accuracy.targets)} targets is drawn." if len(accuracy.targets) > 1 else ""
    return pictures.of("forecast", alt, f"What came and what was forecast one row ahead; below, how far off.{several}")


def search_pictures(record: RunRecord, pictures: Pictures) -> list[Block]:
    """Show how a search went."""
    shown: list[Block] = []
    for name in record.targets:
        alt = f"Chart of {named(name)} over {counted(record.evaluations, 'evaluation')}{_from_to(record, name)}."
        caption = f"{named(name)} of the population, and the best so far, over the evaluations."
        shown += pictures.of(safe_name(f"fitness_{name}"), alt, caption)
    for name, (alt, caption) in FURTHER.items():
        shown += pictures.of(name, alt, caption)
    return shown


FURTHER: dict[str, tuple[str, str]] = {
    "pareto_front": (
        "Scatter chart of the values of the best candidates by the first two targets, with the knee of the front.",
        "The Pareto front: no candidate is better than these in one target without being worse in another.",
    ),
    "architectures": (
        "Three charts over the evaluations: look-back, number of layers and mean units a layer of the population.",
        "Which architectures the population consisted of.",
    ),
    "sampled_errors": (
        "Histogram of the errors with random weights, with the fitted truncated normal distribution and the threshold.",
        "Errors with random weights, and the fit by which the promise is extrapolated to the threshold.",
    ),
    "training": (
        "Chart of the training loss and the validation loss over the epochs of the training.",
        "The training: losses over the epochs.",
    ),
}
"""Further figures of a run, with what they show."""


def _from_to(record: RunRecord, name: str) -> str:
    """Say from where to where the best so far went."""
    if name not in record.logbook.chapters:
        return ""
    sign = record.targets[name]
    values = [one for one in record.logbook.chapters[name].select("max" if sign > 0 else "min") if one is not None]
    best: Callable[[Sequence[float]], float] = max if sign > 0 else min
    return f"; the best went from {number(values[0])} to {number(best(values))}" if values else ""
