"""The description of a network, and its weights as one vector."""

import itertools
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from networks.strategies import SPECS

from dlopt_deap import limits
from dlopt_deap.errors import SettingError
from dlopt_deap.networks import NetworkSpec


def test_layers_are_the_widths_from_inputs_to_outputs() -> None:
    assert NetworkSpec(2, (12, 13), 3, 17).layers == [2, 12, 13, 3]


def test_a_list_of_units_becomes_a_tuple_so_that_a_spec_can_be_hashed() -> None:
    spec = NetworkSpec(1, [np.int64(4), 5], 1, 3)  # type: ignore[arg-type]
    assert spec == NetworkSpec(1, (4, 5), 1, 3)
    assert len({spec, NetworkSpec(1, (4, 5), 1, 3)}) == 1


@pytest.mark.parametrize(
    ("cell", "shapes"),
    [
        ("lstm", [(2, 12), (3, 12), (12,), (3, 1), (1,)]),
        ("gru", [(2, 9), (3, 9), (2, 9), (3, 1), (1,)]),
        ("simple_rnn", [(2, 3), (3, 3), (3,), (3, 1), (1,)]),
    ],
)
def test_weight_shapes_are_those_of_keras(cell: str, shapes: list[tuple[int, ...]]) -> None:
    assert NetworkSpec(2, (3,), 1, 5, cell=cell).weight_shapes == shapes


def test_multiply_adds_count_every_kernel_once_a_step_and_the_dense_kernel_once() -> None:
    assert NetworkSpec(1, (2, 3), 1, 5).multiply_adds == 5 * (4 * 2 * (1 + 2) + 4 * 3 * (2 + 3)) + 3


def test_an_embedding_is_first_among_the_weights_and_costs_no_multiply_adds() -> None:
    spec = NetworkSpec(1, (3,), 7, 5, cell="gru", activation="softmax", embedding=[7, 2])  # type: ignore[arg-type]
    assert spec.embedding == (7, 2)
    assert spec.weight_shapes == [(7, 2), (2, 9), (3, 9), (2, 9), (3, 7), (7,)]
    assert spec.layers == [1, 3, 7]
    assert spec.multiply_adds == 5 * 9 * (2 + 3) + 3 * 7


def test_a_network_without_embedding_is_saved_as_before_there_were_any() -> None:
    assert list(NetworkSpec(1, (2,), 1, 3).to_dict()) == [
        "inputs", "units", "outputs", "look_back", "cell", "activation",
    ]  # fmt: skip


@given(SPECS)
def test_a_vector_unpacked_and_packed_is_the_same_vector(spec: NetworkSpec) -> None:
    vector = np.arange(spec.num_weights, dtype=np.float32)
    arrays = spec.unpack(vector)
    assert [array.shape for array in arrays] == spec.weight_shapes
    assert np.array_equal(spec.pack(arrays), vector)


def test_unpacked_arrays_are_views() -> None:
    spec = NetworkSpec(1, (2,), 1, 3)
    vector = np.zeros(spec.num_weights, np.float32)
    assert all(np.shares_memory(array, vector) for array in spec.unpack(vector))


@given(SPECS)
def test_a_spec_survives_json(spec: NetworkSpec) -> None:
    assert NetworkSpec.from_dict(json.loads(json.dumps(spec.to_dict()))) == spec


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"inputs": 0}, "`inputs` must be a whole number of at least 1, got 0"),
        ({"outputs": 1.5}, "`outputs` must be a whole number of at least 1, got 1.5"),
        ({"look_back": True}, "`look_back` must be a whole number of at least 1, got True"),
        ({"units": ()}, "`units` must name at least one recurrent layer"),
        ({"units": 5}, r"`units` must be the widths .*got 5"),
        ({"units": "12"}, "`units` must be the widths .*got '12'"),
        ({"units": (3, 0)}, r"`units\[1\]` must be a whole number of at least 1, got 0"),
        ({"cell": "lstn"}, "did you mean 'lstm'"),
        ({"activation": "softmaks"}, "`activation` must be one of linear, .* got 'softmaks'; did you mean 'softmax'"),
        ({"activation": "softmax"}, "A softmax of one output is always 1, got `outputs=1`"),
        ({"embedding": 5}, r"`embedding` must be \(vocabulary, dimension\) or None, got 5"),
        ({"embedding": (5, 2, 3)}, r"`embedding` must be \(vocabulary, dimension\) or None, got \(5, 2, 3\)"),
        ({"embedding": (0, 2)}, r"`embedding\[0\]` must be a whole number of at least 1, got 0"),
        ({"embedding": (5, 2.5)}, r"`embedding\[1\]` must be a whole number of at least 1, got 2.5"),
        ({"embedding": (5, 2), "inputs": 3}, "An embedding must have one input, the number of a token, got `inputs=3`"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_name_and_value(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        NetworkSpec(**{"inputs": 1, "units": (3,), "outputs": 1, "look_back": 2, **settings})


def test_a_vector_of_another_length_is_refused() -> None:
    with pytest.raises(SettingError, match=r"`vector` must have the shape \(35,\).*got \(34,\)"):
        NetworkSpec(1, (2,), 1, 3).unpack(np.zeros(34))


def test_arrays_of_other_shapes_are_refused() -> None:
    spec = NetworkSpec(1, (2,), 1, 3)
    with pytest.raises(SettingError, match="`arrays` must have the shapes"):
        spec.pack([np.zeros(35)])


@pytest.mark.parametrize(
    ("change", "message"),
    [({"look_bak": 3}, "did you mean 'look_back'"), ({"units": None}, "`units` must be")],
)
def test_from_dict_refuses_unknown_keys_and_wrong_values(change: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        NetworkSpec.from_dict(NetworkSpec(1, (2,), 1, 3).to_dict() | change)


def test_from_dict_names_the_keys_that_are_missing() -> None:
    with pytest.raises(SettingError, match="got none for units, look_back"):
        NetworkSpec.from_dict({"inputs": 1, "outputs": 1})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"units": (10**9,)},
            "at most 67108864 weights, got 4000000009000000001 with .* widen `dlopt_deap.limits",
        ),
        ({"units": (1,) * 1001}, "at most 1000 recurrent layers, got more"),
        ({"units": itertools.repeat(1)}, "at most 1000 recurrent layers, got more"),
        ({"inputs": 10**400}, "at most 67108864 weights"),
        ({"outputs": 10**12}, "at most 67108864 weights"),
        ({"embedding": (10**6, 10**3)}, r"at most 67108864 weights, got 1000012\d+ .*embedding \(1000000, 1000\)"),
        ({"embedding": (10**7, 1)}, "`embedding.0.` must be a whole number of at most 1000000, got 10000000"),
        ({"look_back": 10**12}, "`look_back` must be a whole number of at most 10000000, got 1000000000000; take less"),
    ],
)
def test_a_network_that_no_memory_holds_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        NetworkSpec(**{"inputs": 1, "units": (3,), "outputs": 1, "look_back": 2, **change})


def test_the_limit_counts_weights_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    number = NetworkSpec(2, (12, 13), 3, 5).num_weights
    monkeypatch.setattr(limits, "MAX_WEIGHTS", number)
    assert NetworkSpec(2, (12, 13), 3, 5).num_weights == number
    monkeypatch.setattr(limits, "MAX_WEIGHTS", number - 1)
    with pytest.raises(SettingError, match=f"got {number} with"):
        NetworkSpec(2, (12, 13), 3, 5)


@given(SPECS)
def test_the_bound_that_is_compared_first_is_never_below_the_number_of_weights(spec: NetworkSpec) -> None:
    widest = max(spec.features, *spec.layers)
    embedding = spec.embedding[0] * spec.embedding[1] if spec.embedding else 0
    assert spec.num_weights <= embedding + (len(spec.units) + 1) * 4 * widest * (2 * widest + 1)
