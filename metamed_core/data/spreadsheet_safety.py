"""Protection against spreadsheet formula injection, for every exported table."""

from __future__ import annotations

_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Leading characters of cells that Excel, LibreOffice or Sheets evaluate (OWASP, CSV injection), with full-width forms."""


def harmless(text: object) -> str:
    """Return the text, with a leading apostrophe where a spreadsheet would interpret it as a formula."""
    cell = "" if text is None else str(text)
    return f"'{cell}" if cell.startswith(_STARTS_A_FORMULA) else cell
