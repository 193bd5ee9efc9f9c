"""Today's numbers as LaTeX."""

from __future__ import annotations

from collections.abc import Iterable


def number(value: float, digits: int = 2) -> str:
    """A number with so many decimals, never a negative zero."""
    return f"{round(float(value), digits) + 0.0:.{digits}f}"


def column(values: Iterable[float], digits: int = 2) -> str:
    """Numbers one above the other, in brackets."""
    return r"\begin{pmatrix}" + r" \\ ".join(number(value, digits) for value in values) + r"\end{pmatrix}"


def mean_of(values: Iterable[float], digits: int = 2) -> str:
    """A mean written out: the numbers added up over how many they are."""
    shown = [number(value, digits) for value in values]
    added = "".join(text if not i else f" + {text}" if not text.startswith("-") else f" - {text[1:]}" for i, text in enumerate(shown))
    return rf"\frac{{{added}}}{{{len(shown)}}}"


def large(value: float) -> str:
    """A positive number of any size in a short way: from a million on with a power of ten."""
    if value < 1e6:
        return number(value, 0)
    digits, power = f"{value:.1e}".split("e")
    return rf"{digits} \cdot 10^{{{int(power)}}}"
