"""How long something takes, as people say it."""

from __future__ import annotations

import math

from metamed_core.words import Words

TWO_MINUTES = 120


def duration(seconds: float) -> Words:
    """Seconds up to two minutes, then minutes; always rounded up."""
    if seconds <= TWO_MINUTES:
        return Words("{n} s", "{n} 秒").format(n=math.ceil(seconds))
    return Words("{n} min", "{n} 分钟").format(n=math.ceil(seconds / 60))
