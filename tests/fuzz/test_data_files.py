"""Parquet and NumPy files that nobody should have written, and descriptions of series."""

import io
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from fuzz.cases import NUMBERS, STRANGE, fuzz, some_of, success_or_one_clear_error
from hypothesis import strategies as st

from dlopt_deap.data import SeriesDescription, TimeSeries, as_series, read_file, read_new_rows, sunspots
from dlopt_deap.errors import DataWarning

FRAME = pd.DataFrame(
    {"load": np.arange(30.0), "count": np.arange(30), "place": "north"},
    pd.date_range("2026-01-01", periods=30, name="day"),
)


def written() -> dict[str, bytes]:
    """Write the same rows in each way."""
    files = {name: io.BytesIO() for name in (".parquet", ".npy", ".npz", ".packed.npz")}
    FRAME.to_parquet(files[".parquet"])
    np.save(files[".npy"], FRAME[["load", "count"]].to_numpy())
    columns = {"load": FRAME["load"].to_numpy(), "day": FRAME.index.to_numpy()}
    np.savez(files[".npz"], **columns)
    np.savez_compressed(files[".packed.npz"], **columns)
    return {name: file.getvalue() for name, file in files.items()}


WHOLE = written()


@st.composite
def changed_files(draw: Any) -> tuple[str, bytes]:
    """Draw a file with some bytes changed, cut, doubled or put in."""
    suffix = draw(st.sampled_from(list(WHOLE)))
    content = WHOLE[suffix]
    for _ in range(draw(st.integers(0, 4))):
        place, other = sorted(draw(st.tuples(*[st.integers(0, max(len(content) - 1, 0))] * 2)))
        change = draw(st.sampled_from(["flip", "flip", "flip", "cut", "half", "double", "put"]))
        if change == "flip" and content:
            content = content[:place] + bytes([draw(st.integers(0, 255))]) + content[place + 1 :]
        elif change == "cut":
            content = content[:place] + content[other:]
        elif change == "half":
            content = content[:other]
        elif change == "double":
            content = content[:other] + content[place:]
        else:
            content = content[:place] + draw(st.binary(max_size=9)) + content[place:]
    return suffix, content


COLUMNS = st.sampled_from(["load", "day", "place", ["load", "count"], ["value_1"], [], ["laod"]])
OPTIONS = some_of(
    targets=COLUMNS,
    inputs=COLUMNS,
    time=st.sampled_from(["day", "load", "place"]),
    scale=st.sampled_from([(-1, 1), "standard", "min-max", None]),
    missing=st.sampled_from(["refuse", "interpolate", "previous", "drop"]),
    gaps=st.sampled_from(["report", "refuse", "interpolate", "previous"]),
    frequency=st.sampled_from(["D", "h", "MS", "B", "W-SUN", 1.0, "SMS", "1000000000YS", "999999999W"]),
    shares=st.sampled_from([(0.5, 0.25, 0.25), (0.9, 0.05, 0.05)]),
    split_rows=st.tuples(st.integers(0, 30), st.integers(0, 30)),
    split_times=st.sampled_from([("2026-01-10", "2026-01-20"), (5, 9), ("2026-01", "x")]),
    season=st.integers(1, 40),
    name=st.text(max_size=5),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("files")


@pytest.mark.slow
@fuzz(file=changed_files(), options=st.one_of(st.just({"targets": "load"}), OPTIONS), share=2)
def test_a_damaged_file_is_a_series_or_an_error_that_names_it(
    folder: Path, file: tuple[str, bytes], options: dict[str, Any]
) -> None:
    path = folder / f"hostile{file[0]}"
    path.write_bytes(file[1])
    with warnings.catch_warnings(), success_or_one_clear_error(names="hostile"):
        warnings.simplefilter("ignore", DataWarning)
        assert isinstance(read_file(path, **options), TimeSeries)


@fuzz(suffix=st.sampled_from([".parquet", ".npy", ".npz"]), content=st.binary(max_size=300))
def test_any_bytes_are_an_error_that_names_the_file(folder: Path, suffix: str, content: bytes) -> None:
    path = folder / f"hostile{suffix}"
    path.write_bytes(content)
    with success_or_one_clear_error(names="hostile"):
        assert isinstance(read_file(path), TimeSeries)


FRAMES = st.one_of(
    st.just(FRAME),
    st.builds(
        lambda values, index: pd.DataFrame({"load": values}, index[: len(values)]),
        st.lists(NUMBERS, min_size=1, max_size=12),
        st.sampled_from(
            [
                pd.date_range("2026-01-01", periods=12, freq="ME"),
                pd.date_range("2026-03-28", periods=12, freq="h", tz="Europe/Berlin"),
                pd.period_range("2026", periods=12, freq="Q"),
                pd.RangeIndex(12),
                pd.Index([0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 50]),
                pd.Index([1e-300, 1e300, *range(10)]),
                pd.DatetimeIndex([pd.NaT, pd.Timestamp.max, pd.Timestamp.min] * 4),
                pd.Index(list("abcdefghijkl")),
            ]
        ),
    ),
    st.lists(NUMBERS, max_size=12).map(lambda values: pd.Series(values, dtype=object)),
    st.lists(NUMBERS, max_size=12),
    STRANGE,
)


@fuzz(data=FRAMES, options=OPTIONS, share=2)
def test_any_data_with_any_options_is_a_series_or_a_clear_error(data: Any, options: dict[str, Any]) -> None:
    with warnings.catch_warnings(), success_or_one_clear_error():
        warnings.simplefilter("ignore", DataWarning)
        assert isinstance(as_series(data, **options), TimeSeries)


SAVED = json.loads(json.dumps(sunspots().description()))


@fuzz(name=st.sampled_from([*SAVED, "x"]), value=st.one_of(STRANGE, st.sampled_from(list(SAVED.values()))), data=FRAMES)
def test_a_changed_description_is_read_and_used_or_refused(name: str, value: Any, data: Any) -> None:
    with warnings.catch_warnings(), success_or_one_clear_error():
        warnings.simplefilter("ignore", DataWarning)
        described = SeriesDescription.from_dict(SAVED | {name: value})
        described.to_own_units(np.zeros((3, len(described.targets))))
        read_new_rows(described, data).windows(2)


@fuzz(part=st.sampled_from(["kind", "centre", "slope", "middle"]), value=STRANGE)
def test_a_changed_scaling_is_read_or_refused(part: str, value: Any) -> None:
    with success_or_one_clear_error():
        described = SeriesDescription.from_dict(SAVED | {"scaling": SAVED["scaling"] | {part: value}})
        described.scale_inputs([[1.0]])
