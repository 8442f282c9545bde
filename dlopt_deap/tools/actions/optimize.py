"""The action that searches: architectures, weights, or both, by any technique."""

from collections.abc import Mapping
from functools import cache, partial
from typing import Any, ClassVar

from pydantic import Field

from dlopt_deap.architecture import Racing, RandomSamplingProblem, TrainingProblem, train_best
from dlopt_deap.core import Problem
from dlopt_deap.data import Series
from dlopt_deap.errors import SettingError
from dlopt_deap.tools.action import ActionBase
from dlopt_deap.tools.catalogue import load_all
from dlopt_deap.tools.rehearsal import rehearse
from dlopt_deap.tools.run_options import NOT_KEPT
from dlopt_deap.tools.session import Session, Stage
from dlopt_deap.tools.settings.base import Settings
from dlopt_deap.tools.settings.choices import with_choices
from dlopt_deap.tools.settings.data import DataSource
from dlopt_deap.tools.settings.operators import Alias, OperatorSettings, operators_of
from dlopt_deap.tools.settings.problems import Engine, ProblemSettings, Targets, TrainingProblemSettings
from dlopt_deap.tools.settings.run import ActionSettings, LimitSettings, StopSettings
from dlopt_deap.tools.settings.space import Size
from dlopt_deap.tools.settings.techniques import (
    EvolutionSettings,
    RandomSearchSettings,
    TechniqueSettings,
    WeightTechniqueSettings,
    default_technique,
)
from dlopt_deap.tools.settings.training import TrainingOptions

EVALUATIONS = 300
"""The evaluations of a search that nothing else would end, of candidates that take milliseconds to seconds."""

CHEAP_EVALUATIONS = 20_000
"""The same, of weight vectors, a thousand of which take as long."""

WEIGHT_TECHNIQUE = "openai_es"
"""The technique for weights where none is named."""


class RacingSettings(Settings):
    """A race within each generation: train all a little, and only the promising on."""

    rungs: tuple[Size, ...] = Field((3, 10), min_length=1)
    """The epochs of each rung, increasing."""
    keep: float = Field(0.5, gt=0, lt=1)
    """The share that goes on to the next rung."""


class SecondStageSettings(Settings):
    """A second stage: train the best that were found for long, and rank them by that."""

    k: int = Field(5, ge=1)
    """How many of the best to train."""
    targets: Targets | None = Field(None, min_length=1, examples=[{"mae": -1}])
    """What they are ranked by, as for the problem kind training."""
    final_epochs: int = Field(300, ge=1)
    """The most epochs of a training."""
    final_repeats: int = Field(3, ge=1)
    """Trainings of each of the best."""
    training: TrainingOptions = TrainingOptions()
    """How they are trained."""
    engine: Engine = "auto"
    """What trains: compiled code of this package, or Keras."""


class OptimizeSettings(ActionSettings):
    """Settings of a search."""

    data: DataSource
    """The series."""
    problem: ProblemSettings = TrainingProblemSettings()
    """What is searched for, and what it is worth."""
    technique: TechniqueSettings | None = None
    """How the problem is solved; what suits it unless given."""
    operators: dict[Alias, OperatorSettings] = Field(default_factory=dict)
    """Operators in place of the toolbox's own, by alias: mutate, mate, select, select_parents, select_survivors."""
    racing: RacingSettings | None = None
    """A race within each generation, for the problem kind training."""
    second_stage: SecondStageSettings | None = None
    """Training of the best at the end, for the problem kind random_sampling."""
    stop: StopSettings = StopSettings()
    """What ends the search."""
    limits: LimitSettings = LimitSettings()
    """What one evaluation may take."""
    tensorboard: bool = False
    """Whether TensorBoard's files are written into the run's folder while the search goes on."""

    @classmethod
    def usual_kind(cls, name: str, values: Mapping[str, Any]) -> str | None:
        """Give the technique that suits weights, where they are what is searched for."""
        problem = values.get("problem")
        is_weight = isinstance(problem, Mapping) and problem.get("kind") == "weight"
        return WEIGHT_TECHNIQUE if name == "technique" and is_weight else None


class Optimize(ActionBase):
    """Search for an architecture, for weights, or for both."""

    name = "optimize"
    description = "Evolve the architecture or the weights of a network for a series."
    essentials: ClassVar = {
        "data.kind": "file",
        "data.path": "series.csv",
        "problem.kind": "training",
        "stop.max_evaluations": 300,
    }

    @classmethod
    @cache
    def settings_model(cls) -> type[OptimizeSettings]:
        """Give the settings, with everything that installed packages add."""
        return with_choices(
            OptimizeSettings,
            {
                "data": list(load_all("data_sources").values()),
                "problem": list(load_all("problems").values()),
                "technique": [EvolutionSettings, RandomSearchSettings, WeightTechniqueSettings],
            },
        )

    def run(self, settings: OptimizeSettings) -> int:
        """Search, save what was found, and report it."""
        session = session_of(settings)
        series = settings.data.read()
        problem = settings.problem.build(series, session.threads())
        chosen = settings.technique or default_technique(problem)
        operators = operators_of(settings.operators, problem)
        race, second = _race(settings, problem), _second_stage(settings, problem, series)
        rehearse(problem, *chosen.build(problem, **operators), session.stop, operators)
        technique, toolbox = chosen.build(problem, **operators)
        return session.search(
            series.name,
            problem,
            technique,
            toolbox,
            wrap_map=race,
            then=second,
        )


def session_of(settings: OptimizeSettings) -> Session:
    """Give what a search is told beside its problem and technique."""
    default = CHEAP_EVALUATIONS if settings.problem.kind == "weight" else EVALUATIONS
    return Session(
        stop=settings.stop.build(default),
        limits=settings.limits.build(),
        season=getattr(settings.data, "season", None),
        kept=settings.model_dump(mode="json", exclude=set(NOT_KEPT)),
        **{name: getattr(settings, name) for name in (*NOT_KEPT, "seed", "workers", "quiet", "verbose", "tensorboard")},
    )


def _race(settings: OptimizeSettings, problem: Problem) -> Any:
    """Give what makes the map a race, if one is wanted."""
    if settings.racing is None:
        return None
    if not isinstance(problem, TrainingProblem):
        raise SettingError("`racing` is by epochs of training, so `problem.kind` must be 'training'.")
    rungs, keep = settings.racing.rungs, settings.racing.keep
    Racing(problem, rungs, keep)  # what is wrong is told before anything is written
    return lambda map_: Racing(problem, rungs, keep, map_)


def _second_stage(settings: OptimizeSettings, problem: Problem, series: Series) -> Stage | None:
    """Give the second stage, if one is wanted."""
    if settings.second_stage is None:
        return None
    if not isinstance(problem, RandomSamplingProblem):
        raise SettingError("`second_stage` trains what was not trained, so `problem.kind` must be 'random_sampling'.")
    wanted = settings.second_stage
    second = TrainingProblem(
        series,
        problem.space,
        wanted.targets,
        final_epochs=wanted.final_epochs,
        final_repeats=wanted.final_repeats,
        training=wanted.training.build(),
        engine=wanted.engine,
    )
    return partial(train_best, problem=second, k=wanted.k)
