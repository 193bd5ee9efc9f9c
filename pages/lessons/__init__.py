"""The lessons in their order: one file a lesson, `l03_maml.py` and the like, each with its `LESSON`. A new file needs no other line.

A lesson's file is a script: what is said, asked and shown. What is computed and drawn stands in `metamed_core/lessons`.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from metamed_core.lessons.script import Lesson

_FILES = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name.startswith("l"))
LESSONS: dict[str, Lesson[Any]] = {one.key: one for one in (importlib.import_module(f"{__name__}.{name}").LESSON for name in _FILES)}
