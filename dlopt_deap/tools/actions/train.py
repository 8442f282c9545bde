"""The action that trains given networks."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field

from dlopt_deap.data import Series
from dlopt_deap.errors import SettingError
from dlopt_deap.networks import NetworkSpec, Training, train
from dlopt_deap.seeding import choose_seed
from dlopt_deap.storage import new_run_folder
from dlopt_deap.tools.action import ActionBase
from dlopt_deap.tools.catalogue import load_all
from dlopt_deap.tools.output import save_training
from dlopt_deap.tools.quiet import load_keras
from dlopt_deap.tools.run_options import NOT_KEPT, default_folder
from dlopt_deap.tools.script import forecast_report
from dlopt_deap.tools.settings.choices import with_choices
from dlopt_deap.tools.settings.data import DataSource
from dlopt_deap.tools.settings.run import ActionSettings
from dlopt_deap.tools.settings.space import Activation, Cell, NetworkSettings, Size, Units
from dlopt_deap.tools.settings.training import TrainingOptions


class LongTrainingOptions(TrainingOptions):
    """How a network is trained to its best."""

    patience: int | None = Field(25, ge=1)
    """Epochs in a row without a better validation loss that end a training."""


class TrainSettings(ActionSettings):
    """Settings of a training."""

    data: DataSource
    """The series."""
    architectures: tuple[Units, ...] = Field(((16,),), min_length=1)
    """The units of each layer, an architecture each; the best on the validation split is kept."""
    look_back: tuple[Size, ...] = Field((12,), min_length=1)
    """The rows read; each architecture is trained with every one of them."""
    cell: Cell = "lstm"
    """The recurrent cell."""
    activation: Activation | None = None
    """The activation of the dense output; linear, or of tokens softmax, unless given."""
    embedding: Size | None = Field(None, examples=[16])
    """The numbers that stand for a token where networks read ids; 16 unless given."""
    epochs: int = Field(300, ge=0)
    """The most epochs."""
    training: LongTrainingOptions = LongTrainingOptions()
    """How they are trained."""
    engine: Literal["auto", "native", "keras"] = "auto"
    """What trains: compiled code of this package, or Keras."""


class Train(ActionBase):
    """Train given networks, and keep the one that is best on the validation split."""

    name = "train"
    description = "Train one network or several for a series, and compare the best with naive forecasts."
    essentials: ClassVar = {"data.kind": "file", "data.path": "series.csv", "architectures": [[16]], "look_back": [12]}

    @classmethod
    @cache
    def settings_model(cls) -> type[TrainSettings]:
        """Give the settings, with the data sources of installed packages."""
        return with_choices(TrainSettings, {"data": list(load_all("data_sources").values())})

    @classmethod
    def kept_settings(cls, folder: str, accept_versions: bool = False) -> dict[str, Any]:  # noqa: ARG003
        """Refuse to go on with a training.

        Raises:
            SettingError: Always.
        """
        raise SettingError("A training takes too little time to be resumed; leave out --resume, and train anew.")

    def run(self, settings: TrainSettings) -> int:
        """Train, keep the best, and compare it with naive forecasts."""
        if settings.resume is not None:
            self.kept_settings(settings.resume)
        series = settings.data.read()
        pairs = product(settings.look_back, settings.architectures)
        specs = [self._spec(settings, series, units, look_back) for look_back, units in pairs]
        for spec in specs:
            series.validation.windows(spec.look_back)
        seed = choose_seed(settings.seed)
        folder = new_run_folder(settings.out or default_folder(f"{series.name}-training"))
        with _removed_if_empty(folder):
            spec, training = self._best(settings, series, specs, seed)
        load_keras()
        season = getattr(settings.data, "season", None)
        kept = settings.model_dump(mode="json", exclude=set(NOT_KEPT))
        forecast = save_training(training, spec, series, folder, seed, season, kept)
        print(forecast_report(forecast))
        print(f"run folder: {folder}")
        return 0

    def _spec(self, settings: TrainSettings, series: Series, units: tuple[int, ...], look_back: int) -> NetworkSpec:
        """Make one of the networks."""
        network = NetworkSettings(
            units=units,
            look_back=look_back,
            cell=settings.cell,
            activation=settings.activation,
            embedding=settings.embedding,
        )
        return network.build(series)

    def _best(
        self, settings: TrainSettings, series: Series, specs: list[NetworkSpec], seed: int
    ) -> tuple[NetworkSpec, Training]:
        """Train all, tell of each, and give the one with the least validation loss."""
        options = settings.training.build()
        trained = []
        for spec in specs:
            training = train(spec, series, settings.epochs, options, seed=seed, engine=settings.engine)
            loss = min(training.history["val_loss"], default=float("inf"))
            name = options.loss_of(spec.activation)
            print(
                f"layers {spec.layers}, look-back {spec.look_back}: validation {name} {loss:.6g} after "
                f"{training.epochs} epochs in {training.seconds:.2f} s ({training.engine} engine)"
            )
            trained.append((loss, spec, training))
        _, spec, training = min(trained, key=lambda one: one[0])
        return spec, training


@contextmanager
def _removed_if_empty(folder: Path) -> Iterator[None]:
    """Remove a folder into which nothing was written when a training fails or is interrupted."""
    try:
        yield
    except BaseException:
        with suppress(OSError):
            folder.rmdir()
        raise
