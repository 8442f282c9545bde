"""Evolve the architecture of an LSTM for a time series of your own by MAE random sampling.

python -m scoop scripts/evolve_csv.py FILE --target COLUMN
python scripts/evolve_csv.py --series sunspots
"""

from collections.abc import Sequence
from typing import Any

from dlopt_deap import Evolution, TimeSeries, data
from dlopt_deap.architecture import RandomSamplingProblem, Space
from dlopt_deap.errors import SettingError
from dlopt_deap.parallel import open_map
from dlopt_deap.storage import new_run_folder
from dlopt_deap.tools import Progress, announce, default_folder, finish, run_script, search_parser


def read_series(options: Any) -> TimeSeries:
    """Read the file, or take the series that the package ships."""
    if (options.file is None) == (options.series is None):
        raise SettingError("Give either a FILE or --series sunspots.")
    if options.series:
        return data.sunspots()
    return data.read_csv(options.file, inputs=options.inputs, targets=options.target, time=options.time)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the search, and return its exit code."""
    description = "Evolve the architecture of an LSTM for a time series of your own by MAE random sampling."
    parser = search_parser("evolve_csv.py", description, evaluations=300, population=10, samples=100)
    parser.add_argument("file", nargs="?", metavar="FILE", help="a CSV file with a header")
    parser.add_argument("--target", type=column_names, metavar="COLUMN", help="what to forecast (A,B for several)")
    parser.add_argument("--inputs", type=column_names, metavar="A,B", help="what to forecast from (the target)")
    parser.add_argument("--time", metavar="COLUMN", help="the column of dates or times, which must increase")
    parser.add_argument("--series", choices=["sunspots"], help="a series that comes with the package")
    options = parser.parse_args(argv)

    space = Space(look_back=(2, 20), layers=(1, 3), units=(1, 20), activation="tanh")
    series = read_series(options)
    problem = RandomSamplingProblem(series, space, targets={"log_p": 1}, num_samples=options.samples, threshold=0.1)
    evolution = Evolution(population_size=options.population, offspring_size=5, cxpb=0.5, mutpb=1.0)
    folder = new_run_folder(options.out or default_folder(series.name))
    with open_map(options.workers) as map_, Progress(options.evaluations, options.quiet) as progress:
        announce(map_, options.quiet)
        toolbox = problem.toolbox(map=map_)
        result = evolution.optimize(
            problem, options.evaluations, seed=options.seed, toolbox=toolbox, callbacks=[progress]
        )
    return finish(result, folder)


def column_names(text: str) -> list[str]:
    """Split the names of columns at commas."""
    return [name.strip() for name in text.split(",") if name.strip()]


if __name__ == "__main__":
    run_script("evolve_csv.py", main)
