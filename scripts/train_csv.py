"""Train one recurrent network for a time series of your own, and compare its forecasts with naive ones.

python scripts/train_csv.py FILE --target COLUMN --units 16,8 --look-back 12
python scripts/train_csv.py --series sunspots --season 11
"""

from collections.abc import Sequence

from dlopt_deap.networks import NetworkSpec, TrainingSettings, train
from dlopt_deap.seeding import choose_seed
from dlopt_deap.storage import new_run_folder
from dlopt_deap.tools import (
    add_series_options,
    default_folder,
    forecast_report,
    kept_options,
    load_keras,
    read_series,
    run_script,
    save_training,
    script_parser,
    whole_numbers,
)


def main(argv: Sequence[str] | None = None) -> int:
    """Train the network, and return the program's exit code."""
    description = "Train one recurrent network for a time series, and compare its forecasts with naive ones."
    parser = script_parser("train_csv.py", description)
    add_series_options(parser)
    parser.add_argument("--units", type=whole_numbers, default=(16,), metavar="A,B", help="of each layer (16)")
    parser.add_argument("--look-back", type=int, default=12, metavar="N", help="rows read (%(default)s)")
    parser.add_argument("--cell", default="lstm", help="lstm, gru or simple_rnn (%(default)s)")
    parser.add_argument("--epochs", type=int, default=300, metavar="N", help="the most epochs (%(default)s)")
    parser.add_argument("--patience", type=int, default=25, metavar="N", help="epochs without progress (%(default)s)")
    parser.add_argument("--batch-size", type=int, default=16, metavar="N", help="windows in a batch (%(default)s)")
    parser.add_argument("--learning-rate", type=float, default=0.005, metavar="X", help="of Adam (%(default)s)")
    parser.add_argument("--engine", default="auto", help="auto, native or keras (%(default)s)")
    options = parser.parse_args(argv)

    series = read_series(options)
    spec = NetworkSpec(
        len(series.inputs), options.units, len(series.targets), options.look_back, options.cell, activation="linear"
    )
    settings = TrainingSettings(
        batch_size=options.batch_size, learning_rate=options.learning_rate, patience=options.patience
    )
    seed = choose_seed(options.seed)
    training = train(spec, series, options.epochs, settings, seed=seed, engine=options.engine)
    folder = new_run_folder(options.out or default_folder(f"{series.name}-training"))
    load_keras()
    forecast = save_training(training, spec, series, folder, seed, options.season, kept_options(options))
    print(f"trained for {training.epochs} epochs in {training.seconds:.2f} s ({training.engine} engine), seed {seed}")
    print(forecast_report(forecast))
    print(f"run folder: {folder}")
    return 0


if __name__ == "__main__":
    run_script("train_csv.py", main)
