"""Checks of arguments."""

from fractions import Fraction
from typing import Any

import pytest

from dlopt_deap import limits
from dlopt_deap.checks import check_choice, check_integer, check_number, did_you_mean
from dlopt_deap.errors import SettingError


def test_a_number_of_thousands_of_digits_is_refused_like_any_other() -> None:
    with pytest.raises(SettingError, match="of at least 1, got an int too long to be shown"):
        check_integer("n", -(10**5000), low=1)
    for number in (10**400, 10**5000, Fraction(10**400)):
        with pytest.raises(SettingError, match="must be a finite number"):
            check_number("n", number)


def test_a_limit_is_looked_up_when_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingError, match=r"at most 1024, got 2000; take less, or widen `dlopt_deap\.limits\.MAX"):
        check_integer("threads", 2000, low=1, limit="MAX_THREADS")
    monkeypatch.setattr(limits, "MAX_THREADS", 2000)
    assert check_integer("threads", 2000, low=1, limit="MAX_THREADS") == 2000


@pytest.mark.parametrize(
    "value", ["x" * 100_000, ["x"] * 100_000, 10**5000, object()], ids=["text", "list", "int", "object"]
)
def test_a_message_shows_a_short_part_of_what_was_received(value: Any) -> None:
    with pytest.raises(SettingError) as raised:
        check_choice("cell", value, ["lstm", "gru"])
    assert len(str(raised.value)) < 400


def test_names_that_are_too_long_to_compare_have_no_neighbour() -> None:
    assert did_you_mean("x" * 10_000, ["x" * 9_999], end=".") == "."
