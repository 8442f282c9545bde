"""The bridge to Keras, which defines what a network computes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from networks.reference import reference
from networks.strategies import SEEDS, SPECS, normal_weights, trained_like_weights, windows

from dlopt_deap.errors import ModelFileError, RunFolderError, SettingError
from dlopt_deap.networks import NetworkSpec, keras_model, load_keras, predict, save_keras, spec_of, weights_of

SPEC = NetworkSpec(2, (5, 3), 2, 6, cell="gru", activation="sigmoid")

keras_only = pytest.mark.keras
pytestmark = [
    # Keras 3 gives numpy 2 its variables in a way that numpy calls outdated.
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
]


@keras_only
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(SPECS, SEEDS)
def test_the_kernels_agree_with_keras_to_1e_5(spec: NetworkSpec, seed: int) -> None:
    weights, x = trained_like_weights(spec, seed), windows(spec, seed)
    model = keras_model(spec, weights)
    assert model.count_params() == spec.num_weights
    np.testing.assert_allclose(predict(spec, weights, x), model(x).numpy(), rtol=0, atol=1e-5)
    # Large random weights amplify rounding, Keras' own too: there both err from the truth, and alike.
    weights = normal_weights(spec, seed)[0]
    model.set_weights(spec.unpack(weights))
    theirs, truth = model(x).numpy(), reference(spec, weights, x)
    assert np.abs(predict(spec, weights, x) - theirs).max() <= 1e-5 + 50 * np.abs(theirs - truth).max()


@keras_only
@pytest.mark.parametrize("cell", ["lstm", "gru", "simple_rnn"])
def test_a_model_has_exactly_the_weights_and_gives_them_back(cell: str) -> None:
    spec = NetworkSpec(2, (5, 3), 2, 6, cell=cell, activation="relu")
    weights = normal_weights(spec, 0)[0]
    model = keras_model(spec, weights)
    assert spec_of(model) == spec
    assert np.array_equal(weights_of(model), weights)
    assert [layer.name for layer in model.layers] == [f"{cell}_1", f"{cell}_2", "output"]


@keras_only
def test_a_network_is_described_in_the_same_words_whatever_was_built_before() -> None:
    for spec in (NetworkSpec(1, (3, 2), 1, 4), NetworkSpec(1, (3,), 5, 4, activation="softmax", embedding=(5, 2))):
        assert keras_model(spec).to_json() == keras_model(spec).to_json()


@pytest.mark.parametrize("cell", ["lstm", "gru", "simple_rnn"])
def test_a_model_of_tokens_takes_windows_and_is_saved_with_its_embedding(cell: str, tmp_path: Path) -> None:
    spec = NetworkSpec(1, (5, 3), 9, 6, cell=cell, activation="softmax", embedding=(9, 2))
    weights = normal_weights(spec, 0)[0]
    model = keras_model(spec, weights)
    assert [layer.name for layer in model.layers] == ["tokens", "embedding", f"{cell}_1", f"{cell}_2", "output"]
    assert model.input_shape == (None, 6, 1)
    save_keras(spec, weights, tmp_path / "best.keras")
    loaded, same = load_keras(tmp_path / "best.keras")
    assert loaded == spec_of(model) == spec
    assert np.array_equal(same, weights)


@keras_only
def test_a_model_without_given_weights_has_those_that_keras_draws() -> None:
    assert np.isfinite(weights_of(keras_model(SPEC))).all()


@keras_only
def test_a_saved_network_is_loaded_as_it_was(tmp_path: Path) -> None:
    weights = normal_weights(SPEC, 0)[0]
    save_keras(SPEC, weights, tmp_path / "best.keras")
    spec, loaded = load_keras(tmp_path / "best.keras")
    assert spec == SPEC
    assert np.array_equal(loaded, weights)
    assert [path.name for path in tmp_path.iterdir()] == ["best.keras"]


@keras_only
def test_a_write_that_fails_leaves_the_old_file_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import keras

    file = tmp_path / "best.keras"
    save_keras(SPEC, normal_weights(SPEC, 0)[0], file)
    whole = file.read_bytes()

    def fail(self: Any, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keras.Model, "save", fail)
    with pytest.raises(RunFolderError, match="No space left"):
        save_keras(SPEC, normal_weights(SPEC, 1)[0], file)
    assert file.read_bytes() == whole
    assert len(list(tmp_path.iterdir())) == 1


@keras_only
@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: b"x" * 1000,
        lambda data: data[: len(data) // 2],
        lambda data: data.replace(b"model.weights.h5", b"model.weightz.h5"),
    ],
    ids=["empty", "no zip", "half", "no weights"],
)
def test_a_damaged_file_is_refused_with_its_name(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    file = tmp_path / "best.keras"
    save_keras(SPEC, normal_weights(SPEC, 0)[0], file)
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(ModelFileError, match=r"best\.keras cannot be read as a Keras model"):
        load_keras(file)


def test_a_missing_file_is_refused_without_loading_keras(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"best\.keras must be a Keras model, but there is no such file"):
        load_keras(tmp_path / "best.keras")


def test_a_name_without_the_suffix_of_keras_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"must end with \.keras, got .*best\.h5"):
        save_keras(SPEC, np.zeros(SPEC.num_weights), tmp_path / "best.h5")


def test_weights_of_another_length_are_refused_before_keras_is_loaded() -> None:
    with pytest.raises(SettingError, match="`vector` must have the shape"):
        keras_model(SPEC, np.zeros(3))


FOREIGN = {
    "two dense layers": lambda k: [k.layers.LSTM(3), k.layers.Dense(3), k.layers.Dense(1)],
    "no recurrent layer": lambda k: [k.layers.Flatten(), k.layers.Dense(1)],
    "no dense layer": lambda k: [k.layers.LSTM(3)],
    "mixed cells": lambda k: [k.layers.LSTM(3, return_sequences=True), k.layers.GRU(3), k.layers.Dense(1)],
    "another recurrent activation": lambda k: [
        k.layers.LSTM(3, recurrent_activation="hard_sigmoid"),
        k.layers.Dense(1),
    ],
    "another activation": lambda k: [k.layers.SimpleRNN(3, activation="relu"), k.layers.Dense(1)],
    "another dense activation": lambda k: [k.layers.LSTM(3), k.layers.Dense(1, activation="softmax")],
    "no bias": lambda k: [k.layers.LSTM(3, use_bias=False), k.layers.Dense(1)],
    "no dense bias": lambda k: [k.layers.LSTM(3), k.layers.Dense(1, use_bias=False)],
    "reset before": lambda k: [k.layers.GRU(3, reset_after=False), k.layers.Dense(1)],
    "backwards": lambda k: [k.layers.LSTM(3, go_backwards=True), k.layers.Dense(1)],
    "sequences out": lambda k: [k.layers.LSTM(3, return_sequences=True), k.layers.Dense(1)],
}


@keras_only
@pytest.mark.parametrize("kind", FOREIGN)
def test_a_network_of_another_kind_is_refused_in_a_file_and_as_a_model(tmp_path: Path, kind: str) -> None:
    import keras

    model = keras.Sequential([keras.Input((4, 2)), *FOREIGN[kind](keras)])
    with pytest.raises(SettingError):
        spec_of(model)
    model.save(tmp_path / "foreign.keras")
    with pytest.raises(ModelFileError, match=r"foreign\.keras holds a network that this package cannot use"):
        load_keras(tmp_path / "foreign.keras")


@keras_only
def test_a_network_without_a_fixed_look_back_is_refused() -> None:
    import keras

    model = keras.Sequential([keras.Input((None, 2)), keras.layers.LSTM(3), keras.layers.Dense(1)])
    with pytest.raises(SettingError, match="fixed input shape"):
        spec_of(model)
