"""Time as people say it."""

from __future__ import annotations

import pytest

from pages.parts.common.duration import duration


@pytest.mark.parametrize(
    ("seconds", "en", "zh"), [(0.2, "1 s", "1 秒"), (120, "120 s", "120 秒"), (120.5, "3 min", "3 分钟"), (1052, "18 min", "18 分钟")]
)
def test_a_time_is_rounded_up_and_long_ones_are_minutes(seconds: float, en: str, zh: str) -> None:
    assert (duration(seconds).en, duration(seconds).zh) == (en, zh)
