"""Parsers of numeric options; each error names the valid values. All raise `argparse.ArgumentTypeError` or ValueError."""

from __future__ import annotations

import argparse
from collections.abc import Callable


def at_least(least: int) -> Callable[[str], int]:
    """Return a parser of whole numbers not below `least`."""

    def count(text: str) -> int:
        if (value := int(text)) < least:
            raise argparse.ArgumentTypeError(f"{value} is too small: give a whole number from {least}")
        return value

    return count


def step_size(text: str) -> float:
    """Parse a number above 0 and at most 1."""
    if not 0 < (value := float(text)) <= 1:
        raise argparse.ArgumentTypeError(f"{text} is no step size: give a number above 0, at most 1")
    return value


def seconds(text: str) -> float:
    """Parse a duration in seconds, 0 or more."""
    if not (value := float(text)) >= 0:
        raise argparse.ArgumentTypeError(f"{text} is no time: give a number of seconds, 0 or more")
    return value


def seed(text: str) -> int:
    """Parse a whole number from 0 to 2^63 - 1."""
    if not 0 <= (value := int(text)) < 2**63:
        raise argparse.ArgumentTypeError(f"{text} is no seed: give a whole number from 0 to 2^63 - 1")
    return value


def shots(text: str) -> tuple[int, ...]:
    """Parse distinct comma-separated whole numbers from 1."""
    values = tuple(int(part) for part in text.split(","))
    if min(values) < 1 or len(set(values)) < len(values):
        raise argparse.ArgumentTypeError(f"{text} are no numbers of labeled patients: give different whole numbers from 1, as in 1,5")
    return values


def shots_or_left_out(text: str) -> tuple[int, ...]:
    """Parse distinct comma-separated whole numbers from 0; 0 requests leave-one-out."""
    values = tuple(int(part) for part in text.split(","))
    if min(values) < 0 or len(set(values)) < len(values):
        raise argparse.ArgumentTypeError(
            f"{text} are no numbers of shots: give different whole numbers, as in 1,5; 0 leaves one patient out"
        )
    return values


def jobs(text: str) -> int:
    """Parse a number of workers: a whole number from 1, or -1 for one per core."""
    if (value := int(text)) < 1 and value != -1:
        raise argparse.ArgumentTypeError(f"{text} is no number of workers: give a whole number from 1, or -1 for one a core")
    return value
