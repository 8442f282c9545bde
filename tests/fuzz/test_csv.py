"""CSV files that nobody should have written."""

import warnings
from pathlib import Path
from typing import Any

import pytest
from fuzz.cases import STRANGE, fuzz, some_of, success_or_one_clear_error
from hypothesis import strategies as st

from dlopt_deap.data import TimeSeries, read_csv
from dlopt_deap.errors import DataWarning

TOKENS = st.sampled_from(
    [
        *["", "nan", "inf", "-Infinity", "1e999", "-1e-999", "9" * 400, "9" * 20_000, "0x10", "1_000", "NA", "?", "٣"],
        *["now", "today", "2026-02-30", "0000-01-01", "9999-12-31", "1/2/2026", "2026-01-01T00:00+14:00", "24:61"],
        *[
            '"',
            '""',
            '"x',
            "#",
            ",",
            ";",
            "\t",
            "\r",
            "\n",
            "\r\n",
            "\0",
            "\ufeff",
            "\ud7ff",
            "\u2028",
            "=1+1",
            "a" * 300,
        ],
    ]
).map(lambda token: token.encode("utf-8", "surrogatepass"))


@st.composite
def whole_files(draw: Any) -> bytes:
    """Draw a CSV file as it should be, with a time, a number and a text in each row."""
    delimiter = draw(st.sampled_from([",", ";", "\t", " "]))
    times = draw(st.sampled_from([str, lambda row: f"2026-01-{row + 1:02}", lambda row: f"{row + 1}.01.2026"]))
    rows = [
        ("day", "load", "place"),
        *((times(row), f"{row % 7}.5", "north") for row in range(draw(st.integers(5, 25)))),
    ]
    return ("\n".join(delimiter.join(row) for row in rows) + "\n").encode()


@st.composite
def changed_files(draw: Any) -> bytes:
    """Draw a file with some changes: bytes flipped, parts cut, doubled or put in, lines exchanged."""
    content = draw(whole_files())
    for _ in range(draw(st.integers(0, 4))):
        place, other = sorted(draw(st.tuples(*[st.integers(0, max(len(content) - 1, 0))] * 2)))
        change = draw(st.sampled_from(["flip", "cut", "half", "double", "put", "swap"]))
        if change == "flip" and content:
            content = content[:place] + bytes([draw(st.integers(0, 255))]) + content[place + 1 :]
        elif change == "cut":
            content = content[:place] + content[other:]
        elif change == "half":
            content = content[:other]
        elif change == "double":
            content = content[:other] + content[place:]
        elif change == "put":
            content = content[:place] + draw(TOKENS) + content[place:]
        else:
            lines = content.split(b"\n")
            one, two = place % len(lines), other % len(lines)
            lines[one], lines[two] = lines[two], lines[one]
            content = b"\n".join(lines)
    return content


COLUMNS = st.sampled_from(["load", "day", "place", ["load"], ["day", "load"], [], ["laod"], "x" * 5000, [["load"]]])
OPTIONS = some_of(
    inputs=COLUMNS,
    targets=COLUMNS,
    time=st.sampled_from(["day", "load", "place"]),
    scale=st.sampled_from([(-1, 1), (0, 1), None]),
    delimiter=st.sampled_from([",", ";", "\t", " ", "|", "\0", "é"]),
    decimal=st.sampled_from([".", ","]),
    missing=st.sampled_from(["refuse", "interpolate", "previous", "drop"]),
    gaps=st.sampled_from(["report", "refuse", "interpolate", "previous"]),
    frequency=st.sampled_from(["D", "h", "MS", "B", "W-SUN", 1.0]),
    shares=st.sampled_from([(0.5, 0.25, 0.25), (0.9, 0.05, 0.05), (1e-9, 0.5, 0.5 - 1e-9)]),
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("csv") / "hostile.csv"


def read(file: Path, content: bytes, options: dict[str, Any]) -> None:
    """Read what somebody wrote; a series comes out, or an error that names the file."""
    file.write_bytes(content)
    with warnings.catch_warnings(), success_or_one_clear_error(names=file.name):
        warnings.simplefilter("ignore", DataWarning)
        assert isinstance(read_csv(file, **options), TimeSeries)


@fuzz(content=changed_files(), options=OPTIONS, share=2)
def test_a_damaged_file_with_any_options_is_a_series_or_an_error_that_names_it(
    file: Path, content: bytes, options: dict[str, Any]
) -> None:
    read(file, content, options)


@fuzz(content=changed_files())
def test_a_damaged_file_with_the_usual_options_is_a_series_or_an_error_that_names_it(
    file: Path, content: bytes
) -> None:
    read(file, content, {"targets": ["load"], "time": "day"})


@fuzz(content=st.binary(max_size=300), options=OPTIONS)
def test_any_bytes_are_a_series_or_an_error_that_names_the_file(
    file: Path, content: bytes, options: dict[str, Any]
) -> None:
    read(file, content, options)


@fuzz(content=st.text(alphabet='019.,;- \t\n"#axN\r/:', max_size=200).map(str.encode), options=OPTIONS)
def test_any_text_of_the_letters_of_csv_is_a_series_or_an_error_that_names_the_file(
    file: Path, content: bytes, options: dict[str, Any]
) -> None:
    read(file, content, options)


@fuzz(
    path=st.one_of(st.text(max_size=20), STRANGE, st.sampled_from(["/dev/zero", "/dev/stdin", "/proc/self/mem", "."]))
)
def test_any_path_is_read_or_refused_without_waiting(path: Any) -> None:
    short = isinstance(path, str) and len(path) < 1000
    with success_or_one_clear_error(names=Path(path).name if short else ""):
        read_csv(path)
