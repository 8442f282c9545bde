"""Architecture search by real training."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dlopt_deap.architecture.memetic import with_inherited, with_trained
from dlopt_deap.architecture.problem import ArchitectureProblem
from dlopt_deap.architecture.space import TRAINING_GENES, Space
from dlopt_deap.architecture.validation import check_error_targets, validation_values
from dlopt_deap.checks import check_choice, check_integer
from dlopt_deap.core import Values
from dlopt_deap.data import Series
from dlopt_deap.networks import Training, TrainingSettings, choose_engine, initial_weights, train
from dlopt_deap.sampling.metrics import default_metric
from dlopt_deap.seeding import derive

FINAL_PATIENCE = 25
"""The epochs without a better validation loss after which a final training ends, unless the settings say otherwise."""


class TrainingProblem(ArchitectureProblem):
    """Find the architecture whose network forecasts best after a short training.

    The fitness is the error on the validation split; the test split is not looked at. At the end the best are trained
    for long, from several initial weights, and ranked by that.

    Args:
        series: The time series, or sequence of tokens.
        space: The limits of the search; its ``dropout``, ``learning_rate`` and ``batch_size`` go before ``training``.
        targets: What is optimised: errors to minimise (``mae``, ``mse``, ``rmse``, ``median_ae`` in scaled units,
            ``mape``, ``smape`` in the series' own; of tokens also ``cross_entropy`` in nats and ``error_rate``) and
            costs (``num_weights``, ``multiply_adds``, ``look_back``). Unless given ``mae``, of tokens
            ``cross_entropy``.
        epochs: Epochs of a training during the search.
        repeats: Trainings an evaluation, from different initial weights; the fitness is their mean.
        final_epochs: The most epochs of a final training, which ends by early stopping.
        final_repeats: Final trainings of each of the best.
        training: How to train; the defaults of :class:`~dlopt_deap.networks.TrainingSettings` unless given.
        engine: ``"auto"``, ``"native"`` or ``"keras"``, as :func:`~dlopt_deap.networks.train` takes it.
        inherit: Whether a training begins with what the individual inherited, see
            :func:`~dlopt_deap.architecture.inherit_weights`; its value then follows from that too. Final trainings
            always begin anew.

    Raises:
        SettingError: If a target is unknown or a setting makes no sense.
        DataError: If the space looks back further than the series allows.

    Source:
        DLOPT's ``TimeSeriesTrainProblem`` (its public code), whose fitness is the error on the test split.
    """

    noisy = True

    def __init__(
        self,
        series: Series,
        space: Space,
        targets: Mapping[str, int] | None = None,
        epochs: int = 10,
        repeats: int = 1,
        final_epochs: int = 300,
        final_repeats: int = 3,
        training: TrainingSettings | None = None,
        engine: str = "auto",
        inherit: bool = False,
    ) -> None:
        super().__init__(series, space, {default_metric(series): -1} if targets is None else targets)
        check_error_targets(self.targets, series)
        self.epochs = check_integer("epochs", epochs, low=1)
        self.repeats = check_integer("repeats", repeats, low=1)
        self.final_epochs = check_integer("final_epochs", final_epochs, low=1)
        self.final_repeats = check_integer("final_repeats", final_repeats, low=1)
        self.training = TrainingSettings() if training is None else training
        self.engine = check_choice("engine", engine, ("auto", "native", "keras"))
        self.inherit = inherit
        self.pure = not inherit
        self.series.training.windows(space.look_back[1])
        self._losses()

    def train(
        self, solution: Sequence[Any], epochs: int, seed: int, weights: ArrayLike | None = None, **changes: Any
    ) -> Training:
        """Train a solution's network.

        Args:
            solution: The solution, whose genes of training go before the problem's settings.
            epochs: The epochs.
            seed: The seed of this training: initial weights, order of the windows, dropout.
            weights: What to begin with, instead of weights drawn from the seed.
            **changes: Changes of the settings, such as ``patience``.
        """
        genes = {name: value for name, value in self.space.describe(solution).items() if name in TRAINING_GENES}
        settings = replace(self.training, **genes, **changes)
        return train(self.decode(solution), self.series, epochs, settings, weights, seed, self.engine)

    def evaluate(self, solution: Sequence[Any], seed: int = 0, epochs: int | None = None) -> Values:
        """Train ``repeats`` times for ``epochs`` (the problem's own unless given), and give the mean errors."""
        epochs = self.epochs if epochs is None else epochs
        seeds = [derive(seed, list(solution), "training", repeat) for repeat in range(self.repeats)]
        trainings = [self.train(solution, epochs, one, self._start(solution, one)) for one in seeds]
        values = self._values(solution, trainings)
        return with_trained(values, self.decode(solution), trainings[0].weights) if self.inherit else values

    def reestimate(self, solution: Sequence[Any], seed: int = 0) -> Values:
        """Train for long, ``final_repeats`` times, and give the mean errors."""
        return self._values(solution, self.final_trainings(solution, seed))

    def final_trainings(self, solution: Sequence[Any], seed: int = 0) -> list[Training]:
        """Train a solution as it is trained at the end of a run with this seed."""
        patience = FINAL_PATIENCE if self.training.patience is None else self.training.patience
        return [
            self.train(solution, self.final_epochs, derive(seed, list(solution), "final", repeat), patience=patience)
            for repeat in range(self.final_repeats)
        ]

    def network_weights(self, solution: Sequence[Any], seed: int = 0) -> NDArray[np.float32]:
        """Give the weights of the final training with the least validation loss: shape (num_weights,)."""
        trainings = self.final_trainings(solution, seed)
        return min(trainings, key=lambda training: min(training.history["val_loss"])).weights

    def settings(self) -> dict[str, Any]:
        """Describe the problem as JSON values."""
        numbers = {
            name: getattr(self, name)
            for name in ("epochs", "repeats", "final_epochs", "final_repeats", "engine", "inherit")
        }
        used, why = choose_engine(self.engine, self.decode(self.space.smallest()))
        losses = sorted(set(self._losses()))
        training = asdict(self.training) | {"loss": losses[0] if len(losses) == 1 else losses}
        trained = {"training": training, "engine_used": used, "engine_why": why}
        return super().settings() | numbers | trained

    def prepare(self) -> None:
        """Compile the kernels that train and that predict once, or load them, before workers do."""
        smallest = self.space.smallest()
        self._values(smallest, [self.train(smallest, epochs=1, seed=0)])

    def _losses(self) -> list[str]:
        """Give the loss for each activation of the space; one that does not fit is refused."""
        activations = self.space.activation
        names = (activations,) if isinstance(activations, str) else activations
        return [self.training.loss_of(name) for name in names]

    def _start(self, solution: Sequence[Any], seed: int) -> NDArray[np.float32] | None:
        """Give what a training begins with: initial weights under those inherited, or ``None`` if nothing ever is."""
        if not self.inherit:
            return None
        spec = self.decode(solution)
        return with_inherited(solution, spec, initial_weights(spec, self.training.initializer, seed))

    def _values(self, solution: Sequence[Any], trainings: Sequence[Training]) -> Values:
        """Give the mean errors on the validation split, and their spread."""
        done = {"epochs": sum(training.epochs for training in trainings), "engine": trainings[0].engine}
        return validation_values(self, solution, [training.weights for training in trainings], done)
