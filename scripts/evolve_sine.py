"""Evolve the architecture of an LSTM for a sine wave by MAE random sampling.

    python -m scoop scripts/evolve_sine.py
    python scripts/evolve_sine.py --workers 1
    python scripts/evolve_sine.py --resume FOLDER

It is DLOPT's optimisation example, with its space and its (mu + lambda); DLOPT's own budget is
``--evaluations 30 --population 3 --samples 30``.
"""

from collections.abc import Sequence

from dlopt_deap import Evolution, data
from dlopt_deap.architecture import RandomSamplingProblem, Space
from dlopt_deap.core import ea_mu_plus_lambda
from dlopt_deap.tools import parse_search, run_script, search_parser, session_of


def main(argv: Sequence[str] | None = None) -> int:
    """Run the example, and return its exit code."""
    description = "Evolve the architecture of an LSTM for a sine wave by MAE random sampling."
    parser = search_parser("evolve_sine.py", description, evaluations=300, population=10, samples=100)
    options = parse_search(parser, argv)

    space = Space(look_back=(2, 20), layers=(1, 3), units=(1, 10), activation="tanh")
    problem = RandomSamplingProblem(data.sine(), space, targets={"log_p": 1}, num_samples=options.samples)
    evolution = Evolution(
        ea_mu_plus_lambda,
        population_size=options.population,
        offspring_size=5,
        restarts=2,
        migration_size=min(2, options.population),
        cxpb=0.5,
        mutpb=1.0,
    )
    return session_of(options).search("sine", problem, evolution)


if __name__ == "__main__":
    run_script("evolve_sine.py", main)
