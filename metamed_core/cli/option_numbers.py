"""Parsers of numeric options. Each refuses what is no such number, and names what is: argparse alone would name the Python function."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TypeVar

from metamed_core.evaluation import LEAVE_ONE_OUT, NO_PATIENT

T = TypeVar("T")
N = TypeVar("N", int, float)
LOO = "loo"
"""How leave-one-out is asked for."""


def parsed(read: Callable[[str], T], holds: Callable[[T], bool], wanted: str) -> Callable[[str], T]:
    """Return a parser of option values.

    Parameters
    ----------
    read
        Converts the text; ValueError if it cannot.
    holds
        Whether the value is valid.
    wanted
        What is, after "give".

    Returns
    -------
    callable
        Raises `argparse.ArgumentTypeError` for any other text.
    """

    def parse(text: str) -> T:
        refusal = argparse.ArgumentTypeError(f"“{text}” cannot be used: give {wanted}")
        try:
            value = read(text)
        except ValueError as error:
            raise refusal from error
        if not holds(value):
            raise refusal
        return value

    return parse


def at_least(least: int) -> Callable[[str], int]:
    """Return a parser of whole numbers not below `least`."""
    return parsed(int, lambda value: value >= least, f"a whole number from {least}")


def one_of(*values: N) -> Callable[[str], N]:
    """Return a parser of one of these numbers: two or more, all whole or all real."""
    *others, last = (f"{value:g}" for value in values)
    return parsed(type(values[0]), lambda value: value in values, f"{', '.join(others)} or {last}")


def _several(text: str) -> tuple[int, ...]:
    values = tuple(int(part) for part in text.split(","))
    if len(set(values)) < len(values):
        raise ValueError
    return values


def _shots_or_loo(text: str) -> tuple[int, ...]:
    parts = [part.strip() for part in text.split(",")]
    values = tuple(LEAVE_ONE_OUT if part == LOO else int(part) or NO_PATIENT for part in parts)
    if len(set(values)) < len(values) or any(part.startswith("-") for part in parts):
        raise ValueError
    return values


def shots_name(k_shot: int | None) -> str:
    """A number of shots as it is asked for: the opposite of `shots_or_left_out`."""
    return {LEAVE_ONE_OUT: LOO, NO_PATIENT: "0"}.get(-2 if k_shot is None else k_shot, str(k_shot))


step_size = parsed(float, lambda value: 0 < value <= 1, "a number above 0, at most 1")
share = parsed(float, lambda value: 0 <= value <= 1, "a number from 0 to 1")
seconds = parsed(float, lambda value: value >= 0, "a number of seconds, 0 or more")
seed = parsed(int, lambda value: 0 <= value < 2**63, "a whole number from 0 to 2^63 - 1")
shots = parsed(_several, lambda values: min(values) >= 1, "different whole numbers from 1, as in 1,5")
shots_or_left_out = parsed(
    _shots_or_loo, lambda _: True, f"different whole numbers, as in 1,5; 0 is no labeled patient at all, {LOO} leaves one patient out"
)
"""Parses numbers of shots: `NO_PATIENT` for 0, `LEAVE_ONE_OUT` for `loo`."""
jobs = parsed(int, lambda value: value >= 1 or value == -1, "a whole number from 1, or -1 for one a core")
