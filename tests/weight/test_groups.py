"""Which layer and which neuron each weight belongs to."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks.strategies import PLAIN_SPECS as SPECS
from networks.strategies import SEEDS, normal_weights, windows

from dlopt_deap.errors import SettingError
from dlopt_deap.networks import NetworkSpec, predict
from dlopt_deap.networks.cells import CELLS
from dlopt_deap.weight import layer_of, neuron_of, per_layer

SPEC = NetworkSpec(2, (3, 4), 2, 5)


def names(spec: NetworkSpec) -> list[tuple[int, int]]:
    """Name layer and neuron of every weight, by counting through Keras' arrays number by number."""
    found, first = [], 0
    gates = CELLS[spec.cell].gates
    for layer, (inputs, units) in enumerate(itertools.pairwise(spec.layers[:-1])):
        rows = inputs + units + CELLS[spec.cell].bias_rows
        found += [(layer, first + unit) for _ in range(rows) for _ in range(gates) for unit in range(units)]
        first += units
    return found + [(len(spec.units), first + out) for _ in range(spec.units[-1] + 1) for out in range(spec.outputs)]


@given(SPECS)
def test_layers_and_neurons_are_those_that_counting_through_keras_arrays_gives(spec: NetworkSpec) -> None:
    assert list(zip(layer_of(spec).tolist(), neuron_of(spec).tolist(), strict=True)) == names(spec)


@given(SPECS)
def test_every_array_of_keras_lies_in_one_layer_and_each_of_its_rows_feeds_every_neuron_alike(
    spec: NetworkSpec,
) -> None:
    for layer, neurons in zip(spec.unpack(layer_of(spec)), spec.unpack(neuron_of(spec)), strict=True):
        assert len(set(layer.ravel())) == 1
        width = spec.layers[1:][int(layer.flat[0])]
        numbers, counts = np.unique(neurons, return_counts=True)
        assert np.array_equal(numbers, numbers[0] + np.arange(width))
        assert set(counts) == {neurons.size // width}


@given(SPECS)
def test_neurons_are_numbered_from_the_first_layer_to_the_outputs_without_a_gap(spec: NetworkSpec) -> None:
    assert set(neuron_of(spec)) == set(range(sum(spec.units) + spec.outputs))
    assert np.array_equal(np.unique(layer_of(spec)), np.arange(len(spec.units) + 1))
    owner = np.repeat(np.arange(len(spec.units) + 1), spec.layers[1:])
    assert np.array_equal(owner[neuron_of(spec)], layer_of(spec))


@given(SPECS, SEEDS)
def test_what_feeds_into_an_output_changes_that_output_and_no_other(spec: NetworkSpec, seed: int) -> None:
    weights, x = normal_weights(spec, seed)[0], windows(spec, seed, 5)
    out = seed % spec.outputs
    before = predict(spec, weights, x)
    weights[neuron_of(spec) == sum(spec.units) + out] = 0
    after = predict(spec, weights, x)
    assert set(after[..., out].ravel()) == {0.5 if spec.activation == "sigmoid" else 0.0}
    assert np.array_equal(np.delete(after, out, axis=-1), np.delete(before, out, axis=-1))


@given(SPECS, SEEDS)
def test_what_feeds_into_a_unit_that_nobody_reads_changes_no_prediction(spec: NetworkSpec, seed: int) -> None:
    weights, x = normal_weights(spec, seed)[0], windows(spec, seed, 5)
    layer = seed % len(spec.units)
    unit = seed % spec.units[layer]
    arrays = spec.unpack(weights)
    arrays[3 * layer + 1][unit] = 0  # the other units of its layer
    arrays[3 * layer + 3][unit] = 0  # the layer above
    before = predict(spec, weights, x)
    weights[neuron_of(spec) == sum(spec.units[:layer]) + unit] = np.random.default_rng(seed).normal()
    arrays[3 * layer + 1][unit] = 0
    assert np.array_equal(predict(spec, weights, x), before)


def test_arrays_are_shared_by_equal_networks_and_cannot_be_written() -> None:
    for group in (layer_of, neuron_of):
        assert group(SPEC) is group(NetworkSpec(2, [3, 4], 2, 5))  # type: ignore[arg-type]
        with pytest.raises(ValueError, match="read-only"):
            group(SPEC)[0] = 1


@given(SPECS, st.floats(-1e30, 1e30))
def test_one_number_for_all_layers_is_that_number_for_every_weight(spec: NetworkSpec, value: float) -> None:
    assert per_layer(spec, value, "sigma").tolist() == [value] * spec.num_weights


@given(SPECS, SEEDS)
def test_one_number_a_layer_is_given_to_all_weights_of_that_layer(spec: NetworkSpec, seed: int) -> None:
    numbers = np.random.default_rng(seed).normal(size=len(spec.units) + 1)
    for values in (numbers, numbers.tolist(), tuple(numbers)):
        arrays = np.split(per_layer(spec, values, "sigma"), np.cumsum(np.bincount(layer_of(spec)))[:-1])
        assert [set(array) for array in arrays] == [{number} for number in numbers]


def test_numbers_for_the_weights_can_be_written_and_are_shared_by_nobody() -> None:
    for values in (1, (1, 2, 3)):
        numbers = per_layer(SPEC, values, "sigma")
        numbers[:] = 9
        assert per_layer(SPEC, values, "sigma")[0] == 1
        assert numbers.dtype == np.float64


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ((1, 2), r"`sigma` must be one number, or 3 numbers for the layers \(3, 4, 2\): .*; got 2\."),
        ((1, 2, 3, 4), r"`sigma` must be one number, or 3 numbers .*; got 4\."),
        ((), r"`sigma` must be one number, or 3 numbers .*; got 0\."),
        ((1, np.nan, 3), r"`sigma\[1\]` must be a finite number, got nan\."),
        ((1, 2, "3"), r"`sigma\[2\]` must be a finite number, got '3'\."),
        (np.inf, r"`sigma` must be a finite number, got inf\."),
        ("abc", r"`sigma` must be a finite number, got 'abc'\."),
        (None, r"`sigma` must be a finite number, got None\."),
    ],
)
def test_another_count_or_no_finite_number_is_refused(values: object, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        per_layer(SPEC, values, "sigma")


@pytest.mark.parametrize(("values", "name"), [(0, "sigma"), ((1, 0, 1), r"sigma\[1\]"), ([1, 1, -2], r"sigma\[2\]")])
def test_a_number_that_is_not_above_what_it_must_be_above_is_refused(values: object, name: str) -> None:
    with pytest.raises(SettingError, match=f"`{name}` must be a finite number above 0.0, got"):
        per_layer(SPEC, values, "sigma", above=0.0)
