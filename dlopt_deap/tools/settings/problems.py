"""Settings that say what is searched for, and what it is worth."""

from abc import abstractmethod
from typing import Literal

from pydantic import Field

from dlopt_deap.architecture import RandomSamplingProblem, TrainingProblem
from dlopt_deap.core import Problem
from dlopt_deap.data import Series
from dlopt_deap.joint import FinalEvolution, InnerEvolution, JointProblem
from dlopt_deap.tools.settings.base import Settings
from dlopt_deap.tools.settings.metrics import MetricChoice, MetricName, metrics_of
from dlopt_deap.tools.settings.sampling import SamplingOptions
from dlopt_deap.tools.settings.space import NetworkSettings, SpaceSettings
from dlopt_deap.tools.settings.training import TrainingOptions
from dlopt_deap.weight import Encoding, WeightProblem

Targets = dict[str, Literal[1, -1]]
Engine = Literal["auto", "native", "keras"]


class ProblemSettings(Settings):
    """What is solved (abstract): a subclass names itself by its ``kind``, and makes the problem."""

    kind: str
    """What is searched for."""

    @abstractmethod
    def build(self, series: Series, threads: int = 1) -> Problem:
        """Make the problem.

        Args:
            series: The series.
            threads: Threads that an evaluation of many may use, where one can.

        Raises:
            SettingError: If the settings do not fit together, or not the series.
        """


class RandomSamplingSettings(SamplingOptions, ProblemSettings):
    """An architecture, by what random sampling of its weights promises (DLOPT's way)."""

    kind: Literal["random_sampling"] = "random_sampling"
    """What is searched for."""
    space: SpaceSettings = SpaceSettings()
    """The limits of the search."""
    targets: Targets = Field({"log_p": 1}, min_length=1)
    """What is maximised (1) or minimised (-1): log_p, p, mean, std, num_weights, multiply_adds, look_back."""
    final_samples: int = Field(2_000, ge=1)
    """Random weightings of each of the best at the end."""

    def build(self, series: Series, threads: int = 1) -> RandomSamplingProblem:  # noqa: ARG002
        """Make the problem."""
        return self.problem(series, self.space.build(series), targets=self.targets, final_samples=self.final_samples)


class TrainingProblemSettings(ProblemSettings):
    """An architecture, by its error on the validation split after a short training."""

    kind: Literal["training"] = "training"
    """What is searched for."""
    space: SpaceSettings = SpaceSettings()
    """The limits of the search."""
    targets: Targets | None = Field(None, min_length=1, examples=[{"mae": -1}])
    """What is minimised (-1): an error such as mae, or of tokens cross_entropy, which are the defaults, or a cost."""
    epochs: int = Field(10, ge=1)
    """Epochs of a training during the search."""
    repeats: int = Field(1, ge=1)
    """Trainings an evaluation."""
    final_epochs: int = Field(300, ge=1)
    """The most epochs of a final training."""
    final_repeats: int = Field(3, ge=1)
    """Final trainings of each of the best."""
    training: TrainingOptions = TrainingOptions()
    """How networks are trained."""
    engine: Engine = "auto"
    """What trains: compiled code of this package, or Keras."""
    inherit: bool = False
    """Whether children begin with the weights that their parents were trained to."""

    def build(self, series: Series, threads: int = 1) -> TrainingProblem:  # noqa: ARG002
        """Make the problem."""
        return TrainingProblem(
            series,
            self.space.build(series),
            self.targets,
            self.epochs,
            self.repeats,
            self.final_epochs,
            self.final_repeats,
            self.training.build(),
            self.engine,
            self.inherit,
        )


class WeightSettings(ProblemSettings):
    """The weights of one network, without a gradient."""

    kind: Literal["weight"] = "weight"
    """What is searched for."""
    network: NetworkSettings = NetworkSettings()
    """The network."""
    metric: MetricChoice | tuple[MetricChoice, ...] | None = Field(None, examples=["mse"])
    """The error to be minimised, or a list of several; mse, or of tokens the cross-entropy, unless given."""
    split: Literal["training", "validation"] = "training"
    """The rows that vectors are judged on."""
    horizon: int = Field(1, ge=1)
    """Steps to forecast; beyond the first a network reads its own forecasts."""
    batch_size: int | None = Field(None, ge=1)
    """Windows that a generation is judged on; all unless given."""
    weight_decay: float = Field(0.0, ge=0)
    """What is added to the error for the sum of the squared weights."""
    bounds: tuple[float, float] | None = None
    """The least and the greatest weight; none unless given."""
    initializer: Literal["keras", "uniform"] = "keras"
    """What the first weights are drawn by."""

    def build(self, series: Series, threads: int = 1) -> WeightProblem:
        """Make the problem."""
        spec = self.network.build(series)
        return WeightProblem(
            series,
            spec,
            metrics_of(self.metric),
            Encoding(spec, self.bounds, self.initializer),
            threads,
            split=self.split,
            horizon=self.horizon,
            batch_size=self.batch_size,
            weight_decay=self.weight_decay,
        )


class JointSettings(ProblemSettings):
    """An architecture, by what its weights evolve to, without a gradient."""

    kind: Literal["joint"] = "joint"
    """What is searched for."""
    space: SpaceSettings = SpaceSettings()
    """The limits of the search."""
    targets: Targets | None = Field(None, min_length=1, examples=[{"mae": -1}])
    """What is minimised (-1), as for the kind training."""
    inner_evaluations: int = Field(500, ge=1)
    """Weight vectors evaluated for each architecture."""
    inheritance: Literal["lamarckian", "baldwinian"] = "lamarckian"
    """Whether children begin with the weights that their parents evolved."""
    metric: MetricName | None = Field(None, examples=["mse"])
    """The error that the weights are evolved for; mse, or of tokens the cross-entropy, unless given."""
    weight_decay: float = Field(0.0, ge=0)
    """What is added to it for the sum of the squared weights."""
    final_evaluations: int = Field(5_000, ge=1)
    """Weight vectors evaluated for each of the best at the end."""
    final_repeats: int = Field(3, ge=1)
    """Evolutions of each of the best at the end."""
    final_epochs: int = Field(0, ge=0)
    """Epochs of a gradient training that begins with the evolved weights."""

    def build(self, series: Series, threads: int = 1) -> JointProblem:  # noqa: ARG002
        """Make the problem."""
        inner = InnerEvolution(metric=self.metric, weight_decay=self.weight_decay)
        final = FinalEvolution(self.final_evaluations, self.final_repeats, self.final_epochs)
        return JointProblem(
            series, self.space.build(series), self.targets, self.inner_evaluations, self.inheritance, inner, final
        )
