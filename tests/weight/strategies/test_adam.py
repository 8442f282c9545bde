"""Adam by Keras' definition."""

import math
import random

import numpy as np
import pytest

from dlopt_deap.errors import SettingError
from dlopt_deap.weight.strategies import Adam


def test_one_step_is_what_the_closed_formula_says_with_epsilon_where_keras_has_it() -> None:
    for gradient in (3.0, -0.5, 1e-6, 0.0):
        change = Adam(1, beta_1=0.9, beta_2=0.999).step(np.array([gradient]), learning_rate=0.01)
        momentum, velocity = 0.1 * gradient, 0.001 * gradient**2
        rate = 0.01 * math.sqrt(1 - 0.999) / (1 - 0.9)
        assert change == pytest.approx([-rate * momentum / (math.sqrt(velocity) + 1e-7)], rel=1e-12)


def test_later_steps_are_those_of_the_sums_over_all_gradients() -> None:
    rng = np.random.default_rng(1)
    gradients, adam = rng.standard_normal((6, 3)), Adam(3, beta_1=0.8, beta_2=0.95)
    for number in range(1, 7):
        change = adam.step(gradients[number - 1], learning_rate=0.1 / number)
        ages = np.arange(number)[::-1, np.newaxis]
        momentum = (0.2 * 0.8**ages * gradients[:number]).sum(axis=0) / (1 - 0.8**number)
        velocity = (0.05 * 0.95**ages * gradients[:number] ** 2).sum(axis=0)
        scale = np.sqrt(1 - 0.95**number) / (np.sqrt(velocity) + 1e-7)
        assert change == pytest.approx(-0.1 / number * momentum * scale, rel=1e-10)
    assert adam.steps == 6


@pytest.mark.keras
@pytest.mark.parametrize(
    ("betas", "tolerance"),
    # Keras makes float32 of its learning rate and betas, which changes 0.9 and 0.999 but none of the others.
    [((0.875, 1 - 2**-10), 1e-12), ((0.5, 0.75), 1e-12), ((0.0, 0.0), 1e-12), ((0.9, 0.999), 1e-5)],
)
def test_many_steps_are_those_of_keras(betas: tuple[float, float], tolerance: float) -> None:
    import keras

    rng, start = np.random.default_rng(1), np.linspace(-1, 1, 9)
    theirs = keras.Variable(start, dtype="float64")
    optimizer = keras.optimizers.Adam(learning_rate=1 / 32, beta_1=betas[0], beta_2=betas[1])
    ours, adam = start.copy(), Adam(9, *betas)
    for _ in range(25):
        gradient = rng.standard_normal(9) * np.logspace(-9, 3, 9)
        optimizer.apply([keras.ops.convert_to_tensor(gradient, dtype="float64")], [theirs])
        ours += adam.step(gradient, learning_rate=1 / 32)
        assert ours == pytest.approx(np.asarray(theirs), rel=0, abs=tolerance)


@pytest.mark.keras
def test_the_defaults_are_those_of_keras() -> None:
    import keras

    from dlopt_deap.weight.strategies.adam import EPSILON

    theirs = keras.optimizers.Adam()
    assert (Adam(1).beta_1, Adam(1).beta_2, EPSILON) == (theirs.beta_1, theirs.beta_2, theirs.epsilon)


@pytest.mark.parametrize("beta", [1, 1.5, -0.1, math.nan, "0.9", None])
def test_a_beta_outside_of_its_range_is_refused(beta: object) -> None:
    with pytest.raises(SettingError, match=r"`beta_1` must be"):
        Adam(3, beta_1=beta)  # type: ignore[arg-type]
    with pytest.raises(SettingError, match=r"`beta_2` must be"):
        Adam(3, beta_2=beta)  # type: ignore[arg-type]


def test_a_gradient_that_was_given_is_not_changed() -> None:
    gradient, adam = np.array([random.random() for _ in range(4)]), Adam(4)
    before = gradient.copy()
    adam.step(gradient, 0.1)
    assert np.array_equal(gradient, before)
