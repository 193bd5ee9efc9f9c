"""Today's numbers as LaTeX."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence


def number(value: float, digits: int = 2) -> str:
    """A number with so many decimals, never a negative zero."""
    return f"{round(float(value), digits) + 0.0:.{digits}f}"


def digits_that_add_up(work_out: Callable[[int], Sequence[float]], result: Sequence[float], most: int = 5) -> int:
    """The fewest decimals of the parts with which a reader who works them out gets the result as shown, with two decimals.

    work_out: the results from parts with so many decimals.
    """
    shown = [round(value, 2) for value in result]
    for digits in range(2, most):
        if all(abs(value - told) < 0.005 - 1e-9 for value, told in zip(work_out(digits), shown, strict=True)):
            return digits
    return most


def column(values: Iterable[float], digits: int = 2) -> str:
    """Numbers one above the other, in brackets."""
    return r"\begin{pmatrix}" + r" \\ ".join(number(value, digits) for value in values) + r"\end{pmatrix}"


def mean_column(rows: Iterable[Iterable[float]], digits: int = 2) -> str:
    """Means written out, one above the other: one over how many, times the sums. Fractions in the rows would lie over one another."""
    shown = [[number(value, digits) for value in row] for row in rows]
    sums = r" \\ ".join(" + ".join(row).replace("+ -", "- ") for row in shown)
    return rf"\frac{{1}}{{{len(shown[0])}}}\begin{{pmatrix}}{sums}\end{{pmatrix}}"


def large(value: float) -> str:
    """A positive number of any size in a short way: from a million on with a power of ten."""
    if value < 1e6:
        return number(value, 0)
    digits, power = f"{value:.1e}".split("e")
    return rf"{digits} \cdot 10^{{{int(power)}}}"
