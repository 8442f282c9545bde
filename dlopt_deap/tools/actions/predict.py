"""The action that forecasts with a saved model."""

from functools import cache, partial
from math import isfinite
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from dlopt_deap import plots
from dlopt_deap.data import TokenSequence
from dlopt_deap.data.readers.table import spoken_time
from dlopt_deap.data.vocabulary import Vocabulary
from dlopt_deap.errors import RunFolderError, SettingError
from dlopt_deap.files import make_folder, write_text
from dlopt_deap.tools.action import ActionBase
from dlopt_deap.tools.catalogue import load_all
from dlopt_deap.tools.predicting.predictions import Predictions, future_description, predict_rows
from dlopt_deap.tools.predicting.token_predictions import predict_tokens
from dlopt_deap.tools.reporting.drawing import draw
from dlopt_deap.tools.saved.saved_network import SavedNetwork, load_saved
from dlopt_deap.tools.settings.choices import with_choices
from dlopt_deap.tools.settings.data import DataSource
from dlopt_deap.tools.settings.new_data import known_rows, new_rows, numbers_of
from dlopt_deap.tools.settings.run import OutputSettings

NAME = "predictions.csv"

SHOWN = 12
"""So many of the forecasts beyond the end are printed."""


class PredictSettings(OutputSettings):
    """Settings of a forecast."""

    model: str = Field(min_length=1, examples=["runs/mine"])
    """The folder of a run of optimize or train, or a .keras file."""
    data: DataSource
    """The rows to forecast from: new ones with the same columns, or the old ones."""
    training: DataSource | None = None
    """The data that the model was trained with: for a .keras file alone, or a scaling that is no straight line."""
    future: DataSource | None = None
    """The inputs that are not forecast, in the rows after the last one: for a horizon above 1."""
    horizon: int = Field(1, ge=1)
    """The rows to forecast after the last one."""
    rows: Literal["all", "after"] = "all"
    """Which rows: all that have a whole window before them and those after the last one, or the latter alone."""
    temperature: float = Field(0.0, ge=0)
    """How tokens are drawn after the last one of a text: 0 takes the most probable one each time, 1 by chance."""
    seed: int = Field(0, ge=0, lt=2**64)
    """The seed by which tokens are drawn."""
    out: str | None = Field(None, min_length=1, examples=["predictions.csv"])
    """A .csv file, or a folder for predictions.csv, which is also what is written here unless given."""
    overwrite: bool = False
    """Whether to replace the file, if it is there."""
    figure: bool = True
    """Whether a figure is drawn beside the file; of texts there is none."""


class Predict(ActionBase):
    """Forecast with a saved model."""

    name = "predict"
    description = "Forecast with a saved model: rows of a file (or a text) one step ahead, and those after its end."
    arguments: ClassVar = ("model", "data.path")
    essentials: ClassVar = {"model": "runs/mine", "data.kind": "file", "data.path": "new.csv", "horizon": 1}

    @classmethod
    @cache
    def settings_model(cls) -> type[PredictSettings]:
        """Give the settings, with the data sources of installed packages."""
        sources = list(load_all("data_sources").values())
        return with_choices(PredictSettings, dict.fromkeys(("data", "training", "future"), sources))

    def run(self, settings: PredictSettings) -> int:
        """Forecast, write the file and its figure, and tell the errors."""
        path = _output(settings)
        network = load_saved(settings.model)
        if network.tokens is not None:
            return _predict_text(settings, network, network.tokens, path)
        described = network.described(None if settings.training is None else numbers_of(settings.training))
        known = known_rows(settings.data, described)
        future = None if settings.future is None else new_rows(settings.future, future_description(described))
        found = predict_rows(network, described, known, settings.horizon, future, settings.rows == "after")
        make_folder(path.parent)
        write_text(path, found.to_csv())
        written = [path]
        if settings.figure:
            written.append(path.with_suffix(".png"))
            draw(written[-1], partial(plots.forecast, found), panels=2)
        print(_report(found))
        print(f"written: {', '.join(map(str, written))}")
        return 0


def _predict_text(settings: PredictSettings, network: SavedNetwork, known: Vocabulary, path: Path) -> int:
    """Say what a network of tokens expects of a text, and draw what follows."""
    if given := [name for name in ("training", "future") if getattr(settings, name) is not None]:
        raise SettingError(f"`{given[0]}` is for networks of numbers, but that in {network.path} is one of tokens.")
    sequence = settings.data.read()
    if not isinstance(sequence, TokenSequence):
        raise SettingError(f"The network in {network.path} is one of tokens; give it a text, by `data.kind` text.")
    tokens = sequence.decode(sequence.ids)
    how = (settings.horizon, settings.rows == "after", settings.temperature, settings.seed)
    found = predict_tokens(network, known, tokens, *how)
    make_folder(path.parent)
    write_text(path, found.to_csv())
    if found.measured:
        errors = ", ".join(f"{name} {value:.4g}" for name, value in found.measured.items())
        print(f"errors of {len(found.came)} tokens forecast one step ahead: {errors}")
    between = "" if all(len(one) == 1 for one in known.tokens if one != known.unknown) else " "
    print(f"after the last token: {found.text(between)!r}\nwritten: {path}")
    return 0


def _output(settings: PredictSettings) -> Path:
    """Give the file to write.

    Raises:
        SettingError: If it is no name of such a file.
        RunFolderError: If it is there already.
    """
    path = Path(settings.out or NAME)
    if path.is_dir() or not path.suffix:
        path = path / NAME
    if path.suffix != ".csv":
        raise SettingError(f"`out` must be a .csv file or a folder, got {settings.out!r}.")
    taken = [one for one in (path, path.with_suffix(".png")) if one.exists() and (settings.figure or one == path)]
    if taken and not settings.overwrite:
        raise RunFolderError(
            f"{taken[0]} is there already; choose another file by --out, or replace it by --overwrite."
        )
    return path


def _report(found: Predictions) -> str:
    """Say how good the forecasts are, and what comes."""
    lines = []
    if found.measured:
        errors = ", ".join(f"{name} {value:.4g}" for name, value in found.measured.items() if isfinite(value))
        count = len(found.index) - found.beyond
        lines.append(f"errors of {count} rows forecast one step ahead, in the series' own units: {errors}")
    lines.append("after the last row:")
    for time, values in list(zip(found.index, found.forecasts, strict=True))[-found.beyond :][:SHOWN]:
        named = zip(found.targets, values.tolist(), strict=True)
        lines.append(f"  {spoken_time(time)}: {', '.join(f'{name} {value:.6g}' for name, value in named)}")
    if found.beyond > SHOWN:
        lines.append(f"  and {found.beyond - SHOWN} more")
    return "\n".join(lines)
