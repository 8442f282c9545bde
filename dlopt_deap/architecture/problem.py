"""Architecture search by MAE random sampling."""

import math
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from deap import base, tools
from numpy.typing import NDArray

from dlopt_deap.architecture.space import Space
from dlopt_deap.architecture.toolbox import architecture_toolbox
from dlopt_deap.checks import check_choice, check_integer
from dlopt_deap.core import Problem, Solution, Values
from dlopt_deap.core.statistics import statistics, target_value
from dlopt_deap.data import TimeSeries
from dlopt_deap.errors import SettingError
from dlopt_deap.networks import NetworkSpec
from dlopt_deap.sampling import Sampling, mae_random_sampling
from dlopt_deap.seeding import derive

SAMPLED = ("log_p", "p", "mean", "std")
"""The targets that are estimated from the samples, and so are noisy."""

EXACT = ("num_weights", "multiply_adds", "look_back")
"""The targets that follow from the architecture alone."""


class RandomSamplingProblem(Problem):
    """Find the architecture that MAE random sampling promises most of, without any training.

    A solution is ``[look_back, units_1, ..., units_n]`` (see :class:`~dlopt_deap.architecture.Space`). Its network is
    given random weights many times; the fitness is read off the errors on the validation split.

    Args:
        series: The time series.
        space: The limits of the search.
        targets: What is optimised, of ``log_p``, ``p``, ``mean``, ``std``, ``num_weights``, ``multiply_adds`` and
            ``look_back``.
        num_samples: Random weightings an evaluation. The fitness is noisy, the more so the fewer they are.
        final_samples: Random weightings of each of the best at the end, with fresh noise.
        **sampling: Further keyword arguments of :func:`~dlopt_deap.sampling.mae_random_sampling`: ``threshold``,
            ``lower``, ``upper``, ``metric``, ``distribution``.

    Raises:
        SettingError: If a target is unknown or a setting makes no sense.
        DataError: If the space looks back further than the series allows.

    Source:
        DLOPT's ``TimeSeriesMAERandSampProblem`` (its public code). It differs: the search sees the validation split
        and not the test split; every candidate is judged on the same rows, whatever its look-back; the best are
        estimated anew.
    """

    noisy = True

    def __init__(
        self,
        series: TimeSeries,
        space: Space,
        targets: Mapping[str, int] | None = None,
        num_samples: int = 100,
        final_samples: int = 2_000,
        **sampling: Any,
    ) -> None:
        super().__init__({"log_p": 1} if targets is None else targets)
        for name in self.targets:
            check_choice("targets", name, SAMPLED + EXACT)
        self.noisy = any(name in SAMPLED for name in self.targets)
        self.series = series
        self.space = space
        self.num_samples = check_integer("num_samples", num_samples, low=1)
        self.final_samples = check_integer("final_samples", final_samples, low=1)
        self.sampling_settings = sampling
        self._check_by_example()

    def random_solution(self) -> Solution:
        """Draw a solution at random, from Python's ``random``."""
        return self.solution(self.space.random_genes())

    def repair(self, solution: Any) -> Any:
        """Make a solution valid, in place, and return it."""
        return self.space.repair(solution)

    def decode(self, solution: Sequence[Any]) -> NetworkSpec:
        """Give the network that a solution stands for, between the inputs and the targets of the series."""
        return self.space.spec(solution, len(self.series.inputs), len(self.series.targets))

    def sample(self, solution: Sequence[Any], num_samples: int, seed: int = 0) -> Sampling:
        """Sample the errors of a solution's network on the validation split, with weights of its own seed."""
        return mae_random_sampling(
            self.decode(solution),
            self.series.validation,
            num_samples=num_samples,
            seed=derive(seed, list(solution), "sampling"),
            **self.sampling_settings,
        )

    def final_sampling(self, solution: Sequence[Any], seed: int = 0) -> Sampling:
        """Sample a solution as it is sampled at the end of a run with this seed: afresh, ``final_samples`` times."""
        return self.sample(solution, self.final_samples, derive(seed, "reestimate"))

    @property
    def metric(self) -> str:
        """The name of the error that is sampled."""
        return str(self.sampling_settings.get("metric", "mae"))

    def evaluate(self, solution: Sequence[Any], seed: int = 0) -> Values:
        """Estimate the targets from ``num_samples`` random weightings."""
        return self._values(solution, self.num_samples, seed)

    def reestimate(self, solution: Sequence[Any], seed: int = 0) -> Values:
        """Estimate the targets anew, from ``final_samples`` fresh random weightings."""
        return self._values(solution, self.final_samples, derive(seed, "reestimate"))

    def network_weights(self, solution: Sequence[Any], seed: int = 0) -> NDArray[np.float32]:
        """Give the weights with the lowest error among ``final_samples`` random ones: shape (num_weights,)."""
        return self.final_sampling(solution, seed).best_weights

    def toolbox(self, seed: int = 0, **overrides: Any) -> base.Toolbox:
        """Make the DEAP toolbox of this problem; each override is registered in place of what has its name."""
        return architecture_toolbox(self, self.space, seed, **overrides)

    def settings(self) -> dict[str, Any]:
        """Describe the problem as JSON values."""
        return {
            "name": type(self).__name__,
            "series": {"name": self.series.name, "fingerprint": self.series.fingerprint()},
            "space": self.space.to_dict(),
            "targets": self.targets,
            "num_samples": self.num_samples,
            "final_samples": self.final_samples,
            **{name: str(value) if callable(value) else value for name, value in self.sampling_settings.items()},
        }

    def statistics(self) -> tools.MultiStatistics:
        """Record each target, and what the architectures of the population look like."""
        targets = {name: partial(target_value, position=i) for i, name in enumerate(self.targets)}
        return statistics(targets | {"look_back": _look_back, "layers": _layers, "units": _units})

    def prepare(self) -> None:
        """Compile the kernels once, or load them, before workers do."""
        self.sample([self.space.look_back[0]] + [1] * self.space.layers[0], num_samples=2)

    def _values(self, solution: Sequence[Any], num_samples: int, seed: int) -> Values:
        spec = self.decode(solution)
        exact = {
            "num_weights": spec.num_weights,
            "multiply_adds": spec.multiply_adds,
            "look_back": spec.look_back,
        }
        if not self.noisy:
            return Values([exact[name] for name in self.targets])
        sampling = self.sample(solution, num_samples, seed)
        known = exact | {name: getattr(sampling, name) for name in SAMPLED}
        return Values([known[name] for name in self.targets], _metrics(sampling))

    def _check_by_example(self) -> None:
        """Sample the smallest network that looks back furthest once, so that wrong settings are told now."""
        genes = [self.space.look_back[1]] + [self.space.units[0]] * self.space.layers[0]
        self.series.validation.windows(self.space.look_back[1])
        try:
            self.sample(genes, num_samples=2)
        except TypeError as error:
            raise SettingError(f"`sampling` takes the arguments of mae_random_sampling: {error}") from None


def _metrics(sampling: Sampling) -> dict[str, Any]:
    """Take from a sampling what is worth keeping with each individual."""
    numbers = {
        name: float(getattr(sampling, name))
        for name in ("log_p", "log_p_low", "log_p_high", "p", "mean", "std")
        if math.isfinite(getattr(sampling, name))
    }
    lowest = float(sampling.samples[np.isfinite(sampling.samples)].min())
    return numbers | {"best": lowest, "num_samples": len(sampling.samples), "num_failed": sampling.num_failed}


def _look_back(individual: Sequence[int]) -> float:
    """The rows that an individual looks back."""
    return float(individual[0])


def _layers(individual: Sequence[int]) -> float:
    """The number of an individual's recurrent layers."""
    return float(len(individual) - 1)


def _units(individual: Sequence[int]) -> float:
    """The mean number of units of an individual's layers."""
    return sum(individual[1:]) / (len(individual) - 1)
