"""Evolve the weights of an LSTM for a sine wave, without a gradient.

    python scripts/evolve_weights_sine.py
    python scripts/evolve_weights_sine.py --technique separable_cma_es --metric median_ae
    python -m scoop scripts/evolve_weights_sine.py --units 32,32 --look-back 20
    python scripts/evolve_weights_sine.py --resume FOLDER

The weights are judged on the training split, and the best of them compared on the validation split. Threads of this
process share the work unless SCOOP has workers; the result is the same.
"""

from collections.abc import Sequence

from dlopt_deap import NetworkSpec, data
from dlopt_deap.core.forecasts.forecast import NUMERIC
from dlopt_deap.tools import parse_search, run_script, search_parser, session_of, whole_numbers
from dlopt_deap.weight import TECHNIQUES, WeightProblem, technique


def main(argv: Sequence[str] | None = None) -> int:
    """Run the example, and return its exit code."""
    description = "Evolve the weights of an LSTM for a sine wave, without a gradient."
    parser = search_parser("evolve_weights_sine.py", description, evaluations=20_000, population=None)
    parser.add_argument("--technique", choices=list(TECHNIQUES), default="openai_es", help="(%(default)s)")
    parser.add_argument("--sigma", type=float, metavar="X", help="first step size (that of the technique)")
    parser.add_argument("--metric", choices=NUMERIC, default="mae", help="to be minimised (%(default)s)")
    parser.add_argument("--units", type=whole_numbers, default=(8,), metavar="A,B", help="of each layer (8)")
    parser.add_argument("--look-back", type=int, default=10, metavar="N", help="rows read (%(default)s)")
    options = parse_search(parser, argv)

    session = session_of(options)
    spec = NetworkSpec(inputs=1, units=options.units, outputs=1, look_back=options.look_back)
    problem = WeightProblem(data.sine(), spec, metric=options.metric, threads=session.threads())
    search, toolbox = technique(options.technique, problem, options.population, options.sigma)
    return session.search("sine-weights", problem, search, toolbox)


if __name__ == "__main__":
    run_script("evolve_weights_sine.py", main)
