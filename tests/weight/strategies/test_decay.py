"""Settings that shrink from generation to generation."""

from typing import Any

import numpy as np
import pytest

from dlopt_deap.errors import SettingError
from dlopt_deap.weight.strategies import ExponentialDecay, OpenAIES


def test_a_decay_is_multiplied_by_its_rate_until_it_reaches_its_floor() -> None:
    decay = ExponentialDecay(2.0, rate=0.5, floor=0.3)
    assert [decay.at(generation) for generation in range(5)] == [2.0, 1.0, 0.5, 0.3, 0.3]
    assert decay.at(10**9) == 0.3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.0, 0.9, 0.1), r"`start` must be a finite number above 0.0, got 0.0"),
        ((0.1, 1.1, 0.1), r"`rate` must be a finite number above 0.0, got 1.1"),
        ((0.1, 0.0, 0.1), r"`rate` must be"),
        ((0.1, 0.9, 0.0), r"`floor` must be"),
        ((0.1, np.nan, 0.1), r"`rate` must be a finite number"),
        ((0.1, 0.9, 0.2), r"`floor` must not be above `start`, got 0.2 and 0.1"),
    ],
)
def test_a_decay_that_is_none_is_refused(arguments: Any, message: str) -> None:
    with pytest.raises(SettingError, match=message):
        ExponentialDecay(*arguments)


@pytest.mark.parametrize("name", ["sigma", "learning_rate"])
def test_a_strategy_names_the_part_of_a_decay_that_it_cannot_take(name: str) -> None:
    with pytest.raises(SettingError, match=rf"`{name}.floor` must be a finite number in \[1e-30, 1e\+30\], got 1e-50"):
        OpenAIES(np.zeros(3), **{name: ExponentialDecay(1.0, 0.9, 1e-50)})
    with pytest.raises(SettingError, match=rf"`{name}` must be a finite number in \[1e-30, 1e\+30\], got 'fast'"):
        OpenAIES(np.zeros(3), **{name: "fast"})
