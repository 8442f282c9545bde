"""Small weight problems, and what of their runs must be the same."""

from pathlib import Path
from typing import Any

from dlopt_deap.core import Result, Stop
from dlopt_deap.core.results.logbook_file import logbook_csv
from dlopt_deap.data import sine
from dlopt_deap.networks import NetworkSpec
from dlopt_deap.weight import WeightProblem, technique

SERIES = sine(stop=12.0)
SPEC = NetworkSpec(1, (2,), 1, look_back=3)


def problem(spec: NetworkSpec = SPEC, metric: Any = "mae", **settings: Any) -> WeightProblem:
    return WeightProblem(settings.pop("series", SERIES), spec, metric, **settings)


def solutions(of: WeightProblem, number: int) -> list[Any]:
    """Draw some solutions; the tests begin with the same random state."""
    return [of.random_solution() for _ in range(number)]


def evolve(
    name: str,
    evaluations: int = 100,
    of: WeightProblem | None = None,
    population: int = 8,
    seed: int = 3,
    run: Path | None = None,
    stop: Stop | None = None,
    callbacks: Any = (),
    sigma: float | None = None,
    **toolbox: Any,
) -> Result:
    """Make a run of a technique by its name."""
    of = problem() if of is None else of
    search, tools = technique(name, of, population, sigma, **toolbox)
    stop = Stop(max_evaluations=evaluations) if stop is None else stop
    return search.optimize(of, stop=stop, seed=seed, toolbox=tools, callbacks=callbacks, run=run)


def outcome(result: Result) -> tuple[Any, ...]:
    """Everything of a result that must be the same, to the last bit."""
    return (
        [(one.solution.genes.tobytes(), one.values, one.metrics) for one in result.candidates],
        [(one.genes.tobytes(), one.fitness.wvalues) for one in result.population],
        logbook_csv(result.logbook),
        (result.evaluations, result.failures, result.stopped_by),
        result.weights.tobytes(),
    )


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}
