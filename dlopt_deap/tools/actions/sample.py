"""The action that samples architectures without a search."""

import json
import sys
from collections.abc import Iterator, Mapping
from functools import cache
from itertools import islice, product
from pathlib import Path
from typing import Any, ClassVar

from pydantic import Field

from dlopt_deap.architecture import Space, list_architectures, sample_architectures
from dlopt_deap.checks import check_integer
from dlopt_deap.data import Series, TokenSequence
from dlopt_deap.files import write_text
from dlopt_deap.parallel import open_map
from dlopt_deap.seeding import choose_seed
from dlopt_deap.tools.action import ActionBase
from dlopt_deap.tools.catalogue import load_all
from dlopt_deap.tools.page import try_page, write_page
from dlopt_deap.tools.reporting.run_figures import draw_run
from dlopt_deap.tools.run_options import default_folder
from dlopt_deap.tools.saved.run_record import record_to_be
from dlopt_deap.tools.saved.sample_file import SampleFile, read_sample_settings
from dlopt_deap.tools.script import announce
from dlopt_deap.tools.settings.base import Settings
from dlopt_deap.tools.settings.choices import with_choices
from dlopt_deap.tools.settings.data import DataSource
from dlopt_deap.tools.settings.run import ActionSettings, LimitSettings
from dlopt_deap.tools.settings.sampling import SamplingOptions
from dlopt_deap.tools.settings.space import EMBEDDING, Activation, Cell, Count, Size, Units, suited

SHOWN = 5
"""How many of the best are told at the end."""


class ArchitectureSettings(Settings):
    """The architectures: a list of them, or every one within limits."""

    listed: tuple[Units, ...] | None = Field(None, min_length=1, examples=[((8,), (16, 8))])
    """The units of each layer, an architecture each; instead of limits of layers and units."""
    layers: Count = (1, 2)
    """Least and most recurrent layers."""
    units: Count = (1, 10)
    """Least and most units of a layer."""
    pace: int = Field(1, ge=1)
    """The step from one number of units to the next."""
    look_back: Count = (1, 2)
    """Least and most rows read; each architecture is sampled with every one between."""
    cell: Cell = "lstm"
    """The recurrent cell."""
    activation: Activation | None = None
    """The activation of the dense output; tanh, or of tokens softmax, unless given."""
    embedding: Size | None = Field(None, examples=[16])
    """The numbers that stand for a token where networks read ids; 16 unless given."""

    def check(self) -> None:
        """See that there are such architectures."""
        self.space()

    def space(self, series: Series | None = None) -> Space:
        """Give the space that all of them are in."""
        layers, units = self.layers, self.units
        if self.listed is not None:
            layers = min(map(len, self.listed)), max(map(len, self.listed))
            units = min(map(min, self.listed)), max(map(max, self.listed))
        named = suited(series, self.activation, self.embedding, EMBEDDING)
        if self.activation is None and not isinstance(series, TokenSequence):
            named["activation"] = "tanh"
        return Space(self.look_back, layers, units, cell=self.cell, **named)

    def all(self) -> tuple[int, Iterator[list[int]]]:
        """Count them, and give them one after another as ``[look_back, units_1, ..., units_n]``."""
        space = self.space()
        look_backs = range(space.look_back[0], space.look_back[1] + 1)
        if self.listed is not None:
            return len(self.listed) * len(look_backs), ([b, *units] for b, units in product(look_backs, self.listed))
        every = list_architectures(space, self.pace)
        return every.count * len(look_backs), ([look_back, *units] for look_back in look_backs for units in every)


class SampleSettings(ActionSettings):
    """Settings of a sampling."""

    data: DataSource
    """The series."""
    architectures: ArchitectureSettings = ArchitectureSettings()
    """The architectures."""
    sampling: SamplingOptions = SamplingOptions()
    """How each is sampled."""
    limits: LimitSettings = LimitSettings()
    """What the sampling of one architecture may take."""


class Sample(ActionBase):
    """Sample the errors of architectures with random weights, without a search."""

    name = "sample"
    description = "Sample the errors of a list or a whole space of architectures with random weights."
    essentials: ClassVar = {"data.kind": "file", "data.path": "series.csv", "architectures.units": [1, 10]}

    @classmethod
    @cache
    def settings_model(cls) -> type[SampleSettings]:
        """Give the settings, with the data sources of installed packages."""
        return with_choices(SampleSettings, {"data": list(load_all("data_sources").values())})

    @classmethod
    def kept_settings(cls, folder: str, accept_versions: bool = False) -> dict[str, Any]:  # noqa: ARG003
        """Give the settings that a sampling was begun with."""
        found = read_sample_settings(Path(folder))
        return {name: value for name, value in found.items() if name in SampleSettings.model_fields}

    def run(self, settings: SampleSettings) -> int:
        """Sample, a line an architecture, and tell the best."""
        series = settings.data.read()
        problem = settings.sampling.problem(series, settings.architectures.space(series))
        count, architectures = settings.architectures.all()
        check_integer("architectures", count, limit="MAX_ARCHITECTURES")
        folder = Path(settings.resume or settings.out or default_folder(f"{series.name}-samples"))
        seed = settings.seed
        if seed is None and settings.resume:
            seed = read_sample_settings(folder).get("seed")
        seed = choose_seed(seed)
        kept = settings.model_dump(mode="json", include={"data", "architectures", "sampling"})
        kept |= {"seed": seed, "fingerprint": series.fingerprint()}
        from tqdm import tqdm

        problem.prepare()
        with SampleFile(folder, kept, bool(settings.resume)) as file:
            with open_map(settings.workers, settings.limits.build()) as map_:
                announce(map_, settings.quiet)
                rest = islice(architectures, file.done, None)
                records = sample_architectures(problem, rest, seed, map_)
                hidden = settings.quiet or None  # None: where nobody could write over it, as in a log
                file.write(tqdm(records, initial=file.done, total=count, disable=hidden, file=sys.stderr))
            best = _best(file.path)
        self._save(folder, {"architectures": count, "seed": seed, "best": best})
        for one in best:
            print(f"log_p {one['metrics']['log_p']:.6g}: layers {one['architecture']}, look-back {one['look_back']}")
        print(f"{count} architectures sampled with seed {seed}: {file.path}")
        return 0

    def _save(self, folder: Path, entries: Mapping[str, Any]) -> None:
        """Write the figures, the page and, last of all, the result."""

        def show() -> None:
            record = record_to_be(folder, entries)
            draw_run(record)
            write_page(record)

        try_page(show)
        write_text(folder / "result.json", json.dumps(entries) + "\n")


def _best(path: Path) -> list[dict[str, Any]]:
    """Give the architectures that promise most, without their samples."""
    best: list[dict[str, Any]] = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            del record["metrics"]["samples"]
            if record["metrics"]["log_p"] is not None:
                best = sorted([*best, record], key=lambda one: -one["metrics"]["log_p"])[:SHOWN]
    return best
