"""Architectures outside, weights inside: each architecture is worth what its weights evolve to."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from deap import base
from numpy.typing import NDArray

from dlopt_deap.architecture import ArchitectureProblem, Space, inherit_weights
from dlopt_deap.architecture.memetic import with_inherited, with_trained
from dlopt_deap.architecture.space import TRAINING_GENES
from dlopt_deap.architecture.validation import check_error_targets, validation_values
from dlopt_deap.checks import check_choice, check_integer, shown
from dlopt_deap.core import Values
from dlopt_deap.data import Series
from dlopt_deap.errors import SettingError
from dlopt_deap.joint.finish import train_from_evolved, validation_error
from dlopt_deap.joint.settings import FinalEvolution, InnerEvolution
from dlopt_deap.networks import initial_weights
from dlopt_deap.sampling.metrics import default_metric
from dlopt_deap.seeding import derive
from dlopt_deap.weight import Evolved

Weights = NDArray[np.float32]

INHERITANCES = ("lamarckian", "baldwinian")


class JointProblem(ArchitectureProblem):
    """Find the architecture whose network forecasts best once its weights have evolved for a while.

    The weights evolve on the training split, by an evolution inside each evaluation; the fitness is the error on the
    validation split; the test split is not looked at. At the end the weights of the best evolve for long, and that is
    what they are ranked by.

    Args:
        series: The time series, or sequence of tokens.
        space: The limits of the search.
        targets: What is optimised: errors to minimise (``mae``, ``median_ae``, ``mse``, ``rmse`` in scaled units,
            ``mape``, ``smape`` in the series' own; of tokens also ``cross_entropy`` in nats and ``error_rate``) and
            costs (``num_weights``, ``multiply_adds``, ``look_back``). Unless given ``mae``, of tokens
            ``cross_entropy``.
        inner_evaluations: Weight vectors evaluated for each architecture.
        inheritance: ``"lamarckian"``: children begin with the weights that their parents evolved, as far as these fit;
            ``"baldwinian"``: children begin anew, and what their parents learnt counted for the fitness alone.
        inner: How the weights evolve.
        final: How they evolve at the end of a run.

    Raises:
        SettingError: If a target is unknown, a setting makes no sense, or the space has genes of training.
        DataError: If the space looks back further than the series allows.

    Source:
        Whitley, Gordon, Mathias, 1994, Lamarckian evolution, the Baldwin effect and function optimization, which
        compares both inheritances; Hinton and Nowlan, 1987, How learning can guide evolution. They inherit between
        equal genomes; here weights go over to networks of another shape as far as these have a place for them.

    Examples:
        >>> from dlopt_deap import Evolution, data
        >>> problem = JointProblem(data.sine(stop=20.0), Space((2, 6), (1, 2), (1, 4)), inner_evaluations=200)
        >>> values = problem.evaluate([5, 4], seed=1)
        >>> values.metrics["inner_evaluations"], values[0] < 0.3
        (200, True)
    """

    noisy = True

    def __init__(
        self,
        series: Series,
        space: Space,
        targets: Mapping[str, int] | None = None,
        inner_evaluations: int = 500,
        inheritance: str = "lamarckian",
        inner: InnerEvolution | None = None,
        final: FinalEvolution | None = None,
    ) -> None:
        super().__init__(series, space, {default_metric(series): -1} if targets is None else targets)
        check_error_targets(self.targets, series)
        if useless := [name for name in TRAINING_GENES if name in space.head]:
            raise SettingError(
                f"The space of a joint search must leave out {', '.join(useless)}: weights evolve without gradients."
            )
        self.inner_evaluations = check_integer("inner_evaluations", inner_evaluations, low=1)
        self.inheritance = check_choice("inheritance", inheritance, INHERITANCES)
        self.pure = self.inheritance == "baldwinian"
        self.inner = InnerEvolution() if inner is None else inner
        self.final = FinalEvolution() if final is None else final
        for name, kind in (("inner", InnerEvolution), ("final", FinalEvolution)):
            if not isinstance(getattr(self, name), kind):
                raise SettingError(
                    f"`{name}` must be of {kind.__name__}, such as {kind.__name__}(), got {shown(getattr(self, name))}."
                )
        self.series.training.windows(space.look_back[1])
        self._check_by_example()

    def start(self, solution: Sequence[Any], seed: int = 0) -> Weights:
        """Give the weights that the evolution of a solution begins with: shape (num_weights,)."""
        spec = self.decode(solution)
        fresh = initial_weights(spec, self.inner.initializer, seed)
        return with_inherited(solution, spec, fresh) if self.inheritance == "lamarckian" else fresh

    def evolve(self, solution: Sequence[Any], evaluations: int, seed: int, weights: Weights) -> Evolved:
        """Evolve the weights of a solution's network on the training split, beginning with ``weights``."""
        objective = self.inner.objective(self.series, self.decode(solution))
        return self.inner.evolve(objective, weights, evaluations, seed)

    def evaluate(self, solution: Sequence[Any], seed: int = 0, inner_evaluations: int | None = None) -> Values:
        """Evolve the weights for ``inner_evaluations`` (the problem's own unless given), and give the errors.

        With ``"lamarckian"`` the values carry the evolved weights, and follow from the inherited ones too.
        """
        evaluations = self.inner_evaluations if inner_evaluations is None else inner_evaluations
        own = derive(seed, list(solution), "evolution")
        evolved = self.evolve(solution, evaluations, own, self.start(solution, own))
        values = self._values(solution, [evolved.weights], evolved.evaluations)
        if self.inheritance == "lamarckian":
            return with_trained(values, self.decode(solution), evolved.weights)
        return values

    def reestimate(self, solution: Sequence[Any], seed: int = 0) -> Values:
        """Evolve anew and for long, several times, and give the mean errors; nothing is inherited."""
        return self._values(solution, self.final_weights(solution, seed), self.final.repeats * self.final.evaluations)

    def final_weights(self, solution: Sequence[Any], seed: int = 0) -> list[Weights]:
        """Evolve weights anew as it is done at the end of a run with this seed: ``final.repeats`` vectors."""
        seeds = [derive(seed, list(solution), "final", repeat) for repeat in range(self.final.repeats)]
        spec = self.decode(solution)
        return [self._final(solution, one, initial_weights(spec, self.inner.initializer, one)) for one in seeds]

    def network_weights(self, solution: Sequence[Any], seed: int = 0) -> Weights:
        """Give the best weights known, by the error of ``inner`` on the validation split: shape (num_weights,).

        They are the best of :meth:`final_weights` and, with ``"lamarckian"``, of the weights that the solution's line
        evolved during the search, as they are and evolved further.
        """
        spec = self.decode(solution)
        known = self.final_weights(solution, seed)
        learnt = getattr(getattr(solution, "fitness", None), "trained", None)
        if self.inheritance == "lamarckian" and learnt is not None and learnt[0] == spec:
            further = self._final(solution, derive(seed, list(solution), "further"), learnt[1])
            known += [learnt[1], further]
        objective = self.inner.objective(self.series, spec)
        return min(known, key=lambda weights: validation_error(objective, weights))

    def toolbox(self, seed: int = 0, **overrides: Any) -> base.Toolbox:
        """Make the DEAP toolbox of this problem; each override is registered in place of what has its name.

        With ``"lamarckian"`` its ``mate`` and ``mutate`` hand weights on; whoever registers others afterwards calls
        :func:`~dlopt_deap.architecture.inherit_weights` once more.
        """
        toolbox = super().toolbox(seed, **overrides)
        return inherit_weights(toolbox) if self.inheritance == "lamarckian" else toolbox

    def settings(self) -> dict[str, Any]:
        """Describe the problem as JSON values."""
        return super().settings() | {
            "inner_evaluations": self.inner_evaluations,
            "inheritance": self.inheritance,
            "inner": self.inner.to_dict(self.series),
            "final": self.final.to_dict(),
        }

    def prepare(self) -> None:
        """Compile the kernels once, or load them, before workers do."""
        smallest = self.space.smallest()
        self.evolve(smallest, 1, 0, self.start(smallest))

    def _final(self, solution: Sequence[Any], seed: int, weights: Weights) -> Weights:
        """Evolve for long, and train by gradients after it if that is asked for."""
        objective = self.inner.objective(self.series, self.decode(solution))
        evolved = self.inner.evolve(objective, weights, self.final.evaluations, seed).weights
        if not self.final.epochs:
            return evolved
        return train_from_evolved(objective, evolved, self.final.epochs, self.final.training, seed).weights

    def _values(self, solution: Sequence[Any], weights: Sequence[Weights], evaluations: int) -> Values:
        """Give the mean errors on the validation split, and their spread."""
        return validation_values(self, solution, weights, {"inner_evaluations": evaluations})

    def _check_by_example(self) -> None:
        """See that the smallest network that looks back furthest can be judged, and has a generation to learn from."""
        genes = [self.space.look_back[1], *self.space.smallest()[1:]]
        start = self.start(genes)
        self.evolve(genes, 0, 0, start)
        needed = 1 + self.inner.around(start).count
        if self.inner_evaluations < needed:
            raise SettingError(
                f"`inner_evaluations` must suffice for the initial weights and one generation of the strategy, at "
                f"least {needed}, got {self.inner_evaluations}; raise it, or take a smaller `population_size`."
            )
