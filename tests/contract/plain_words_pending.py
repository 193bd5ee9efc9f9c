"""Files and folders whose words are still being mended. At the end this is empty."""

from __future__ import annotations

PENDING: tuple[str, ...] = ()
