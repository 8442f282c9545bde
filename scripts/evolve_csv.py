"""Evolve the architecture of a recurrent network for a time series of your own.

    python -m scoop scripts/evolve_csv.py FILE --target COLUMN
    python scripts/evolve_csv.py --series sunspots --season 11
    python scripts/evolve_csv.py FILE --resume FOLDER

The fitness is the error on the validation split after a short training (``--fitness mae``), the promise of MAE random
sampling (``log_p``, DLOPT's), or both in two stages (``log_p,mae``): search by the one, then train the best. With
``mae,num_weights`` error and size are searched together, and the result is a Pareto front.
"""

from collections.abc import Sequence
from functools import partial

from dlopt_deap import Evolution
from dlopt_deap.architecture import Space, train_best
from dlopt_deap.forecasting import make_task
from dlopt_deap.tools import add_series_options, parse_search, read_series, run_script, search_parser, session_of


def main(argv: Sequence[str] | None = None) -> int:
    """Run the search, and return its exit code."""
    description = "Evolve the architecture of a recurrent network for a time series of your own."
    parser = search_parser("evolve_csv.py", description, evaluations=300, population=20, samples=100)
    add_series_options(parser)
    choices = ["mae", "mae,num_weights", "log_p", "log_p,mae"]
    parser.add_argument("--fitness", choices=choices, default="mae", help="(%(default)s)")
    parser.add_argument("--epochs", type=int, default=10, metavar="N", help="of a training in the search (%(default)s)")
    options = parse_search(parser, argv)

    series = read_series(options)
    space = Space(look_back=(2, 30), layers=(1, 3), units=(1, 32), activation="linear")
    task = make_task(series, options.fitness, space, epochs=options.epochs, num_samples=options.samples)
    evolution = Evolution(population_size=options.population, cxpb=0.5, mutpb=1.0)
    then = partial(train_best, problem=task.final, k=5) if task.two_stage else None
    return session_of(options, options.season).search(series.name, task.search, evolution, then=then)


if __name__ == "__main__":
    run_script("evolve_csv.py", main)
