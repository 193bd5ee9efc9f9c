"""Registers learners by scanning a package: a new algorithm needs one new file and no other change."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterable
from types import ModuleType

from metamed_core.learners.learner import Learner


def found_in(package: str, folders: Iterable[str]) -> dict[str, type[Learner]]:
    """The concrete learners that the modules of a package define.

    Parameters
    ----------
    package
        Dotted name of the package.
    folders
        Its `__path__`.

    Returns
    -------
    dict
        Learner classes by `name`, sorted by `order` and then by name. Classes that a module only imports are ignored.
    """
    found = [one for file in pkgutil.iter_modules(folders, f"{package}.") for one in _defined_in(importlib.import_module(file.name))]
    return {one.name: one for one in sorted(found, key=lambda one: (one.order, one.name))}


def _defined_in(module: ModuleType) -> list[type[Learner]]:
    classes = [thing for thing in vars(module).values() if inspect.isclass(thing) and issubclass(thing, Learner)]
    return [one for one in classes if one.__module__ == module.__name__ and not inspect.isabstract(one)]
