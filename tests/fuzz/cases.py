"""What all fuzz tests share: how many cases there are, what each may end in, and values that nobody should give.

The environment variable DLOPT_FUZZ_EXAMPLES is the number of cases a test; `make fuzz` sets it.
"""

import functools
import os
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dlopt_deap.errors import DloptError

EXAMPLES = int(os.environ.get("DLOPT_FUZZ_EXAMPLES", "100"))

COUNTED: Counter[str] = Counter()
"""The cases really run, and the clear errors in them (a case may try several things)."""


def fuzz(*strategies: Any, share: float = 1.0, **named: Any) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test for many cases, and count them.

    Args:
        *strategies: As ``hypothesis.given`` takes them.
        share: The share of the usual number of cases, for a test whose cases take long.
        **named: As ``hypothesis.given`` takes them.
    """

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def counted(*arguments: Any, **keywords: Any) -> None:
            COUNTED["cases"] += 1
            test(*arguments, **keywords)

        number = max(1, round(EXAMPLES * share))
        checked = settings(max_examples=number, deadline=None, suppress_health_check=list(HealthCheck))
        return checked(given(*strategies, **named)(counted))

    return decorate


@contextmanager
def success_or_one_clear_error(names: str = "") -> Iterator[None]:
    """Let a case end well or in a ``DloptError`` with a message that can be read; anything else fails the test.

    Args:
        names: What the message of an error that is not about a setting must name, such as the file.
    """
    from dlopt_deap.errors import SettingError

    try:
        yield
    except DloptError as error:
        COUNTED["errors"] += 1
        message = str(error)
        assert message.strip()
        assert len(message) < 3000, message
        assert "Traceback" not in message
        if not isinstance(error, SettingError):
            assert names in message, message


HUGE = st.sampled_from([10**5, 10**6, 10**9, 10**12, 2**31, 2**32, 2**63, 2**64, 10**30, 10**400])
NUMBERS = st.one_of(
    st.integers(-3, 40),
    st.floats(width=32),
    st.sampled_from([0.0, -0.0, 1e-320, 1e308, -1e308, float("inf"), float("nan")]),
    HUGE,
    HUGE.map(lambda number: -number),
)
"""Small numbers, that make sense somewhere, and numbers that make none anywhere."""

STRANGE = st.one_of(
    NUMBERS,
    st.none(),
    st.booleans(),
    st.text(max_size=8),
    st.binary(max_size=8),
    st.sampled_from([Decimal(3), Fraction(1, 3), Fraction(10**400), 1j, object(), ..., {1, 2}, "x" * 10_000]),
    st.sampled_from([np.int64(3), np.float32(0.5), np.array(3), np.array([2, 3]), np.array([]), np.array(["a"])]),
    st.lists(NUMBERS, max_size=4),
    st.lists(NUMBERS, max_size=3).map(tuple),
    st.tuples(st.integers(1, 9), st.integers(1, 9)).map(sorted).map(tuple),
    st.dictionaries(st.text(max_size=3), NUMBERS, max_size=2),
    st.recursive(NUMBERS, lambda inner: st.lists(inner, max_size=2), max_leaves=4),
)
"""Values of any type and size."""


def some_of(*plain: str, **usual: Any) -> Any:
    """Draw keyword arguments: each left out, as it is meant, or now and then strange.

    Args:
        *plain: The names of those that are never strange.
        **usual: What each is meant to be.
    """

    def mostly(meant: Any) -> Any:
        return st.integers(0, 5).flatmap(lambda number: meant if number else STRANGE)

    return st.fixed_dictionaries(
        {}, optional={name: meant if name in plain else mostly(meant) for name, meant in usual.items()}
    )
