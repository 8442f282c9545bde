import math
from decimal import Decimal, localcontext

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import truncnorm

from dlopt_deap.errors import SettingError
from dlopt_deap.sampling import log_probability


def exact(mean, std, threshold, lower, upper, digits=400):
    """Compute log P with many digits, from the series of the error function alone."""
    with localcontext() as context:
        context.prec = digits
        mean, std, *ends = (Decimal(number) for number in (mean, std, lower, threshold, upper))
        low, middle, high = (mass((end - mean) / std, digits) for end in ends)
        return float(((middle - low) / (high - low)).ln())


def mass(x, digits):
    """Return the mass between 0 and x, without the factor 1 / sqrt(2 pi), which cancels: all terms are of one sign."""
    term = total = x
    odd = 1
    while abs(term) > Decimal(10) ** -digits:
        odd += 2
        term *= x * x / odd
        total += term
    return total * (-x * x / 2).exp()


def test_the_figure_published_with_dlopt_comes_out():
    log_p = log_probability(0.81072833698353519, 0.1104613706995357, 0.01, 0.0, 2.0)
    assert log_p == pytest.approx(-29.906005813483684, rel=1e-13)
    assert math.exp(log_p) == pytest.approx(1.0279848149134584e-13, rel=1e-12)


def test_the_logarithm_is_exact_where_the_probability_underflows():
    assert log_probability(0.8, 0.02, 0.01, 0.0, 2.0) == pytest.approx(-784.7208791066, abs=1e-10)
    assert log_probability(0.8, 0.02, 0.01, 0.0, 2.0) == pytest.approx(exact(0.8, 0.02, 0.01, 0.0, 2.0, 900), rel=1e-13)


@settings(deadline=None)
@given(
    mean=st.floats(-1.5, 3.5),
    std=st.floats(0.15, 50.0),
    place=st.floats(1e-6, 1 - 1e-6),
    lower=st.floats(-1.0, 0.5),
    width=st.floats(0.1, 3.0),
)
def test_it_agrees_with_a_computation_of_four_hundred_digits(mean, std, place, lower, width):
    upper, threshold = lower + width, lower + place * width
    expected = exact(mean, std, threshold, lower, upper)
    assert log_probability(mean, std, threshold, lower, upper) == pytest.approx(expected, rel=1e-11, abs=1e-300)


@pytest.mark.parametrize(
    ("mean", "std", "threshold"),
    [(0.8, 0.1, 0.9), (1.0, 0.1, 1.999), (0.01, 1e-1, 0.01), (-2.0, 0.1, 0.01), (4.0, 0.1, 1.9), (0.8, 0.1, 1e-12)],
)
def test_it_is_exact_in_both_tails(mean, std, threshold):
    expected = exact(mean, std, threshold, 0.0, 2.0, 900)
    assert log_probability(mean, std, threshold, 0.0, 2.0) == pytest.approx(expected, rel=1e-12, abs=1e-300)


@settings(deadline=None)
@given(mean=st.floats(0, 2), std=st.floats(0.2, 3), threshold=st.floats(0.01, 1.99))
def test_scipy_agrees_where_it_is_accurate(mean, std, threshold):
    expected = truncnorm.logcdf(threshold, -mean / std, (2 - mean) / std, mean, std)
    assert log_probability(mean, std, threshold, 0.0, 2.0) == pytest.approx(expected, rel=1e-7, abs=1e-10)


@settings(deadline=None)
@given(
    mean=st.floats(-1e6, 1e6),
    std=st.floats(0, 1e6),
    lower=st.floats(-1e6, 1e6),
    upper=st.floats(-1e6, 1e6),
    thresholds=st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6)),
)
def test_it_is_a_log_probability_that_rises_with_the_threshold(mean, std, lower, upper, thresholds):
    if lower >= upper:
        return
    first, second = sorted(thresholds)
    low = log_probability(mean, std, first, lower, upper)
    high = log_probability(mean, std, second, lower, upper)
    assert not math.isnan(low)
    assert low <= 0
    assert low == high or low <= high + 1e-9 * abs(high)


def test_below_the_lower_end_nothing_and_above_the_upper_end_everything_is_probable():
    assert log_probability(0.8, 0.1, 0.0, 0.0, 2.0) == -math.inf
    assert log_probability(0.8, 0.1, -1.0, 0.0, 2.0) == -math.inf
    assert log_probability(0.8, 0.1, 2.0, 0.0, 2.0) == 0.0


def test_without_deviation_all_probability_lies_at_the_mean():
    assert log_probability(0.8, 0.0, 0.01, 0.0, 2.0) == -math.inf
    assert log_probability(0.005, 0.0, 0.01, 0.0, 2.0) == 0.0
    assert log_probability(0.8, 1e-300, 0.01, 0.0, 2.0) == -math.inf


def test_a_flat_distribution_is_uniform():
    assert log_probability(0.8, 1e12, 0.5, 0.0, 2.0) == pytest.approx(math.log(0.25), rel=1e-12)


def test_certainty_is_never_minus_zero():
    assert math.copysign(1, log_probability(1.0, 1e-3, 1.5, 0.0, 2.0)) == 1


@pytest.mark.parametrize("position", range(5))
@pytest.mark.parametrize("value", [math.nan, math.inf, "1", None])
def test_an_argument_that_is_no_finite_number_is_refused(position, value):
    arguments = [0.8, 0.1, 0.01, 0.0, 2.0]
    arguments[position] = value
    name = ["mean", "std", "threshold", "lower", "upper"][position]
    with pytest.raises(SettingError, match=f"`{name}` must be a finite number"):
        log_probability(*arguments)


def test_a_negative_deviation_and_an_empty_interval_are_refused():
    with pytest.raises(SettingError, match="`std`"):
        log_probability(0.8, -0.1, 0.01, 0.0, 2.0)
    with pytest.raises(SettingError, match="`lower` must be less than `upper`"):
        log_probability(0.8, 0.1, 0.01, 2.0, 2.0)


def test_numbers_of_numpy_are_taken():
    assert log_probability(np.float32(0.5), np.float64(0.1), 0.01, 0, 2) < 0
