"""Numbers and names as a page writes them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

LONGEST_NAME = 80
"""Characters of somebody's name for something that are shown."""

NONE, MINUS, TIMES = "\N{EN DASH}", "\N{MINUS SIGN}", "\N{MULTIPLICATION SIGN}"
"""What stands for a number that there is not; signs."""

DIGITS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def named(text: object, most: int = LONGEST_NAME) -> str:
    r"""Give a name that somebody chose as one line, which cannot turn the direction of what is written around it.

    Examples:
        >>> named("load\n"), named("\u202eevil"), len(named("x" * 500))
        ('\u2068load\u2069', '\u2068evil\u2069', 83)
    """
    shown = " ".join("".join(one if one.isprintable() else " " for one in str(text)[: 10 * most]).split())
    shown = shown if len(shown) <= most else f"{shown[:most]}…"
    return f"\u2068{shown or '(without a name)'}\u2069"


def number(value: float | None, digits: int = 4) -> str:
    """Write a number with so many digits that matter.

    Examples:
        >>> number(14.769824), number(8451.0), number(-13.148384), number(4.2291e-07), number(None)
        ('14.77', '8,451', '−13.15', '4.229 × 10⁻⁷', '–')
    """
    if value is None or math.isnan(value):
        return NONE
    if math.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    if float(value).is_integer() and abs(value) < 1e12:
        return f"{int(value):,}".replace("-", MINUS)
    text = f"{value:.{digits}g}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        if 0 < int(exponent) < 12:
            return f"{value:,.0f}".replace("-", MINUS)
        return f"{mantissa.replace('-', MINUS)} {TIMES} 10{str(int(exponent)).translate(DIGITS)}"
    return text.replace("-", MINUS)


def column(values: Sequence[float | None], digits: int = 4) -> list[str]:
    """Write numbers below one another: with the same decimals, as many as the first one needs.

    Examples:
        >>> column([14.769824, 25.443548, None]), column([0.1807, 1.28e-8])
        (['14.77', '25.44', '–'], ['0.1807', '< 0.0001'])
    """
    known = [abs(one) for one in values if one is not None and math.isfinite(one) and one != 0]
    if not known or max(known) >= 1e9 or all(one.is_integer() for one in map(float, known)):
        return [number(one, digits) for one in values]
    decimals = min(max(digits - 1 - math.floor(math.log10(known[0])), 0), 6)
    return [_fixed(one, decimals) for one in values]


def share(part: float) -> str:
    """Write a share in per cent.

    Examples:
        >>> share(0.4195), share(0.0004)
        ('42 %', '0.04 %')
    """
    percent = 100 * part
    return f"{percent:.0f} %" if percent >= 0.95 or percent == 0 else f"{percent:.1g} %"


def counted(count: int, what: str) -> str:
    """Write a count with its noun.

    Examples:
        >>> counted(1, "evaluation"), counted(2000, "sample")
        ('1 evaluation', '2,000 samples')
    """
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def enumerated(words: Iterable[str]) -> str:
    """Join words as a sentence does.

    Examples:
        >>> enumerated(["a"]), enumerated(["a", "b", "c"])
        ('a', 'a, b and c')
    """
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _fixed(value: float | None, decimals: int) -> str:
    """Write a number with so many decimals; what they do not show is not written as 0."""
    if value is None or not math.isfinite(value):
        return number(value)
    if value != 0 and abs(value) < 0.5 * 10**-decimals:
        return f"< {10**-decimals:.{decimals}f}"
    return f"{value:,.{decimals}f}".replace("-", MINUS)
