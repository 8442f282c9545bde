"""The one call on sequences of tokens."""

import pytest

from dlopt_deap import evolve
from dlopt_deap.data import TokenSequence, sine
from dlopt_deap.errors import SettingError
from dlopt_deap.forecasting import make_task

TEXT = "to be or not to be, that is the question: " * 12
SMALL = {"evaluations": 4, "finalists": 1, "final_epochs": 3, "seed": 1, "workers": 1}


@pytest.mark.parametrize("encoding", ["ids", "one_hot"])
def test_a_sequence_of_tokens_is_searched_by_its_cross_entropy(encoding: str) -> None:
    sequence = TokenSequence(TEXT, encoding=encoding)
    result = evolve(sequence, **SMALL)  # type: ignore[arg-type]
    assert result.problem.targets == {"cross_entropy": -1}
    assert (result.spec.activation, result.spec.outputs) == ("softmax", len(sequence.vocabulary))
    assert (result.spec.embedding is None) == (encoding == "one_hot")
    assert "bigram" in str(list(result.forecast().errors))
    again = evolve(sequence, workers=1, **result.settings["repeat"])
    assert (again.fitness, list(again.best)) == (result.fitness, list(result.best))


def test_tokens_are_searched_by_a_promise_that_is_better_than_chance_and_then_trained() -> None:
    sequence = TokenSequence(TEXT)
    task = make_task(sequence, "log_p,cross_entropy", final_epochs=3)
    assert (task.search.targets, task.final.targets) == ({"log_p": 1}, {"cross_entropy": -1})
    result = evolve(sequence, fitness="log_p,cross_entropy", **SMALL)  # type: ignore[arg-type]
    assert result.fitness.keys() == {"cross_entropy"}


def test_the_error_of_a_series_of_numbers_stays_the_mean_absolute_one() -> None:
    assert make_task(sine()).search.targets == {"mae": -1}


@pytest.mark.parametrize("options", [{"target": "x"}, {"inputs": ["x"]}, {"season": 7}])
def test_what_is_for_columns_is_refused_for_tokens(options: dict[str, object]) -> None:
    with pytest.raises(SettingError, match=f"`{next(iter(options))}` is for series of numbers, .* leave it out"):
        evolve(TokenSequence(TEXT), evaluations=4, **options)  # type: ignore[arg-type]


def test_a_short_text_is_looked_back_over_no_further_than_it_reaches() -> None:
    space = make_task(TokenSequence("abcd" * 6)).search.space
    assert space.look_back[1] <= 4
