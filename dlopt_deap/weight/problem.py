"""The weights of a given network as a problem."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import numpy as np
from deap import base
from numpy.typing import NDArray

from dlopt_deap.checks import check_integer, did_you_mean
from dlopt_deap.core import Problem, Solution, Values
from dlopt_deap.data import Series
from dlopt_deap.errors import SettingError
from dlopt_deap.networks import NetworkSpec
from dlopt_deap.sampling.metrics import Metric
from dlopt_deap.weight.encoding import Encoding, check_encoding
from dlopt_deap.weight.objective import Objective
from dlopt_deap.weight.toolbox import weight_toolbox
from dlopt_deap.weight.vectors import write_vector

SETTINGS = ("split", "horizon", "batch_size", "weight_decay")
"""The arguments of an objective that a problem hands on."""


class WeightProblem(Problem):
    """Find the weights of a given network.

    A solution is the network's weight vector, an array of float32 in the order of its
    :class:`~dlopt_deap.networks.NetworkSpec`. Many are evaluated in one call of the kernels; each gives the same bits
    alone.

    Args:
        series: The time series, or sequence of tokens.
        spec: The network.
        metric: The error to be minimised, or several, as :class:`Objective` takes them.
        encoding: Bounds, and which vectors a search begins with.
        threads: Threads of the process that evaluates. They change no bit of a result; in a pool one is enough.
        **objective: ``split``, ``horizon``, ``batch_size`` and ``weight_decay``, as :class:`Objective` takes them.

    Raises:
        SettingError: If a setting makes no sense, or network and series do not fit.
        DataError: If the series is too short for look-back and horizon.

    Source:
        The submodule ``weight`` that DLOPT announces (arXiv:1807.03523, section 3); its public code has none.

    Examples:
        >>> from dlopt_deap.data import sine
        >>> problem = WeightProblem(sine(), NetworkSpec(1, (8,), 1, look_back=10), metric="mae")
        >>> solution = problem.random_solution()
        >>> len(solution), problem.evaluate_batch([solution]) == [problem.evaluate(solution)]
        (329, True)
    """

    cheap = True

    def __init__(
        self,
        series: Series,
        spec: NetworkSpec,
        metric: str | Metric | Sequence[str | Metric] | None = None,
        encoding: Encoding | None = None,
        threads: int = 1,
        **objective: Any,
    ) -> None:
        for name in objective:
            if name not in SETTINGS:
                raise SettingError(f"An objective takes no argument `{name}`{did_you_mean(name, SETTINGS, '.')}")
        self.objective = Objective(series, spec, metric, **objective)
        super().__init__(dict.fromkeys(self.objective.metrics, -1))
        self.series: Series = series
        self.spec = spec
        self.encoding = Encoding(spec) if encoding is None else encoding
        check_encoding(self.encoding, spec)
        self.threads = check_integer("threads", threads, low=1, limit="MAX_THREADS")
        # What a search saw was fitted to: its best are compared on rows that it did not see, or on all of them.
        self.noisy = self.objective.split == "training" or self.objective.batch_size is not None

    def solution(self, genes: Any) -> Solution:
        """Make a solution from a vector of shape (num_weights,).

        Raises:
            SettingError: If it has another length, or is not finite.
        """
        return Solution(self.encoding.checked(genes), self.weights)

    def random_solution(self) -> Solution:
        """Draw a solution at random, from Python's ``random``."""
        return Solution(self.encoding.draw(), self.weights)

    def repair(self, solution: Any) -> Any:
        """Bring a solution within the bounds, in place, and return it."""
        with np.errstate(over="ignore"):  # as any other number beyond the bounds
            vector = np.asarray(solution, dtype=np.float32)
        if self.encoding.repair(vector) is not getattr(solution, "genes", None):
            write_vector(solution, vector.astype(np.float64))
        return solution

    def decode(self, solution: Sequence[Any]) -> NetworkSpec:  # noqa: ARG002 - all solutions have the same network
        """Give the network, which is the same for all solutions."""
        return self.spec

    def evaluate(self, solution: Any, seed: int = 0) -> Values:
        """Measure the errors of one solution."""
        return self.evaluate_batch([solution], seed)[0]

    def evaluate_batch(self, solutions: Sequence[Any], seed: int = 0) -> list[Values]:
        """Measure the errors of many solutions in one call of the kernels.

        With mini-batches, a solution that a search has told the number of its generation's is judged on that; what it
        inherits of its parents' fitness (see :func:`inherit_fitness`) is mixed in.

        Raises:
            SettingError: If a vector has another length, or is not finite.
        """
        vectors = self.encoding.stacked(solutions)
        batches = [getattr(solution, "batch", None) for solution in solutions]
        errors = np.empty((len(self.targets), len(solutions)))
        for batch in dict.fromkeys(batches):
            chosen = np.array([one == batch for one in batches])
            errors[:, chosen] = self.objective.errors(vectors[chosen], None, batch, seed, self.threads)
        return [_with_inheritance(solution, column) for solution, column in zip(solutions, errors.T, strict=True)]

    def reestimate(self, solution: Any, seed: int = 0) -> Values:  # noqa: ARG002 - nothing random is left
        """Measure the errors on the whole validation split."""
        vector = self.encoding.checked(solution)[np.newaxis]
        return Values(self.objective.errors(vector, "validation", threads=self.threads)[:, 0])

    def begin_generation(self, individuals: Sequence[Any], generation: int) -> None:
        """Bring individuals within the bounds, whichever operators made them, and tell them their mini-batch."""
        if self.encoding.bounds is not None:
            for individual in individuals:
                with suppress(TypeError, ValueError, SettingError):  # what is no vector fails alone, when evaluated
                    self.repair(individual)
        if self.objective.batch_size is not None:
            for individual in individuals:
                individual.batch = generation

    def network_weights(self, solution: Any, seed: int = 0) -> NDArray[np.float32]:  # noqa: ARG002
        """Give a solution's weights: shape (num_weights,)."""
        return self.encoding.checked(solution).copy()

    def toolbox(self, seed: int = 0, **overrides: Any) -> base.Toolbox:
        """Make the DEAP toolbox of this problem; each override is registered in place of what has its name."""
        return weight_toolbox(self, self.spec, seed, **overrides)

    def settings(self) -> dict[str, Any]:
        """Describe the problem as JSON values."""
        return {
            "name": type(self).__name__,
            "series": {"name": self.series.name, "fingerprint": self.series.fingerprint()},
            "spec": self.spec.to_dict(),
            "targets": self.targets,
            "objective": self.objective.to_dict(),
            "encoding": self.encoding.to_dict(),
        }

    def prepare(self) -> None:
        """Compile the kernels once, or load them, before workers do."""
        self.objective.errors(np.zeros((1, self.spec.num_weights), np.float32))


def _with_inheritance(solution: Any, errors: NDArray[np.float64]) -> Values:
    """Mix the errors of a solution with what it inherits; see :func:`~dlopt_deap.weight.inherit_fitness`."""
    inherited = getattr(solution, "inherited_fitness", None)
    if inherited is None:
        return Values(errors.tolist())
    decay, values = inherited
    mixed = [(1 - decay) * old + decay * new for old, new in zip(values, errors.tolist(), strict=True)]
    return Values(mixed, {"errors": errors.tolist()})
