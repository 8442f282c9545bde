"""The space of architectures, and its listing."""

import itertools
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from spaces import sizes, spaces

from dlopt_deap.architecture import Space, list_architectures
from dlopt_deap.errors import SettingError

NUMBER = st.one_of(st.integers(-300, 300), st.floats(-300, 300))
GENES = st.lists(NUMBER, max_size=15)


@given(sizes(), GENES)
def test_repair_makes_any_numbers_an_individual_in_place(space: Space, genes: list[float]) -> None:
    assert space.repair(genes) is genes
    assert space.contains(genes)


@given(spaces(), st.randoms(use_true_random=False))
def test_repair_leaves_an_individual_as_it_is(space: Space, rng: Any) -> None:
    genes = space.random_genes(rng)
    assert space.contains(genes)
    assert space.repair(list(genes)) == genes


@pytest.mark.parametrize("gene", [float("nan"), float("inf"), "7", None])
def test_a_gene_that_is_no_finite_number_is_named(gene: Any) -> None:
    with pytest.raises(SettingError, match=r"Gene 1 must be a whole number in \[1, 100\]"):
        Space().repair([3, gene])


def test_genes_stand_for_a_network() -> None:
    spec = Space(cell="gru", activation="linear").spec([7, 4, 5], inputs=2, outputs=3)
    assert (spec.layers, spec.look_back, spec.cell, spec.activation) == ([2, 4, 5, 3], 7, "gru", "linear")


def test_one_number_stands_for_both_limits() -> None:
    assert Space(look_back=5).look_back == (5, 5)  # type: ignore[arg-type]


HYPERPARAMETERS = Space(
    (2, 5), 1, (1, 9), dropout=(0.0, 0.5), learning_rate=(1e-4, 0.1), batch_size=(8, 64), cell=("lstm", "gru")
)


def test_genes_of_training_stand_between_the_look_back_and_the_units() -> None:
    genes = [3, 0.25, 0.01, 32, "gru", 7]
    assert HYPERPARAMETERS.contains(genes)
    assert HYPERPARAMETERS.describe(genes) == {
        **{"look_back": 3, "dropout": 0.25, "learning_rate": 0.01, "batch_size": 32, "cell": "gru", "units": [7]}
    }
    assert HYPERPARAMETERS.spec(genes, 1, 1).cell == "gru"
    assert HYPERPARAMETERS.repair([9, 0.9, 5, 3.4, "gru"]) == [5, 0.5, 0.1, 8, "gru", 1]


@pytest.mark.parametrize(
    ("genes", "message"),
    [
        ([3, 0.1, 0.01, 32, "grue", 7], "Gene 4 must be one of lstm, gru, got 'grue'"),
        ([3, "x", 0.01, 32, "gru", 7], "Gene 1 must be a finite number"),
        ([3, 0.1], "An individual begins with look_back, dropout, learning_rate, batch_size, cell"),
    ],
)
def test_what_cannot_be_repaired_is_told(genes: list[Any], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        HYPERPARAMETERS.repair(genes)


@pytest.mark.parametrize("genes", [None, 5, "345", (3, 4), {3: 4}, np.array([3, 4])])
def test_what_is_no_list_is_no_individual(genes: Any) -> None:
    with pytest.raises(SettingError, match="An individual must be a list or another mutable sequence"):
        Space().repair(genes)


@pytest.mark.parametrize("gene", [10**400, np.int64(7), np.float32(7.4), -(10**400), Fraction(22, 3)])
def test_a_number_of_any_kind_and_size_becomes_a_gene(gene: Any) -> None:
    assert Space().contains(Space().repair([3, gene]))


@pytest.mark.parametrize("gene", [10**400, [1], np.array([0.1]), "0.1", 1j])
def test_a_rate_that_is_no_number_is_refused(gene: Any) -> None:
    with pytest.raises(SettingError, match="Gene 1 must be a finite number"):
        HYPERPARAMETERS.repair([3, gene, 0.01, 32, "gru", 7])


def test_genes_that_are_too_few_to_describe_are_told() -> None:
    with pytest.raises(SettingError, match="An individual begins with look_back, dropout"):
        HYPERPARAMETERS.spec([3, 0.1], 1, 1)


def test_learning_rates_are_drawn_on_a_logarithmic_scale() -> None:
    drawn = [HYPERPARAMETERS.random_genes()[2] for _ in range(2000)]
    below = sum(rate < 10**-2.5 for rate in drawn)
    assert 900 < below < 1100


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"units": (0, 5)}, r"`units\[0\]` must be a whole number of at least 1, got 0"),
        ({"layers": (3, 2)}, r"`layers` must be a pair \(least, most\) with least <= most, got \(3, 2\)"),
        ({"look_back": (1.5, 2)}, r"`look_back\[0\]` must be a whole number"),
        ({"units": "12"}, "`units` must be a pair"),
        ({"units": (1, 2, 3)}, "`units` must be a pair"),
        ({"dropout": (0.2, 1.0)}, "`dropout` must be numbers of at least 0.0 and below 1.0"),
        ({"learning_rate": (0.0, 0.1)}, "`learning_rate` must be numbers above 0"),
        ({"learning_rate": (0.1, 0.01)}, "least <= most"),
        ({"batch_size": (0, 8)}, r"`batch_size\[0\]`"),
        ({"cell": ("lstm", "lstm")}, "several different ones"),
        ({"cell": ()}, "several different ones"),
        ({"cell": "lstn"}, "did you mean 'lstm'"),
        ({"activation": "tan"}, "did you mean 'tanh'"),
        ({"units": (1, 10**9)}, "The largest network of a space must be possible. .* at most 67108864 weights"),
        ({"layers": (1, 10**6)}, r"`layers\[1\]` must be a whole number of at most 1000, got 1000000; take less"),
        ({"look_back": (1, 10**12)}, r"`look_back\[1\]` must be a whole number of at most 10000000"),
        ({"learning_rate": (0.1, 10**400)}, "`learning_rate\\[1\\]` must be a finite number"),
        ({"cell": 5}, "`cell` must be one name or several different ones, got 5"),
    ],
)
def test_limits_that_make_no_sense_are_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        Space(**settings)


@given(sizes(most=4))
def test_the_size_is_the_number_of_individuals(space: Space) -> None:
    look_backs = range(space.look_back[0], space.look_back[1] + 1)
    individuals = {(look_back, *units) for look_back in look_backs for units in list_architectures(space)}
    assert len(individuals) == space.size
    assert all(space.contains(list(genes)) for genes in individuals)


@given(sizes(most=4), st.integers(1, 3))
def test_the_listing_counts_what_it_lists_each_once(space: Space, pace: int) -> None:
    listing = list_architectures(space, pace)
    listed = list(listing)
    assert len(listed) == len(set(listed)) == listing.count == len(listing)
    assert list(listing) == listed, "it can be read again"
    widths = range(space.units[0], space.units[1] + 1, pace)
    lengths = range(space.layers[0], space.layers[1] + 1)
    assert set(listed) == {units for length in lengths for units in itertools.product(widths, repeat=length)}


def test_a_listing_of_more_than_memory_holds_is_counted_and_read_lazily() -> None:
    listing = list_architectures(Space(layers=(1, 20), units=(1, 100)))
    assert listing.count == sum(100**layers for layers in range(1, 21))
    assert list(itertools.islice(listing, 102))[-2:] == [(1, 1), (1, 2)]


def test_initial_layers_come_first_in_every_architecture() -> None:
    assert list(list_architectures(Space(layers=(1, 2), units=(1, 5)), 2, initial=[4])) == [(4, 1), (4, 3), (4, 5)]


@pytest.mark.parametrize(
    ("pace", "initial", "message"),
    [(0, [], "`pace`"), (1, [9], r"`initial\[0\]`"), (1, [1, 1], "`initial` must leave room")],
)
def test_a_listing_that_makes_no_sense_is_refused(pace: int, initial: list[int], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        list_architectures(Space(layers=(1, 2), units=(1, 5)), pace, initial)
