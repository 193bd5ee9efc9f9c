"""The lessons in their order: one folder a lesson, such as `l03_maml`. A new folder is found here and needs no other line.

In a folder `story` says what is said, asked and shown and ends with `LESSON`; `computation` computes it with the library's own code;
`pictures` draws it; `formulas` writes it with today's numbers; `answers`, where there is one, holds what depends on these numbers.
No lesson imports another: what two of them share stands beside the folders, such as `plane_of_weights`.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from pages.lessons.lesson import Lesson

_FOLDERS = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.ispkg)
LESSONS: dict[str, Lesson[Any]] = {
    lesson.key: lesson for lesson in (importlib.import_module(f"{__name__}.{name}.story").LESSON for name in _FOLDERS)
}
