"""Settings that nobody should give."""

from functools import partial
from typing import Any

import numpy as np
from fuzz.cases import NUMBERS, STRANGE, fuzz, some_of, success_or_one_clear_error
from hypothesis import strategies as st

from dlopt_deap import Evolution, RandomSearch, data
from dlopt_deap.architecture import Racing, RandomSamplingProblem, Space, TrainingProblem, list_architectures
from dlopt_deap.core import Stop
from dlopt_deap.data import TimeSeries
from dlopt_deap.networks import NetworkSpec, TrainingSettings, predict, train
from dlopt_deap.sampling import Normal, Uniform, log_probability, mae_random_sampling

SERIES = data.sine(stop=10.0)
SMALL = Space(look_back=(1, 5), layers=(1, 2), units=(1, 4))
PAIRS = st.tuples(st.integers(1, 6), st.integers(6, 12))
SHARES = st.tuples(st.floats(0, 0.3), st.floats(0, 0.9))
CELLS = st.sampled_from(["lstm", "gru", "simple_rnn", ("lstm", "gru"), "lstn"])
ACTIVATIONS = st.sampled_from(["linear", "tanh", "sigmoid", "relu", "softmax", ("tanh", "relu")])
EMBEDDINGS = st.one_of(st.none(), PAIRS, st.integers(1, 9))

SPACES = some_of(
    look_back=PAIRS,
    layers=PAIRS,
    units=PAIRS,
    dropout=SHARES,
    learning_rate=SHARES,
    batch_size=PAIRS,
    cell=CELLS,
    activation=ACTIVATIONS,
    embedding=EMBEDDINGS,
)
TRAININGS = some_of(
    batch_size=st.integers(1, 200),
    loss=st.sampled_from(["mse", "mae", "huber", "cross_entropy"]),
    optimizer=st.sampled_from(["sgd", "rmsprop", "adam", "adagrad", "adadelta", "adamax", "nadam"]),
    learning_rate=st.floats(0, 1e3),
    momentum=st.floats(0, 0.9),
    dropout=st.floats(0, 0.9),
    clipnorm=st.floats(0, 2),
    clipvalue=st.floats(0, 2),
    global_clipnorm=st.floats(0, 2),
    shuffle=st.booleans(),
    patience=st.integers(1, 3),
    min_delta=st.floats(0, 1),
    max_seconds=st.floats(0, 1),
    initializer=st.sampled_from(["keras", "uniform"]),
)
SAMPLINGS = some_of(
    threshold=st.floats(0, 1),
    lower=st.floats(-1, 0),
    upper=st.floats(0, 2),
    metric=st.sampled_from(["mae", "mse", "rmse", "mape", "smape", "median_ae", "cross_entropy", "error_rate"]),
    distribution=st.sampled_from([Normal(0.0, 0.1), Uniform(), Normal(1e300, 0.0)]),
    confidence=st.floats(0, 1),
    threads=st.integers(1, 3),
    seed=st.integers(0, 3),
)


@fuzz(SPACES)
def test_a_space_is_made_or_refused(arguments: dict[str, Any]) -> None:
    with success_or_one_clear_error():
        space = Space(**arguments)
        space.spec(space.random_genes(), 1, 1)
        assert space.contains(space.smallest())
        assert space.size >= 1
        assert list_architectures(space).count >= 1


@fuzz(
    some_of(
        inputs=st.integers(1, 9),
        units=st.lists(st.integers(1, 9), min_size=1),
        outputs=st.integers(1, 9),
        look_back=st.integers(1, 9),
        cell=CELLS,
        activation=ACTIVATIONS,
        embedding=EMBEDDINGS,
    )
)
def test_a_network_is_described_or_refused(arguments: dict[str, Any]) -> None:
    with success_or_one_clear_error():
        spec = NetworkSpec.from_dict({"inputs": 1, "units": [2], "outputs": 1, "look_back": 3} | arguments)
        spec.unpack(np.zeros(spec.num_weights))


@fuzz(
    st.one_of(
        STRANGE,
        st.dictionaries(st.sampled_from(["inputs", "units", "outputs", "look_back", "embedding", "x"]), STRANGE),
    )
)
def test_a_described_network_is_read_or_refused(values: Any) -> None:
    with success_or_one_clear_error():
        NetworkSpec.from_dict(values)


@fuzz(TRAININGS)
def test_settings_of_training_are_taken_or_refused_and_a_network_trains_with_them(arguments: dict[str, Any]) -> None:
    with success_or_one_clear_error():
        settings = TrainingSettings(**arguments)
        trained = train(NetworkSpec(1, (2,), 1, 3), SERIES, 2, settings)
        assert np.isfinite(trained.weights).all()


@fuzz(
    some_of(
        epochs=st.integers(0, 2),
        weights=st.none(),
        seed=st.integers(0, 2**40),
        engine=st.sampled_from(["auto", "native"]),
    )
)
def test_a_training_is_made_or_refused(arguments: dict[str, Any]) -> None:
    epochs = arguments.pop("epochs", 1)
    if isinstance(epochs, int) and epochs > 40:
        return  # it is asked for, and takes as long as it takes
    with success_or_one_clear_error():
        train(NetworkSpec(1, (2,), 1, 3), SERIES, epochs, **arguments)


@fuzz(
    some_of(
        values=st.lists(st.floats(-1e6, 1e6), min_size=8, max_size=30),
        columns=st.just(["a"]),
        inputs=st.just(["a"]),
        targets=st.sampled_from(["a", ["a"], ["b"]]),
        index=st.none(),
        scale=st.one_of(st.tuples(st.floats(-2, 0), st.floats(0, 2)), st.sampled_from(["standard", "min-max"])),
        split_rows=st.tuples(st.integers(0, 30), st.integers(0, 30)),
        split_times=st.tuples(st.integers(0, 30), st.integers(0, 30)),
        season=st.integers(1, 30),
        shares=st.sampled_from([(0.5, 0.25, 0.25), (0.2, 0.2, 0.6)]),
    ),
    STRANGE,
)
def test_a_series_its_splits_and_its_scaling_are_made_or_refused(arguments: dict[str, Any], look_back: Any) -> None:
    with success_or_one_clear_error():
        series = TimeSeries(**{"values": np.arange(50.0) % 7} | arguments)
        for split in (series.training, series.validation, series.testing):
            x, y = split.windows(look_back)
            assert np.isfinite(x).all()
            split.to_own_units(y)
        assert len(series.fingerprint()) == 64


@fuzz(some_of(freq=st.floats(-5, 5), start=st.floats(-5, 5), stop=st.floats(5, 20), step=st.floats(0.01, 1)))
def test_a_sine_wave_is_made_or_refused(arguments: dict[str, Any]) -> None:
    with success_or_one_clear_error():
        data.sine(**arguments)


@fuzz(*[NUMBERS] * 5)
def test_a_log_probability_is_at_most_zero_or_refused(
    mean: Any, std: Any, threshold: Any, lower: Any, upper: Any
) -> None:
    with success_or_one_clear_error():
        assert log_probability(mean, std, threshold, lower, upper) <= 0


@fuzz(some_of(num_samples=st.integers(1, 20)), SAMPLINGS)
def test_a_random_sampling_is_made_or_refused(number: dict[str, Any], arguments: dict[str, Any]) -> None:
    number = {"num_samples": 10} | number
    with success_or_one_clear_error():
        if isinstance(number["num_samples"], int) and 100 < number["num_samples"] <= 10**7:
            return
        mae_random_sampling(NetworkSpec(1, (2,), 1, 3), SERIES.validation, **number, **arguments)


@fuzz(STRANGE, STRANGE, STRANGE)
def test_a_prediction_is_made_or_refused(weights: Any, x: Any, threads: Any) -> None:
    spec = NetworkSpec(1, (2,), 1, 3)
    with success_or_one_clear_error():
        predict(spec, np.zeros(spec.num_weights), np.zeros((2, 3, 1)), threads)
    with success_or_one_clear_error():
        predict(spec, weights, np.zeros((2, 3, 1)))
    with success_or_one_clear_error():
        predict(spec, np.zeros(spec.num_weights), x)


TARGETS = st.dictionaries(
    st.sampled_from(["log_p", "mean", "num_weights", "look_back", "mae"]), st.sampled_from([1, -1])
)


@fuzz(
    some_of(targets=TARGETS, num_samples=st.integers(1, 9), final_samples=st.integers(1, 9)),
    SAMPLINGS,
    st.one_of(st.just({}), SPACES),
)
def test_a_sampling_problem_is_made_or_refused(
    arguments: dict[str, Any], sampling: dict[str, Any], space: dict[str, Any]
) -> None:
    with success_or_one_clear_error():
        limits = Space(**space) if space else SMALL
        problem = RandomSamplingProblem(SERIES, limits, **{"num_samples": 2} | arguments, **sampling)
        problem.settings()


@fuzz(
    some_of(
        "targets",
        targets=st.dictionaries(st.sampled_from(["mae", "num_weights", "mape"]), st.sampled_from([1, -1])),
        epochs=st.integers(1, 2),
        repeats=st.integers(1, 2),
        final_epochs=st.integers(1, 2),
        final_repeats=st.integers(1, 2),
        engine=st.sampled_from(["auto", "native", "keras"]),
    ),
    some_of(rungs=st.just((1, 2)), keep=st.floats(0, 1)),
)
def test_a_training_problem_and_a_race_are_made_or_refused(arguments: dict[str, Any], race: dict[str, Any]) -> None:
    with success_or_one_clear_error():
        problem = TrainingProblem(SERIES, SMALL, **arguments)
        problem.settings()
        Racing(problem, **{"rungs": (1,)} | race)


@fuzz(
    some_of(
        max_evaluations=st.integers(1, 9),
        max_generations=st.integers(1, 9),
        max_seconds=st.floats(0, 9),
        stagnation=st.integers(1, 9),
        target_fitness=st.dictionaries(st.sampled_from(["log_p", "mae"]), st.floats(-9, 9)),
        signals=st.lists(st.sampled_from(["SIGUSR1", "SIGUSR2", "SIGKILL"])).map(tuple),
    )
)
def test_criteria_are_taken_or_refused(arguments: dict[str, Any]) -> None:
    with success_or_one_clear_error():
        Stop(**arguments).to_dict()


@fuzz(
    some_of(
        population_size=st.integers(1, 9),
        offspring_size=st.integers(1, 9),
        restarts=st.integers(0, 2),
        migration_size=st.integers(0, 2),
        hall_of_fame=st.integers(1, 9),
        max_failures=st.integers(1, 9),
        cxpb=st.floats(0, 1),
        mutbp=st.floats(0, 1),
    )
)
def test_an_evolution_is_made_or_refused(arguments: dict[str, Any]) -> None:
    with success_or_one_clear_error():
        Evolution(**arguments).settings()


@fuzz(some_of(batch_size=st.integers(1, 9), hall_of_fame=st.integers(1, 9), max_failures=st.integers(1, 9)))
def test_a_random_search_is_made_or_refused(arguments: dict[str, Any]) -> None:
    with success_or_one_clear_error():
        RandomSearch(**arguments).settings()


@fuzz(some_of(space=st.just(SMALL), pace=st.integers(1, 9), initial=st.lists(st.integers(1, 4), max_size=2)))
def test_a_listing_is_made_or_refused(arguments: dict[str, Any]) -> None:
    with success_or_one_clear_error():
        assert partial(list_architectures, SMALL)(**{k: v for k, v in arguments.items() if k != "space"}).count >= 0
