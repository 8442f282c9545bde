"""Evolve the architecture of a recurrent network that predicts the next character or word of a text.

    python -m scoop scripts/evolve_text.py FILE.txt
    python scripts/evolve_text.py --text licence --level word --vocabulary 500
    python scripts/evolve_text.py --fitness log_p --text licence

The fitness is the cross-entropy on the validation split after a short training (``--fitness cross_entropy``), or the
promise of random sampling (``log_p``, DLOPT's) that it falls below a threshold. The winner is compared with a bigram
model, and a few tokens are drawn from it.
"""

import argparse
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from dlopt_deap import Evolution, Result
from dlopt_deap.architecture import RandomSamplingProblem, Space, TrainingProblem
from dlopt_deap.data import TokenSequence, license_text, read_text
from dlopt_deap.errors import SettingError
from dlopt_deap.networks import TrainingSettings, generate
from dlopt_deap.tools import parse_search, run_script, search_parser, session_of

THRESHOLD = 1.0
"""The cross-entropy in nats that random sampling extrapolates to."""

UNKNOWN = "<unknown>"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the search, and return its exit code."""
    description = "Evolve the architecture of a network that predicts the next character or word of a text."
    parser = search_parser("evolve_text.py", description, evaluations=60, population=10, samples=30)
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a text in UTF-8")
    parser.add_argument("--text", choices=["licence"], help="a text that comes with the package")
    parser.add_argument("--level", default="character", help="what a token is: character or word (%(default)s)")
    parser.add_argument("--encoding", default="ids", help="what networks read: ids or one_hot (%(default)s)")
    parser.add_argument("--vocabulary", type=int, metavar="N", help="the most frequent tokens alone (all)")
    parser.add_argument("--fitness", choices=["cross_entropy", "log_p"], default="cross_entropy", help="(%(default)s)")
    parser.add_argument("--epochs", type=int, default=3, metavar="N", help="of a training in the search (%(default)s)")
    parser.add_argument("--final-epochs", type=int, default=60, metavar="N", help="of the winner's (%(default)s)")
    options = parse_search(parser, argv)

    sequence = read_tokens(options)
    embedding = (4, 32) if sequence.encoding == "ids" else None
    space = Space((4, 20), layers=(1, 2), units=(8, 64), activation="softmax", embedding=embedding)
    if options.fitness == "log_p":
        problem = RandomSamplingProblem(sequence, space, num_samples=options.samples, threshold=THRESHOLD)
    else:
        how = TrainingSettings(batch_size=64, learning_rate=0.005, patience=5)
        lengths = {"epochs": options.epochs, "final_epochs": options.final_epochs, "final_repeats": 1}
        problem = TrainingProblem(sequence, space, training=how, **lengths)
    evolution = Evolution(population_size=options.population, cxpb=0.5, mutpb=1.0, hall_of_fame=3)
    return session_of(options).search(sequence.name, problem, evolution, tell=partial(sample, sequence, options.level))


def read_tokens(options: argparse.Namespace) -> TokenSequence:
    """Read the file, or take the text that the package ships."""
    if (options.file is None) == (options.text is None):
        raise SettingError("Give either a FILE or --text licence.")
    unknown = None if options.vocabulary is None else UNKNOWN
    how = (options.level, options.vocabulary, options.encoding, unknown)
    return license_text(*how) if options.text else read_text(options.file, *how)


def sample(sequence: TokenSequence, level: str, result: Result) -> str:
    """Draw some tokens that follow the training split."""
    start = sequence.ids[sequence.training.rows][-result.spec.look_back :]
    drawn = generate(result.spec, result.weights, start, count=60, temperature=0.7, seed=result.seed)
    between = "" if level == "character" else " "
    return "".join(["drawn from it: ", between.join(sequence.decode(drawn))])


if __name__ == "__main__":
    run_script("evolve_text.py", main)
