"""A calibration that nobody can overlook."""

from __future__ import annotations

from metamed_core.statistics.calibration import Calibration

STRONG = Calibration((1.0, 2.0, 10.0), (4.0, 2.0, 0.5), 0.3, -0.2, (2.0, 10.0), (2.0, 60.0), {})
