"""Normalize cells and headers: remove redundant spaces and full-width characters."""

from __future__ import annotations

import re

# Full-width forms (１２．５％＜) and other minus signs; not NFKC, which would turn 10² into 102.
_WIDTH: dict[int, int | str] = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    0x3000: " ",
    0xA0: " ",
    0x202F: " ",
    0x2212: "-",
    0x3002: ".",
}

_CHINESE = re.compile("[\u4e00-\u9fff]")


def clean(text: str) -> str:
    """Return a cell without redundant spaces and, unless it contains Chinese text, without full-width characters."""
    return " ".join((text if _CHINESE.search(text) else text.translate(_WIDTH)).split())


def narrow(text: str) -> str:
    """Return a header without full-width characters and redundant spaces."""
    return " ".join(text.translate(_WIDTH).split())
