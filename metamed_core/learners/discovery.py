"""Learners are found by their files: who adds one adds a file and no other line."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterable
from types import ModuleType

from metamed_core.learners.learner import Learner


def found_in(package: str, folders: Iterable[str]) -> dict[str, type[Learner]]:
    """The learners by name that the files of a package define, in their own order; what a file only imports does not count."""
    found = [one for file in pkgutil.iter_modules(folders, f"{package}.") for one in _defined_in(importlib.import_module(file.name))]
    return {one.name: one for one in sorted(found, key=lambda one: (one.order, one.name))}


def _defined_in(module: ModuleType) -> list[type[Learner]]:
    classes = [thing for thing in vars(module).values() if inspect.isclass(thing) and issubclass(thing, Learner)]
    return [one for one in classes if one.__module__ == module.__name__ and not inspect.isabstract(one)]
