"""What TensorBoard reads."""

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from callbacks.states import optimize

from dlopt_deap.callbacks import TensorBoard
from dlopt_deap.core import SearchState
from dlopt_deap.errors import SettingError

WITHOUT_TENSORFLOW = """
import sys
sys.path.insert(0, sys.argv[1])
from callbacks.states import optimize
from dlopt_deap.callbacks import TensorBoard
optimize([TensorBoard(sys.argv[2])])
assert "tensorboard" in sys.modules
assert "tensorflow" not in sys.modules
"""


class Killed(BaseException):
    """Stands for what ends a process."""


def read(folder: Path) -> Any:
    """Read a run as TensorBoard does."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    accumulator = EventAccumulator(str(folder), size_guidance={"scalars": 0, "tensors": 0})
    accumulator.Reload()
    return accumulator


def points(folder: Path, tag: str) -> list[tuple[int, float]]:
    return [(event.step, event.value) for event in read(folder).Scalars(tag)]


@pytest.mark.keras
def test_the_points_are_the_rows_of_the_logbook(tmp_path: Path) -> None:
    best: list[float] = []
    result = optimize([TensorBoard(tmp_path), lambda search: best.append(search.best["distance"])])
    steps = result.logbook.select("evaluations")
    assert points(tmp_path, "best/distance") == list(zip(steps, best, strict=True))
    for name in ("avg", "std", "min", "max"):
        expected = list(zip(steps, result.logbook.chapters["distance"].select(name), strict=True))
        assert points(tmp_path, f"population/distance_{name}") == [(step, pytest.approx(one)) for step, one in expected]
    assert points(tmp_path, "search/failures") == [(step, 0) for step in steps]
    assert all(rate > 0 for _, rate in points(tmp_path, "search/evaluations_per_second"))


@pytest.mark.keras
def test_the_settings_are_hyperparameters_and_the_best_values_their_metrics(tmp_path: Path) -> None:
    from tensorboard.plugins.hparams import metadata, plugin_data_pb2

    optimize([TensorBoard(tmp_path)])
    content = {
        tag: plugin_data_pb2.HParamsPluginData.FromString(read(tmp_path).SummaryMetadata(tag).plugin_data.content)
        for tag in (metadata.EXPERIMENT_TAG, metadata.SESSION_START_INFO_TAG, metadata.SESSION_END_INFO_TAG)
    }
    experiment, start, end = (getattr(one, one.WhichOneof("data")) for one in content.values())
    values = {name: getattr(value, value.WhichOneof("kind")) for name, value in start.hparams.items()}
    assert values["seed"] == "1"
    assert values["technique.population_size"] == 5
    assert values["technique.algorithm"] == "ea_mu_plus_lambda"
    assert values["stop.max_evaluations"] == 33
    assert values.keys() == {info.name for info in experiment.hparam_infos}
    assert [info.name.tag for info in experiment.metric_infos] == ["best/distance"]
    assert end.status == 1  # STATUS_SUCCESS


@pytest.mark.keras
def test_the_points_that_a_resumed_run_makes_again_are_there_once(tmp_path: Path) -> None:
    def kill(search: SearchState) -> None:
        if search.generation == 3:
            raise Killed

    with pytest.raises(Killed):
        optimize([TensorBoard(tmp_path / "tb"), kill], run=tmp_path / "run")
    result = optimize([TensorBoard(tmp_path / "tb")], run=tmp_path / "run")
    assert len(list((tmp_path / "tb").iterdir())) == 2
    assert [step for step, _ in points(tmp_path / "tb", "best/distance")] == result.logbook.select("evaluations")


@pytest.mark.slow
def test_tensorflow_is_not_imported(tmp_path: Path) -> None:
    tests = str(Path(__file__).parent.parent)
    fresh = [sys.executable, "-c", WITHOUT_TENSORFLOW, tests, str(tmp_path)]
    subprocess.run(fresh, check=True, timeout=300)


def test_where_it_is_missing_the_error_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(SettingError, match=r'pip install "dlopt_deap\[tensorboard\]"'):
        TensorBoard("runs")
