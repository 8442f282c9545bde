import math

import numpy as np
import pytest
from scipy.stats import binom

from dlopt_deap.sampling import SamplingSettings, log_probability, summarize
from dlopt_deap.sampling.interval import log_probability_interval

REPETITIONS = 2000


def log_p(mean, std):
    return log_probability(mean, std, 0.01, 0.0, 2.0)


def normal(random, number):
    """Errors as the model supposes them; where the published networks lie."""
    return random.normal(0.8, 0.12, number)


def truncated(random, number):
    """Errors that pile up at zero, of which only those in [0, 2] count."""
    draws = random.normal(0.3, 0.4, 4 * number + 50)
    return draws[(draws > 0) & (draws < 2)][:number]


def skewed(random, number):
    """Errors with a long tail to the left, as those of small networks have."""
    return 1.0 - random.gamma(4.0, 0.06, number)


def two_humps(random, number):
    """Errors of networks that either follow the series or not."""
    return random.normal(np.where(random.random(number) < 0.5, 0.65, 0.9), 0.05)


@pytest.mark.slow
@pytest.mark.parametrize("number", [30, 100, 1000])
@pytest.mark.parametrize(
    ("errors", "least", "most"),
    [(normal, 0.93, 0.97), (truncated, 0.93, 0.985), (skewed, 0.91, 0.98), (two_humps, 0.93, 0.99)],
)
def test_an_interval_of_95_percent_holds_the_log_probability_of_infinitely_many_samples_that_often(
    errors, number, least, most
):
    many = errors(np.random.default_rng(0), 4_000_000)
    truth = log_p(float(many.mean()), float(many.std()))
    random = np.random.default_rng([1, number])
    hits = 0
    for _ in range(REPETITIONS):
        low, high = log_probability_interval(errors(random, number), log_p, 0.95)
        hits += low <= truth <= high
    assert least <= hits / REPETITIONS <= most
    # An interval that covers 90 %, as the bootstrap does, cannot pass by luck.
    assert binom.sf(least * REPETITIONS - 1, REPETITIONS, 0.88) < 1e-4


@pytest.mark.parametrize("confidence", [0.5, 0.8, 0.99])
def test_other_levels_of_confidence_are_kept_too(confidence):
    truth = log_p(0.8, 0.12)
    random = np.random.default_rng(2)
    hits = 0
    for _ in range(400):
        low, high = log_probability_interval(normal(random, 100), log_p, confidence)
        hits += low <= truth <= high
    # Four standard deviations of the binomial distribution, for the fixed seed.
    assert hits / 400 == pytest.approx(confidence, abs=4 * math.sqrt(confidence * (1 - confidence) / 400))


def test_the_standard_error_is_that_of_the_full_jackknife():
    errors = normal(np.random.default_rng(3), 200)
    roots = [math.sqrt(-log_p(rest.mean(), rest.std())) for rest in (np.delete(errors, i) for i in range(200))]
    error = math.sqrt(199 * float(np.var(roots)))
    low, high = log_probability_interval(errors, log_p, 0.95)
    assert (math.sqrt(-low) - math.sqrt(-high)) / 2 == pytest.approx(1.972 * error, rel=0.01)


def test_an_interval_does_not_depend_on_the_order_of_the_samples():
    errors = normal(np.random.default_rng(4), 50)
    forwards, backwards = (log_probability_interval(some, log_p, 0.95) for some in (errors, errors[::-1]))
    assert forwards == pytest.approx(backwards, rel=1e-9)


def test_two_samples_give_no_lower_end():
    low, high = log_probability_interval(np.array([0.6, 0.7]), log_p, 0.95)
    assert (low, high) == (-math.inf, 0.0)


def test_a_spread_that_comes_from_one_sample_alone_gives_no_lower_end():
    low, high = log_probability_interval(np.array([0.7, 0.7, 0.7, 0.8]), log_p, 0.95)
    assert (low, high) == (-math.inf, 0.0)


@pytest.mark.parametrize("threshold", [0.0, 0.3, 0.8, 1.5, 2.0])
def test_the_interval_encloses_the_value_wherever_the_threshold_lies(threshold):
    errors = normal(np.random.default_rng(5), 40)
    result = summarize(errors, np.zeros(3, np.float32), SamplingSettings(threshold=threshold))
    assert result.log_p_low <= result.log_p <= result.log_p_high <= 0.0
    assert not math.isnan(result.log_p_low)
