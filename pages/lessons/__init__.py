"""The lessons in their order: one folder a lesson, `l03_maml` and the like, each with a `LESSON` in its `story`. A new folder needs no other line.

`story` says what is said, asked and shown; `computation` computes it with the library's own code; `pictures` draws it.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from pages.lessons.script import Lesson

_FOLDERS = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.ispkg)
LESSONS: dict[str, Lesson[Any]] = {
    one.key: one for one in (importlib.import_module(f"{__name__}.{name}.story").LESSON for name in _FOLDERS)
}
