"""The page of a run, put together from what the run folder tells."""

from __future__ import annotations

import warnings
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from dlopt_deap.checks import shortened
from dlopt_deap.errors import DloptWarning
from dlopt_deap.files import make_folder, write_text
from dlopt_deap.tools.page.accuracy import Accuracy, accuracy_of, errors_table, targets_table
from dlopt_deap.tools.page.again import again
from dlopt_deap.tools.page.asked import asked
from dlopt_deap.tools.page.blocks import Block, Section
from dlopt_deap.tools.page.certainty import certainty
from dlopt_deap.tools.page.files_beside import files_beside
from dlopt_deap.tools.page.headline import headline, standing, title_of, verdict
from dlopt_deap.tools.page.network import network_blocks
from dlopt_deap.tools.page.pictures import Pictures, forecast_picture
from dlopt_deap.tools.page.search import search_blocks
from dlopt_deap.tools.page.usage import usage
from dlopt_deap.tools.saved.run_record import ENDED, RunRecord

NAME = "report.html"
"""What the page of a run is called in its folder."""

TEMPLATE, STYLE = "report.html", "report.css"


def write_page(record: RunRecord, path: Path | None = None, figures: Path | None = None) -> Path:
    """Write the page of a run.

    Args:
        record: What :func:`~dlopt_deap.tools.read_run` gave.
        path: The file; ``report.html`` in the folder of the run unless given.
        figures: The folder of the figures that are put into it; ``figures`` in the folder of the run unless given.

    Returns:
        The file.

    Raises:
        RunFolderError: If it cannot be written.
    """
    target = record.folder / NAME if path is None else path
    make_folder(target.parent)
    write_text(target, page_html(record, target, figures))
    return target


def try_page(make: Callable[[], object]) -> None:
    """Make a page at the end of a run, whose result must not be lost because of it: a failure is told as a warning."""
    try:
        make()
    except Exception as error:  # whatever it is, the result is still to be written
        warnings.warn(
            f"The page {NAME} could not be made: {type(error).__name__}: {shortened(str(error))}; everything else is "
            "written. `dlopt-deap report FOLDER` tries it again.",
            DloptWarning,
            stacklevel=2,
        )


def page_html(record: RunRecord, page: Path | None = None, figures: Path | None = None) -> str:
    """Write the page of a run as HTML, with everything that it shows in it.

    Args:
        record: What :func:`~dlopt_deap.tools.read_run` gave.
        page: The file that it is for, for the links to the files beside it.
        figures: The folder of its figures.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    jinja = Environment(
        loader=PackageLoader("dlopt_deap.tools.page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    style = jinja.get_template(STYLE).render()
    accuracy = accuracy_of(record)
    return jinja.get_template(TEMPLATE).render(
        title=title_of(record),
        standing=standing(record),
        written="" if record.state == ENDED else f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        headline=headline(record, accuracy),
        verdict=verdict(accuracy) if accuracy is not None else "",
        sections=[one for one in sections(record, accuracy, page, figures) if one.blocks],
        style=style,
        style_digest=b64encode(sha256(style.encode()).digest()).decode(),
        **_footer(record),
    )


def sections(
    record: RunRecord, accuracy: Accuracy | None, page: Path | None = None, figures: Path | None = None
) -> list[Section]:
    """Give the sections of a page, in the order in which a forecaster reads them."""
    pictures = Pictures(record.folder / "figures" if figures is None else figures)
    forecast: list[Block] = []
    if accuracy is not None:
        by_target = targets_table(accuracy)
        forecast = [
            *forecast_picture(pictures, accuracy),
            errors_table(record, accuracy),
            *([by_target] if by_target is not None else []),
        ]
    drawn = pictures.of("network", "The network drawn: its input, its recurrent layers and its output.", "The network.")
    return [
        Section("forecast", "Forecast", forecast),
        Section("certainty", "How sure it is", certainty(record, accuracy)),
        Section("network", "The network", network_blocks(record, drawn)),
        Section("search", "How it went", search_blocks(record, pictures)),
        Section("asked", "What was asked", asked(record)),
        Section("use", "Use it", usage(record)),
        Section("again", "Repeat or extend it", again(record)),
        Section("files", "Files", files_beside(record, page or record.folder / NAME)),
    ]


def _footer(record: RunRecord) -> dict[str, Any]:
    """Give what the last line names."""
    from dlopt_deap import __version__

    return {"version": __version__, "seed": record.seed}
