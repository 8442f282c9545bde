"""The best network as a file."""

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from callbacks.states import optimize
from toy import Toy

from dlopt_deap import Evolution, NetworkSpec, data
from dlopt_deap.architecture import RandomSamplingProblem, Space
from dlopt_deap.callbacks import Checkpoint
from dlopt_deap.errors import SettingError, TrainingError


def test_the_npz_file_is_the_best_network_with_the_weights_of_the_result(tmp_path: Path) -> None:
    problem = RandomSamplingProblem(data.sine(stop=20.0), Space((2, 6), (1, 2), (1, 6)), num_samples=10)
    path = tmp_path / "best.npz"
    best = []
    Evolution(population_size=6).optimize(
        problem, 30, seed=1, callbacks=[Checkpoint(path), lambda search: best.append(search.hall_of_fame[0])]
    )
    with np.load(path) as arrays:
        spec = NetworkSpec(**json.loads(str(arrays["spec"])))
        assert json.loads(str(arrays["genes"])) == list(best[-1])
        assert json.loads(str(arrays["fitness"])) == {"log_p": best[-1].fitness.values[0]}
        assert spec == problem.decode(best[-1])
        np.testing.assert_array_equal(arrays["weights"], problem.network_weights(best[-1], 1))


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning")
def test_keras_reads_the_keras_file(tmp_path: Path) -> None:
    import keras

    path = tmp_path / "best.keras"
    result = optimize([Checkpoint(path)])
    assert keras.models.load_model(path).count_params() == result.spec.num_weights


class Costly(Toy):
    """Notes whose weights it was asked for."""

    def __init__(self, error: Exception | None = None) -> None:
        super().__init__()
        self.asked: list[list[int]] = []
        self.error = error

    def network_weights(self, solution: Any, seed: int = 0) -> Any:
        self.asked.append(list(solution))
        if self.error is not None:
            raise self.error
        return super().network_weights(solution, seed)


def test_it_writes_only_when_there_is_a_better_one(tmp_path: Path) -> None:
    problem, best = Costly(), []
    optimize([Checkpoint(tmp_path / "best.npz"), lambda search: best.append(search.best["distance"])], problem=problem)
    assert [abs(sum(genes) - 30) for genes in problem.asked] == sorted(set(best), reverse=True)


def test_what_an_interval_has_passed_over_is_written_at_the_end(tmp_path: Path) -> None:
    problem = Costly()
    result = optimize([Checkpoint(tmp_path / "best.npz", interval=1e9)], 200, problem=problem)
    assert len(problem.asked) <= 2
    assert abs(sum(problem.asked[-1]) - 30) == result.best.fitness.values[0]


def test_a_training_that_diverges_is_logged_and_does_not_end_the_search(tmp_path: Path, caplog: Any) -> None:
    with caplog.at_level(logging.WARNING):
        result = optimize([Checkpoint(tmp_path / "best.npz")], problem=Costly(TrainingError("the loss is NaN")))
    assert result.evaluations == 33
    assert "the loss is NaN" in caplog.text
    assert not (tmp_path / "best.npz").exists()


def test_another_suffix_is_refused() -> None:
    with pytest.raises(SettingError, match=r"`path` must end with \.keras or \.npz, got 'best\.h5'"):
        Checkpoint("best.h5")
