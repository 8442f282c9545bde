import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlopt_deap.data import read_csv
from dlopt_deap.errors import DataError, SettingError


@pytest.fixture
def csv(tmp_path):
    """Write a file and return its path."""

    def write(text, name="load.csv"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def rows(cells, number=20):
    return "".join(cells(row) + "\n" for row in range(number))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", " ", "   "])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_the_delimiter_is_found_out(csv, delimiter, newline):
    text = f"wind{delimiter}power\n" + rows(lambda row: f"{row}.5{delimiter}-{row}e1")
    series = read_csv(csv(text.replace("\n", newline)), inputs=["wind", "power"], targets=["power"])
    assert series.values[3].tolist() == [3.5, -30.0]
    assert series.inputs == ("wind", "power")
    assert series.targets == ("power",)


@pytest.mark.parametrize("delimiter", [";", "\t", " "])
def test_a_decimal_comma_is_no_delimiter(csv, delimiter):
    path = csv(f"wind{delimiter}power\n" + rows(lambda row: f"{row},5{delimiter}{row},25"))
    assert read_csv(path, targets=["power"], decimal=",").values[3, 0] == 3.25


def test_dates_with_blanks_are_not_parted_at_the_blank(csv):
    path = csv("time,load\n" + rows(lambda row: f"2026-01-01 {row:02}:00,{row}"))
    series = read_csv(path, time="time")
    assert series.index[5] == np.datetime64("2026-01-01T05:00")


def test_the_only_numeric_column_is_the_target(csv):
    path = csv("day,station,load\n" + rows(lambda row: f"{row},north,{row * 2}"))
    assert read_csv(path, time="day").targets == ("load",)
    assert read_csv(csv("load\n" + rows(str))).targets == ("load",)


def test_inputs_are_the_targets_unless_named(csv):
    series = read_csv(csv("a,b\n" + rows(lambda row: f"{row},{row}")), targets=["b"])
    assert series.inputs == series.targets == series.columns == ("b",)


def test_one_column_may_be_named_without_a_list(csv):
    assert read_csv(csv("a,b\n" + rows(lambda row: f"{row},{row}")), targets="b").targets == ("b",)


def test_comments_empty_lines_quotes_marks_and_blanks_do_no_harm(csv):
    text = '\ufeff# a comment\n\n"the load", b\n' + rows(lambda row: f'" {row}", x \n')
    series = read_csv(csv(text), targets=["the load"])
    assert series.values[7, 0] == 7


def test_a_column_without_a_name_is_called_by_its_place(csv):
    path = csv(",load\n" + rows(lambda row: f"{row},{row}"))
    assert read_csv(path, targets=["column_1"]).columns == ("column_1",)


@settings(deadline=None)
@given(st.lists(st.floats(-1e30, 1e30), min_size=10, max_size=15))
def test_numbers_are_read_to_the_last_bit(tmp_path_factory, numbers):
    path = tmp_path_factory.mktemp("csv") / "exact.csv"
    path.write_text("value\n" + "".join(f"{number!r}\n" for number in numbers))
    assert read_csv(path, scale=None).values[:, 0].tolist() == numbers


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (lambda row: f"{row + 1}.01.2026", "2026-01-14"),
        (lambda row: f"{row + 1}/01/2026", "2026-01-14"),
        (lambda row: f"01/{row + 1}/2026", "2026-01-14"),
        (lambda row: f"2026-01-{row + 1:02}", "2026-01-14"),
        (lambda row: f"{row + 1} Jan 2026", "2026-01-14"),
        (lambda row: f"2026-01-{row + 1:02}T01:00:00+01:00", "2026-01-14"),
        (lambda row: f"{row + 1}.01.2026 12:30", "2026-01-14T12:30"),
    ],
)
def test_dates_are_read_in_the_usual_forms(csv, cells, expected):
    series = read_csv(csv("day;load\n" + rows(lambda row: f"{cells(row)};{row}")), time="day")
    assert series.index[13] == np.datetime64(expected)


def test_dates_that_can_be_read_in_two_ways_are_refused(csv):
    path = csv("day,load\n" + rows(lambda row: f"01/{row + 1}/2026,{row}", number=12))
    with pytest.raises(DataError, match=r"column 'day' holds dates that can be read in two ways.*'01/1/2026'"):
        read_csv(path, time="day")


GAPS = "day,load\n0,\n1,1\n2,NA\n3,3\n4,9\n" + rows(lambda row: f"{row + 5},{row}")


@pytest.mark.parametrize(
    ("missing", "expected"), [("interpolate", [1, 2, 3, 9]), ("previous", [1, 1, 3, 9]), ("drop", [1, 3, 9, 0])]
)
def test_missing_values_are_filled_or_dropped_as_asked(csv, missing, expected):
    series = read_csv(csv(GAPS.replace("0,\n", "", 1)), missing=missing, time="day")
    assert series.values[:4, 0].tolist() == expected
    assert len(series.index) == len(series)


def test_dropped_rows_lose_their_time_too(csv):
    assert read_csv(csv(GAPS), missing="drop", time="day").index[:3].tolist() == [1, 3, 4]


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("refuse", "line 2, column 'load': the value is missing; fill it, or set `missing`"),
        ("previous", "line 2, column 'load': the value is missing, and there is no value before it"),
        ("interpolate", "line 2, column 'load': the value is missing, and has no value on both sides"),
    ],
)
def test_missing_values_that_cannot_be_filled_are_refused_with_their_place(csv, missing, message):
    with pytest.raises(DataError, match=f"load.csv, {message}"):
        read_csv(csv(GAPS), missing=missing, time="day")


GOOD = rows(lambda row: f"{row},{row}")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "load.csv must hold a line of column names and lines of numbers, but it is empty"),
        ("\n \n", "but it is empty"),
        ("a,b\n", r"load.csv must hold rows of numbers .* after line 1 \(a, b\)"),
        ("a,b\n" + GOOD + "\n22,oops\n", "load.csv, line 23, column 'b' must hold a number, got 'oops'"),
        ("# note\na,b\n" + GOOD + "3,inf\n", "load.csv, line 23, column 'b' must hold a finite number, got 'inf'"),
        ("a,b\n" + GOOD + "3,1_000\n", "line 22, column 'b' must hold a number, got '1_000'"),
        ("a,b\n" + GOOD + "3\n", "load.csv, line 22 must have 2 cells as line 1 has, got 1"),
        ("b,a,b\n" + rows(lambda row: "1,2,3"), "line 1 .* columns 1 and 3 are both called 'b'"),
        ("1,2\n" + GOOD, r"line 1 must name the columns, but it holds numbers only \(1, 2\)"),
        ("a,b\n1,2\n3,4\n", "'load' must have a row to validate on"),
        ('a,b\n"1,2\n3,4\n', "line 3 must be a line of a CSV file: unexpected end of data"),
        (b"a,b\n1,2\n3,\xe4\n", "line 3 holds the byte 0xe4"),
        (
            "a;b\n" + rows(lambda row: f"{row};{row},5"),
            "line 2, column 'b' must hold a number, got '0,5'; set `decimal`",
        ),
    ],
)
def test_an_unusable_file_is_refused_with_file_line_and_column(csv, text, message):
    with pytest.raises(DataError, match=message):
        read_csv(csv(text), targets=["b"])


def test_the_line_counts_line_breaks_inside_quotes(csv):
    path = csv('note,b\n"two\nlines",1\nx,oops\n' + rows(lambda row: "x,1"))
    with pytest.raises(DataError, match="line 4, column 'b' must hold a number, got 'oops'"):
        read_csv(path, targets=["b"])


def test_only_line_breaks_of_an_editor_count_as_lines(csv):
    path = csv("note,b\n" + rows(lambda row: "x\x0cy\u2028z,1") + "x,oops\n")
    with pytest.raises(DataError, match="line 22, column 'b' must hold a number, got 'oops'"):
        read_csv(path, targets=["b"])


def test_a_slip_in_a_numeric_column_is_reported_even_if_nobody_named_the_column(csv):
    path = csv("station,load\n" + rows(lambda row: f"north,{row}") + "north,1O\n")
    with pytest.raises(DataError, match="line 22, column 'load' must hold a number, got '1O'"):
        read_csv(path)


def test_a_file_that_is_not_there_and_a_folder_are_refused(tmp_path):
    with pytest.raises(DataError, match=r"none.csv must be a CSV file, but there is no such file"):
        read_csv(tmp_path / "none.csv")
    with pytest.raises(DataError, match="but it is a folder"):
        read_csv(tmp_path)


@pytest.mark.parametrize("argument", ["inputs", "targets", "time"])
def test_an_unknown_column_is_refused_with_the_nearest(csv, argument):
    arguments = {"targets": ["load"], argument: ["laod"]}
    if argument == "time":
        arguments["time"] = "laod"
    with pytest.raises(DataError, match=rf"no column 'laod' \(in `{argument}`\); did you mean 'load'\? .* day, load"):
        read_csv(csv("day,load\n" + GOOD), **arguments)


@pytest.mark.parametrize(
    ("header", "cells", "message"),
    [
        ("a,b", "1,2", "has the numeric columns a, b; all its columns are: a, b"),
        ("a,b", "x,y", "has no numeric column; all its columns are: a, b"),
        ("a;b", "1,5;x", r"columns are: a, b\. With `decimal` set to ',' there are numbers in a\.$"),
    ],
)
def test_targets_must_be_named_where_they_are_not_plain(csv, header, cells, message):
    with pytest.raises(DataError, match=message):
        read_csv(csv(f"{header}\n" + rows(lambda row: cells)))


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("3,0\n3,0\n", "line 23, column 'day': the time must increase from row to row, got '3' after '3'"),
        ("30,0\n29,0\n", "got '29' after '30'"),
        (",0\n", "line 22, column 'day': the time is missing"),
    ],
)
def test_time_that_does_not_increase_is_refused(csv, lines, message):
    start = GOOD if not lines.startswith("3,") else rows(lambda row: f"{row - 20},0")
    with pytest.raises(DataError, match=message):
        read_csv(csv("day,load\n" + start + lines), time="day")


def test_a_date_that_is_none_is_refused_with_its_line(csv):
    path = csv("day,load\n" + rows(lambda row: f"2026-01-{row + 1:02},1") + "2026-02-30,1\n")
    with pytest.raises(DataError, match=r"line 22, column 'day' must hold a number or a date .* got '2026-02-30'"):
        read_csv(path, time="day")


@pytest.mark.parametrize("arguments", [{"delimiter": ";;"}, {"decimal": "'"}, {"missing": "guess"}])
def test_wrong_settings_of_a_file_are_refused(csv, arguments):
    with pytest.raises(SettingError, match=f"`{next(iter(arguments))}` must be"):
        read_csv(csv("a,b\n" + GOOD), targets=["b"], **arguments)


def test_the_series_is_named_after_the_file_and_scaled_on_request(csv):
    path = csv("b\n" + rows(str), name="demand.txt")
    assert read_csv(path).name == "demand"
    assert read_csv(path).scale == (-1, 1)
    assert read_csv(path, scale=None).scale is None
    assert read_csv(path, shares=(0.5, 0.25, 0.25)).validation.rows == slice(10, 15)
