"""Problems of tokens: architectures, weights and both together."""

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from dlopt_deap import AskTell, Evolution, WeightProblem
from dlopt_deap.architecture import RandomSamplingProblem, Space, TrainingProblem, overlay, train_best
from dlopt_deap.data import TokenSequence, sine
from dlopt_deap.errors import SettingError
from dlopt_deap.joint import FinalEvolution, InnerEvolution, JointProblem
from dlopt_deap.networks import NetworkSpec, TrainingSettings, initial_weights, predict
from dlopt_deap.sampling import cross_entropy
from dlopt_deap.weight import OpenAIES
from dlopt_deap.weight.groups import layer_of, layer_widths, neuron_of

IDS = TokenSequence("abcabdabcabb" * 20, encoding="ids")
ONE_HOT = TokenSequence("abcabdabcabb" * 20)
SPACE = Space(look_back=(2, 5), layers=(1, 2), units=(2, 6), activation="softmax", embedding=(2, 5))
FIXED = Space(look_back=(2, 5), layers=(1, 2), units=(2, 6), activation="softmax", embedding=3)
PLAIN = Space(look_back=(2, 5), layers=(1, 2), units=(2, 6), activation="softmax")
SPEC = NetworkSpec(1, (4,), 4, 4, activation="softmax", embedding=(4, 3))


def test_an_embedding_of_several_sizes_is_a_gene_before_the_units() -> None:
    assert list(SPACE.head) == ["look_back", "embedding"]
    spec = SPACE.spec([3, 4, 6], 1, 9)
    assert spec == NetworkSpec(1, (6,), 9, 3, activation="softmax", embedding=(9, 4))
    assert SPACE.repair([3, 40, 6]) == [3, 5, 6]
    assert SPACE.contains(SPACE.random_genes())


def test_an_embedding_of_one_size_is_none() -> None:
    assert list(FIXED.head) == ["look_back"]
    assert FIXED.spec([3, 6], 1, 9).embedding == (9, 3)
    assert Space(**(FIXED.to_dict())) == FIXED
    assert "embedding" not in PLAIN.to_dict()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (0, "`embedding` must be a whole number of at least 1, got 0"),
        (True, "`embedding` must be a whole number of at least 1, got True"),
        ((5, 2), r"`embedding` must be a pair \(least, most\) with least <= most"),
        ("3", "`embedding` must be a pair"),
    ],
)
def test_a_wrong_embedding_is_refused(wrong: Any, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        Space(embedding=wrong, activation="softmax")


@pytest.mark.parametrize(("sequence", "space"), [(IDS, SPACE), (IDS, FIXED), (ONE_HOT, PLAIN)])
def test_a_sampling_problem_samples_the_cross_entropy(sequence: TokenSequence, space: Space) -> None:
    problem = RandomSamplingProblem(sequence, space, num_samples=20, final_samples=30, threshold=0.5)
    assert problem.metric == "cross_entropy"
    found = Evolution(population_size=4).optimize(problem, 12, seed=1)
    weights = found.weights
    x, y = sequence.validation.windows(found.spec.look_back)
    least = cross_entropy(predict(found.spec, weights[np.newaxis], x), y)[0]
    assert least == problem.final_sampling(found.best, 1).samples.min()
    json.dumps(problem.settings())


def test_a_training_problem_minimises_the_cross_entropy_and_says_by_which_loss() -> None:
    problem = TrainingProblem(IDS, SPACE, epochs=2, final_epochs=3, final_repeats=1)
    assert problem.targets == {"cross_entropy": -1}
    assert problem.settings()["training"]["loss"] == "cross_entropy"
    values = problem.evaluate([3, 2, 4], seed=1)
    assert {"cross_entropy", "error_rate"} <= set(values.metrics)
    assert values[0] == values.metrics["cross_entropy"]
    assert problem.describe([3, 2, 4])["embedding"] == 2
    again = pickle.loads(pickle.dumps(problem))
    assert again.evaluate([3, 2, 4], seed=1) == values


def test_other_errors_of_tokens_may_be_targets_too() -> None:
    problem = TrainingProblem(IDS, FIXED, {"error_rate": -1, "mse": -1, "num_weights": -1}, epochs=1)
    values = problem.evaluate([3, 4], seed=1)
    assert 0 <= values[0] <= 1
    assert 0 < values[1] < 1
    assert values[2] == FIXED.spec([3, 4], 1, 4).num_weights


def test_a_problem_of_numbers_is_described_as_before_there_were_tokens() -> None:
    problem = TrainingProblem(sine(), Space())
    assert problem.settings()["training"]["loss"] == "mse"
    assert "embedding" not in problem.settings()["space"]
    assert RandomSamplingProblem(sine(), Space()).settings().keys().isdisjoint({"metric", "upper"})
    assert JointProblem(sine(), Space()).settings()["inner"]["metric"] == "mse"


def test_weights_evolve_for_the_cross_entropy_and_the_error_rate() -> None:
    problem = WeightProblem(IDS, SPEC)
    assert problem.targets == {"cross_entropy": -1}
    start = problem.objective.errors(initial_weights(SPEC)[np.newaxis])[0, 0]
    found = AskTell(lambda weights: OpenAIES(weights, sigma=0.1, learning_rate=0.1)).optimize(problem, 2_000, seed=1)
    assert found.fitness["cross_entropy"] < 0.8 * start
    assert WeightProblem(IDS, SPEC, ["error_rate", "mse"]).evaluate(np.zeros(SPEC.num_weights, np.float32))[0] <= 1


@pytest.mark.parametrize("inheritance", ["lamarckian", "baldwinian"])
def test_architectures_and_weights_evolve_together(inheritance: str) -> None:
    final = FinalEvolution(evaluations=300, repeats=1)
    problem = JointProblem(IDS, SPACE, inner_evaluations=30, inheritance=inheritance, final=final)
    assert problem.settings()["inner"]["metric"] == "cross_entropy"
    found = Evolution(population_size=4).optimize(problem, 8, seed=1)
    assert found.fitness["cross_entropy"] < 3
    assert JointProblem(ONE_HOT, PLAIN, inner=InnerEvolution(metric="error_rate"), inner_evaluations=30).targets


def test_what_is_found_by_sampling_is_trained_at_the_end() -> None:
    sampling = RandomSamplingProblem(IDS, SPACE, num_samples=10, final_samples=10, threshold=0.5)
    training = TrainingProblem(IDS, SPACE, final_epochs=5, final_repeats=1)
    found = train_best(Evolution(population_size=4).optimize(sampling, 8, seed=1), training, k=2)
    assert found.forecast().errors["network"]["cross_entropy"] < 3
    with pytest.raises(SettingError, match=r"series of numbers, got TokenSequence.*; draw tokens with `networks"):
        found.forecast_ahead(3)


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
def test_a_result_is_saved_with_its_model_and_its_forecast(tmp_path: Path) -> None:
    from dlopt_deap.networks import load_keras
    from dlopt_deap.tools import save_run

    problem = TrainingProblem(IDS, SPACE, epochs=2, final_epochs=3, final_repeats=1)
    found = Evolution(population_size=4).optimize(problem, 8, seed=1)
    save_run(found, tmp_path)
    result = json.loads((tmp_path / "result.json").read_text())
    assert set(result["test"]["network"]) == {"cross_entropy", "perplexity", "error_rate"}
    assert result["series"]["vocabulary"] == ["a", "b", "c", "d"]
    assert result["embedding"] == found.spec.embedding[1]  # type: ignore[index]
    spec, weights = load_keras(tmp_path / "best.keras")
    assert spec == found.spec
    assert np.array_equal(weights, found.weights)
    assert len((tmp_path / "forecast.csv").read_text().splitlines()) == 1 + len(found.forecast().truth)
    assert {path.name for path in (tmp_path / "figures").iterdir()} == {
        "fitness_cross_entropy.png", "architectures.png", "forecast.png", "network.png",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: TrainingProblem(IDS, PLAIN), r"needs an embedding of their vocabulary, \(4, dimension\), got None"),
        (lambda: TrainingProblem(ONE_HOT, SPACE), "An embedding must have one input"),
        (lambda: TrainingProblem(sine(), Space(embedding=3)), "A network with an embedding reads tokens"),
        (lambda: TrainingProblem(ONE_HOT, Space((2, 5))), r"tokens needs .* got the activation 'tanh'; take `Space"),
        (
            lambda: TrainingProblem(ONE_HOT, Space((2, 5), activation=("softmax", "tanh"))),
            r"tokens needs .* got the activation \('softmax', 'tanh'\)",
        ),
        (
            lambda: TrainingProblem(sine(), Space(), {"cross_entropy": -1}),
            "'cross_entropy' is one of tokens, got Time",
        ),
        (lambda: TrainingProblem(ONE_HOT, PLAIN, {"mape": -1}), "no target that is zero"),
        (
            lambda: TrainingProblem(sine(), Space(), training=TrainingSettings(loss="cross_entropy")),
            "'cross_entropy' needs a network with the activation 'softmax', got 'tanh'",
        ),
        (lambda: RandomSamplingProblem(sine(), Space(), metric="error_rate"), "is an error of probabilities"),
        (lambda: WeightProblem(sine(), NetworkSpec(1, (2,), 1, 3), "cross_entropy"), "is an error of probabilities"),
        (lambda: WeightProblem(ONE_HOT, SPEC), "is one-hot; make it with"),
        (lambda: WeightProblem(IDS, SPEC, horizon=3), "needs a network that forecasts what it reads"),
        (lambda: JointProblem(sine(), Space(), inner=InnerEvolution(metric="cross_entropy")), "error of probabilities"),
        (
            lambda: Space((2, 5), units=10_000, layers=1, embedding=10_000),
            "largest network of a space must be possible",
        ),
    ],
)
def test_settings_that_contradict_each_other_are_refused(make: Any, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        make()


def test_an_embedding_is_a_layer_of_its_own_whose_columns_are_neurons() -> None:
    spec = NetworkSpec(1, (2,), 4, 3, cell="simple_rnn", activation="softmax", embedding=(4, 3))
    assert layer_widths(spec) == (3, 2, 4)
    assert layer_of(spec).tolist() == [0] * 12 + [1] * (6 + 4 + 2) + [2] * (8 + 4)
    assert neuron_of(spec).tolist() == [0, 1, 2] * 4 + [3, 4] * 6 + [5, 6, 7, 8] * 3


def test_an_embedding_is_inherited_as_far_as_it_fits() -> None:
    wide, narrow = (NetworkSpec(1, (3,), 4, 3, activation="softmax", embedding=(4, size)) for size in (5, 2))
    old = np.arange(1, narrow.num_weights + 1, dtype=np.float32)
    taken = wide.unpack(overlay(wide, np.zeros(wide.num_weights, np.float32), narrow, old))
    before = narrow.unpack(old)
    assert np.array_equal(taken[0][:, :2], before[0])
    assert not taken[0][:, 2:].any()
    assert np.array_equal(taken[1][:2], before[1])
    assert all(np.array_equal(one, other) for one, other in zip(taken[2:], before[2:], strict=True))
    plain = NetworkSpec(4, (3,), 4, 3, activation="softmax")
    zeros = np.zeros(plain.num_weights, np.float32)
    assert np.array_equal(overlay(plain, zeros, narrow, old), zeros)
