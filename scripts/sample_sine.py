"""Sample the errors of every architecture of a space on a sine wave, without any search.

    python -m scoop scripts/sample_sine.py
    python scripts/sample_sine.py --layers 1 2 --units 1 4 --look-back 2 5

It is DLOPT's sampling example. The outcome is ``samples.jsonl`` in the run folder, one JSON line an architecture.
"""

import json
import sys
from collections.abc import Sequence

from tqdm import tqdm

from dlopt_deap import data
from dlopt_deap.architecture import RandomSamplingProblem, Space, list_architectures, sample_architectures
from dlopt_deap.checks import check_integer
from dlopt_deap.files import replacing
from dlopt_deap.parallel import open_map
from dlopt_deap.seeding import choose_seed
from dlopt_deap.storage import new_run_folder
from dlopt_deap.tools import announce, default_folder, run_parser, run_script


def main(argv: Sequence[str] | None = None) -> int:
    """Run the example, and return its exit code."""
    description = "Sample the errors of every architecture of a space on a sine wave, without any search."
    parser = run_parser("sample_sine.py", description, samples=30)
    for name, low, high in (("layers", 1, 2), ("units", 1, 2), ("look-back", 1, 2)):
        limits = {"nargs": 2, "metavar": ("LEAST", "MOST"), "default": (low, high)}
        parser.add_argument(f"--{name}", type=int, help=f"limits of the space ({low} {high})", **limits)
    options = parser.parse_args(argv)

    space = Space(look_back=options.look_back, layers=options.layers, units=options.units, activation="sigmoid")
    problem = RandomSamplingProblem(data.sine(), space, num_samples=options.samples)
    units = list_architectures(space)
    look_backs = range(space.look_back[0], space.look_back[1] + 1)
    number = check_integer("architectures", units.count * len(look_backs), limit="MAX_ARCHITECTURES")
    architectures = ([look_back, *layers] for look_back in look_backs for layers in units)
    seed = choose_seed(options.seed)
    path = new_run_folder(options.out or default_folder("sine-samples")) / "samples.jsonl"
    problem.prepare()
    with open_map(options.workers) as map_, replacing(path) as temporary, temporary.open("w") as lines:
        announce(map_, options.quiet)
        sampled = sample_architectures(problem, architectures, seed, map_)
        for record in tqdm(sampled, total=number, disable=options.quiet, file=sys.stderr):
            lines.write(json.dumps(record, allow_nan=False) + "\n")
    print(f"{number} architectures sampled with seed {seed}: {path}")
    return 0


if __name__ == "__main__":
    run_script("sample_sine.py", main)
