import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlopt_deap import limits
from dlopt_deap.data import TimeSeries
from dlopt_deap.errors import DataError, SettingError

SERIES = TimeSeries(np.arange(100.0))


@settings(deadline=None)
@given(look_back=st.integers(1, 60), split=st.sampled_from(["training", "validation", "testing"]))
def test_the_window_of_a_row_holds_the_rows_before_it(look_back, split):
    x, y = getattr(SERIES, split).windows(look_back)
    assert x.dtype == y.dtype == np.float32
    assert x.shape == (len(y), look_back, 1)
    for position, target in enumerate(y[:, 0]):
        assert x[position, :, 0].tolist() == list(range(int(target) - look_back, int(target)))


@settings(deadline=None)
@given(look_back=st.integers(1, 64))
def test_every_look_back_is_judged_on_the_same_rows(look_back):
    assert SERIES.validation.windows(look_back)[1][:, 0].tolist() == list(range(64, 80))
    assert SERIES.testing.windows(look_back)[1][:, 0].tolist() == list(range(80, 100))


def test_only_the_first_rows_of_the_training_split_have_no_window():
    assert SERIES.training.windows(10)[1][:, 0].tolist() == list(range(10, 64))


def test_windows_are_views_of_the_series():
    x, y = SERIES.testing.windows(30)
    assert np.shares_memory(x, SERIES.scaled_inputs)
    assert np.shares_memory(y, SERIES.scaled_targets)
    assert not x.flags.writeable


@pytest.mark.parametrize("split", [SERIES.training, SERIES.validation, SERIES.testing], ids=lambda split: split.name)
def test_the_longest_look_back_has_windows_and_a_longer_one_is_refused(split):
    assert len(split.windows(split.max_look_back)[1]) >= 1
    with pytest.raises(DataError, match=rf"at most {split.max_look_back} for the {split.name} split .* of 100"):
        split.windows(split.max_look_back + 1)


@pytest.mark.parametrize("look_back", [0, -1, 2.5, True, "3"])
def test_a_look_back_that_is_no_positive_whole_number_is_refused(look_back):
    with pytest.raises(SettingError, match="`look_back` must be a whole number of at least 1"):
        SERIES.validation.windows(look_back)


@settings(deadline=None)
@given(
    look_back=st.integers(1, 30),
    horizon=st.integers(1, 15),
    split=st.sampled_from(["training", "validation", "testing"]),
)
def test_a_horizon_is_the_rows_after_the_window_and_lies_in_the_split(look_back, horizon, split):
    part = getattr(SERIES, split)
    x, y = part.horizon_windows(look_back, horizon)
    assert x.dtype == y.dtype == np.float32
    first, stop = part.rows.start or look_back, part.rows.stop
    assert y[:, 0, 0].tolist() == list(range(first, stop - horizon + 1))
    for window, rows in zip(x[..., 0], y[..., 0], strict=True):
        start = int(rows[0])
        assert window.tolist() == list(range(start - look_back, start))
        assert rows.tolist() == list(range(start, start + horizon))


@pytest.mark.parametrize("split", [SERIES.training, SERIES.validation, SERIES.testing], ids=lambda split: split.name)
def test_a_horizon_of_one_row_gives_the_windows_of_one_row(split):
    x, y = split.windows(7)
    ahead, rows = split.horizon_windows(7, 1)
    assert np.array_equal(ahead, x)
    assert np.array_equal(rows[:, 0], y)


def test_a_horizon_holds_every_target_in_its_place():
    series = TimeSeries(np.arange(200.0).reshape(100, 2), inputs=["a"], targets=["b", "a"], columns=["a", "b"])
    _, y = series.testing.horizon_windows(3, 4)
    assert y.shape == (17, 4, 2)
    assert y[0].tolist() == [[161.0, 160.0], [163.0, 162.0], [165.0, 164.0], [167.0, 166.0]]


def test_the_windows_of_a_horizon_are_views_of_the_series():
    x, y = SERIES.testing.horizon_windows(30, 5)
    assert np.shares_memory(x, SERIES.scaled_inputs)
    assert np.shares_memory(y, SERIES.scaled_targets)
    assert not x.flags.writeable
    assert not y.flags.writeable


def test_the_longest_horizon_is_the_split_and_a_longer_one_is_refused():
    x, y = SERIES.testing.horizon_windows(5, 20)
    assert (len(x), y[0, :, 0].tolist()) == (1, list(range(80, 100)))
    with pytest.raises(DataError, match=r"`horizon` must be at most 20 .* testing split .* of 100\), got 21; forecast"):
        SERIES.testing.horizon_windows(5, 21)
    with pytest.raises(DataError, match=r"`horizon` must be at most 60 with a look-back of 4 for the training split"):
        SERIES.training.horizon_windows(4, 61)


@pytest.mark.parametrize("horizon", [0, -1, 2.5, True, "3"])
def test_a_horizon_that_is_no_positive_whole_number_is_refused(horizon):
    with pytest.raises(SettingError, match="`horizon` must be a whole number of at least 1"):
        SERIES.validation.horizon_windows(3, horizon)


def test_a_horizon_that_takes_too_much_memory_is_refused(monkeypatch):
    monkeypatch.setattr(limits, "MAX_WINDOW_NUMBERS", 60)
    assert SERIES.testing.horizon_windows(3, 3)[1].size == 54
    with pytest.raises(DataError, match="at most 60 numbers, got 68 with a horizon of 4; shorten it, or widen `dlopt"):
        SERIES.testing.horizon_windows(3, 4)


def test_the_index_of_a_split_is_that_of_its_rows():
    series = TimeSeries(np.arange(10.0), index=np.arange("2020-01", "2020-11", dtype="datetime64[M]"))
    assert series.testing.index.tolist() == series.index[8:].tolist()


def test_own_units_are_refused_for_another_number_of_targets():
    with pytest.raises(SettingError, match=r"one number a target \(value\).* got the shape \(3, 2\)"):
        SERIES.testing.to_own_units(np.ones((3, 2)))


def test_predictions_of_many_samples_come_back_in_own_units():
    series = TimeSeries(np.arange(100.0), scale=(0, 1))
    scaled = np.ones((5, 20, 1), np.float32)
    assert np.allclose(series.testing.to_own_units(scaled), 63.0)
