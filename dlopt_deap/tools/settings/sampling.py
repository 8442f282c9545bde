"""Settings of a random sampling, and of the architectures that are sampled."""

from typing import Any

from pydantic import Field

from dlopt_deap.architecture import RandomSamplingProblem, Space
from dlopt_deap.data import Series
from dlopt_deap.tools.settings.base import Settings
from dlopt_deap.tools.settings.choices import choice_of
from dlopt_deap.tools.settings.metrics import MetricName
from dlopt_deap.tools.settings.training import NormalSettings, UniformSettings

Distribution: Any = choice_of([NormalSettings, UniformSettings])


class SamplingOptions(Settings):
    """How the errors of a network with random weights are sampled."""

    num_samples: int = Field(100, ge=1)
    """Random weightings of each architecture."""
    threshold: float = 0.01
    """The error to stay below, in scaled units."""
    lower: float = 0.0
    """The least error that is thought possible."""
    upper: float | None = Field(None, examples=[2.0])
    """The greatest; 2, or of tokens what the metric can be at most, unless given."""
    metric: MetricName | None = Field(None, examples=["mae"])
    """The error that is sampled; mae, or of tokens the cross-entropy, unless given."""
    distribution: Distribution = NormalSettings()
    """What the weights are drawn from."""

    def problem(self, series: Series, space: Space, **settings: Any) -> RandomSamplingProblem:
        """Make the problem of sampling the architectures of a space; ``settings`` are further arguments of it."""
        chosen = {name: getattr(self, name) for name in ("threshold", "lower", "upper", "metric")}
        settings |= {name: value for name, value in chosen.items() if value is not None}
        return RandomSamplingProblem(
            series, space, num_samples=self.num_samples, distribution=self.distribution.build(), **settings
        )
