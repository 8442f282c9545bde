"""How figures read genes of a run of which only the settings are known."""

import random
from typing import Any

import pytest

from dlopt_deap.architecture import Space
from dlopt_deap.errors import DataError
from dlopt_deap.plots.traits import traits_of_genes, traits_of_settings

SPACES = {
    "plain": Space(),
    "training": Space(dropout=(0.0, 0.5), learning_rate=(1e-4, 0.1), batch_size=(1, 64)),
    "choices": Space(cell=("lstm", "gru"), activation=("tanh", "linear")),
    "batch": Space(batch_size=(1, 64), cell=("gru", "simple_rnn", "lstm"), activation="linear"),
    "tokens": Space(activation="softmax", embedding=8),
    "sizes": Space(activation="softmax", embedding=(2, 8)),
}


@pytest.mark.parametrize("name", SPACES)
def test_genes_of_every_kind_of_space_are_read_as_the_space_reads_them(name: str) -> None:
    space, rng = SPACES[name], random.Random(1)
    inputs, outputs = (1, 9) if space.embedding else (2, 1)
    read = traits_of_settings({"space": space.to_dict()}, (inputs, outputs))
    without_ends = traits_of_settings({"space": space.to_dict()}, None)
    for _ in range(20):
        genes = space.random_genes(rng)
        spec = space.spec(genes, inputs, outputs)
        traits = {"look_back": spec.look_back, "layers": len(spec.units), "units": sum(spec.units) / len(spec.units)}
        assert without_ends(genes) == traits
        assert read(genes) == {**traits, "num_weights": spec.num_weights}


@pytest.mark.parametrize("genes", [[], [3], [3, "a"], [3, 2.5], {"sha256": "0", "length": 99}, [True, 2], [0, 1]])
def test_genes_that_are_no_architecture_are_refused_with_what_would_tell_more(genes: Any) -> None:
    with pytest.raises(DataError, match=r"must be \[look_back, units, ...\] .* give the result, the search or the run"):
        traits_of_genes(genes)


@pytest.mark.parametrize("genes", [[3, 0.1], [3, 0.1, "a"], [None, 0.1, 2], 7, {"sha256": "0", "length": 99}])
def test_damaged_genes_of_a_run_are_refused(genes: Any) -> None:
    read = traits_of_settings({"space": SPACES["training"].to_dict()}, (1, 1))
    with pytest.raises(DataError):
        read(genes)


def test_a_space_of_somebody_else_leaves_genes_to_be_read_as_they_stand() -> None:
    assert traits_of_settings({"space": "mine"}, None)([4, 2, 6]) == {"look_back": 4.0, "layers": 2.0, "units": 4.0}
