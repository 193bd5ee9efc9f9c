"""Finding a widget of `pages.parts.common.bound_widgets` in a tested page: its key has figures behind its name once it was replaced by a new one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any


def named(widgets: Iterable[Any], key: str) -> Any:
    """The one of these widgets that was drawn under this name: `named(app.selectbox, "order")`."""
    found = [one for one in widgets if re.fullmatch(rf"{re.escape(key)}(_\d+)?", one.key or "")]
    assert len(found) == 1, f"{len(found)} widgets are named {key!r}"
    return found[0]
