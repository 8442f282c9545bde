import json
import math
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlopt_deap import sampling
from dlopt_deap.data import TimeSeries, sine
from dlopt_deap.errors import DataError, SettingError
from dlopt_deap.networks import NetworkSpec, predict
from dlopt_deap.sampling import Normal, SamplingSettings, Uniform, mae_random_sampling, random_sampling, summarize
from dlopt_deap.sampling.weights import weight_blocks

SPEC = NetworkSpec(inputs=1, units=(3, 2), outputs=1, look_back=4)
SPLIT = sine().validation


def shuffled(generator, shape):
    """Draw in a way that consumes the stream unevenly."""
    return generator.permutation(shape[0]) / shape[0] + generator.gamma(0.5, size=shape)


@pytest.mark.parametrize("distribution", [Normal(), Normal(1, 0.1), Uniform(-2, 3), shuffled])
@settings(deadline=None)
@given(more=st.integers(1, 20), block=st.integers(1, 30))
def test_the_first_samples_are_the_same_whatever_the_number_and_the_block(distribution, more, block):
    few = np.concatenate([block.copy() for block in weight_blocks(7, 10, 10, 3, distribution)])
    many = np.concatenate([block.copy() for block in weight_blocks(7, 10 + more, block, 3, distribution)])
    assert np.array_equal(few, many[:10])
    assert many.dtype == np.float32
    assert many.shape == (10 + more, 7)


@settings(max_examples=10, deadline=None)
@given(block_bytes=st.sampled_from([1, 5_000, 50_000, 10**7]), number=st.integers(1, 40))
def test_neither_the_memory_for_a_block_nor_the_number_changes_a_bit_of_the_errors(block_bytes, number):
    whole = mae_random_sampling(SPEC, SPLIT, num_samples=40, seed=5)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dlopt_deap.sampling.mrs.BLOCK_BYTES", block_bytes)
        part = mae_random_sampling(SPEC, SPLIT, num_samples=number, seed=5)
    assert part.samples.tolist() == whole.samples[:number].tolist()


def test_threads_do_not_change_a_bit():
    one, two = (mae_random_sampling(SPEC, SPLIT, num_samples=30, threads=threads) for threads in (1, 2))
    assert one.samples.tolist() == two.samples.tolist()
    assert one.to_dict() == two.to_dict()


def test_the_errors_are_those_of_the_network_with_the_weights_drawn():
    result = mae_random_sampling(SPEC, SPLIT, num_samples=20, seed=2)
    weights = next(weight_blocks(SPEC.num_weights, 20, 20, 2, Normal()))
    x, y = SPLIT.windows(4)
    expected = np.abs(predict(SPEC, weights, x).astype(float) - y).mean(axis=(1, 2))
    assert result.samples == pytest.approx(expected, rel=1e-12)
    assert np.array_equal(result.best_weights, weights[expected.argmin()])
    assert result.mean == pytest.approx(expected.mean())
    assert result.std == pytest.approx(expected.std(ddof=0))
    assert result.log_p == sampling.log_probability(result.mean, result.std, 0.01, 0.0, 2.0)
    assert result.p == math.exp(result.log_p)


def test_the_best_weights_are_found_in_any_block(monkeypatch):
    monkeypatch.setattr("dlopt_deap.sampling.mrs.BLOCK_BYTES", 1)
    result = mae_random_sampling(SPEC, SPLIT, num_samples=25)
    x, y = SPLIT.windows(4)
    assert np.abs(predict(SPEC, result.best_weights, x).astype(float) - y).mean() == pytest.approx(result.samples.min())


def test_the_weights_are_standard_normal():
    weights = next(weight_blocks(200_000, 1, 1, 0, Normal()))[0]
    assert abs(weights.mean()) < 0.01
    assert abs(weights.std() - 1) < 0.01


def test_the_arguments_of_a_distribution_are_not_ignored():
    normal = next(weight_blocks(200_000, 1, 1, 0, Normal(3, 0.5)))[0]
    uniform = next(weight_blocks(200_000, 1, 1, 0, Uniform(2, 4)))[0]
    assert (normal.mean(), normal.std()) == pytest.approx((3, 0.5), abs=0.01)
    assert (uniform.min(), uniform.max()) == pytest.approx((2, 4), abs=0.001)


def test_seeds_differ_and_zero_is_a_seed():
    first, again, other = (mae_random_sampling(SPEC, SPLIT, 5, seed=seed).samples.tolist() for seed in (0, 0, 1))
    assert first == again
    assert first != other


def test_the_interval_holds_the_value_and_shrinks_with_samples():
    few, many = (mae_random_sampling(SPEC, SPLIT, num_samples=number) for number in (30, 1000))
    for result in (few, many):
        assert result.log_p_low < result.log_p < result.log_p_high <= 0
    assert many.log_p_high - many.log_p_low < 0.5 * (few.log_p_high - few.log_p_low)
    wide = mae_random_sampling(SPEC, SPLIT, num_samples=30, confidence=0.99)
    assert wide.log_p_low < few.log_p_low < few.log_p_high < wide.log_p_high


def test_one_sample_says_nothing_about_the_interval():
    result = mae_random_sampling(SPEC, SPLIT, num_samples=1)
    assert result.std == 0.0
    assert (result.log_p, result.log_p_low, result.log_p_high) == (-math.inf, -math.inf, 0.0)


def test_samples_that_are_all_alike_have_no_deviation_and_no_width():
    result = mae_random_sampling(SPEC, SPLIT, num_samples=7, distribution=Normal(0.1, 0))
    assert result.std == 0.0
    assert result.log_p_low == result.log_p == result.log_p_high == -math.inf


def test_samples_that_fail_are_counted_and_left_out():
    def sometimes(generator, shape):
        return np.full(shape, np.nan if generator.random() < 0.3 else generator.normal())

    result = mae_random_sampling(SPEC, SPLIT, num_samples=50, distribution=sometimes)
    finite = result.samples[np.isfinite(result.samples)]
    assert 0 < result.num_failed == 50 - len(finite)
    assert result.mean == pytest.approx(finite.mean())
    assert np.isfinite(result.best_weights).all()
    assert result.to_dict()["samples"].count(None) == result.num_failed


def test_a_sampling_that_fails_altogether_is_an_error():
    with pytest.raises(SettingError, match="At least one of 3 samples must have a finite error"):
        mae_random_sampling(SPEC, SPLIT, num_samples=3, distribution=lambda random, shape: np.full(shape, np.nan))


@pytest.mark.parametrize("number", [1, 2, 3, 30])
def test_a_sampling_goes_to_json_and_back_with_the_keys_of_dlopt(number):
    result = mae_random_sampling(SPEC, SPLIT, num_samples=number)
    plain = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert {"log_p", "p", "mean", "std", "samples"} <= set(plain)
    assert plain["samples"] == result.samples.tolist()
    assert plain["log_p"] == (result.log_p if number > 1 else None)


def test_another_metric_may_be_named_or_given():
    named = mae_random_sampling(SPEC, SPLIT, num_samples=5, metric="mse")
    given_function = mae_random_sampling(SPEC, SPLIT, num_samples=5, metric=sampling.mse)
    assert named.samples.tolist() == given_function.samples.tolist()
    assert named.samples.tolist() != mae_random_sampling(SPEC, SPLIT, num_samples=5).samples.tolist()


def test_several_inputs_and_targets_are_sampled():
    values = np.random.default_rng(1).random((100, 3))
    series = TimeSeries(values, ["a", "b", "c"], inputs=["a", "b"], targets=["b", "c"], scale=(-1, 1))
    spec = NetworkSpec(inputs=2, units=(4,), outputs=2, look_back=3)
    assert len(mae_random_sampling(spec, series.validation, num_samples=5).samples) == 5


def test_settings_and_results_pickle():
    chosen = SamplingSettings(num_samples=5, distribution=Uniform(-1, 1), metric="rmse")
    result = pickle.loads(pickle.dumps(random_sampling(SPEC, SPLIT, pickle.loads(pickle.dumps(chosen)))))
    assert result.samples.tolist() == random_sampling(SPEC, SPLIT, chosen).samples.tolist()


def test_errors_can_be_summarized_without_a_network():
    result = summarize(np.array([0.5, 0.7, np.inf]), np.zeros(3, np.float32), SamplingSettings())
    assert result.mean == pytest.approx(0.6)
    assert result.num_failed == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"num_samples": 0}, "`num_samples` must be a whole number of at least 1, got 0"),
        ({"num_samples": 10**12}, "`num_samples` must be a whole number of at most 10000000, .* widen"),
        ({"threads": 10**9}, "`threads` must be a whole number of at most 1024, got 1000000000"),
        (
            {"metric": lambda predictions, y: 0.0},
            r"`metric` must give one error a sample, .* got \(\)",
        ),
        ({"lower": 2.0}, "`lower` must be less than `upper`"),
        ({"threshold": 2.1}, r"`threshold` must lie in \[lower, upper\], which is \[0, 2\], got 2.1"),
        ({"threshold": -0.1}, r"`threshold` must lie in \[lower, upper\], which is \[0, 2\], got -0.1"),
        ({"threshold": math.nan}, "`threshold` must be a finite number"),
        ({"metric": "smap"}, "`metric` must be one of .* did you mean 'smape'"),
        ({"confidence": 1.0}, "`confidence` must be less than 1"),
        ({"confidence": 0.0}, "`confidence` must be a finite number above 0"),
        ({"distribution": "normal"}, "`distribution` must be Normal"),
        ({"distribution": lambda random, shape: np.zeros(3)}, "must give the shape that it is asked for"),
        ({"seed": -1}, "`seed`"),
        ({"threads": 0}, "`threads`"),
    ],
)
def test_wrong_settings_are_refused(arguments, message):
    with pytest.raises(SettingError, match=message):
        mae_random_sampling(SPEC, SPLIT, **arguments)


def test_a_network_that_does_not_fit_the_series_is_refused():
    with pytest.raises(SettingError, match="`inputs` of the network must be 1, as the series 'sine' has sin, got 2"):
        mae_random_sampling(NetworkSpec(2, (3,), 1, 4), SPLIT)
    with pytest.raises(SettingError, match="`outputs` of the network must be 1"):
        mae_random_sampling(NetworkSpec(1, (3,), 3, 4), SPLIT)


def test_a_look_back_longer_than_the_series_is_refused():
    with pytest.raises(DataError, match="`look_back` must be at most 640"):
        mae_random_sampling(NetworkSpec(1, (3,), 1, 641), SPLIT)
